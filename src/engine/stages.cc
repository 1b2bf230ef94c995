#include "engine/stages.h"

#include <map>
#include <set>
#include <tuple>

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

StagePhase phase_of(const Step& step, const std::set<ObjectKey>& quiesced) {
  switch (step.kind) {
    case StepKind::scaffold:
      return StagePhase::scaffold;
    case StepKind::hook: {
      const auto hook = hook_phase_from(step.hook).value_or(HookPhase::sync);
      if (hook == HookPhase::pre_sync) return StagePhase::pre_sync;
      return hook == HookPhase::post_sync ? StagePhase::post_sync : StagePhase::beside;
    }
    case StepKind::stage:
      return quiesced.contains(step.items.at(0).key) ? StagePhase::exclusive : StagePhase::beside;
    case StepKind::apply:
      return StagePhase::beside;
    case StepKind::quiesce:
      return StagePhase::quiesce;
    case StepKind::switch_over:
      return StagePhase::switch_over;
    case StepKind::retire:
      return StagePhase::retire;
    case StepKind::prune:
      return StagePhase::prune;
  }
  return StagePhase::beside;
}

StageKey key_of_stage(StagePhase phase, int wave) {
  switch (phase) {
    case StagePhase::scaffold:
      return {0, 0, 0};
    case StagePhase::pre_sync:
      return {1, wave, 0};
    case StagePhase::beside:
      return {2, wave, 0};
    case StagePhase::quiesce:
      return {2, wave, 1};
    case StagePhase::exclusive:
      return {2, wave, 2};
    case StagePhase::switch_over:
      return {3, 0, 0};
    case StagePhase::post_sync:
      return {4, wave, 0};
    case StagePhase::retire:
      return {5, 0, 0};
    case StagePhase::prune:
      return {6, 0, 0};
  }
  return {2, wave, 0};
}

}  // namespace

std::string_view to_string(StagePhase phase) {
  switch (phase) {
    case StagePhase::scaffold:
      return "scaffold";
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
    Stage& stage = ordered[key_of_stage(phase, step.wave)];
    stage.phase = phase;
    stage.wave = step.wave;
    stage.steps.push_back(step.id);
    stage.gated =
        phase != StagePhase::scaffold && phase != StagePhase::quiesce && !after_commit(phase);
  }
  std::vector<Stage> out;
  out.reserve(ordered.size());
  for (auto& [key, stage] : ordered) out.push_back(std::move(stage));
  return out;
}

bool after_commit(StagePhase phase) {
  return phase == StagePhase::retire || phase == StagePhase::prune;
}

}  // namespace rumbo::engine
