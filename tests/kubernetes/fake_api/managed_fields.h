// ManagedFields: who owns which fields of an object, and what applying or updating it does to them.
// Rules: sigs.k8s.io/structured-merge-diff merge (update.go), k8s.io/apimachinery
// pkg/util/managedfields.
//
// Threads: pure functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "structured_merge.h"

namespace rumbo::fake_api {

struct ManagerEntry {
  std::string manager = {};
  bool applies = false;  ///< operation Apply; else Update
  std::string api_version = {};
  std::string subresource = {};
  std::string time = {};  ///< RFC 3339 in seconds; empty: none
  FieldSet fields = {};
  /// Entries that are one manager: appliers whatever their version is.
  bool same_manager(const ManagerEntry& other) const;
};

using Managers = std::vector<ManagerEntry>;

/// Code::invalid if an entry is malformed.
Result<Managers> managers_of(const Value& object);
/// The object with these entries, in the order servers keep; none: without the field.
Value with_managers(const Value& object, Managers managers);

struct FieldConflict {
  ManagerEntry holder;
  std::string path;
};

/// Who writes what.
struct Writer {
  ManagerEntry self;  ///< without fields; its time is "now"
  const Type* type = nullptr;
  bool force = false;
  /// Fields this endpoint never changes are not owned through it.
  std::function<FieldSet(FieldSet)> owned;
  /// Entries in versions that are no longer served are dropped.
  std::function<bool(const std::string& api_version)> served;
};

/// `live` and `applied` without managedFields. The object and its managers, or the conflicts.
tl::expected<std::pair<Value, Managers>, std::vector<FieldConflict>> apply_fields(
    const Value& live, const Value& applied, Managers managers, const Writer& writer);
/// Every other write: what changed is the writer's now.
Managers update_fields(const Value& live, const Value& next, Managers managers,
                       const Writer& writer);

/// The server's message and causes for conflicts.
std::string conflict_message(const std::vector<FieldConflict>& conflicts);
Value conflict_causes(const std::vector<FieldConflict>& conflicts);

}  // namespace rumbo::fake_api
