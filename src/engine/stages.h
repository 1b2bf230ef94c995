// Stages: the order in which a plan's steps run. A stage is a set of steps that may run side by
// side, with the objects that must be healthy before the next stage begins. Pure.
#pragma once

#include <string>
#include <vector>

#include "engine/plan.h"

namespace rumbo::engine {

enum class StagePhase {
  scaffold,    ///< before PREPARED
  pre_delete,  ///< PreDelete hooks
  foundation,  ///< a wave: what PreSync hooks need
  pre_sync,    ///< PreSync hooks
  beside,      ///< a wave: what can run beside the old generation, cluster writes and Sync hooks
  quiesce,     ///< a wave: old pods that cannot overlap stop
  exclusive,   ///< a wave: the new ones start in their place
  switch_over,
  post_sync,     ///< PostSync hooks, between SWITCH and COMMIT
  retire,        ///< after COMMIT
  prune,         ///< after COMMIT, waves downward
  post_delete,   ///< after COMMIT: PostDelete hooks, and tests
  hook_cleanup,  ///< after COMMIT: hooks that succeeded
  sync_fail,     ///< after an undo: SyncFail hooks
  compensate,    ///< in an undo: what takes hooks back
};
std::string_view to_string(StagePhase phase);

struct Stage {
  StagePhase phase = StagePhase::beside;
  int wave = 0;
  std::vector<StepId> steps;
  /// Whose items must be healthy before the next stage: on a cluster the whole wave at its end, and
  /// what others build on at once. Empty: nothing is waited for.
  std::vector<StepId> gate;
  std::string name() const;  ///< "wave 2", "switch"
};

/// Every step of the plan is in exactly one stage. Order: scaffold, PreDelete, PreSync, waves
/// upward (each: beside, quiesce, exclusive), switch, PostSync; after COMMIT retire, prune,
/// PostDelete, cleanup; then those of failures. Quiescing comes last in its wave so that the old
/// pods serve as long as they can.
std::vector<Stage> stages_of(const Plan& plan);

/// True for stages on the way to COMMIT.
bool before_commit(StagePhase phase);
/// True for stages that run after COMMIT.
bool after_commit(StagePhase phase);

}  // namespace rumbo::engine
