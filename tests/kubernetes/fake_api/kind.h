// Kind: one resource as the fake serves it, and the facts and rules that its objects obey.
// Rules: kubernetes pkg/registry strategies, pkg/apis defaults and validation (the ones named).
//
// Threads: constant once registered.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/value.h"
#include "problem.h"
#include "type_table.h"

namespace rumbo::fake_api {

struct Kind {
  std::string group, version, kind, plural, singular;
  bool namespaced = true;
  bool has_status = false;
  bool has_scale = false;
  bool counts_generation = false;
  bool returns_deleted = false;  ///< DELETE answers with the object, not with a Status
  bool custom = false;
  std::vector<std::string> short_names, categories;
  const Type* type = nullptr;

  std::string api_version() const { return group.empty() ? version : group + "/" + version; }
  /// Where its objects are kept: the same for all versions.
  std::string storage() const { return group + "/" + plural; }
};

/// The kinds every server has, with types from the table.
std::vector<Kind> built_in_kinds(const TypeTable& types);
/// The kinds a CRD describes, one a served version.
std::vector<Kind> kinds_of_crd(const Value& crd, TypeTable& types);

/// The object before anything was said of it.
Value zero_object(const Kind& kind);
/// The object as decoding fills it in.
Value with_defaults(const Kind& kind, const Value& object);
/// Defaults a CRD's schema names.
Value with_type_defaults(const Value& object, const Type& type);
/// All that is wrong with an object as it is.
std::vector<Finding> validate(const Kind& kind, const Value& object);
/// All that this change may not do; an uid that differs included.
std::vector<Finding> validate_change(const Kind& kind, const Value& before, const Value& after);

}  // namespace rumbo::fake_api
