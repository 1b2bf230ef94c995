// What must not be lost on real Podman: claims with one writer at a time, StatefulSets with names
// and claims of their own, and the names of headless Services.
#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "base/strings.h"
#include "target_lab.h"

namespace rumbo::podman_test {
namespace {

const ObjectKey kDb{"apps", "Deployment", "shop-dev", "db"};
const ObjectKey kSet{"apps", "StatefulSet", "shop-dev", "db"};
const ObjectKey kClaim{"", "PersistentVolumeClaim", "shop-dev", "data"};

/// Notes in /data/log who began, and whether somebody else was writing then; serves /data.
std::string database(const std::string& version, const std::string& ready_path = "/log") {
  std::string text = R"(
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop-dev}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: db, namespace: shop-dev}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
      - name: app
        image: localhost/app:1
        imagePullPolicy: IfNotPresent
        command: [/bin/busybox, sh, -c]
        args:
        - |
          [ -e /data/writer ] && echo "two writers" >> /data/log
          echo VERSION > /data/writer
          echo VERSION >> /data/log
          trap '/bin/busybox rm /data/writer; exit 0' TERM
          /bin/busybox httpd -f -p 8080 -h /data &
          wait
        readinessProbe: {httpGet: {path: READY, port: 8080}, periodSeconds: 1, failureThreshold: 1}
        volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop-dev}
spec: {selector: {app: db}, ports: [{port: 80, targetPort: 8080}]}
)";
  return replace_all(replace_all(text, "VERSION", version), "READY", ready_path);
}

std::string stateful(const std::string& version) {
  const std::string text = R"(
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop-dev}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 8080}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop-dev}
spec:
  replicas: 2
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: app
        image: localhost/app:1
        imagePullPolicy: IfNotPresent
        command: [/bin/busybox, sh, -c]
        args: ["echo `/bin/busybox hostname` $NAME VERSION >> /data/log; exec /bin/busybox httpd -f -p 8080 -h /data"]
        env: [{name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
        readinessProbe: {httpGet: {path: /log, port: 8080}, periodSeconds: 1}
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce]}
)";
  return replace_all(text, "VERSION", version);
}

class StatefulTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { lab_ = std::make_unique<TargetLab>(why_); }
  static void TearDownTestSuite() { lab_.reset(); }
  void SetUp() override {
    if (!why_.empty()) GTEST_SKIP() << why_;
  }
  void TearDown() override {
    if (!why_.empty()) return;
    lab().clear();
    lab().podman({"volume", "rm", "-a", "-f"});
  }
  static TargetLab& lab() { return *lab_; }
  /// Pods by their ordinals.
  static std::vector<std::string> ordered_pods() {
    auto pods = lab().pods();
    std::sort(pods.begin(), pods.end());
    return pods;
  }
  static std::string in_pod(const std::string& pod, std::vector<std::string> words) {
    words.insert(words.begin(), {"exec", pod + "-app", "/bin/busybox"});
    const io::Exit ran = lab().podman(std::move(words));
    return ran.out + ran.err;
  }

  static inline std::unique_ptr<TargetLab> lab_;
  static inline std::string why_;
};

TEST_F(StatefulTest, AClaimHasOneWriterAndKeepsItsData) {
  lab().commit(lab().begin("t-1", database("one")));
  EXPECT_EQ(lab().get("db", "/log"), "one\n");
  EXPECT_EQ(lab().health(kClaim).status, HealthStatus::ready);
  lab().commit(lab().begin("t-2", database("two")));
  EXPECT_EQ(lab().get("db", "/log"), "one\ntwo\n");

  // A version that never becomes ready: the old one writes again, alone.
  const Deployment bad = lab().begin("t-3", database("bad", "/never"));
  for (const StepKind kind : {StepKind::quiesce, StepKind::stage}) lab().perform_kind(bad, kind);
  EXPECT_TRUE(lab().eventually(
      [&] { return lab().observe(kDb).log_tail.empty() && lab().pods().size() == 2; }));
  lab().undo(bad);
  EXPECT_TRUE(lab().becomes(kDb, HealthStatus::ready));
  EXPECT_EQ(lab().get("db", "/log"), "one\ntwo\nbad\ntwo\n");
}

// Each notes its end in the claim; the container they serve takes its time.
TEST_F(StatefulTest, SidecarsEndAfterTheOthersTheLastOneFirst) {
  const auto sidecar = [](const std::string& name) {
    return replace_all(R"(
      - name: NAME
        image: localhost/app:1
        imagePullPolicy: IfNotPresent
        restartPolicy: Always
        command: [/bin/busybox, sh, -c, "trap 'echo NAME >> /data/log; exit 0' TERM; while true; do /bin/busybox sleep 0.1; done"]
        volumeMounts: [{name: data, mountPath: /data}])",
                       "NAME", name);
  };
  std::string text = replace_all(database("one"), "/bin/busybox rm /data/writer;",
                                 "/bin/busybox rm /data/writer; /bin/busybox sleep 1; echo app >> "
                                 "/data/log;");
  text = replace_all(
      text, "      containers:",
      "      initContainers:" + sidecar("first") + sidecar("second") + "\n      containers:");
  lab().commit(lab().begin("t-1", text));
  lab().commit(lab().begin("t-2", database("two")));
  EXPECT_EQ(lab().get("db", "/log"), "one\napp\nsecond\nfirst\ntwo\n");
}

TEST_F(StatefulTest, AVolumeThatWasRemovedIsNotMadeAgain) {
  lab().commit(lab().begin("t-1", database("one")));
  const std::string pod = lab().pods().at(0);
  EXPECT_EQ(lab().podman({"pod", "rm", "-f", "-t", "0", pod}).status, 0);
  EXPECT_EQ(lab().podman({"volume", "rm", "-a", "-f"}).status, 0);
  EXPECT_TRUE(lab().becomes(kClaim, HealthStatus::failed));
  const Deployment heal = lab().begin("t-2", database("one"));
  Result<Receipt> done;
  for (const Step& step : heal.plan.steps) {
    if (step.kind == StepKind::stage && step.items.at(0).key == kDb) {
      done = lab().perform(heal, step);
    }
  }
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().to_string().find("does not exist"), std::string::npos)
      << done.error().to_string();
  EXPECT_EQ(lab().podman({"volume", "ls", "-q"}).out, "");
}

TEST_F(StatefulTest, PodsOfAStatefulSetKeepTheirNamesAndClaims) {
  lab().commit(lab().begin("t-1", stateful("one")));
  auto pods = ordered_pods();
  ASSERT_EQ(pods.size(), 2U);
  EXPECT_EQ(in_pod(pods[0], {"cat", "/data/log"}), "db-0 db-0 one\n");
  EXPECT_EQ(in_pod(pods[1], {"cat", "/data/log"}), "db-1 db-1 one\n");
  const auto resolve = [&](const std::string& name) {
    std::set<std::string> found;
    const std::string answer = in_pod(pods[0], {"nslookup", "-type=a", name});
    const auto lines = split(answer, '\n');
    for (std::size_t i = 2; i < lines.size(); ++i) {  // the first two name the server
      if (lines[i].starts_with("Address: ")) found.emplace(lines[i].substr(9));
    }
    return found;
  };
  const auto address = [&](const std::string& pod) {
    const std::string text = in_pod(pod, {"hostname", "-i"});
    return std::string(trim(text));
  };
  const std::string first = address(pods[0]), second = address(pods[1]);
  EXPECT_TRUE(lab().eventually([&] { return resolve("db-1.db") == std::set{second}; }));
  // The Service's own name leads to both.
  EXPECT_TRUE(lab().eventually([&] {
    return resolve("db.shop-dev.svc.cluster.local") == std::set{first, second};
  }));

  lab().commit(lab().begin("t-2", stateful("two")));
  EXPECT_TRUE(lab().eventually([&] { return (pods = ordered_pods()).size() == 2; }));
  EXPECT_EQ(in_pod(pods[1], {"cat", "/data/log"}), "db-1 db-1 one\ndb-1 db-1 two\n");
}

TEST_F(StatefulTest, ExternalNamesLeadElsewhere) {
  const std::string more = R"(
---
apiVersion: v1
kind: Service
metadata: {name: elsewhere, namespace: shop-dev}
spec: {type: ExternalName, externalName: localhost}
---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop-dev}
spec: {selector: {app: db}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: alias, namespace: shop-dev}
spec: {type: ExternalName, externalName: front.shop-dev.svc.cluster.local}
)";
  lab().commit(lab().begin("t-1", stateful("one") + more));
  const auto pods = ordered_pods();
  ASSERT_EQ(pods.size(), 2U);
  const auto leads_to = [&](const std::string& name, const std::string& address) {
    const std::string answer = in_pod(pods[0], {"nslookup", "-type=a", name});
    return answer.find("\nAddress: " + address + "\n") != std::string::npos;
  };
  EXPECT_TRUE(lab().eventually([&] { return leads_to("elsewhere", "127.0.0.1"); }));
  EXPECT_TRUE(lab().eventually([&] { return leads_to("alias", lab().service_address("front")); }));
}

TEST_F(StatefulTest, PodsStartInOrder) {
  const Deployment run = lab().begin("t-1", stateful("one"));
  ASSERT_TRUE(lab().perform(run, lab().step(run, StepKind::stage, "StatefulSet")));
  EXPECT_TRUE(lab().becomes(kSet, HealthStatus::ready));
  const auto pods = ordered_pods();
  ASSERT_EQ(pods.size(), 2U);
  const auto when = [&](const std::string& pod, const char* what) {
    return parse_int(trim(lab().podman({"inspect", "--format", what, pod + "-app"}).out))
        .value_or(0);
  };
  EXPECT_GT(when(pods[1], "{{.Created.UnixNano}}"), when(pods[0], "{{.State.StartedAt.UnixNano}}"));
  lab().undo(run);
  EXPECT_TRUE(lab().pods().empty());
}

TEST_F(StatefulTest, ADaemonSetIsOnePod) {
  const ObjectKey key{"apps", "DaemonSet", "shop-dev", "agent"};
  lab().commit(lab().begin("t-1", R"(
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: shop-dev}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - {name: app, image: "localhost/app:1", imagePullPolicy: IfNotPresent, command: [/bin/busybox, sleep, "1000"]}
)"));
  EXPECT_EQ(lab().pods().size(), 1U);
  EXPECT_EQ(lab().health(key).status, HealthStatus::ready);
}

}  // namespace
}  // namespace rumbo::podman_test
