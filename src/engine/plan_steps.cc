// From what becomes of each object to the steps that make it so.
#include <algorithm>
#include <tuple>

#include "engine/health.h"
#include "engine/order.h"
#include "engine/planner.h"
#include "engine/rules.h"

namespace rumbo::engine {
namespace {

bool has_steps(ChangeAction action) {
  return action != ChangeAction::skip && action != ChangeAction::unchanged;
}

/// A recreate is never made of what holds data or other objects.
bool may_recreate(const ObjectKey& key) {
  return !is_destructive_to_delete(key) && key.kind != "StorageClass";
}

}  // namespace

Item Planner::item_for(const ScopeInput& scope, const ObjectKey& key, const Value& want) const {
  Item item;
  item.key = key;
  item.scope = scope.scope;
  item.want_object = want;
  if (const Observation* now = live(key); now != nullptr && now->exists) {
    item.pre.absent = false;
    item.pre.uid = now->uid;
    item.pre.version = now->version;
    item.pre.object = now->object;
    item.pre.health = assess(*now).status;
  } else {
    item.pre.health = HealthStatus::missing;
  }
  return item;
}

Step& Planner::add_step(StepKind kind, int wave, std::string reason, Inverse inverse) {
  Step step;
  step.id = static_cast<StepId>(plan_.steps.size());
  step.participant = participant_.id;
  step.kind = kind;
  step.wave = wave;
  step.inverse = inverse;
  step.reason = std::move(reason);
  if (!participant_.capabilities.server_dry_run) step.level = DryRunLevel::schema;
  plan_.steps.push_back(std::move(step));
  return plan_.steps.back();
}

/// A host moves everything at once: there only the user's waves and kinds count.
void Planner::order_wanted() {
  if (!participant_.capabilities.atomic_switch) {
    std::vector<Place> places;
    std::vector<Wanted*> placed;
    for (Wanted& wanted : wanted_) {
      const bool forward =
          !wanted.hook || *wanted.hook == HookPhase::pre_sync || *wanted.hook == HookPhase::sync;
      if (!has_steps(wanted.action) || !forward) continue;
      places.push_back({wanted.object, wanted.hook == HookPhase::pre_sync, wanted.hook.has_value(),
                        wanted.wave, 0});
      placed.push_back(&wanted);
    }
    place_objects(places);
    for (std::size_t i = 0; i < places.size(); ++i) {
      placed[i]->wave = places[i].wave;
      placed[i]->order = places[i].order;
      placed[i]->before_hooks = places[i].pre_sync && !places[i].is_hook;
    }
  }
  const auto phase = [](const Wanted& one) {
    if (one.before_hooks) return 0;
    if (!one.hook || *one.hook == HookPhase::sync) return 2;
    const bool first = *one.hook == HookPhase::pre_sync || *one.hook == HookPhase::pre_delete;
    return first ? 1 : 3;
  };
  std::stable_sort(wanted_.begin(), wanted_.end(), [&](const Wanted& a, const Wanted& b) {
    return std::tuple(phase(a), a.wave, a.order, kind_rank(a.object->key)) <
           std::tuple(phase(b), b.wave, b.order, kind_rank(b.object->key));
  });
}

void Planner::add_forward_steps() {
  order_wanted();
  for (const Wanted& wanted : wanted_) {
    add_change(wanted);
    if (wanted.action == ChangeAction::skip) continue;
    if (wanted.action == ChangeAction::hook) {
      add_hook_step(wanted);
    } else if (wanted.action == ChangeAction::unchanged) {
      plan_.unchanged.push_back(item_for(*wanted.scope, wanted.object->key, wanted.want));
    } else {
      add_write_steps(wanted);
    }
  }
  add_switch();
}

void Planner::add_write_steps(const Wanted& wanted) {
  const Item item = item_for(*wanted.scope, wanted.object->key, wanted.want);
  if (item.key.kind == "Job") {
    plan_.effects.push_back(item.key.to_string() + " runs; what it does cannot be undone");
  }
  if (is_scaffold(item.key) && item.pre.absent) {
    add_step(StepKind::scaffold, wanted.wave, wanted.reason).items.push_back(item);
    return;
  }
  const Inverse inverse = inverse_of(item);
  if (!participant_.capabilities.atomic_switch) {
    Step& step = add_step(StepKind::apply, wanted.wave, wanted.reason, inverse);
    step.order = wanted.order;
    step.before_hooks = wanted.before_hooks;
    step.deadline = wanted.scope->policy.timeout;
    step.takes_foreign_fields = wanted.scope->policy.adopt || wanted.options.takes_foreign_fields;
    step.recreate = wanted.options.recreate && may_recreate(item.key);
    step.kind_may_be_unknown = wanted.options.kind_may_be_unknown;
    step.propagation = wanted.options.propagation;
    step.items.push_back(item);
    return;
  }
  if (!wanted.no_overlap.empty() && !item.pre.absent) {
    add_step(StepKind::quiesce, wanted.wave, wanted.no_overlap).items.push_back(item);
    plan_.effects.push_back(item.key.to_string() + " " + wanted.no_overlap +
                            ": it is stopped before the new one starts");
  }
  Step& stage = add_step(StepKind::stage, wanted.wave, wanted.reason, inverse);
  stage.deadline = wanted.scope->policy.timeout;
  stage.items.push_back(item);
  switched_.push_back(item);
}

void Planner::add_change(const Wanted& wanted) {
  const Observation* now = live(wanted.object->key);
  PlannedChange change{wanted.scope->scope,
                       wanted.object->key,
                       wanted.action,
                       wanted.wave,
                       wanted.reason,
                       wanted.object->origin,
                       {},
                       wanted.want};
  if (now != nullptr && now->exists) change.before = now->object;
  const auto& comparison = participant_.capabilities.comparison;
  if (wanted.action == ChangeAction::update && comparison) {
    auto shown = comparison->shown(change.before, change.after);
    change.before = std::move(shown.before);
    change.after = std::move(shown.after);
  }
  plan_.changes.push_back(std::move(change));
}

Inverse Planner::inverse_of(const Item& item) {
  // What it added may hold data already, and a version once stored cannot be taken back.
  if (item.key.kind == "CustomResourceDefinition") return Inverse::keep_and_report;
  if (item.key.kind != "PersistentVolumeClaim" || !item.pre.absent) return Inverse::exact;
  plan_.effects.push_back(item.key.to_string() +
                          " is kept and listed if the transaction fails: deleting it frees data");
  return Inverse::keep_and_report;
}

/// One switch for everything this participant changes, also what only leaves the Services.
void Planner::add_switch() {
  if (switched_.empty()) return;
  int last = 0;
  Duration deadline{0};
  for (const Wanted& wanted : wanted_) {
    last = std::max(last, wanted.wave);
    deadline = std::max(deadline, wanted.scope->policy.timeout);
  }
  Step& step = add_step(StepKind::switch_over, last, "one atomic move of all Services");
  step.deadline = deadline;
  step.items = switched_;
}

void Planner::add_after_commit_steps() {
  // Removed objects go in the reverse order of their making: what sends traffic first.
  std::stable_sort(removals_.begin(), removals_.end(), [](const Removal& a, const Removal& b) {
    return std::tuple(a.wave, default_wave(a.key), kind_rank(a.key)) >
           std::tuple(b.wave, default_wave(b.key), kind_rank(b.key));
  });
  if (!switched_.empty()) {
    Step& retire = add_step(StepKind::retire, 0, "drain what the switch left", Inverse::none);
    retire.items = switched_;
  }
  for (const Removal& removal : removals_) {
    Step& prune =
        add_step(StepKind::prune, removal.wave,
                 removal.scope->deletes ? "its application is deleted" : "no longer declared",
                 Inverse::none);
    prune.order = default_wave(removal.key) * kOrderPerWave;
    prune.propagation = removal.propagation;
    prune.items.push_back(item_for(*removal.scope, removal.key, Value()));
  }
  if (participant_.capabilities.atomic_switch) return;  // a host keeps no hooks
  const std::size_t steps = plan_.steps.size();
  for (StepId id = 0; id < steps; ++id) {
    const Step hook = plan_.steps[id];
    if (hook.participant != participant_.id || hook.kind != StepKind::hook) continue;
    const bool ran = hook.for_step == kNoStep && hook.hook != to_string(HookPhase::sync_fail) &&
                     hook.hook != to_string(HookPhase::test);
    const bool deleted = hook.hook == to_string(HookPhase::pre_delete) ||
                         hook.hook == to_string(HookPhase::post_delete);
    if (!ran || !(hook.cleanup.on_success || deleted)) continue;
    Step& retire = add_step(StepKind::retire, hook.wave, "the hook succeeded", Inverse::none);
    retire.hook = hook.hook;
    retire.items = hook.items;
  }
}

}  // namespace rumbo::engine
