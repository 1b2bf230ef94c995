// The scenarios of the enumeration. Each names what its target must look like when nothing goes
// wrong; the required ending of every fault follows from that (see enumerate_test.cc).
#include <algorithm>

#include "rig.h"

namespace rumbo::simtest {
namespace {

using sim::Character;

const TargetId kHost{"host"};
const TargetId kCluster{"cluster"};

Scope scope_on(const TargetId& target, std::string app = "shop") {
  return {std::move(app), "dev", target};
}

SyncPolicy quick() {
  SyncPolicy policy;
  policy.timeout = 20s;
  return policy;
}
/// It bears an outage also while nothing is touched yet.
SyncPolicy patient() {
  SyncPolicy policy;
  policy.timeout = 2min;
  return policy;
}

AppVersion version(const Scope& scope, std::vector<Value> objects, SyncPolicy policy = quick()) {
  return {scope, std::move(objects), std::move(policy)};
}

Value config(const std::string& data) {
  return object("v1", "ConfigMap", "ns", "config", data);
}
Value service() {
  return object("v1", "Service", "ns", "web", "port 80");
}
Value job(const std::string& name, const std::string& phase) {
  return annotated(object("batch/v1", "Job", "ns", name), "rumbo.dev/hook", phase);
}
ObjectKey web_key() {
  return {"apps", "Deployment", "ns", "web"};
}

std::vector<Value> web(const std::string& image, const std::string& data,
                       const std::string& health = "after:2s") {
  return {config(data), service(), deployment("ns", "web", image, health)};
}

Value recreated(Value object) {
  return object.with_path({"spec", "strategy", "type"}, "Recreate");
}

Scenario on(const TargetId& id, Character character, std::string name, std::vector<Value> before,
            std::vector<Value> after, Natural natural, SyncPolicy policy = quick()) {
  Scenario out;
  out.name = std::move(name);
  out.targets[id] = character;
  if (!before.empty()) out.before = {version(scope_on(id), std::move(before))};
  out.after = {version(scope_on(id), std::move(after), std::move(policy))};
  out.natural = natural;
  return out;
}

Scenario host(std::string name, std::vector<Value> before, std::vector<Value> after,
              Natural natural, SyncPolicy policy = quick()) {
  return on(kHost, Character::host, std::move(name), std::move(before), std::move(after), natural,
            std::move(policy));
}

Scenario cluster(std::string name, std::vector<Value> before, std::vector<Value> after,
                 Natural natural) {
  return on(kCluster, Character::cluster, std::move(name), std::move(before), std::move(after),
            natural);
}

Scenario with_foreign(Scenario scenario, const ObjectKey& key) {
  scenario.foreign = {scenario.targets.begin()->first, key};
  return scenario;
}

std::vector<Value> waves_and_hooks(const std::string& image, bool post_sync_fails) {
  Value last = deployment("ns", "worker", image, "after:1s");
  Value post = job("smoke", "PostSync");
  if (post_sync_fails) post = annotated(post, "sim/hook", "fail");
  return {job("migrate", "PreSync"), deployment("ns", "web", image, "after:1s"),
          annotated(last, "rumbo.dev/wave", "2"), post};
}

Scenario two_participants(std::string name, const std::string& second_health, Natural natural) {
  Scenario out;
  out.name = std::move(name);
  out.targets = {{kHost, Character::host}, {kCluster, Character::cluster}};
  out.before = {version(scope_on(kHost, "front"), {deployment("ns", "web", "app:1")}),
                version(scope_on(kCluster, "back"), {deployment("ns", "api", "app:1")})};
  out.after = {
      version(scope_on(kHost, "front"), {deployment("ns", "web", "app:2", "after:1s")}),
      version(scope_on(kCluster, "back"), {deployment("ns", "api", "app:2", second_health)})};
  out.natural = natural;
  return out;
}

Scenario two_applications() {
  Scenario out = host("host-two-apps-second-bad", {}, {}, Natural::restored);
  out.before = {version(scope_on(kHost, "shop"), {deployment("ns", "web", "app:1")}),
                version(scope_on(kHost, "cart"), {deployment("ns", "cart", "app:1")})};
  out.after = {version(scope_on(kHost, "shop"), {deployment("ns", "web", "app:2")}),
               version(scope_on(kHost, "cart"), {deployment("ns", "cart", "app:2", "never")})};
  return out;
}

Scenario healing() {
  Scenario out = host("host-heal", web("app:1", "a"), web("app:1", "a"), Natural::committed);
  out.heal = true;
  out.damage = [](std::map<TargetId, sim::World>& worlds) {
    worlds.begin()->second.lost.insert(web_key());
  };
  return out;
}

// ---- Orders, hooks and deletions

Value needs(Value object, const std::string& name) {
  return annotated(std::move(object), "sim/needs", name);
}
Value outlives(Value object, const std::string& name) {
  return annotated(std::move(object), "sim/outlives", name);
}

/// One object of each default wave, listed backwards: only the order that is kept can be right.
std::vector<Value> default_waves(const std::string& health) {
  const Value mounts = Value::object({{"configMap", Value::object({{"name", "config"}})}});
  const Value backend = Value::object({{"service", Value::object({{"name", "web"}})}});
  std::vector<Value> out;
  out.push_back(needs(
      object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "", "guard"),
      "entry"));
  out.push_back(outlives(needs(object("networking.k8s.io/v1", "Ingress", "ns", "entry"), "app")
                             .with_path({"spec", "defaultBackend"}, backend),
                         "guard"));
  out.push_back(
      outlives(needs(deployment("ns", "app", "app:1", health), "web")
                   .with_path({"spec", "template", "spec", "volumes"}, Value::array({mounts})),
               "entry"));
  out.push_back(outlives(needs(object("v1", "Service", "ns", "web", "80"), "config"), "app"));
  out.push_back(outlives(config("a"), "web"));
  return out;
}

Scenario with_answers(Scenario scenario) {
  scenario.answers = {"report"};
  scenario.taken_back = {"migrate", "migrate-back"};
  return scenario;
}

/// A migration that can be taken back, and a report of failures.
std::vector<Value> migration(const std::string& image, const std::string& health) {
  return {annotated(job("migrate", "PreSync"), "rumbo.dev/compensate", "migrate-back"),
          job("migrate-back", "Compensate"), job("report", "SyncFail"),
          deployment("ns", "web", image, health)};
}

Scenario deletion(const TargetId& id, Character character, std::string name, bool hook_fails) {
  Scenario out = on(id, character, std::move(name), {config("a"), deployment("ns", "web", "app:1")},
                    {}, hook_fails ? Natural::restored : Natural::committed);
  Value before = needs(job("drain", "PreDelete"), "web");
  if (hook_fails) before = annotated(before, "sim/hook", "fail");
  out.after = {version(scope_on(id), {before, outlives(job("bye", "PostDelete"), "web")})};
  out.after[0].deletes = true;
  out.cleaned = {"drain", "bye"};
  return out;
}

Scenario recreation(std::string name, const std::string& health, Natural natural) {
  const auto service_of = [](const std::string& data) {
    return annotated(object("v1", "Service", "ns", "db", data), "rumbo.dev/sync-options",
                     "Force=true")
        .with_path({"spec", "immutable"}, data);
  };
  return cluster(std::move(name), {service_of("a"), deployment("ns", "web", "app:1")},
                 {service_of("b"), deployment("ns", "web", "app:2", health)}, natural);
}

void add_orders_and_hooks(std::vector<Scenario>& all) {
  all.push_back(cluster("cluster-waves", {}, default_waves("after:1s"), Natural::committed));
  all.push_back(cluster("cluster-waves-bad", {}, default_waves("never"), Natural::restored));
  all.push_back(cluster("cluster-prune-order", default_waves(""),
                        {object("v1", "ConfigMap", "ns", "other", "b")}, Natural::committed));
  all.push_back(with_answers(cluster("cluster-migration", {deployment("ns", "web", "app:1")},
                                     migration("app:2", "after:1s"), Natural::committed)));
  all.push_back(with_answers(cluster("cluster-migration-bad", {deployment("ns", "web", "app:1")},
                                     migration("app:2", "never"), Natural::restored)));
  all.push_back(with_answers(host("host-migration-bad", {deployment("ns", "web", "app:1")},
                                  migration("app:2", "never"), Natural::restored)));
  all.push_back(deletion(kCluster, Character::cluster, "cluster-delete", false));
  all.push_back(deletion(kCluster, Character::cluster, "cluster-delete-bad", true));
  all.push_back(deletion(kHost, Character::host, "host-delete", false));
  all.push_back(recreation("cluster-recreate", "after:1s", Natural::committed));
  all.push_back(recreation("cluster-recreate-bad", "never", Natural::restored));
}

std::vector<Scenario> make_scenarios() {
  const Value ns = object("v1", "Namespace", "", "ns");
  const ObjectKey config_key{"", "ConfigMap", "ns", "config"};
  SyncPolicy soak = quick();
  soak.soak = 10s;
  std::vector<Value> create = web("app:1", "a");
  create.insert(create.begin(), ns);
  std::vector<Scenario> all;
  all.push_back(with_foreign(host("host-create", {}, create, Natural::committed), key_of(ns)));
  all.push_back(with_foreign(
      host("host-update", web("app:1", "a"), web("app:2", "b"), Natural::committed), web_key()));
  all.push_back(with_foreign(
      host("host-bad", web("app:1", "a"), web("app:2", "b", "never"), Natural::restored),
      web_key()));
  all.push_back(
      host("host-crashing", web("app:1", "a"), web("app:2", "b", "fail"), Natural::restored));
  all.push_back(host("host-no-overlap", {config("a"), recreated(deployment("ns", "db", "app:1"))},
                     {config("b"), recreated(deployment("ns", "db", "app:2", "after:2s"))},
                     Natural::committed));
  all.push_back(
      host("host-no-overlap-bad", {config("a"), recreated(deployment("ns", "db", "app:1"))},
           {config("b"), recreated(deployment("ns", "db", "app:2", "never"))}, Natural::restored));
  all.push_back(host("host-waves-hooks", {deployment("ns", "web", "app:1")},
                     waves_and_hooks("app:2", false), Natural::committed));
  all.push_back(host("host-hook-fails", {deployment("ns", "web", "app:1")},
                     waves_and_hooks("app:2", true), Natural::restored));
  all.push_back(host("host-prune", web("app:1", "a"), {deployment("ns", "web", "app:2")},
                     Natural::committed, patient()));
  all.push_back(host("host-soak-regress", web("app:1", "a"), web("app:2", "a", "regress:6s"),
                     Natural::restored, soak));
  all.push_back(two_applications());
  all.push_back(host("host-rejected", web("app:1", "a"),
                     {annotated(deployment("ns", "web", "app:2"), "sim/dry-run", "reject")},
                     Natural::unchanged));
  all.push_back(host("host-image-missing", web("app:1", "a"),
                     {annotated(deployment("ns", "web", "app:9"), "sim/image", "missing")},
                     Natural::unchanged));
  all.push_back(healing());
  all.push_back(
      with_foreign(cluster("cluster-create", {}, create, Natural::committed), config_key));
  all.push_back(with_foreign(
      cluster("cluster-update", web("app:1", "a"), web("app:2", "b"), Natural::committed),
      config_key));
  all.push_back(with_foreign(
      cluster("cluster-bad", web("app:1", "a"), web("app:2", "b", "never"), Natural::restored),
      config_key));
  all.push_back(cluster("cluster-create-bad", {}, web("app:1", "a", "never"), Natural::restored));
  all.push_back(cluster("cluster-prune", web("app:1", "a"), {deployment("ns", "web", "app:2")},
                        Natural::committed));
  all.push_back(two_participants("two-participants", "after:1s", Natural::committed));
  all.push_back(two_participants("two-participants-second-bad", "never", Natural::restored));
  add_orders_and_hooks(all);
  return all;
}

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = make_scenarios();
  return all;
}

const Scenario& scenario(std::string_view name) {
  const auto& all = scenarios();
  return *std::find_if(all.begin(), all.end(),
                       [&](const Scenario& one) { return one.name == name; });
}

}  // namespace rumbo::simtest
