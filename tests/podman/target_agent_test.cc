// What the agent does on real Podman: probes of every kind, crash loops, restarts of Rumbo itself,
// a table that somebody removed; and what pods are given: configuration, secrets, replicas.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/strings.h"
#include "target_lab.h"

namespace rumbo::podman_test {
namespace {

const ObjectKey kApp{"apps", "Deployment", "shop-dev", "app"};

/// A Deployment `app` of one container that runs `script`, with more of its fields.
std::string app(const std::string& script, const std::string& container = "",
                const std::string& spec = "", const std::string& pod = "") {
  std::string text = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: shop-dev}
spec:
  SPEC
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      terminationGracePeriodSeconds: 1
      POD
      containers:
      - name: app
        image: localhost/app:1
        imagePullPolicy: IfNotPresent
        command: [/bin/busybox, sh, -c]
        args: ["SCRIPT"]
        CONTAINER
---
apiVersion: v1
kind: Service
metadata: {name: app, namespace: shop-dev}
spec: {selector: {app: app}, ports: [{port: 80, targetPort: 8080}]}
)";
  text = replace_all(text, "SCRIPT", script);
  text = replace_all(text, "CONTAINER", container);
  text = replace_all(text, "SPEC", spec);
  return replace_all(text, "POD", pod);
}

const std::string kServe = "exec /bin/busybox httpd -f -p 8080 -h /www";

class AgentTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { lab_ = std::make_unique<TargetLab>(why_); }
  static void TearDownTestSuite() { lab_.reset(); }
  void SetUp() override {
    if (!why_.empty()) GTEST_SKIP() << why_;
  }
  void TearDown() override {
    if (why_.empty()) lab().clear();
  }
  static TargetLab& lab() { return *lab_; }

  static inline std::unique_ptr<TargetLab> lab_;
  static inline std::string why_;
};

TEST_F(AgentTest, GivesPodsTheirConfiguration) {
  lab().commit(lab().begin("t-1", R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop-dev}
data: {MODE: fast, file.txt: from a file}
---
apiVersion: v1
kind: Secret
metadata: {name: keys, namespace: shop-dev}
stringData: {TOKEN: s3cret}
---
)" + app("/bin/busybox mkdir -p /www; echo $MODE $ONE $TOKEN `/bin/busybox cat /etc/c/file.txt` "
         "`/bin/busybox cat /etc/s/TOKEN` >/www/index.html; " +
             kServe,
         "env: [{name: ONE, valueFrom: {configMapKeyRef: {name: settings, key: MODE}}}]\n"
         "        envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: keys}}]\n"
         "        volumeMounts: [{name: c, mountPath: /etc/c}, {name: s, mountPath: /etc/s}]\n"
         "        readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}",
         "",
         "volumes: [{name: c, configMap: {name: settings}}, "
         "{name: s, secret: {secretName: keys}}]")));
  EXPECT_EQ(lab().get("app"), "fast fast s3cret from a file s3cret\n");
}

TEST_F(AgentTest, ASecretIsRenewedWithItsUsers) {
  const auto with_token = [](const std::string& token) {
    return "apiVersion: v1\nkind: Secret\nmetadata: {name: keys, namespace: shop-dev}\n"
           "stringData: {TOKEN: " +
           token + "}\n---" +
           app("/bin/busybox mkdir -p /www; echo $TOKEN >/www/index.html; " + kServe,
               "envFrom: [{secretRef: {name: keys}}]\n"
               "        readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}");
  };
  lab().commit(lab().begin("t-1", with_token("one")));
  EXPECT_EQ(lab().get("app"), "one\n");
  const Deployment run = lab().begin("t-2", with_token("two"));
  lab().stage_all(run);
  EXPECT_EQ(lab().get("app"), "one\n");
  lab().perform_kind(run, StepKind::switch_over);
  EXPECT_EQ(lab().get("app"), "two\n");
  lab().undo(run);
  EXPECT_EQ(lab().get("app"), "one\n");
}

// netavark makes a bridge anew, under its old name and with the kernel's settings, when the first
// pod of a namespace starts after its last one ended.
TEST_F(AgentTest, ABridgeMadeAnewServesThisMachine) {
  lab().commit(
      lab().begin("t-1", app("/bin/busybox mkdir -p /www; " + kServe,
                             "readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}")));
  auto& files = lab().env().files;
  const std::string settings = "/proc/sys/net/ipv4/conf/";
  std::string setting;
  const auto names = files.list(settings).value();
  for (const auto& name : names) {
    if (name.starts_with("rmb")) setting = settings + name + "/route_localnet";
  }
  ASSERT_FALSE(setting.empty());
  EXPECT_EQ(trim(files.read_all(setting, 16).value()), "1");
  ASSERT_TRUE(files.open(setting, {.write = true}).value()->write_at(0, as_bytes("0")));
  EXPECT_TRUE(lab().eventually([&] { return trim(files.read_all(setting, 16).value()) == "1"; }));
}

TEST_F(AgentTest, AnExecProbeDecides) {
  const Deployment run = lab().begin(
      "t-1", app("/bin/busybox mkdir -p /www; /bin/busybox sleep 2; echo up >/www/up; " + kServe,
                 "readinessProbe: {exec: {command: [/bin/busybox, test, -f, /www/up]}, "
                 "periodSeconds: 1, timeoutSeconds: 5}"));
  ASSERT_TRUE(lab().perform(run, lab().step(run, StepKind::stage, "Deployment")));
  EXPECT_EQ(lab().health(kApp).status, HealthStatus::progressing);
  lab().commit(run);
  EXPECT_EQ(lab().get("app", "/up"), "up\n");
}

TEST_F(AgentTest, ReplicasShareTheRequests) {
  lab().commit(lab().begin(
      "t-1",
      app("/bin/busybox mkdir -p /www; /bin/busybox hostname >/www/index.html; " + kServe,
          "readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}", "replicas: 3")));
  std::map<std::string, int> answers;
  for (int i = 0; i < 60; ++i) ++answers[lab().get("app")];
  EXPECT_EQ(answers.size(), 3U);
  EXPECT_EQ(lab().pods().size(), 3U);
}

TEST_F(AgentTest, ACrashLoopIsNamedWithItsLastWords) {
  const Deployment run =
      lab().begin("t-1", app("echo no database; exit 3", "", "progressDeadlineSeconds: 600"));
  ASSERT_TRUE(lab().perform(run, lab().step(run, StepKind::stage, "Deployment")));
  EXPECT_TRUE(lab().eventually([&] {
    return lab().health(kApp).reason.find("CrashLoopBackOff") != std::string::npos;
  })) << lab().health(kApp).reason;
  const Health seen = lab().health(kApp);
  EXPECT_EQ(seen.status, HealthStatus::progressing);
  EXPECT_NE(seen.reason.find("container app"), std::string::npos) << seen.reason;
  const auto tail = lab().observe(kApp).log_tail;
  ASSERT_FALSE(tail.empty());
  EXPECT_EQ(tail.back(), "no database");
  lab().undo(run);
  EXPECT_TRUE(lab().pods().empty());
}

TEST_F(AgentTest, ItsOwnProgressDeadlineFailsADeployment) {
  const Deployment run = lab().begin("t-1", app("exec /bin/busybox sleep 1000",
                                                "readinessProbe: {tcpSocket: {port: 8080}, "
                                                "periodSeconds: 1}",
                                                "progressDeadlineSeconds: 2"));
  ASSERT_TRUE(lab().perform(run, lab().step(run, StepKind::stage, "Deployment")));
  EXPECT_TRUE(lab().becomes(kApp, HealthStatus::failed));
  lab().undo(run);
}

TEST_F(AgentTest, AFailingLivenessProbeRestartsTheContainer) {
  lab().commit(lab().begin(
      "t-1",
      app("/bin/busybox mkdir -p /www; echo ok >/www/live; " + kServe,
          "livenessProbe: {httpGet: {path: /live, port: 8080}, periodSeconds: 1, "
          "failureThreshold: 1}\n"
          "        readinessProbe: {httpGet: {path: /live, port: 8080}, periodSeconds: 1}")));
  const std::string pod = lab().pods().at(0);
  EXPECT_EQ(lab().podman({"exec", pod + "-app", "/bin/busybox", "rm", "/www/live"}).status, 0);
  EXPECT_TRUE(lab().becomes(kApp, HealthStatus::progressing));
  EXPECT_TRUE(lab().becomes(kApp, HealthStatus::ready)) << "its script makes the file again";
  EXPECT_EQ(lab().pods().at(0), pod);
}

TEST_F(AgentTest, AVolumeInMemoryIsAsLargeAsItsLimit) {
  const std::string fill =
      "/bin/busybox dd if=/dev/zero of=/m/big bs=64k count=64 2>/www/error; "
      "/bin/busybox wc -c </m/big >/www/index.html; ";
  lab().commit(lab().begin(
      "t-1", app(fill + kServe,
                 "volumeMounts: [{name: www, mountPath: /www}, {name: m, mountPath: /m}]\n"
                 "        readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}",
                 "",
                 "volumes: [{name: www, emptyDir: {}}, {name: m, emptyDir: {medium: Memory, "
                 "sizeLimit: 1Mi}}]")));
  EXPECT_EQ(lab().get("app"), "1048576\n");
  EXPECT_NE(lab().get("app", "/error").find("No space left"), std::string::npos);
}

TEST_F(AgentTest, APodWhoseVolumeGrowsPastItsLimitIsMadeAnew) {
  lab().commit(lab().begin(
      "t-1", app("echo init >>/www/index.html; " + kServe,
                 "volumeMounts: [{name: www, mountPath: /www}]\n"
                 "        readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}",
                 "", "volumes: [{name: www, emptyDir: {sizeLimit: 1Mi}}]")));
  const std::string pod = lab().pods().at(0) + "-app";
  const auto made = [&] { return lab().podman({"inspect", "-f", "{{.Created}}", pod}).out; };
  const std::string before = made();
  EXPECT_EQ(lab()
                .podman({"exec", pod, "/bin/busybox", "dd", "if=/dev/zero", "of=/www/big", "bs=64k",
                         "count=64"})
                .status,
            0);
  EXPECT_TRUE(lab().eventually([&] { return made() != before; }, 30s));
  EXPECT_TRUE(lab().becomes(kApp, HealthStatus::ready));
  EXPECT_EQ(lab().get("app"), "init\n") << "from an empty volume";
}

TEST_F(AgentTest, InitContainersRunFirst) {
  lab().commit(lab().begin(
      "t-1", app(kServe,
                 "volumeMounts: [{name: www, mountPath: /www}]\n"
                 "        readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}",
                 "",
                 "volumes: [{name: www, emptyDir: {}}]\n"
                 "      initContainers:\n"
                 "      - {name: first, image: 'localhost/app:1', imagePullPolicy: IfNotPresent,\n"
                 "         command: [/bin/busybox, sh, -c, 'echo one >/www/index.html'],\n"
                 "         volumeMounts: [{name: www, mountPath: /www}]}\n"
                 "      - {name: second, image: 'localhost/app:1', imagePullPolicy: IfNotPresent,\n"
                 "         command: [/bin/busybox, sh, -c, 'echo two >>/www/index.html'],\n"
                 "         volumeMounts: [{name: www, mountPath: /www}]}")));
  EXPECT_EQ(lab().get("app"), "one\ntwo\n");
}

TEST_F(AgentTest, AnInitContainerThatFailsIsRunAgain) {
  lab().commit(lab().begin(
      "t-1", app(kServe,
                 "volumeMounts: [{name: www, mountPath: /www}]\n"
                 "        readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}",
                 "",
                 "volumes: [{name: www, emptyDir: {}}]\n"
                 "      initContainers:\n"
                 "      - {name: first, image: 'localhost/app:1', imagePullPolicy: IfNotPresent,\n"
                 "         command: [/bin/busybox, sh, -c, 'echo try >>/www/index.html; "
                 "test `/bin/busybox wc -l </www/index.html` = 2'],\n"
                 "         volumeMounts: [{name: www, mountPath: /www}]}")));
  EXPECT_EQ(lab().get("app"), "try\ntry\n");
}

// The sidecar is there, with its startup probe passed, before the next container starts, and stays.
TEST_F(AgentTest, SidecarsStartInTheirOrderAndRunOn) {
  lab().commit(lab().begin(
      "t-1",
      app("/bin/busybox cp /shared/log /www/index.html; " + kServe,
          "volumeMounts: [{name: www, mountPath: /www}, {name: shared, mountPath: /shared}]\n"
          "        readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}",
          "",
          "volumes: [{name: www, emptyDir: {}}, {name: shared, emptyDir: {}}]\n"
          "      initContainers:\n"
          "      - {name: side, image: 'localhost/app:1', imagePullPolicy: IfNotPresent,\n"
          "         restartPolicy: Always,\n"
          "         command: [/bin/busybox, sh, -c, '/bin/busybox sleep 2; echo side "
          ">>/shared/log; "
          "exec /bin/busybox sleep 1000'],\n"
          "         startupProbe: {exec: {command: [/bin/busybox, test, -f, /shared/log]}, "
          "periodSeconds: 1, failureThreshold: 20},\n"
          "         volumeMounts: [{name: shared, mountPath: /shared}]}\n"
          "      - {name: init, image: 'localhost/app:1', imagePullPolicy: IfNotPresent,\n"
          "         command: [/bin/busybox, sh, -c, 'echo init >>/shared/log'],\n"
          "         volumeMounts: [{name: shared, mountPath: /shared}]}")));
  EXPECT_EQ(lab().get("app"), "side\ninit\n");
  const std::string side = lab().pods().at(0) + "-side";
  const auto state = [&] {
    const io::Exit seen = lab().podman({"inspect", "-f", "{{.State.Running}}", side});
    return std::string(trim(seen.out));
  };
  EXPECT_EQ(state(), "true");
  EXPECT_EQ(lab().podman({"kill", side}).status, 0);
  EXPECT_TRUE(lab().eventually([&] { return state() == "true"; })) << "it is started again";
}

TEST_F(AgentTest, PostStartComesBeforeReadiness) {
  const std::string ready = "readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}\n";
  lab().commit(lab().begin(
      "t-1", app("/bin/busybox mkdir -p /www; " + kServe,
                 ready + "        lifecycle: {postStart: {exec: {command: [/bin/busybox, sh, -c, "
                         "'/bin/busybox sleep 1; echo hooked >/www/index.html']}}}")));
  EXPECT_EQ(lab().get("app"), "hooked\n");
  const Deployment bad = lab().begin(
      "t-2", app("/bin/busybox mkdir -p /www; echo two >/www/index.html; " + kServe,
                 ready + "        lifecycle: {postStart: {exec: {command: [/bin/busybox, sh, -c, "
                         "'exit 4']}}}"));
  ASSERT_TRUE(lab().perform(bad, lab().step(bad, StepKind::stage, "Deployment")));
  EXPECT_TRUE(lab().eventually([&] {
    return lab().health(kApp).reason.find("postStart failed") != std::string::npos;
  })) << lab().health(kApp).reason;
  lab().undo(bad);
  EXPECT_EQ(lab().get("app"), "hooked\n");
}

// Whatever the mask of this process, a user of the pod's own finds what Kubernetes would give it.
TEST_F(AgentTest, AnotherUserMayUseItsVolumes) {
  const auto mask = ::umask(077);
  const std::string volumes =
      "securityContext: {runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000}\n"
      "      volumes: [{name: www, emptyDir: {}}, {name: data, persistentVolumeClaim: "
      "{claimName: data}}, {name: cm, configMap: {name: c}},\n"
      "        {name: sec, secret: {secretName: s, defaultMode: 0400}},\n"
      "        {name: down, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: "
      "metadata.labels}}, {path: ns, fieldRef: {fieldPath: metadata.namespace}}]}},\n"
      "        {name: all, projected: {sources: [{configMap: {name: c}}, {downwardAPI: {items: "
      "[{path: app, fieldRef: {fieldPath: \"metadata.labels['app']\"}}]}}]}}]";
  lab().commit(lab().begin(
      "t-1",
      app("echo zero >/data/x; /bin/busybox cat /data/x /cm/k /sec/p /down/labels /down/ns "
          "/all/app "
          ">/www/index.html; " +
              kServe,
          "volumeMounts: [{name: www, mountPath: /www}, {name: data, mountPath: /data}, {name: cm, "
          "mountPath: /cm}, {name: sec, "
          "mountPath: /sec}, {name: down, mountPath: /down}, {name: all, mountPath: /all}]\n"
          "        readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}",
          "", volumes) +
          "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: "
          "shop-dev}\nspec: {accessModes: [ReadWriteOnce]}\n"
          "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: shop-dev}\n"
          "data: {k: \"one\\n\"}\n"
          "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop-dev}\n"
          "stringData: {p: \"two\\n\"}\n"));
  ::umask(mask);
  EXPECT_EQ(lab().get("app"), "zero\none\ntwo\napp=\"app\"\nshop-devapp");
  lab().clear();
  lab().podman({"volume", "rm", "-a", "-f"});
}

TEST_F(AgentTest, WhatCannotOverlapIsReplacedAndBroughtBack) {
  const auto version = [](const std::string& text) {
    return app("/bin/busybox mkdir -p /www; echo " + text + " >/www/index.html; " + kServe,
               "readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}",
               "strategy: {type: Recreate}");
  };
  lab().commit(lab().begin("t-1", version("one")));
  const Deployment run = lab().begin("t-2", version("two"));
  lab().stage_all(run);
  EXPECT_EQ(lab().get("app"), "two\n") << "served before the switch, since nothing else can be";
  lab().perform_kind(run, StepKind::switch_over);
  EXPECT_EQ(lab().get("app"), "two\n");
  lab().undo(run);
  EXPECT_TRUE(lab().becomes(kApp, HealthStatus::ready));
  EXPECT_EQ(lab().get("app"), "one\n");
  EXPECT_EQ(lab().pods().size(), 1U);
}

TEST_F(AgentTest, ServesOnWhileRumboRestarts) {
  lab().commit(lab().begin(
      "t-1", app("/bin/busybox mkdir -p /www; echo one >/www/index.html; " + kServe,
                 "readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 2}")));
  Load load(lab().env(), "http://" + lab().service_address("app") + "/");
  for (int i = 0; i < 3; ++i) {
    lab().reopen();
    lab().env().sleep(300ms);
  }
  EXPECT_TRUE(lab().becomes(kApp, HealthStatus::ready));
  load.stop();
  EXPECT_EQ(load.failed(), 0) << load.first_error();
  EXPECT_GT(load.answers()["one\n"], 50);
}

TEST_F(AgentTest, MendsATableThatSomebodyFlushed) {
  lab().commit(lab().begin(
      "t-1", app("/bin/busybox mkdir -p /www; echo one >/www/index.html; " + kServe,
                 "readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}")));
  io::Command flush;
  flush.argv = {"nft", "delete", "table", "ip", "rumbo_0123456789ab"};
  flush.env = io::minimal_environment();
  const auto flushed = lab().env().process.run(flush, Cancel());
  ASSERT_TRUE(flushed);
  ASSERT_EQ(flushed->status, 0) << flushed->err;
  EXPECT_TRUE(lab().eventually([&] { return lab().get("app") == "one\n"; }));
}

TEST_F(AgentTest, AnImageThatIsNowhereRefusesTheTransaction) {
  std::string text = app(kServe);
  text = replace_all(text, "localhost/app:1", "localhost/none:1");
  Outline outline;
  outline.txn = TxnId{"t-1"};
  const Value object = lab().parse(text).at(0);
  outline.objects.push_back({key_of(object), object, {}});
  const auto prepared =
      lab().target().prepare(outline, {{"0123456789ab"}, outline.txn, 1, 1}, Cancel());
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().retry(), Retry::never) << prepared.error().to_string();
  EXPECT_NE(prepared.error().to_string().find("localhost/none:1"), std::string::npos);
}

TEST_F(AgentTest, LeavesNothingBehind) {
  const Deployment run = lab().begin(
      "t-1", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop-dev}\n---" + app(kServe));
  ASSERT_TRUE(lab().perform(run, lab().step(run, StepKind::stage, "Deployment")));
  lab().undo(run);
  EXPECT_TRUE(lab().pods().empty());
  EXPECT_TRUE(lab().eventually([&] {
    return lab().podman({"network", "ls", "-q"}).out.find("rumbo") == std::string::npos;
  })) << lab().podman({"network", "ls"}).out;
  const auto owned = lab().target().list_owned({"0123456789ab"}, Cancel());
  ASSERT_TRUE(owned);
  EXPECT_TRUE(owned->empty());
}

}  // namespace
}  // namespace rumbo::podman_test
