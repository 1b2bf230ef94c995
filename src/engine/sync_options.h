// Sync options: how one object, or all of an application, is written and deleted. The words are
// Argo CD's (`Prune=false`), in `sync.options`, in the annotation rumbo.dev/sync-options or its
// alias argocd.argoproj.io/sync-options; Flux's and Helm's annotations mean some of the same. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::engine {

/// May an object be deleted?
enum class Permission { granted, denied, confirm };

struct SyncOptions {
  enum class Apply {
    always,
    if_missing,  ///< Flux's ssa: IfNotPresent
    never,       ///< reconcile: disabled, ssa: Ignore
  };
  Permission prune = Permission::granted;   ///< when it is no longer declared
  Permission remove = Permission::granted;  ///< when its application is deleted
  Apply apply = Apply::always;
  bool recreate = false;
  bool takes_foreign_fields = false;  ///< Flux's ssa: Override
  bool kind_may_be_unknown = false;
  bool create_namespace = false;  ///< of an application only
  std::string propagation;        ///< of deletes: foreground, background, orphan; empty: its own
  friend bool operator==(const SyncOptions&, const SyncOptions&) = default;
};

/// Those of an application (SyncPolicy::options). Code::unsupported with the reason for what Rumbo
/// refuses, Code::invalid for what nobody knows.
Result<SyncOptions> application_options(const std::vector<std::string>& words);

/// Those of one object: what its annotations say, over the application's.
Result<SyncOptions> object_options(const Value& object, const SyncOptions& application);

/// One row of docs/sync-options.md, which `rumbo docs sync-options` prints.
struct SyncOptionRow {
  std::string_view word;      ///< "Prune=false"
  std::string_view from;      ///< "Argo CD", "Flux", "Helm"
  std::string_view where;     ///< "object", "application", "both"
  std::string_view standing;  ///< "has", "always", "other means", "refused"
  std::string_view text;      ///< what it does here, or the reason
};
std::span<const SyncOptionRow> sync_option_rows();
/// The page.
std::string sync_options_page();

}  // namespace rumbo::engine
