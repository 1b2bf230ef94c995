// Object in, verdict out: a row for each thing a rule tells apart.
#include "engine/health.h"

#include <gtest/gtest.h>

#include "codec/yaml.h"
#include "engine/health/scripts.h"

namespace rumbo::engine {
namespace {

Observation seen(const std::string& yaml) {
  Observation out;
  const auto value = codec::parse_yaml_value(yaml, "case");
  EXPECT_TRUE(value) << value.error().to_string() << "\n" << yaml;
  if (value) out.object = *value;
  out.key = key_of(out.object);
  out.exists = true;
  return out;
}

struct Case {
  const char* name;
  const char* type;  ///< "apps/v1 Deployment"
  const char* rest;  ///< YAML below metadata: spec, status
  HealthStatus status;
  const char* reason;  ///< a part of it
};

using enum HealthStatus;

constexpr const char* kDeployment = "apps/v1 Deployment";
constexpr const char* kStateful = "apps/v1 StatefulSet";
constexpr const char* kDaemon = "apps/v1 DaemonSet";
constexpr const char* kPod = "v1 Pod";
constexpr const char* kJob = "batch/v1 Job";
constexpr const char* kCrd = "apiextensions.k8s.io/v1 CustomResourceDefinition";
constexpr const char* kScaler = "autoscaling/v2 HorizontalPodAutoscaler";

const Case kCases[] = {
    // Deployment
    {"good", kDeployment,
     "spec: {replicas: 2, progressDeadlineSeconds: 600}\n"
     "status: {observedGeneration: 3, replicas: 2, updatedReplicas: 2, readyReplicas: 2, "
     "availableReplicas: 2, conditions: [{type: Available, status: 'True'}, {type: Progressing, "
     "status: 'True', reason: NewReplicaSetAvailable}]}",
     ready, ""},
    {"no controller", kDeployment, "spec: {replicas: 0}", progressing, "no controller"},
    {"old generation", kDeployment,
     "spec: {replicas: 1}\nstatus: {observedGeneration: 2, replicas: 1, updatedReplicas: 1, "
     "readyReplicas: 1, availableReplicas: 1}",
     progressing, "newest specification"},
    {"scaled to none", kDeployment, "spec: {replicas: 0}\nstatus: {observedGeneration: 3}", ready,
     ""},
    {"counts", kDeployment,
     "spec: {replicas: 3}\nstatus: {observedGeneration: 3, updatedReplicas: 1}", progressing,
     "1 of 3 replicas updated"},
    {"old pods", kDeployment,
     "spec: {replicas: 1}\nstatus: {observedGeneration: 3, replicas: 2, updatedReplicas: 1}",
     progressing, "old replicas"},
    {"told why", kDeployment,
     "spec: {replicas: 1}\nstatus: {observedGeneration: 3, replicas: 1, updatedReplicas: 1, "
     "conditions: [{type: Available, status: 'False', message: pod web-0 is late}]}",
     progressing, "pod web-0 is late"},
    {"rollout not over", kDeployment,
     "spec: {progressDeadlineSeconds: 600}\nstatus: {observedGeneration: 3, replicas: 1, "
     "updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, conditions: [{type: Progressing, "
     "status: 'True', reason: ReplicaSetUpdated, message: going on}]}",
     progressing, "going on"},
    {"too late", kDeployment,
     "status: {observedGeneration: 3, conditions: [{type: Progressing, status: 'False', reason: "
     "ProgressDeadlineExceeded, message: timed out progressing}]}",
     failed, "timed out progressing"},
    {"quota", kDeployment,
     "status: {observedGeneration: 3, conditions: [{type: ReplicaFailure, status: 'True', message: "
     "exceeded quota}]}",
     failed, "exceeded quota"},
    {"paused", kDeployment, "spec: {paused: true}", suspended, "paused"},
    // ReplicaSet
    {"good", "apps/v1 ReplicaSet",
     "status: {observedGeneration: 3, replicas: 1, fullyLabeledReplicas: 1, availableReplicas: 1, "
     "readyReplicas: 1}",
     ready, ""},
    {"too many", "apps/v1 ReplicaSet", "status: {observedGeneration: 3, replicas: 2}", progressing,
     "not wanted"},
    // StatefulSet
    {"good", kStateful,
     "status: {observedGeneration: 3, replicas: 1, readyReplicas: 1, currentRevision: a, "
     "updateRevision: a}",
     ready, ""},
    {"rolling", kStateful,
     "spec: {replicas: 2}\nstatus: {observedGeneration: 3, replicas: 2, readyReplicas: 2, "
     "updatedReplicas: 1, currentRevision: a, updateRevision: b}",
     progressing, "1 of 2 replicas at the new revision"},
    {"partition reached", kStateful,
     "spec: {replicas: 3, updateStrategy: {rollingUpdate: {partition: 2}}}\nstatus: "
     "{observedGeneration: 3, replicas: 3, readyReplicas: 3, updatedReplicas: 1, currentRevision: "
     "a, updateRevision: b}",
     ready, ""},
    {"partition not reached", kStateful,
     "spec: {replicas: 3, updateStrategy: {rollingUpdate: {partition: 1}}}\nstatus: "
     "{observedGeneration: 3, replicas: 3, readyReplicas: 3, updatedReplicas: 1}",
     progressing, "1 of 2 replicas above the partition"},
    {"on delete", kStateful, "spec: {updateStrategy: {type: OnDelete}}", ready, ""},
    {"min ready", kStateful,
     "spec: {minReadySeconds: 5}\nstatus: {observedGeneration: 3, replicas: 1, readyReplicas: 1}",
     progressing, "0 of 1 replicas available"},
    // DaemonSet
    {"good", kDaemon,
     "status: {observedGeneration: 3, desiredNumberScheduled: 2, currentNumberScheduled: 2, "
     "updatedNumberScheduled: 2, numberAvailable: 2, numberReady: 2}",
     ready, ""},
    {"no nodes", kDaemon, "status: {observedGeneration: 3, desiredNumberScheduled: 0}", ready, ""},
    {"not seen", kDaemon, "status: {desiredNumberScheduled: 0}", progressing, "no controller"},
    {"updating", kDaemon,
     "status: {observedGeneration: 3, desiredNumberScheduled: 2, currentNumberScheduled: 2, "
     "updatedNumberScheduled: 1}",
     progressing, "1 of 2 pods updated"},
    {"on delete", kDaemon, "spec: {updateStrategy: {type: OnDelete}}", ready, ""},
    // Pod
    {"ready", kPod, "status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}", ready,
     ""},
    {"done", kPod, "status: {phase: Succeeded}", ready, ""},
    {"failed", kPod,
     "status: {phase: Failed, containerStatuses: [{name: web, state: {terminated: {exitCode: 3, "
     "reason: Error}}}]}",
     failed, "container web exited 3"},
    {"evicted", kPod, "status: {phase: Failed, reason: Evicted, message: no memory left}", failed,
     "no memory left"},
    {"killed", kPod,
     "status: {phase: Failed, containerStatuses: [{name: web, state: {terminated: {exitCode: 137, "
     "reason: OOMKilled}}}]}",
     failed, "web exited 137 (OOMKilled)"},
    {"bad image", kPod,
     "status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: "
     "ImagePullBackOff, message: no such image}}}]}",
     failed, "container web: ImagePullBackOff: no such image"},
    {"init crash", kPod,
     "status: {phase: Pending, initContainerStatuses: [{name: init, lastState: {terminated: "
     "{exitCode: 1}}, state: {waiting: {reason: CrashLoopBackOff}}}]}",
     failed, "container init: CrashLoopBackOff (it exited 1)"},
    {"unschedulable", kPod,
     "status: {phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: "
     "Unschedulable, message: 0/3 nodes}]}",
     progressing, "not scheduled: 0/3 nodes"},
    {"creating", kPod,
     "status: {phase: Pending, containerStatuses: [{name: web, state: {waiting: {reason: "
     "ContainerCreating}}}]}",
     progressing, "container web: ContainerCreating"},
    {"probe", kPod,
     "status: {phase: Running, containerStatuses: [{name: web, ready: false, state: {running: "
     "{}}}]}",
     progressing, "container web is not ready"},
    {"no status", kPod, "", progressing, "no status"},
    // Job, CronJob
    {"done", kJob, "status: {conditions: [{type: Complete, status: 'True'}]}", ready, ""},
    {"failed", kJob, "status: {conditions: [{type: Failed, status: 'True', message: backoff}]}",
     failed, "backoff"},
    {"about to fail", kJob,
     "status: {conditions: [{type: FailureTarget, status: 'True', reason: BackoffLimitExceeded}]}",
     failed, "BackoffLimitExceeded"},
    {"running", kJob, "spec: {completions: 4}\nstatus: {succeeded: 1, failed: 2}", progressing,
     "1 of 4 completions, 2 failed"},
    {"resumed", kJob,
     "spec: {suspend: false}\nstatus: {conditions: [{type: Suspended, status: 'False'}]}",
     progressing, "running"},
    {"suspended", kJob, "spec: {suspend: true}", suspended, "suspended"},
    {"cron", "batch/v1 CronJob", "spec: {suspend: true}", ready, ""},
    // Storage
    {"bound", "v1 PersistentVolumeClaim", "status: {phase: Bound}", ready, ""},
    {"lost", "v1 PersistentVolumeClaim", "status: {phase: Lost}", failed, "lost"},
    {"pending", "v1 PersistentVolumeClaim", "status: {phase: Pending}", progressing, "Pending"},
    {"first consumer", "v1 PersistentVolumeClaim",
     "status: {phase: Pending, rumbo: {waitsForConsumer: true}}", ready, "first used"},
    {"resize", "v1 PersistentVolumeClaim",
     "status: {phase: Bound, allocatedResourceStatuses: {storage: ControllerResizeInfeasible}}",
     failed, "storage: ControllerResizeInfeasible"},
    {"failed", "v1 PersistentVolume", "status: {phase: Failed, message: gone}", failed, "gone"},
    {"available", "v1 PersistentVolume", "status: {phase: Available}", ready, ""},
    // Network
    {"cluster", "v1 Service", "spec: {type: ClusterIP}", ready, ""},
    {"balancer", "v1 Service", "spec: {type: LoadBalancer, clusterIP: 10.0.0.1}", ready, ""},
    {"balancer early", "v1 Service", "spec: {type: LoadBalancer}", progressing, "cluster address"},
    {"ingress", "networking.k8s.io/v1 Ingress", "", ready, ""},
    // Machinery
    {"established", kCrd, "status: {conditions: [{type: Established, status: 'True'}]}", ready, ""},
    {"installing", kCrd,
     "status: {conditions: [{type: Established, status: 'False', reason: Installing}]}",
     progressing, "not established"},
    {"names", kCrd,
     "status: {conditions: [{type: NamesAccepted, status: 'False', message: taken}]}", failed,
     "names not accepted: taken"},
    {"schema", kCrd,
     "status: {conditions: [{type: Established, status: 'True'}, {type: NonStructuralSchema, "
     "status: 'True', message: bad schema}]}",
     failed, "bad schema"},
    {"available", "apiregistration.k8s.io/v1 APIService",
     "status: {conditions: [{type: Available, status: 'True'}]}", ready, ""},
    {"away", "apiregistration.k8s.io/v1 APIService",
     "status: {conditions: [{type: Available, status: 'False', message: no endpoints}]}",
     progressing, "no endpoints"},
    {"new", "apiregistration.k8s.io/v1 APIService", "", progressing, "not looked at"},
    {"scales", kScaler, "status: {conditions: [{type: ScalingActive, status: 'True'}]}", ready, ""},
    {"no metrics", kScaler,
     "status: {conditions: [{type: ScalingActive, status: 'False', reason: "
     "FailedGetResourceMetric, message: no metrics}]}",
     ready, "does not scale: no metrics"},
    {"no target", kScaler,
     "status: {conditions: [{type: AbleToScale, status: 'False', reason: FailedGetScale, message: "
     "not found}]}",
     progressing, "not found"},
    {"mistake", kScaler,
     "status: {conditions: [{type: ScalingActive, status: 'False', reason: InvalidSelector}]}",
     failed, "InvalidSelector"},
    {"budget", "policy/v1 PodDisruptionBudget",
     "status: {observedGeneration: 3, conditions: [{type: DisruptionAllowed, status: 'False', "
     "reason: InsufficientPods}]}",
     ready, ""},
    {"budget broken", "policy/v1 PodDisruptionBudget",
     "status: {observedGeneration: 3, conditions: [{type: DisruptionAllowed, status: 'False', "
     "reason: SyncFailed, message: no controllers}]}",
     failed, "no controllers"},
    {"active", "v1 Namespace", "status: {phase: Active}", ready, ""},
    {"ending", "v1 Namespace", "status: {phase: Terminating}", progressing, "terminating"},
    {"denied", "certificates.k8s.io/v1 CertificateSigningRequest",
     "status: {conditions: [{type: Denied, status: 'True', message: never}]}", failed, "never"},
    // What has no rule
    {"config", "v1 ConfigMap", "data: {a: b}", ready, ""},
    {"role", "rbac.authorization.k8s.io/v1 Role", "", ready, ""},
    {"other Service", "serving.knative.dev/v1 Service",
     "status: {conditions: [{type: Ready, status: Unknown, message: waiting}]}", progressing,
     "waiting"},
    {"ready", "x.io/v1 Thing", "status: {conditions: [{type: Ready, status: 'True'}]}", ready, ""},
    {"old condition", "x.io/v1 Thing",
     "status: {conditions: [{type: Ready, status: 'True', observedGeneration: 2}]}", progressing,
     "older generation"},
    {"stalled", "x.io/v1 Thing",
     "status: {conditions: [{type: Stalled, status: 'True', message: stuck}, {type: Ready, status: "
     "'True'}]}",
     failed, "stuck"},
    {"reconciling", "x.io/v1 Thing",
     "status: {conditions: [{type: Reconciling, status: 'True', reason: Busy}]}", progressing,
     "Busy"},
    {"failed run", "tekton.dev/v1 TaskRun",
     "status: {conditions: [{type: Succeeded, status: 'False', message: exit 1}]}", failed,
     "exit 1"},
    {"not available", "x.io/v1 Thing",
     "status: {conditions: [{type: Available, status: 'False', message: soon}]}", progressing,
     "soon"},
};

TEST(HealthTest, EveryKind) {
  for (const Case& one : kCases) {
    const std::string type(one.type);
    const auto space = type.find(' ');
    const Observation object =
        seen("apiVersion: " + type.substr(0, space) + "\nkind: " + type.substr(space + 1) +
             "\nmetadata: {name: x, uid: u, generation: 3}\n" + one.rest + "\n");
    const Health health = assess(object);
    EXPECT_EQ(to_string(health.status), to_string(one.status))
        << type << ": " << one.name << ": " << health.reason;
    EXPECT_NE(health.reason.find(one.reason), std::string::npos)
        << type << ": " << one.name << ": " << health.reason;
    EXPECT_TRUE(one.status == ready || !health.reason.empty()) << type << ": " << one.name;
  }
}

TEST(HealthTest, AbsentAndTerminating) {
  EXPECT_EQ(assess(Observation()).status, missing);
  const Health ending = assess(seen(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, deletionTimestamp: '2026', finalizers: "
      "[a.io/b, c]}"));
  EXPECT_EQ(ending.status, progressing);
  EXPECT_EQ(ending.reason, "terminating, held by a.io/b, c");
}

TEST(HealthTest, AHookPodIsOverWhenItHasEnded) {
  const std::string head =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: x, annotations: {argocd.argoproj.io/hook: "
      "PreSync}}\nstatus: ";
  EXPECT_EQ(
      assess(seen(head + "{phase: Running, conditions: [{type: Ready, status: 'True'}]}")).status,
      progressing);
  EXPECT_EQ(assess(seen(head + "{phase: Succeeded}")).status, ready);
}

TEST(HealthTest, AddressesAreWaitedForWhereAsked) {
  const std::string head =
      "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: x, annotations: "
      "{rumbo.dev/wait-for-address: 'true'}}\n";
  EXPECT_EQ(assess(seen(head)).status, progressing);
  EXPECT_EQ(assess(seen(head + "status: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}")).status,
            ready);
}

TEST(HealthTest, WhatTheTargetKnowsOfTheWaitIsTold) {
  Observation seen;
  seen.exists = true;
  seen.key = {"apps", "Deployment", "shop", "web"};
  seen.object = Value::object({{"kind", "Deployment"}, {"status", Value::object({})}});
  seen.waiting = "pod web-1: Unschedulable: 0/3 nodes are available";
  const Health health = assess(seen);
  EXPECT_EQ(health.status, HealthStatus::progressing);
  EXPECT_NE(health.reason.find("(pod web-1: Unschedulable: 0/3 nodes are available)"),
            std::string::npos)
      << health.reason;
}

TEST(HealthTest, TheEnvironmentsRuleWinsForTheNewestGenerationOnly) {
  Observation one = seen(
      "apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: x, generation: 3}\nstatus: "
      "{observedGeneration: 3}");
  one.verdict = Health{failed, "says the rule"};
  EXPECT_EQ(assess(one).reason, "says the rule");
  one.object = one.object.with_path({"status", "observedGeneration"}, 2);
  EXPECT_EQ(assess(one).status, progressing);
}

TEST(HealthScriptsTest, ArgosScriptsRunUnchanged) {
  const std::string script = R"(
hs = {}
if obj.status ~= nil and obj.status.conditions ~= nil then
  for i, condition in ipairs(obj.status.conditions) do
    if condition.type == "Ready" and condition.status == "False" then
      hs.status = "Degraded"
      hs.message = condition.message
      return hs
    end
    if condition.type == "Ready" and condition.status == "True" then
      hs.status = "Healthy"
      return hs
    end
  end
end
hs.status = "Progressing"
hs.message = "Waiting for certificate"
return hs
)";
  const auto scripts = HealthScripts::make({{"cert-manager.io_Certificate", script, {}},
                                            {"*.upbound.io/*", "return nil", {}},
                                            {"Pod", "return {status = 'Lovely'}", {}},
                                            {"x.io/Broken", "return obj.a.b", {}}});
  ASSERT_TRUE(scripts) << scripts.error().to_string();
  const auto judge = [&](const char* group, const char* kind, const std::string& yaml) {
    return scripts->judge(group, kind, codec::parse_yaml_value(yaml).value(), nullptr);
  };
  const char* group = "cert-manager.io";
  EXPECT_EQ(judge(group, "Certificate", "{}")->reason, "Waiting for certificate");
  const auto bad =
      judge(group, "Certificate",
            "status: {conditions: [{type: Ready, status: 'False', message: no issuer}]}");
  EXPECT_EQ(bad->status, failed);
  EXPECT_EQ(bad->reason, "no issuer");
  EXPECT_EQ(judge(group, "Issuer", "{}"), std::nullopt);
  EXPECT_EQ(judge("s3.aws.upbound.io", "Bucket", "{}"), std::nullopt) << "it returned nil";
  EXPECT_EQ(judge("", "Pod", "{}")->status, unknown);
  EXPECT_NE(judge("", "Pod", "{}")->reason.find("`Lovely`"), std::string::npos);
  const auto broken = judge("x.io", "Broken", "{}");
  EXPECT_EQ(broken->status, unknown);
  EXPECT_NE(broken->reason.find("x.io/Broken:1:"), std::string::npos) << broken->reason;
}

TEST(HealthScriptsTest, RefusesBadNamesDoublesAndSyntax) {
  const auto problem = [](std::vector<HealthScript> scripts) {
    const auto made = HealthScripts::make(scripts);
    return made ? std::string("none") : made.error().to_string();
  };
  EXPECT_NE(problem({{"a b/C", "", {}}}).find("names no kind"), std::string::npos);
  EXPECT_NE(problem({{"x.io/A", "", {}}, {"x.io_A", "", {}}}).find("two health scripts"),
            std::string::npos);
  EXPECT_NE(problem({{"x.io/A", "if then", {"f.yaml", 3, 5}}}).find("f.yaml:3:5: x.io/A:1:"),
            std::string::npos)
      << problem({{"x.io/A", "if then", {"f.yaml", 3, 5}}});
}

}  // namespace
}  // namespace rumbo::engine
