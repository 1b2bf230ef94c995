#include "engine/stages.h"

#include <map>
#include <set>
#include <tuple>

#include "engine/hooks.h"
#include "engine/order.h"
#include "engine/rules.h"

namespace rumbo::engine {
namespace {

using StageKey = std::tuple<int, int, int>;  // phase rank, wave, rank in the wave

/// Objects whose old pods are stopped first.
std::set<ObjectKey> quiesced_keys(const Plan& plan) {
  std::set<ObjectKey> keys;
  for (const Step& step : plan.steps) {
    if (step.kind == StepKind::quiesce) keys.insert(step.items.at(0).key);
  }
  return keys;
}

StagePhase phase_of_hook(const Step& step) {
  switch (hook_phase_from(step.hook).value_or(HookPhase::sync)) {
    case HookPhase::pre_sync:
      return StagePhase::pre_sync;
    case HookPhase::sync:
      return StagePhase::beside;
    case HookPhase::post_sync:
      return StagePhase::post_sync;
    case HookPhase::sync_fail:
      return StagePhase::sync_fail;
    case HookPhase::pre_delete:
      return StagePhase::pre_delete;
    case HookPhase::post_delete:
    case HookPhase::test:
      return StagePhase::post_delete;
    case HookPhase::compensate:
      return StagePhase::compensate;
  }
  return StagePhase::beside;
}

StagePhase phase_of(const Step& step, const std::set<ObjectKey>& quiesced) {
  switch (step.kind) {
    case StepKind::scaffold:
      return StagePhase::scaffold;
    case StepKind::hook:
      return phase_of_hook(step);
    case StepKind::stage:
      return quiesced.contains(step.items.at(0).key) ? StagePhase::exclusive : StagePhase::beside;
    case StepKind::apply:
      return step.before_hooks ? StagePhase::foundation : StagePhase::beside;
    case StepKind::quiesce:
      return StagePhase::quiesce;
    case StepKind::switch_over:
      return StagePhase::switch_over;
    case StepKind::retire:
      return step.hook.empty() ? StagePhase::retire : StagePhase::hook_cleanup;
    case StepKind::prune:
      return StagePhase::prune;
  }
  return StagePhase::beside;
}

StageKey key_of_stage(StagePhase phase, const Step& step) {
  const int wave = step.wave;
  switch (phase) {
    case StagePhase::scaffold:
      return {0, 0, 0};
    case StagePhase::pre_delete:
      return {1, wave, 0};
    case StagePhase::foundation:
    case StagePhase::pre_sync:
      return {2, wave, step.order};
    case StagePhase::beside:
      return {3, wave, step.order};
    // On hosts, where `order` is 0.
    case StagePhase::quiesce:
      return {3, wave, 1};
    case StagePhase::exclusive:
      return {3, wave, 2};
    case StagePhase::switch_over:
      return {4, 0, 0};
    case StagePhase::post_sync:
      return {5, wave, 0};
    case StagePhase::retire:
      return {6, 0, 0};
    case StagePhase::prune:
      return {7, -wave, -step.order};
    case StagePhase::post_delete:
      return {8, wave, 0};
    case StagePhase::hook_cleanup:
      return {9, 0, 0};
    case StagePhase::sync_fail:
      return {10, wave, 0};
    case StagePhase::compensate:
      return {11, 0, 0};
  }
  return {3, wave, 0};
}

bool waits_for_nothing(StagePhase phase) {
  return phase == StagePhase::scaffold || phase == StagePhase::quiesce || !before_commit(phase);
}

/// What a cluster's wave does not wait for yet: claims bind when a pod uses them, and a load
/// balancer may look for its pods first. Definitions, workloads and hooks are built upon.
bool waits_later(const Step& step) {
  if (step.kind != StepKind::apply) return false;
  const int wave = wave_of_order(step.order);
  return wave > 0 && wave < kWorkloadWave;
}

/// Each wave ends when all of it is healthy; on the way, when what others build upon is.
void set_gates(const Plan& plan, std::map<StageKey, Stage>& ordered) {
  std::vector<StepId> later;
  for (auto it = ordered.begin(); it != ordered.end(); ++it) {
    Stage& stage = it->second;
    if (waits_for_nothing(stage.phase)) continue;
    for (const StepId id : stage.steps) {
      (waits_later(plan.steps[id]) ? later : stage.gate).push_back(id);
    }
    const auto next = std::next(it);
    const bool last = next == ordered.end() || std::get<0>(next->first) != std::get<0>(it->first) ||
                      std::get<1>(next->first) != std::get<1>(it->first);
    // What PreSync hooks need is healthy when its own wave is: only the hooks are waited for.
    if (!last) continue;
    if (stage.phase == StagePhase::beside) {
      stage.gate.insert(stage.gate.end(), later.begin(), later.end());
    }
    later.clear();
  }
}

}  // namespace

std::string_view to_string(StagePhase phase) {
  switch (phase) {
    case StagePhase::scaffold:
      return "scaffold";
    case StagePhase::pre_delete:
      return "PreDelete";
    case StagePhase::foundation:
      return "before PreSync";
    case StagePhase::pre_sync:
      return "PreSync";
    case StagePhase::beside:
      return "wave";
    case StagePhase::quiesce:
      return "quiesce";
    case StagePhase::exclusive:
      return "replace";
    case StagePhase::switch_over:
      return "switch";
    case StagePhase::post_sync:
      return "PostSync";
    case StagePhase::retire:
      return "retire";
    case StagePhase::prune:
      return "prune";
    case StagePhase::post_delete:
      return "PostDelete";
    case StagePhase::hook_cleanup:
      return "cleanup";
    case StagePhase::sync_fail:
      return "SyncFail";
    case StagePhase::compensate:
      return "compensate";
  }
  return "wave";
}

std::string Stage::name() const {
  std::string out(to_string(phase));
  const bool waved =
      phase == StagePhase::beside || phase == StagePhase::quiesce || phase == StagePhase::exclusive;
  return waved ? out + " " + std::to_string(wave) : out;
}

std::vector<Stage> stages_of(const Plan& plan) {
  const std::set<ObjectKey> quiesced = quiesced_keys(plan);
  std::map<StageKey, Stage> ordered;
  for (const Step& step : plan.steps) {
    const StagePhase phase = phase_of(step, quiesced);
    Stage& stage = ordered[key_of_stage(phase, step)];
    stage.phase = phase;
    stage.wave = step.wave;
    stage.steps.push_back(step.id);
  }
  set_gates(plan, ordered);
  std::vector<Stage> out;
  out.reserve(ordered.size());
  for (auto& [key, stage] : ordered) out.push_back(std::move(stage));
  return out;
}

bool before_commit(StagePhase phase) {
  return phase < StagePhase::retire;
}

bool after_commit(StagePhase phase) {
  return phase >= StagePhase::retire && phase < StagePhase::sync_fail;
}

}  // namespace rumbo::engine
