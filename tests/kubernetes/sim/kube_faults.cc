// What faults of the cluster, and of people at it, do; and what a person does who is asked.
#include "kube_rig.h"

namespace rumbo::kubesim {
namespace {

using fake_api::Injected;

Value edited(const Value& object, bool owned) {
  return object.with_path({"data", owned ? "value" : "foreign"}, "kept");
}

}  // namespace

/// What a fault does right before the call it hits.
void KubeRig::act(Fault fault) {
  const auto path = [&] {
    return "/api/v1/namespaces/" + scenario_.foreign->ns + "/configmaps/" + scenario_.foreign->name;
  };
  const auto current = [&] {
    return api_.find("", "ConfigMap", scenario_.foreign->ns, scenario_.foreign->name);
  };
  switch (fault) {
    case Fault::suspend:
      plan_.suspend = true;
      break;
    case Fault::not_sent:
      next_ = Injected{.kind = Injected::Kind::not_sent};
      break;
    case Fault::lost:
      next_ = Injected{.kind = Injected::Kind::lost};
      break;
    case Fault::done:
      next_ = Injected{.kind = Injected::Kind::done};
      break;
    case Fault::done_later:
    case Fault::zombie_crash:
      next_ = Injected{.kind = Injected::Kind::done_later, .after = 20s};
      break;
    case Fault::timeout_done:
      next_ = Injected{.kind = Injected::Kind::done_answer, .status = 504};
      break;
    case Fault::throttled:
      next_ = Injected{.kind = Injected::Kind::answer, .status = 429, .retry_after = 1};
      break;
    case Fault::throttle_storm:
      storm_until_ = clock_.mono() + 30s;
      break;
    case Fault::unavailable:
      next_ = Injected{.kind = Injected::Kind::answer, .status = 503};
      break;
    case Fault::unauthorized:
      next_ = Injected{.kind = Injected::Kind::answer, .status = 401};
      break;
    case Fault::denied:
      next_ = Injected{.kind = Injected::Kind::answer, .status = 403};
      break;
    case Fault::outage:
      api_.partition_until(clock_.mono() + 2min);
      break;
    case Fault::long_outage:
    case Fault::crash_outage:
      api_.partition_until(clock_.mono() + 30min);
      break;
    case Fault::status_writer:
      api_.with([](fake_api::Cluster& cluster, fake_api::Controllers&) {
        const fake_api::Kind& kind = *cluster.kind_named("apps", "Deployment");
        for (const auto& [name, object] : std::map(cluster.store().all(kind.storage()))) {
          static_cast<void>(cluster.set_status(
              kind, name,
              object["status"].with("collisionCount",
                                    object["status"]["collisionCount"].as_int() + 1),
              "status-writer"));
        }
      });
      break;
    case Fault::foreign_edit:
    case Fault::foreign_addition:
      if (!current().is_null()) {
        api_.as("kubectl-edit", "PUT", path(), edited(current(), fault == Fault::foreign_edit));
      }
      break;
    case Fault::foreign_delete:
      api_.as("kubectl-delete", "DELETE", path());
      break;
    case Fault::foreign_create:
      for (const Value& object : scenario_.after) {
        if (key_of(object) == *scenario_.foreign && current().is_null()) {
          api_.as("kubectl-create", "POST", "/api/v1/namespaces/shop/configmaps", object);
        }
      }
      break;
    case Fault::namespace_delete:
      api_.as("kubectl-delete", "DELETE", "/api/v1/namespaces/shop");
      break;
    default:
      break;
  }
}

/// A person is asked: what is there meanwhile is kept for the oracle, and he helps once.
void KubeRig::ask(const std::string& note) {
  if (ending_.asked.empty()) {
    for (const auto& [key, object] : visible()) ending_.waiting[key] = meaning(object);
  }
  const bool meant = !scenario_.asks.empty() && note.find(scenario_.asks) != std::string::npos;
  ending_.asked.push_back(note);
  if (meant && scenario_.help) scenario_.help(api_);
}

}  // namespace rumbo::kubesim
