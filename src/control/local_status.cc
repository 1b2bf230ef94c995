// The verbs that show how things are now: status, get.
#include <algorithm>
#include <set>

#include "base/strings.h"
#include "control/local_operations.h"
#include "control/record_view.h"
#include "engine/health.h"
#include "engine/rules.h"

namespace rumbo::control {
namespace {

constexpr Duration kLookTimeout = 30s;

Value or_null(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}

std::string_view sync_word(const engine::ScopeState& state, const ScopeLive& live,
                           const WantedStatus& wanted) {
  if (!state.committed) return "OutOfSync";
  if (live.error || wanted.error) return "Unknown";
  const bool fields_differ = std::any_of(
      live.drift.begin(), live.drift.end(),
      [](const engine::DriftItem& one) { return one.kind != engine::DriftItem::Kind::unhealthy; });
  if (fields_differ) return "OutOfSync";
  if (wanted.manifest_digest.empty()) return "Synced";
  return wanted.manifest_digest == state.committed->manifest_digest ? "Synced" : "OutOfSync";
}

Value base_item(const Scope& scope) {
  return Value::object({{"application", scope.application}, {"environment", scope.environment}});
}

/// The quarantine that stands in the way now: of what is wanted. While that is not known, of what
/// was tried after the last commit. What failed before is history.
Value quarantine_value(const engine::ScopeState& state, const Digest& wanted) {
  std::vector<Value> out;
  for (const auto& [digest, one] : state.quarantined) {
    const bool in_the_way =
        wanted.empty() ? !state.committed || one.at > state.committed->at : digest == wanted;
    if (!in_the_way) continue;
    out.push_back(Value::object({{"revision", one.revision},
                                 {"reason", one.reason},
                                 {"transaction", one.txn.value},
                                 {"at", to_rfc3339(one.at)}}));
  }
  return Value::array(std::move(out));
}

std::string_view drift_of(const ScopeLive& live, const ObjectKey& key) {
  for (const engine::DriftItem& one : live.drift) {
    if (one.key == key && one.kind != engine::DriftItem::Kind::unhealthy) return "OutOfSync";
  }
  return "Synced";
}

void add_containers(std::vector<Value>& items, const Scope& scope, const Observation& seen,
                    const std::map<std::string, std::string>& pins) {
  const Value& pod = engine::pod_spec(seen.object);
  for (const char* list : {"initContainers", "containers"}) {
    for (const Value& container : pod[list].items()) {
      const std::string image = container["image"].str();
      const auto pin = pins.find(image);
      items.push_back(base_item(scope)
                          .with("object", seen.key.to_string())
                          .with("container", container["name"])
                          .with("image", image)
                          .with("why", "runs")
                          .with("pinned", pin == pins.end() ? Value() : Value(pin->second)));
    }
  }
}

}  // namespace

Result<Value> LocalOperations::applications(const std::vector<Scope>& chosen) {
  std::vector<Value> out;
  for (const Scope& scope : chosen) {
    const engine::ScopeState state = core_.state(scope);
    // Deleted, and no longer configured: only history knows it.
    if (state.deleted && !state.open && core_.placement(scope) == nullptr) continue;
    const WantedStatus wanted = core_.desired().wanted(scope);
    const Placement* placement = core_.placement(scope);
    const ScopeLive live = live_.look(scope, Consistency::cached,
                                      Cancel().with_deadline(core_.clock().mono() + kLookTimeout));
    out.push_back(
        base_item(scope)
            .with("target", scope.target.value)
            .with("namespace", placement != nullptr ? Value(placement->environment->ns) : Value())
            .with("configured", placement != nullptr)
            .with("sync", sync_word(state, live, wanted))
            .with("health", to_string(live.health.status))
            .with("reason", live.health.reason)
            .with("revision", state.committed ? revision_value(state.committed->revision) : Value())
            .with("wanted", wanted.revision ? revision_value(*wanted.revision) : Value())
            .with("error", wanted.error ? Value(wanted.error->to_string()) : Value())
            .with("transaction", state.last_txn ? Value(state.last_txn->value) : Value())
            .with("outcome", outcome_word(state.last_outcome))
            .with("cause", state.last_cause)
            .with("at", state.last_txn ? Value(to_rfc3339(state.last_at)) : Value())
            .with("quarantined", quarantine_value(state, wanted.manifest_digest))
            .with("held", state.held ? Value(state.held_reason) : Value())
            .with("paused", state.paused)
            .with("pausedReason", or_null(state.paused_reason))
            .with("contested", or_null(state.contested))
            .with("drift", live.drift.size())
            .with("open", state.open ? Value(state.open->value) : Value()));
  }
  return Value::array(std::move(out));
}

Value LocalOperations::sources() const {
  std::vector<Value> out;
  for (const auto& [key, status] : core_.desired().sources()) {
    out.push_back(
        Value::object({{"url", key.url},
                       {"ref", key.ref},
                       {"error", status.error ? Value(status.error->to_string()) : Value()},
                       {"at", to_rfc3339(status.at)}}));
  }
  return Value::array(std::move(out));
}

Result<Value> LocalOperations::status(const Selector& selector) {
  const std::vector<Scope> chosen = TRY(scopes(selector));
  const Value applications = TRY(this->applications(chosen));
  const Value sources = this->sources();
  bool healthy = true;
  std::vector<Value> attention;
  for (const Value& one : applications.items()) {
    const std::string name = one["application"].str() + "@" + one["environment"].str();
    const std::string_view health = one["health"].as_string();
    const bool well = health == "Ready" || health == "Suspended";
    healthy = healthy && well;
    if (one["outcome"].as_string() == "needs-operator") {
      healthy = false;
      attention.emplace_back(name + " needs an operator: " + one["cause"].str() +
                             " (see `rumbo show " + one["transaction"].str() +
                             "`, then `rumbo recover " + one["transaction"].str() +
                             " --undo|--finish|--accept`)");
    } else if (!well) {
      const std::string reason = one["reason"].str();
      attention.emplace_back(name + " is " + std::string(health) +
                             (reason.empty() ? "" : ": " + reason));
    }
    for (const Value& bad : one["quarantined"].items()) {
      attention.emplace_back(name + ": " + bad["revision"].str() +
                             " is quarantined: " + bad["reason"].str());
    }
    // A quarantine says the same, and its revision.
    if (one["outcome"].as_string() == "refused" && one["sync"].as_string() == "OutOfSync" &&
        one["quarantined"].empty()) {
      attention.emplace_back(name + " was refused: " + one["cause"].str() + " (see `rumbo plan " +
                             name + "`)");
    }
    if (one["held"].is_string()) {
      attention.emplace_back(name + " is held: " + one["held"].str() +
                             " (`rumbo resume` lets automation go on)");
    }
    if (one["contested"].is_string()) {
      attention.emplace_back(name + ": " + one["contested"].str() +
                             " (`rumbo sync` or `rumbo resume` lets it be healed again)");
    }
    if (one["paused"].as_bool()) {
      attention.emplace_back(
          name + " is paused" +
          (one["pausedReason"].is_string() ? ": " + one["pausedReason"].str() : std::string()) +
          " (`rumbo resume` ends it)");
    }
    if (one["error"].is_string()) attention.emplace_back(one["error"].str());
    if (!one["configured"].as_bool()) {
      attention.emplace_back(name + " is no longer in the configuration; its objects are kept");
    }
  }
  for (const auto& [target, why] : core_.unreachable()) {
    healthy = false;
    attention.emplace_back("target " + target.value + ": " + why.to_string());
  }
  const std::string config = options_.config_trouble ? options_.config_trouble() : std::string();
  if (!config.empty()) attention.emplace_back(config);
  const auto frozen = core_.frozen();
  if (frozen) {
    attention.emplace_back("all is frozen by " + frozen->by + " since " + to_rfc3339(frozen->at) +
                           (frozen->reason.empty() ? "" : ": " + frozen->reason) +
                           " (`rumbo unfreeze` ends it)");
  }
  for (const Value& source : sources.items()) {
    if (source["error"].is_string()) {
      attention.emplace_back(source["url"].str() + ": " + source["error"].str());
    }
  }
  return Value::object({{"applications", applications},
                        {"sources", sources},
                        {"daemon", options_.daemon},
                        {"healthy", healthy},
                        {"configTrouble", or_null(config)},
                        {"frozen", frozen ? freeze_value(frozen) : Value()},
                        {"attention", Value::array(std::move(attention))}});
}

/// What the targets keep for the way back, and what they would let go.
Result<> LocalOperations::add_held_images(const Selector& selector, std::vector<Value>& items) {
  if (!selector.applications.empty()) return {};
  std::set<TargetId> told;
  for (const auto& [environment, id] : core_.parts().environment_targets) {
    if (!selector.environment.empty() && selector.environment != environment) continue;
    Target* target = core_.target(id);
    if (target == nullptr || !told.insert(id).second) continue;
    const Cancel cancel = Cancel().with_deadline(core_.clock().mono() + kLookTimeout);
    for (const HeldImage& one : TRY(target->images(cancel))) {
      if (one.why == "runs") continue;  // told with its object
      items.push_back(Value::object(
          {{"target", id.value}, {"image", one.reference}, {"pinned", one.pin}, {"why", one.why}}));
    }
  }
  return {};
}

Result<Value> LocalOperations::get(const std::string& kind, const Selector& selector) {
  static constexpr std::string_view kKinds[] = {"apps", "environments", "objects", "drift",
                                                "images"};
  const auto answer = [&](std::vector<Value> items) {
    return Value::object({{"kind", kind}, {"items", Value::array(std::move(items))}});
  };
  if (std::find(std::begin(kKinds), std::end(kKinds), kind) == std::end(kKinds)) {
    const std::string_view near = closest(kind, kKinds);
    return fail(Error(Code::invalid, "`" + printable(kind, 40) + "` is nothing to get")
                    .with_hint(near.empty()
                                   ? "there are: apps, environments, objects, drift, images"
                                   : "did you mean `" + std::string(near) + "`?"));
  }
  const std::vector<Scope> chosen = TRY(scopes(selector));
  if (kind == "apps") {
    return Value::object({{"kind", kind}, {"items", TRY(applications(chosen))}});
  }
  std::vector<Value> items;
  if (kind == "environments") {
    for (const Environment& one : core_.config().environments) {
      if (!selector.environment.empty() && one.name != selector.environment) continue;
      const auto target = core_.parts().environment_targets.find(one.name);
      std::vector<Value> applications;
      for (const Scope& scope : chosen) {
        if (scope.environment == one.name) applications.emplace_back(scope.application);
      }
      items.push_back(Value::object(
          {{"name", one.name},
           {"target",
            target == core_.parts().environment_targets.end() ? "" : target->second.value},
           {"namespace", one.ns},
           {"socket", or_null(one.podman.socket)},
           {"root", or_null(one.podman.root)},
           {"kubeconfig", or_null(one.kubernetes ? one.kubernetes->kubeconfig : "")},
           {"context", or_null(one.kubernetes ? one.kubernetes->context : "")},
           {"applications", Value::array(std::move(applications))}}));
    }
    return answer(std::move(items));
  }
  for (const Scope& scope : chosen) {
    const ScopeLive live = live_.look(scope, Consistency::fresh,
                                      Cancel().with_deadline(core_.clock().mono() + kLookTimeout));
    if (live.error) return fail(Error(*live.error).with_context(scope.to_string()));
    if (kind == "drift") {
      for (const engine::DriftItem& one : live.drift) {
        std::vector<Value> fields(one.fields.begin(), one.fields.end());
        items.push_back(base_item(scope)
                            .with("object", one.key.to_string())
                            .with("kind", to_string(one.kind))
                            .with("fields", Value::array(std::move(fields)))
                            .with("reason", one.reason));
      }
      continue;
    }
    const engine::ScopeState state = core_.state(scope);
    for (const Observation& one : live.observations) {
      if (kind == "images") {
        add_containers(items, scope, one, state.committed->pins);
        continue;
      }
      const Health health = engine::assess(one);
      items.push_back(base_item(scope)
                          .with("object", one.key.to_string())
                          .with("kind", one.key.kind)
                          .with("namespace", one.key.ns)
                          .with("name", one.key.name)
                          .with("health", to_string(health.status))
                          .with("reason", health.reason)
                          .with("sync", drift_of(live, one.key)));
    }
  }
  if (kind == "images") TRY(add_held_images(selector, items));
  return answer(std::move(items));
}

}  // namespace rumbo::control
