#include "engine/plan.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "engine/compare.h"
#include "engine/health.h"
#include "engine/rules.h"

namespace rumbo::engine {
namespace {

constexpr std::array<std::pair<ChangeAction, std::string_view>, 8> kActions{{
    {ChangeAction::create, "create"},
    {ChangeAction::update, "update"},
    {ChangeAction::restart, "restart"},
    {ChangeAction::unchanged, "unchanged"},
    {ChangeAction::prune, "prune"},
    {ChangeAction::orphan, "orphan"},
    {ChangeAction::hook, "hook"},
    {ChangeAction::skip, "skip"},
}};

using LiveMap = std::map<ObjectKey, const Observation*>;

/// Builds the steps of one participant; one instance per participant.
class Planner {
 public:
  Planner(const PlanInput& input, const ParticipantInput& participant, Plan& plan)
      : input_(input), participant_(participant), plan_(plan) {
    for (const Observation& one : participant.live) live_[one.key] = &one;
  }

  void run() {
    for (const ScopeInput& scope : input_.scopes) {
      if (scope.scope.target == participant_.id) plan_scope(scope);
    }
    add_forward_steps();
    add_after_commit_steps();
  }

 private:
  struct Wanted {
    const ScopeInput* scope;
    const Object* object;
    int wave;
    std::optional<HookPhase> hook;
    ChangeAction action;
    std::string reason;
    std::string no_overlap;
  };

  const Observation* live(const ObjectKey& key) const {
    const auto it = live_.find(key);
    return it == live_.end() ? nullptr : it->second;
  }

  void refuse(const ScopeInput& scope, const Object* object, std::string message,
              std::string hint = {}) {
    Refusal refusal{scope.scope, {}, std::move(message), std::move(hint), {}};
    if (object != nullptr) {
      refusal.key = object->key;
      refusal.origin = object->origin;
    }
    plan_.refusals.push_back(std::move(refusal));
  }

  void plan_scope(const ScopeInput& scope) {
    if (scope.manifest.objects.empty() && !scope.inventory.empty() && !scope.policy.allow_empty) {
      refuse(scope, nullptr,
             scope.scope.to_string() +
                 ": the revision renders no objects, which would delete all " +
                 std::to_string(scope.inventory.size()),
             "set sync.allowEmpty: true if that is meant");
      return;
    }
    for (const Object& object : scope.manifest.objects) plan_object(scope, object);
    roll_config_users(scope);
    for (const ObjectKey& key : scope.inventory) plan_removal(scope, key);
  }

  void plan_object(const ScopeInput& scope, const Object& object) {
    if (!kind_supported(scope, object) || !fields_supported(scope, object)) return;
    const auto wave = wave_of(object.value);
    const auto hook = hook_of(object.value);
    if (!wave) return refuse(scope, &object, wave.error().message());
    if (!hook) return refuse(scope, &object, hook.error().message());
    if (!may_own(scope, object, hook->has_value())) return;
    Wanted wanted{&scope, &object, *wave, *hook, ChangeAction::unchanged, {}, {}};
    classify(wanted);
    if (wanted.action == ChangeAction::update && object.key.kind == "CustomResourceDefinition") {
      plan_.effects.push_back("the update of " + object.key.to_string() +
                              " runs first, only adds, and stays");
    }
    wanted_.push_back(std::move(wanted));
  }

  bool kind_supported(const ScopeInput& scope, const Object& object) {
    const auto& kinds = participant_.capabilities.kinds;
    const std::string name =
        object.key.group.empty() ? object.key.kind : object.key.kind + "." + object.key.group;
    if (kinds.empty() || kinds.contains(name)) return true;
    std::string known;
    for (const std::string& kind : kinds) known += (known.empty() ? "" : ", ") + kind;
    refuse(scope, &object, object.key.to_string() + ": this target does not run kind " + name,
           "it runs " + known);
    return false;
  }

  /// Refuses every field the target cannot honour, and lists those that change nothing there.
  bool fields_supported(const ScopeInput& scope, const Object& object) {
    if (!participant_.capabilities.check) return true;
    bool all = true;
    for (const FieldFinding& one : participant_.capabilities.check(object.value)) {
      const std::string what = object.key.to_string() + ": " + one.message;
      if (one.ignored) {
        plan_.effects.push_back(what + " (ignored)");
        continue;
      }
      refuse(scope, &object, what, one.hint);
      plan_.refusals.back().origin = object.locate(one.pointer);
      all = false;
    }
    return all;
  }

  /// An object belongs to one application; what others own or made is not taken silently. Hooks
  /// leave their last run behind, under a name of its own.
  bool may_own(const ScopeInput& scope, const Object& object, bool is_hook) {
    const auto claim = input_.claims.find({participant_.id, object.key});
    if (claim != input_.claims.end()) {
      refuse(scope, &object,
             object.key.to_string() + " is already owned by " + claim->second.to_string(),
             "declare it in one application only");
      return false;
    }
    const auto [first, inserted] = declared_.emplace(object.key, &scope);
    if (!inserted) {
      refuse(scope, &object,
             object.key.to_string() + " is declared by " + first->second->scope.to_string() +
                 " and " + scope.scope.to_string(),
             "declare it in one application only");
      return false;
    }
    const Observation* now = live(object.key);
    if (now == nullptr || !now->exists || scope.policy.adopt || is_hook) return true;
    const auto& owned = scope.inventory;
    if (std::find(owned.begin(), owned.end(), object.key) != owned.end()) return true;
    if (now->owner && now->owner->install == input_.install) return true;
    refuse(scope, &object,
           object.key.to_string() + " exists already and was not made by this application",
           "set sync.adopt: true to take it over");
    return false;
  }

  void classify(Wanted& wanted) {
    const Object& object = *wanted.object;
    if (wanted.hook) {
      classify_hook(wanted);
      return;
    }
    wanted.no_overlap = cannot_overlap(object.value, wanted.scope->manifest.objects);
    const Observation* now = live(object.key);
    if (now == nullptr || !now->exists) {
      wanted.action = ChangeAction::create;
      wanted.reason = input_.heal ? "missing" : "new";
      return;
    }
    if (!holds(participant_.capabilities, now->object, object.value)) {
      wanted.action = ChangeAction::update;
      wanted.reason = input_.heal ? "drifted" : "changed";
      return;
    }
    const Health health = assess(*now);
    if (participant_.capabilities.atomic_switch && is_workload(object.key) &&
        health.status != HealthStatus::ready && health.status != HealthStatus::suspended) {
      wanted.action = ChangeAction::restart;
      wanted.reason = "not healthy: " + health.reason;
    }
  }

  void classify_hook(Wanted& wanted) {
    const Object& object = *wanted.object;
    const std::string name =
        object.key.group.empty() ? object.key.kind : object.key.kind + "." + object.key.group;
    const auto& kinds = participant_.capabilities.hook_kinds;
    if (!kinds.contains(name) && !kinds.contains("*")) {
      refuse(*wanted.scope, &object,
             object.key.to_string() + ": this target cannot run hooks of kind " + name);
      return;
    }
    if (input_.heal || (!input_.with_hooks && *wanted.hook == HookPhase::pre_sync)) {
      wanted.action = ChangeAction::skip;
      wanted.reason = input_.heal ? "hooks do not run to heal" : "a rollback skips PreSync hooks";
      return;
    }
    wanted.action = ChangeAction::hook;
    wanted.reason = std::string(to_string(*wanted.hook)) + " hook";
    plan_.effects.push_back(object.key.to_string() + " runs as " + wanted.reason +
                            "; what it does cannot be undone");
  }

  /// On a host, pods read ConfigMaps and Secrets when they start: a changed one renews its users.
  void roll_config_users(const ScopeInput& scope) {
    if (!participant_.capabilities.rolls_on_config_change) return;
    std::set<ObjectKey> changed;
    for (const Wanted& wanted : wanted_) {
      if (wanted.scope == &scope &&
          (wanted.action == ChangeAction::create || wanted.action == ChangeAction::update)) {
        changed.insert(wanted.object->key);
      }
    }
    for (Wanted& wanted : wanted_) {
      if (wanted.scope != &scope || wanted.action != ChangeAction::unchanged) continue;
      if (!is_workload(wanted.object->key)) continue;
      for (const ObjectKey& used : config_references(wanted.object->value)) {
        if (!changed.contains(used)) continue;
        wanted.action = ChangeAction::restart;
        wanted.reason = used.to_string() + " changed";
        break;
      }
    }
  }

  void plan_removal(const ScopeInput& scope, const ObjectKey& key) {
    if (scope.manifest.find(key) != nullptr || declared_.contains(key)) return;
    const Observation* now = live(key);
    PlannedChange change{scope.scope, key, ChangeAction::prune, 0, "no longer declared", {},
                         {},          {}};
    if (now != nullptr && now->exists) change.before = now->object;
    if (input_.heal) return;  // healing never deletes
    if (!scope.policy.prune) {
      change.action = ChangeAction::orphan;
      change.reason = "no longer declared; pruning is off";
      plan_.changes.push_back(std::move(change));
      return;
    }
    const auto& allowed = scope.policy.allow_destructive;
    if (is_destructive_to_delete(key) && now != nullptr && now->exists &&
        std::find(allowed.begin(), allowed.end(), key.kind) == allowed.end()) {
      refuse(scope, nullptr,
             scope.scope.to_string() + ": " + key.to_string() +
                 " is no longer declared, and deleting it cannot be undone",
             "declare it again, or add `" + key.kind + "` to sync.allowDestructive");
      return;
    }
    plan_.changes.push_back(change);
    removals_.push_back({&scope, key});
  }

  Item item_for(const ScopeInput& scope, const ObjectKey& key, const Value& want) const {
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

  Step& add_step(StepKind kind, int wave, std::string reason, Inverse inverse = Inverse::exact) {
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

  void add_forward_steps() {
    std::stable_sort(wanted_.begin(), wanted_.end(), [](const Wanted& a, const Wanted& b) {
      if (a.wave != b.wave) return a.wave < b.wave;
      return kind_rank(a.object->key) < kind_rank(b.object->key);
    });
    const bool atomic = participant_.capabilities.atomic_switch;
    for (const Wanted& wanted : wanted_) {
      add_change(wanted);
      const Item item = item_for(*wanted.scope, wanted.object->key, wanted.object->value);
      switch (wanted.action) {
        case ChangeAction::skip:
          continue;
        case ChangeAction::unchanged:
          plan_.unchanged.push_back(item);
          continue;
        case ChangeAction::hook: {
          Step& step = add_step(StepKind::hook, wanted.wave, wanted.reason, hook_inverse(wanted));
          step.hook = to_string(*wanted.hook);
          step.deadline = wanted.scope->policy.timeout;
          step.items.push_back(item);
          continue;
        }
        default:
          break;
      }
      if (is_scaffold(item.key) && item.pre.absent) {
        add_step(StepKind::scaffold, wanted.wave, wanted.reason).items.push_back(item);
        continue;
      }
      if (!atomic) {
        Step& step = add_step(StepKind::apply, wanted.wave, wanted.reason, inverse_of(item));
        step.deadline = wanted.scope->policy.timeout;
        step.takes_foreign_fields = wanted.scope->policy.adopt;
        step.items.push_back(item);
        continue;
      }
      if (!wanted.no_overlap.empty() && !item.pre.absent) {
        add_step(StepKind::quiesce, wanted.wave, wanted.no_overlap).items.push_back(item);
        plan_.effects.push_back(item.key.to_string() + " " + wanted.no_overlap +
                                ": it is stopped before the new one starts");
      }
      Step& stage = add_step(StepKind::stage, wanted.wave, wanted.reason, inverse_of(item));
      stage.deadline = wanted.scope->policy.timeout;
      stage.items.push_back(item);
      switched_.push_back(item);
    }
    add_switch();
  }

  void add_change(const Wanted& wanted) {
    const Observation* now = live(wanted.object->key);
    PlannedChange change{wanted.scope->scope,
                         wanted.object->key,
                         wanted.action,
                         wanted.wave,
                         wanted.reason,
                         wanted.object->origin,
                         {},
                         wanted.object->value};
    if (now != nullptr && now->exists) change.before = now->object;
    plan_.changes.push_back(std::move(change));
  }

  Inverse inverse_of(const Item& item) {
    // What it added may hold data already, and a version once stored cannot be taken back.
    if (item.key.kind == "CustomResourceDefinition") return Inverse::keep_and_report;
    if (item.key.kind != "PersistentVolumeClaim" || !item.pre.absent) return Inverse::exact;
    plan_.effects.push_back(item.key.to_string() +
                            " is kept and listed if the transaction fails: deleting it frees data");
    return Inverse::keep_and_report;
  }

  static Inverse hook_inverse(const Wanted& wanted) {
    return annotation(wanted.object->value, "rumbo.dev/compensate").empty()
               ? Inverse::keep_and_report
               : Inverse::compensate;
  }

  /// One switch for everything this participant changes, also what only leaves the Services.
  void add_switch() {
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

  void add_after_commit_steps() {
    // Removed objects go in the reverse order of their making: what sends traffic first.
    std::stable_sort(removals_.begin(), removals_.end(), [](const Removal& a, const Removal& b) {
      return kind_rank(a.key) > kind_rank(b.key);
    });
    if (!switched_.empty()) {
      Step& retire = add_step(StepKind::retire, 0, "drain what the switch left", Inverse::none);
      retire.items = switched_;
    }
    for (const Removal& removal : removals_) {
      Step& prune = add_step(StepKind::prune, 0, "no longer declared", Inverse::none);
      prune.items.push_back(item_for(*removal.scope, removal.key, Value()));
    }
  }

  struct Removal {
    const ScopeInput* scope;
    ObjectKey key;
  };

  const PlanInput& input_;
  const ParticipantInput& participant_;
  Plan& plan_;
  LiveMap live_;
  std::vector<Wanted> wanted_;
  std::map<ObjectKey, const ScopeInput*> declared_;
  std::vector<Item> switched_;
  std::vector<Removal> removals_;
};

}  // namespace

std::string_view to_string(ChangeAction action) {
  for (const auto& [candidate, word] : kActions) {
    if (candidate == action) return word;
  }
  return "unchanged";
}

Plan make_plan(const PlanInput& input) {
  Plan plan;
  for (const ParticipantInput& participant : input.participants) {
    Planner(input, participant, plan).run();
  }
  return plan;
}

}  // namespace rumbo::engine
