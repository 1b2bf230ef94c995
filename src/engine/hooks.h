// Hooks: objects that run at a moment of a transaction instead of being kept. Read from
// annotations: rumbo.dev/hook, with Argo CD's and Helm's as aliases. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "model/step.h"

namespace rumbo::engine {

enum class HookPhase {
  pre_sync,     ///< before anything is staged or applied
  sync,         ///< with the objects of its wave
  post_sync,    ///< all is healthy, before the commit
  sync_fail,    ///< after an undo
  pre_delete,   ///< before an application's objects are deleted
  post_delete,  ///< after they are gone
  compensate,   ///< never by itself: on undo of the hook that names it (rumbo.dev/compensate)
  test,         ///< on demand only, after a commit that changes nothing
};
std::string_view to_string(HookPhase phase);  ///< "PreSync", …
std::optional<HookPhase> hook_phase_from(std::string_view word);

/// One moment at which a hook runs. Helm tells first installations, upgrades and rollbacks apart.
struct HookRun {
  enum When : unsigned { install = 1, upgrade = 2, rollback = 4, always = 7 };
  HookPhase phase = HookPhase::sync;
  When when = When::always;
  friend bool operator==(const HookRun&, const HookRun&) = default;
};

struct Hook {
  std::vector<HookRun> runs;  ///< in the order of phases; empty: it never runs (Skip)
  HookCleanup cleanup;
};

/// What the annotations say; nullopt for ordinary objects; an error for words that are not known.
/// An object's rumbo.dev/ annotation goes before Argo CD's, and that before Helm's.
Result<std::optional<Hook>> hook_of(const Value& object);

/// True if it carries a hook annotation, also one that is in error: such an object is not kept.
bool is_hook(const Value& object);

/// The name of the Job in the same manifest that takes back what this hook did
/// (rumbo.dev/compensate), or empty.
std::string_view compensated_by(const Value& object);

}  // namespace rumbo::engine
