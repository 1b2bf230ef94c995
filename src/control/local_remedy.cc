// The verbs for bad days: a snapshot for a backup, and what an operator decides about targets that
// are not as they were left.
#include <algorithm>
#include <set>

#include "base/strings.h"
#include "control/local_operations.h"

namespace rumbo::control {
namespace {

constexpr Duration kRemedyTimeout = 2min;
constexpr std::string_view kWords[] = {"from-target", "recreate-volume", "adopt", "forget"};

bool is_named(const ObjectKey& key, const std::string& object) {
  return object.empty() || object == key.name ||
         to_lower(object) == to_lower(key.kind + "/" + key.name);
}

std::string done_text(Remedy remedy, const Scope& scope, const ObjectKey& key) {
  const std::string what = key.to_string() + " of " + scope.to_string();
  switch (remedy) {
    case Remedy::from_target:
      return what + " is in the inventory";
    case Remedy::recreate_volume:
      return what + " has a new, empty volume";
    case Remedy::forget:
      return what + " is forgotten";
    case Remedy::adopt:
      break;
  }
  return what;
}

std::string next_text(Remedy remedy) {
  switch (remedy) {
    case Remedy::from_target:
      return "automation is paused for these applications, so that nothing is pruned unseen: look "
             "at `rumbo plan`, then `rumbo sync` and `rumbo resume`";
    case Remedy::adopt:
      return "`rumbo plan` tells what will be deployed anew";
    case Remedy::recreate_volume:
      return "`rumbo status` tells when its pods run again";
    case Remedy::forget:
      return "what Git declares is made anew by the next sync; `rumbo plan` shows it";
  }
  return {};
}

}  // namespace

std::string_view remedy_word(Remedy remedy) {
  return kWords[static_cast<std::size_t>(remedy)];
}

std::optional<Remedy> remedy_from(std::string_view word) {
  for (std::size_t i = 0; i < std::size(kWords); ++i) {
    if (kWords[i] == word) return static_cast<Remedy>(i);
  }
  return std::nullopt;
}

Result<Value> LocalOperations::snapshot() {
  if (!options_.snapshot) return fail(Code::unsupported, "nothing here can be backed up");
  return options_.snapshot();
}

Result<Value> LocalOperations::remedy(const RemedyOptions& options) {
  const bool about_objects =
      options.remedy == Remedy::recreate_volume || options.remedy == Remedy::forget;
  const std::vector<Scope> chosen = TRY(scopes(options.select));
  if (about_objects && options.select.applications.empty()) {
    return fail(Error(Code::invalid, std::string("--") + std::string(remedy_word(options.remedy)) +
                                         " needs the application it is about")
                    .with_hint("`rumbo status` names it"));
  }
  std::set<TargetId> targets;
  for (const auto& [environment, target] : core_.parts().environment_targets) {
    if (options.select.environment.empty() || options.select.environment == environment) {
      targets.insert(target);
    }
  }
  std::map<TargetId, std::map<ObjectKey, Scope>> keys;
  for (const Scope& scope : about_objects ? chosen : std::vector<Scope>()) {
    for (const ObjectKey& key : TRY(core_.journal().inventory(scope))) {
      const bool fits = options.remedy == Remedy::forget || key.kind == "PersistentVolumeClaim";
      if (fits && is_named(key, options.object)) keys[scope.target].emplace(key, scope);
    }
  }
  if (about_objects && keys.empty()) {
    return fail(Error(Code::not_found,
                      options.object.empty()
                          ? "the application owns nothing of the kind"
                          : "the application owns no `" + printable(options.object, 80) + "`")
                    .with_hint("`rumbo get objects` lists what there is"));
  }

  // Before the target is free again: automation must not run ahead of the person.
  std::vector<Value> paused;
  const auto pause_all = [&](const std::vector<Scope>& all) -> Result<> {
    for (const Scope& scope : all) {
      if (options.remedy != Remedy::from_target || core_.state(scope).paused) continue;
      TRY(core_.append(engine::pause_draft(scope, true, "taken over from what runs on the host",
                                           {options.actor}, core_.epoch())));
      paused.emplace_back(scope.to_string());
    }
    return {};
  };
  TRY(pause_all(chosen));

  const Cancel cancel = Cancel().with_deadline(core_.clock().mono() + kRemedyTimeout);
  std::vector<Value> done;
  std::set<Scope> touched;
  Draft draft;
  draft.actor = {options.actor.empty() ? "user:unknown" : options.actor};
  draft.epoch = core_.epoch();
  for (const TargetId& id : targets) {
    Target* target = core_.target(id);
    if (target == nullptr || (about_objects && !keys.contains(id))) continue;
    std::vector<ObjectKey> wanted;
    for (const auto& [key, scope] : keys[id]) wanted.push_back(key);
    const auto owned = target->remedy(options.remedy, wanted, cancel);
    if (!owned) return fail(Error(owned.error()).with_context(id.value));
    if (!about_objects) TRY(core_.accept_target(id, cancel));
    for (const Owned& one : *owned) {
      const auto known = keys[id].find(one.key);
      const Scope scope = known != keys[id].end()
                              ? known->second
                              : Scope{one.owner.application, one.owner.environment, id};
      if (scope.application.empty()) continue;
      touched.insert(scope);
      done.emplace_back(done_text(options.remedy, scope, one.key));
      if (options.remedy == Remedy::recreate_volume) continue;
      const bool forget = options.remedy == Remedy::forget;
      draft.inventory.push_back(
          {forget ? InventoryChange::Op::remove : InventoryChange::Op::add, scope, one.key});
    }
    if (options.remedy == Remedy::adopt) done.emplace_back(id.value + ": accepted as it is");
    // What the target does not have any more is only in the inventory.
    for (const auto& [key, scope] : keys[id]) {
      const bool told =
          std::any_of(owned->begin(), owned->end(),
                      [&, wanted_key = key](const Owned& one) { return one.key == wanted_key; });
      if (options.remedy != Remedy::forget || told) continue;
      touched.insert(scope);
      done.emplace_back(done_text(options.remedy, scope, key));
      draft.inventory.push_back({InventoryChange::Op::remove, scope, key});
    }
  }
  std::vector<Value> scope_values;
  for (const Scope& scope : touched) scope_values.push_back(to_value(scope));
  draft.body = Value::object({{"event", "remedy"},
                              {"remedy", remedy_word(options.remedy)},
                              {"scopes", Value::array(std::move(scope_values))},
                              {"done", Value::array(std::vector<Value>(done))}});
  TRY(core_.append(std::move(draft)));
  TRY(pause_all({touched.begin(), touched.end()}));
  if (options_.changed) options_.changed();
  if (done.empty()) done.emplace_back("nothing was to be done");
  return Value::object({{"done", Value::array(std::move(done))},
                        {"paused", Value::array(std::move(paused))},
                        {"next", next_text(options.remedy)}});
}

}  // namespace rumbo::control
