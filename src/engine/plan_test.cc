// What policies make of a plan: waves, hooks, sync options, ignored fields, budgets, deletions.
#include "engine/plan.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "codec/json.h"
#include "engine/stages.h"

namespace rumbo::engine {
namespace {

const TargetId kTarget{"cluster"};
const Scope kShop{"shop", "dev", kTarget};

Value object(const std::string& api, const std::string& kind, const std::string& name,
             std::initializer_list<Member> annotations = {}, const std::string& more = "{}") {
  Value out = *codec::parse_json(more);
  Value metadata = Value::object({{"name", name}, {"namespace", "ns"}});
  if (annotations.size() > 0) {
    metadata = metadata.with("annotations", Value::object(annotations));
  }
  return out.with("apiVersion", api).with("kind", kind).with("metadata", metadata);
}

Value config(const std::string& name, std::initializer_list<Member> annotations = {}) {
  return object("v1", "ConfigMap", name, annotations);
}
Value job(const std::string& name, std::initializer_list<Member> annotations) {
  return object("batch/v1", "Job", name, annotations);
}
Value web(const std::string& more = R"({"spec":{"replicas":2}})") {
  return object("apps/v1", "Deployment", "web", {}, more);
}

/// One application on a simulated cluster or host.
struct Input {
  PlanInput plan;

  explicit Input(bool host = false) {
    ScopeInput scope;
    scope.scope = kShop;
    plan.scopes.push_back(scope);
    ParticipantInput participant;
    participant.id = kTarget;
    participant.capabilities.atomic_switch = host;
    participant.capabilities.server_dry_run = !host;
    participant.capabilities.hook_kinds = {"Job.batch"};
    plan.participants.push_back(participant);
  }
  ScopeInput& scope() { return plan.scopes[0]; }
  Input& want(const Value& value) {
    scope().manifest.objects.push_back({key_of(value), value, {}});
    return *this;
  }
  Input& live(const Value& value) {
    Observation seen;
    seen.key = key_of(value);
    seen.exists = true;
    seen.object = value;
    seen.uid = "uid";
    plan.participants[0].live.push_back(seen);
    scope().inventory.push_back(seen.key);
    return *this;
  }
  Plan make() const { return make_plan(plan); }
};

std::string first_refusal(const Plan& plan) {
  return plan.refusals.empty() ? "" : plan.refusals[0].message + " / " + plan.refusals[0].hint;
}

const PlannedChange* change_of(const Plan& plan, const std::string& name) {
  const auto it = std::find_if(plan.changes.begin(), plan.changes.end(),
                               [&](const PlannedChange& one) { return one.key.name == name; });
  return it == plan.changes.end() ? nullptr : &*it;
}

/// "ConfigMap,Service|Deployment": steps of each stage, in order.
std::string order_of(const Plan& plan) {
  std::string out;
  for (const Stage& stage : stages_of(plan)) {
    if (!out.empty()) out += "|";
    std::string names;
    for (const StepId id : stage.steps) {
      names += (names.empty() ? "" : ",") + plan.steps[id].items.at(0).key.kind;
    }
    out += names;
  }
  return out;
}

TEST(Waves, KindsHaveDefaultOnes) {
  Input input;
  input.want(object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "a"))
      .want(object("networking.k8s.io/v1", "Ingress", "b"))
      .want(object("autoscaling/v2", "HorizontalPodAutoscaler", "c"))
      .want(web())
      .want(object("v1", "Service", "d"))
      .want(config("e"))
      .want(object("v1", "ServiceAccount", "f"))
      .want(object("shop.example.com/v1", "Basket", "g"));
  EXPECT_EQ(order_of(input.make()),
            "ServiceAccount|ConfigMap|Service|Basket,Deployment|HorizontalPodAutoscaler|Ingress|"
            "ValidatingWebhookConfiguration");
}

TEST(Waves, UsersWavesComeOnTopAndNeedsWin) {
  Input input;
  input.want(config("late", {{"argocd.argoproj.io/sync-wave", "5"}}))
      .want(config("used", {{"argocd.argoproj.io/sync-wave", "5"}}))
      .want(web(R"({"spec":{"template":{"spec":{"containers":[
          {"envFrom":[{"configMapRef":{"name":"used"}}]}]}}}})"));
  const Plan plan = input.make();
  EXPECT_EQ(order_of(plan), "ConfigMap|Deployment|ConfigMap");
  EXPECT_EQ(plan.steps[0].items[0].key.name, "used");
}

TEST(Waves, HooksGetWhatTheyNeedFirst) {
  Input input;
  input.want(config("settings"))
      .want(config("other"))
      .want(object("batch/v1", "Job", "migrate", {{"rumbo.dev/hook", "PreSync"}},
                   R"({"spec":{"template":{"spec":{"serviceAccountName":"runner","containers":[
                       {"envFrom":[{"configMapRef":{"name":"settings"}}]}]}}}})"))
      .want(object("v1", "ServiceAccount", "runner"))
      .want(object("rbac.authorization.k8s.io/v1", "RoleBinding", "runs", {},
                   R"({"roleRef":{"kind":"Role","name":"may"},
                       "subjects":[{"kind":"ServiceAccount","name":"runner"}]})"))
      .want(object("rbac.authorization.k8s.io/v1", "Role", "may"))
      .want(web());
  EXPECT_EQ(order_of(input.make()),
            "ServiceAccount,Role|RoleBinding|ConfigMap|Job|ConfigMap|Deployment");
}

TEST(Waves, AClusterWaitsForWhatOthersBuildOn) {
  Input input;
  input.want(object("v1", "PersistentVolumeClaim", "data"))
      .want(web())
      .want(object("networking.k8s.io/v1", "Ingress", "entry"));
  const Plan plan = input.make();
  const auto stages = stages_of(plan);
  ASSERT_EQ(stages.size(), 3u);
  EXPECT_TRUE(stages[0].gate.empty()) << "a claim may bind only when a pod uses it";
  EXPECT_EQ(stages[1].gate.size(), 1u);
  EXPECT_EQ(stages[2].gate.size(), 2u) << "the claim is waited for at the end of its wave";
}

TEST(Waves, PruningGoesBackwards) {
  Input input;
  input.live(config("e"))
      .live(web())
      .live(object("networking.k8s.io/v1", "Ingress", "b"))
      .live(object("v1", "Service", "late", {{"rumbo.dev/wave", "3"}}))
      .want(config("new"));
  EXPECT_EQ(order_of(input.make()), "ConfigMap|Service|Ingress|Deployment|ConfigMap");
}

TEST(HooksInPlans, RunWhenTheyShould) {
  const auto actions = [](Input input) {
    input.want(job("pre", {{"rumbo.dev/hook", "PreSync"}}))
        .want(job("post", {{"argocd.argoproj.io/hook", "PostSync"}}))
        .want(job("first", {{"helm.sh/hook", "pre-install"}}))
        .want(job("next", {{"helm.sh/hook", "pre-upgrade"}}))
        .want(job("test", {{"helm.sh/hook", "test"}}))
        .want(job("back", {{"helm.sh/hook", "pre-rollback"}}))
        .want(job("both", {{"helm.sh/hook", "post-upgrade,post-rollback"}}))
        .want(job("bye", {{"rumbo.dev/hook", "PostDelete"}}))
        .want(job("plain", {}));
    std::string out;
    for (const PlannedChange& change : input.make().changes) {
      if (change.action != ChangeAction::skip) out += change.key.name + " ";
    }
    return out;
  };
  Input input;
  EXPECT_EQ(actions(input), "pre next plain post both ");
  input.scope().first_time = true;
  EXPECT_EQ(actions(input), "pre first plain post ");
  input.plan.hooks = HookRule::rollback;
  input.scope().first_time = false;
  EXPECT_EQ(actions(input), "back post both ");
  input.plan.hooks = HookRule::rollback_all;
  EXPECT_EQ(actions(input), "pre next back plain post both ");
  input.plan.hooks = HookRule::test;
  EXPECT_EQ(actions(input), "test ");
  input.plan.hooks = HookRule::none;
  EXPECT_EQ(actions(input), "");
  input.plan.hooks = HookRule::all;
  input.plan.heal = true;
  EXPECT_EQ(actions(input), "");
}

TEST(HooksInPlans, NameWhatTakesThemBack) {
  Input input;
  input.want(job("migrate", {{"rumbo.dev/hook", "PreSync"}, {"rumbo.dev/compensate", "back"}}))
      .want(web());
  EXPECT_NE(first_refusal(input.make()).find("rumbo.dev/hook: Compensate"), std::string::npos);
  input.want(job("back", {{"rumbo.dev/hook", "Compensate"}}));
  const Plan plan = input.make();
  EXPECT_EQ(first_refusal(plan), "");
  const auto hook = std::find_if(plan.steps.begin(), plan.steps.end(),
                                 [](const Step& step) { return step.hook == "PreSync"; });
  const auto back = std::find_if(plan.steps.begin(), plan.steps.end(),
                                 [](const Step& step) { return step.hook == "Compensate"; });
  ASSERT_TRUE(hook != plan.steps.end() && back != plan.steps.end());
  EXPECT_EQ(back->for_step, hook->id);
  EXPECT_EQ(hook->inverse, Inverse::compensate);
  // The journal keeps all of it.
  const auto read = plan_from(to_value(plan));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->steps[back->id].for_step, hook->id);
  EXPECT_EQ(read->steps[hook->id].order, hook->order);
}

TEST(HooksInPlans, ThatOnlyAnswerMakeNoTransaction) {
  Input input;
  input.live(web()).want(web()).want(job("report", {{"rumbo.dev/hook", "SyncFail"}}));
  EXPECT_TRUE(input.make().empty());
}

TEST(HooksInPlans, OfSeveralPhasesAreSeveralJobs) {
  Input input;
  input.want(web()).want(job("check", {{"argocd.argoproj.io/hook", "PreSync,PostSync"}}));
  const Plan plan = input.make();
  EXPECT_NE(change_of(plan, "check-presync"), nullptr);
  EXPECT_NE(change_of(plan, "check-postsync"), nullptr);
}

TEST(HooksInPlans, ATestTakesThePlaceOfItsLastRun) {
  Input input;
  input.plan.hooks = HookRule::test;
  input.live(web()).want(web()).want(
      job("smoke", {{"helm.sh/hook", "test"}, {"helm.sh/hook-delete-policy", "hook-succeeded"}}));
  const Plan plan = input.make();
  const auto hook = std::ranges::find_if(plan.steps, [](const Step& s) { return !s.hook.empty(); });
  ASSERT_TRUE(hook != plan.steps.end());
  EXPECT_TRUE(hook->cleanup.before_creation);
}

TEST(HooksInPlans, WhatAJobNeedsIsMadeOnceUnderItsName) {
  Input input;
  input.plan.participants[0].capabilities.hook_kinds = {"*"};
  input.want(web()).want(config("settings", {{"argocd.argoproj.io/hook", "PreSync,PostSync"}}));
  const Plan plan = input.make();
  ASSERT_NE(change_of(plan, "settings"), nullptr);
  EXPECT_EQ(std::ranges::count_if(plan.steps, [](const Step& s) { return !s.hook.empty(); }), 1);
  EXPECT_EQ(change_of(plan, "settings-presync"), nullptr);
}

TEST(SyncOptionsInPlans, KeepObjectsThatAreNoLongerDeclared) {
  Input input;
  input.live(config("kept", {{"argocd.argoproj.io/sync-options", "Prune=false"}}))
      .live(config("asked", {{"rumbo.dev/sync-options", "Prune=confirm"}}))
      .live(config("flux", {{"kustomize.toolkit.fluxcd.io/prune", "disabled"}}))
      .live(config("gone"))
      .want(config("new"));
  Plan plan = input.make();
  EXPECT_EQ(change_of(plan, "kept")->action, ChangeAction::orphan);
  EXPECT_EQ(change_of(plan, "asked")->action, ChangeAction::orphan);
  EXPECT_NE(change_of(plan, "asked")->reason.find("--confirm-prune"), std::string::npos);
  EXPECT_EQ(change_of(plan, "flux")->action, ChangeAction::orphan);
  EXPECT_EQ(change_of(plan, "gone")->action, ChangeAction::prune);
  input.plan.confirm_prune = true;
  EXPECT_EQ(change_of(input.make(), "asked")->action, ChangeAction::prune);
  EXPECT_EQ(change_of(input.make(), "kept")->action, ChangeAction::orphan);
}

TEST(SyncOptionsInPlans, LeaveObjectsAlone) {
  Input input;
  input.live(config("off").with("data", "live"))
      .live(config("once").with("data", "live"))
      .want(config("off", {{"kustomize.toolkit.fluxcd.io/reconcile", "disabled"}}))
      .want(config("once", {{"kustomize.toolkit.fluxcd.io/ssa", "IfNotPresent"}}))
      .want(config("missing", {{"kustomize.toolkit.fluxcd.io/ssa", "IfNotPresent"}}));
  const Plan plan = input.make();
  EXPECT_EQ(change_of(plan, "off")->action, ChangeAction::skip);
  EXPECT_EQ(change_of(plan, "once")->action, ChangeAction::skip);
  EXPECT_EQ(change_of(plan, "missing")->action, ChangeAction::create);
}

TEST(SyncOptionsInPlans, ReachTheSteps) {
  Input input;
  input.want(config("force", {{"rumbo.dev/sync-options", "Force=true"}}))
      .want(
          object("v1", "PersistentVolumeClaim", "data", {{"rumbo.dev/sync-options", "Force=true"}}))
      .want(config("late", {{"rumbo.dev/sync-options", "SkipDryRunOnMissingResource=true"}}));
  for (const Step& step : input.make().steps) {
    const std::string& name = step.items[0].key.name;
    EXPECT_EQ(step.recreate, name == "force") << name;
    EXPECT_EQ(step.kind_may_be_unknown, name == "late") << name;
  }
  Input refused;
  refused.want(config("csa", {{"rumbo.dev/sync-options", "ServerSideApply=false"}}));
  EXPECT_NE(first_refusal(refused.make()).find("is refused"), std::string::npos);
}

TEST(SyncOptionsInPlans, CreateTheNamespaceOnlyIfItIsMissing) {
  Input input;
  input.scope().ns = "shop-dev";
  input.scope().policy.options = {"CreateNamespace=true"};
  input.want(config("a"));
  const Plan plan = input.make();
  ASSERT_NE(change_of(plan, "shop-dev"), nullptr);
  EXPECT_EQ(plan.steps[0].kind, StepKind::scaffold);
  const Value made = plan.steps[0].items[0].want_object;
  input.live(made);
  EXPECT_EQ(change_of(input.make(), "shop-dev")->action, ChangeAction::orphan)
      << "it is kept, whoever made it";
}

TEST(IgnoredInPlans, NeitherDifferNorAreWritten) {
  Input input;
  IgnoreRule rule;
  rule.kind = "Deployment";
  rule.pointers = {"/spec/replicas"};
  input.scope().policy.ignore = {rule};
  input.live(web(R"({"spec":{"replicas":7}})")).want(web());
  EXPECT_TRUE(input.make().empty());
  Input changed = input;
  changed.scope().manifest.objects.clear();
  changed.want(web(R"({"spec":{"replicas":2,"paused":true}})"));
  const Plan plan = changed.make();
  ASSERT_EQ(plan.steps.size(), 1u);
  const Value& written = plan.steps[0].items[0].want_object;
  EXPECT_EQ(written["spec"]["replicas"].as_int(), 7);
  EXPECT_TRUE(written["spec"]["paused"].as_bool());
}

TEST(Budgets, RefuseTooManyDeletions) {
  Input input;
  for (const char* name : {"a", "b", "c", "d"}) input.live(config(name));
  input.want(config("a")).want(config("b"));
  EXPECT_EQ(first_refusal(input.make()), "");
  input.scope().policy.max_deletions = DeletionBudget{2, false};
  EXPECT_EQ(first_refusal(input.make()), "");
  input.scope().policy.max_deletions = DeletionBudget{1, false};
  EXPECT_NE(first_refusal(input.make()).find("delete 2 of 4"), std::string::npos);
  input.scope().policy.max_deletions = DeletionBudget{49, true};
  EXPECT_NE(first_refusal(input.make()).find("49%"), std::string::npos);
  input.scope().policy.max_deletions = DeletionBudget{50, true};
  EXPECT_EQ(first_refusal(input.make()), "");
  input.scope().policy.max_deletions = DeletionBudget{0, false};
  input.plan.allow_deletions = true;
  EXPECT_EQ(first_refusal(input.make()), "");
}

TEST(Deletions, RunTheirHooksAndKeepData) {
  Input input;
  input.scope().deletes = true;
  input.live(config("a"))
      .live(object("v1", "PersistentVolumeClaim", "data"))
      .live(config("kept", {{"argocd.argoproj.io/sync-options", "Delete=false"}}))
      .want(job("drain", {{"rumbo.dev/hook", "PreDelete"}}))
      .want(job("migrate", {{"rumbo.dev/hook", "PreSync"}}))
      .want(job("bye", {{"rumbo.dev/hook", "PostDelete"}}));
  Plan plan = input.make();
  EXPECT_EQ(order_of(plan), "Job|ConfigMap|Job|Job,Job") << "the last: their cleanup";
  EXPECT_EQ(change_of(plan, "data")->action, ChangeAction::orphan);
  EXPECT_EQ(change_of(plan, "kept")->action, ChangeAction::orphan);
  EXPECT_EQ(change_of(plan, "migrate")->action, ChangeAction::skip);
  input.scope().policy.allow_destructive = {"PersistentVolumeClaim"};
  plan = input.make();
  EXPECT_EQ(change_of(plan, "data")->action, ChangeAction::prune);
}

TEST(Claims, OneObjectHasOneOwner) {
  Input input;
  input.want(config("a"));
  input.plan.claims.emplace(std::pair(kTarget, key_of(config("a"))), Scope{"cart", "dev", kTarget});
  EXPECT_NE(first_refusal(input.make()).find("already owned by cart@dev"), std::string::npos);
}

TEST(Claims, HostPortsAndVolumesHaveOneOwner) {
  const std::string kPod = R"({"spec":{"template":{"spec":{
      "volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"data"}}],
      "containers":[{"name":"c","ports":[{"hostPort":8080}],
                     "volumeMounts":[{"name":"v","mountPath":"/v"}]}]}}}})";
  Observation cart;
  cart.key = {"apps", "Deployment", "ns", "cart"};
  cart.exists = true;
  cart.object = object("apps/v1", "Deployment", "cart", {}, kPod);
  Input input(true);
  input.plan.participants[0].others.emplace_back(Scope{"cart", "dev", kTarget}, cart);
  input.want(web(kPod));
  const Plan plan = input.make();
  ASSERT_EQ(plan.refusals.size(), 2u);
  EXPECT_NE(plan.refusals[0].message.find("host port 8080/TCP, which Deployment.apps ns/cart of "
                                          "cart@dev has"),
            std::string::npos)
      << plan.refusals[0].message;
  EXPECT_NE(plan.refusals[1].message.find("volume claim ns/data"), std::string::npos);
  // A Service on the host clashes with a pod's port, one on another address does not.
  Input other(true);
  other.plan.participants[0].others = input.plan.participants[0].others;
  other
      .want(object("v1", "Service", "lb", {},
                   R"({"spec":{"type":"LoadBalancer","ports":[{"port":8080}]}})"))
      .want(object("v1", "PersistentVolumeClaim", "data", {},
                   R"({"spec":{"accessModes":["ReadWriteMany"]}})"))
      .want(web(R"({"spec":{"template":{"spec":{
          "volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"data"}}],
          "containers":[{"name":"c","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}}}})"));
  const Plan second = other.make();
  ASSERT_EQ(second.refusals.size(), 1u);
  EXPECT_NE(second.refusals[0].message.find("Service ns/lb"), std::string::npos);
}

}  // namespace
}  // namespace rumbo::engine
