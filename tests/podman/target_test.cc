// The Podman target on real Podman: the transaction's steps, what a crash between any two of them
// leaves, and what the agent does about deaths.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "target_lab.h"

namespace rumbo::podman_test {
namespace {

const ObjectKey kWeb{"apps", "Deployment", "shop-dev", "web"};
const ObjectKey kService{"", "Service", "shop-dev", "web"};

/// A Namespace, a page in a ConfigMap, a Deployment of busybox httpd that serves it, a Service.
std::string shop(const std::string& page, const std::string& replicas = "1",
                 const std::string& ready_path = "/index.html", const std::string& extra = "") {
  std::string text = R"(
apiVersion: v1
kind: Namespace
metadata: {name: shop-dev}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: page, namespace: shop-dev}
data: {index.html: "PAGE"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop-dev}
spec:
  replicas: REPLICAS
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: app
        image: localhost/app:1
        imagePullPolicy: IfNotPresent
        command: [/bin/sh, -c, 'trap "exit 0" TERM; busybox httpd -f -p 8080 -h /www & wait']
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: READY, port: http}, periodSeconds: 1, failureThreshold: 1}
        volumeMounts: [{name: www, mountPath: /www}]
      volumes: [{name: www, configMap: {name: page}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop-dev}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: http}]
)";
  text = replace_all(text, "PAGE", page);
  text = replace_all(text, "REPLICAS", replicas);
  text = replace_all(text, "READY", ready_path);
  text = replace_all(text, "busybox httpd", "/bin/busybox httpd");
  return text + extra;
}

class TargetTest : public ::testing::Test {
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

TEST_F(TargetTest, DeploysAndServes) {
  const Deployment run = lab().begin("t-1", shop("one"));
  lab().stage_all(run);
  EXPECT_TRUE(lab().get("web").starts_with("error")) << "served before the switch";
  lab().perform_kind(run, StepKind::switch_over);
  EXPECT_TRUE(lab().becomes(kService, HealthStatus::ready));
  EXPECT_EQ(lab().get("web"), "one");
  EXPECT_EQ(lab().health(kWeb).status, HealthStatus::ready);
  lab().perform_kind(run, StepKind::retire);
  lab().release(run);
  EXPECT_EQ(lab().get("web"), "one");
}

TEST_F(TargetTest, UpdatesUnderLoadWithoutAFailedRequest) {
  lab().commit(lab().begin("t-1", shop("one", "2")));
  Load load(lab().env(), "http://" + lab().service_address("web") + "/");
  lab().env().sleep(300ms);
  lab().commit(lab().begin("t-2", shop("two", "2")));
  lab().env().sleep(300ms);
  load.stop();
  EXPECT_EQ(load.failed(), 0) << load.first_error();
  const auto answers = load.answers();
  EXPECT_EQ(answers.size(), 2U);
  EXPECT_GT(answers.count("one"), 0U);
  EXPECT_GT(answers.count("two"), 0U);
  EXPECT_EQ(lab().get("web"), "two");
  EXPECT_TRUE(lab().eventually([&] { return lab().pods().size() == 2; }))
      << "the old pods are gone, and only they";
}

TEST_F(TargetTest, TakesBackAVersionThatIsNeverReady) {
  lab().commit(lab().begin("t-1", shop("one")));
  Load load(lab().env(), "http://" + lab().service_address("web") + "/");
  const auto before = lab().observe(kWeb);
  const Deployment run = lab().begin("t-2", shop("two", "1", "/missing.html"));
  for (const Step& step : run.plan.steps) {
    if (step.kind == StepKind::stage) {
      ASSERT_TRUE(lab().perform(run, step));
    }
  }
  EXPECT_TRUE(lab().eventually([&] {
    const Health now = lab().health(kWeb);
    return now.status == HealthStatus::progressing &&
           now.reason.find("HTTP 404") != std::string::npos;
  })) << lab().health(kWeb).reason;
  EXPECT_NE(lab().health(kWeb).reason.find("pod shop-dev-web-"), std::string::npos);
  EXPECT_NE(lab().health(kWeb).reason.find("container app"), std::string::npos);
  lab().undo(run);
  EXPECT_EQ(semantic(lab().observe(kWeb).object), semantic(before.object));
  EXPECT_EQ(lab().health(kWeb).status, HealthStatus::ready);
  load.stop();
  EXPECT_EQ(load.failed(), 0) << load.first_error();
  EXPECT_EQ(load.answers().size(), 1U);
  EXPECT_EQ(lab().get("web"), "one");
  EXPECT_EQ(lab().pods().size(), 1U);
}

TEST_F(TargetTest, SwitchesBackUnderLoad) {
  lab().commit(lab().begin("t-1", shop("one")));
  Load load(lab().env(), "http://" + lab().service_address("web") + "/");
  const Deployment run = lab().begin("t-2", shop("two"));
  lab().stage_all(run);
  lab().perform_kind(run, StepKind::switch_over);
  EXPECT_EQ(lab().get("web"), "two");
  lab().env().sleep(200ms);
  lab().undo(run);
  EXPECT_EQ(lab().get("web"), "one");
  lab().env().sleep(200ms);
  load.stop();
  EXPECT_EQ(load.failed(), 0) << load.first_error();
  EXPECT_EQ(load.answers().size(), 2U);
  EXPECT_EQ(lab().health(kWeb).status, HealthStatus::ready);
  EXPECT_TRUE(lab().eventually([&] { return lab().pods().size() == 1; }));
}

TEST_F(TargetTest, TellsTheTruthAfterACrashBetweenAnyTwoSteps) {
  using State = Sighting::State;
  lab().commit(lab().begin("t-1", shop("one")));
  const Deployment run = lab().begin("t-2", shop("two"));
  const auto seen = [&](const Step& step) {
    const auto sighting = lab().target().inspect(step, run.fence, Cancel());
    EXPECT_TRUE(sighting) << sighting.error().to_string();
    return sighting ? sighting->state : State::unknown;
  };
  const Step& workload = lab().step(run, StepKind::stage, "Deployment");
  const Step& move = lab().step(run, StepKind::switch_over);
  lab().reopen();
  for (const Step& step : run.plan.steps) {
    if (step.kind != StepKind::stage) continue;
    EXPECT_EQ(seen(step), State::not_applied);
    ASSERT_TRUE(lab().perform(run, step));
    lab().reopen();
    EXPECT_EQ(seen(step), State::applied);
    ASSERT_TRUE(lab().perform(run, step)) << "a step may be sent again";
  }
  EXPECT_EQ(lab().get("web"), "one");
  EXPECT_EQ(lab().pods().size(), 2U);
  EXPECT_TRUE(lab().becomes(kWeb, HealthStatus::ready));
  EXPECT_EQ(seen(move), State::not_applied);
  ASSERT_TRUE(lab().perform(run, move));
  lab().reopen();
  EXPECT_EQ(seen(move), State::applied);
  EXPECT_EQ(seen(workload), State::applied);
  ASSERT_TRUE(lab().perform(run, move));
  EXPECT_EQ(lab().get("web"), "two");
  EXPECT_TRUE(lab().becomes(kWeb, HealthStatus::ready));
  ASSERT_TRUE(lab().revert(move, run.fence));
  lab().reopen();
  EXPECT_EQ(seen(move), State::not_applied);
  EXPECT_EQ(lab().get("web"), "one");
  ASSERT_TRUE(lab().revert(workload, run.fence));
  lab().reopen();
  EXPECT_EQ(seen(workload), State::not_applied);
  lab().undo(run);
  EXPECT_EQ(lab().get("web"), "one");
  EXPECT_TRUE(lab().eventually([&] { return lab().pods().size() == 1; }));
}

TEST_F(TargetTest, ASwitchWhoseRecordGotLostIsSettledByTheTable) {
  lab().commit(lab().begin("t-1", shop("one")));
  const Deployment run = lab().begin("t-2", shop("two"));
  lab().stage_all(run);
  const Step& move = lab().step(run, StepKind::switch_over);
  lab().files().fail_replacing("/record.json", 2);  // after the batch
  const auto moved = lab().target().perform(move, run.fence, Cancel());
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().retry(), Retry::unknown_outcome);
  EXPECT_EQ(lab().get("web"), "two") << "the kernel has moved";
  lab().reopen();
  const auto seen = lab().target().inspect(move, run.fence, Cancel());
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->state, Sighting::State::applied);
  EXPECT_EQ(lab().get("web"), "two");
  lab().undo(run);
  EXPECT_EQ(lab().get("web"), "one");
}

TEST_F(TargetTest, ASwitchThatCannotBeRecordedDoesNotHappen) {
  lab().commit(lab().begin("t-1", shop("one")));
  const Deployment run = lab().begin("t-2", shop("two"));
  lab().stage_all(run);
  const Step& move = lab().step(run, StepKind::switch_over);
  lab().files().fail_replacing("/record.json", 1);
  const auto moved = lab().target().perform(move, run.fence, Cancel());
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().retry(), Retry::later);
  EXPECT_EQ(lab().get("web"), "one");
  const auto seen = lab().target().inspect(move, run.fence, Cancel());
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->state, Sighting::State::not_applied);
  lab().undo(run);
}

TEST_F(TargetTest, AfterARebootTheRecordRunsAgain) {
  lab().commit(lab().begin("t-1", shop("one", "2")));
  const std::string address = lab().service_address("web");
  const auto incarnation = lab().target().incarnation(Cancel());
  lab().reboot();
  EXPECT_NE(*lab().target().incarnation(Cancel()), *incarnation);
  EXPECT_TRUE(lab().becomes(kWeb, HealthStatus::ready));
  EXPECT_TRUE(lab().becomes(kService, HealthStatus::ready));
  EXPECT_EQ(lab().service_address("web"), address);
  EXPECT_EQ(lab().get("web"), "one");
  EXPECT_EQ(lab().pods().size(), 2U);
}

TEST_F(TargetTest, ARebootInTheMiddleOfASwitchLeavesTheOldGeneration) {
  lab().commit(lab().begin("t-1", shop("one")));
  const Deployment run = lab().begin("t-2", shop("two"));
  lab().stage_all(run);
  const Step& move = lab().step(run, StepKind::switch_over);
  // Until the reboot: else the agent settles the switch, as it should.
  lab().files().fail_replacing("/record.json", 2, true);
  ASSERT_FALSE(lab().target().perform(move, run.fence, Cancel()));
  lab().reboot();
  const auto seen = lab().target().inspect(move, run.fence, Cancel());
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->state, Sighting::State::not_applied) << "the marker is of another boot";
  lab().undo(run);
  EXPECT_TRUE(lab().becomes(kWeb, HealthStatus::ready));
  EXPECT_EQ(lab().get("web"), "one");
  EXPECT_EQ(lab().pods().size(), 1U);
}

TEST_F(TargetTest, AnOlderAttemptLoses) {
  const Deployment run = lab().begin("t-1", shop("one"));
  Fence newer = run.fence;
  newer.epoch = 2;
  ASSERT_TRUE(lab().target().fence({}, newer, Cancel()));
  const auto late =
      lab().target().perform(lab().step(run, StepKind::stage, "ConfigMap"), run.fence, Cancel());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), Code::conflict);
  lab().release(run);
}

TEST_F(TargetTest, RestartsAKilledContainerAndReportsARemovedOne) {
  lab().commit(lab().begin("t-1", shop("one")));
  std::atomic<int> events{0};
  const auto watch = lab().target().watch({"0123456789ab"}, [&](const TargetEvent& event) {
    if (event.key == kWeb) ++events;
  });
  ASSERT_TRUE(watch);
  const std::string pod = lab().pods().at(0);
  EXPECT_EQ(lab().podman({"kill", "-s", "KILL", pod + "-app"}).status, 0);
  EXPECT_TRUE(lab().eventually([&] { return events > 0; }));
  EXPECT_TRUE(lab().becomes(kWeb, HealthStatus::ready));
  EXPECT_EQ(lab().get("web"), "one");
  EXPECT_EQ(lab().pods().at(0), pod) << "the same pod";
  EXPECT_EQ(lab().observe(kWeb).lost, "") << "what the agent mends";

  events = 0;
  EXPECT_EQ(lab().podman({"pod", "rm", "-f", "-t", "0", pod}).status, 0);
  EXPECT_TRUE(lab().eventually([&] { return events > 0; }));
  EXPECT_EQ(lab().health(kWeb).status, HealthStatus::progressing);
  EXPECT_NE(lab().health(kWeb).reason.find("removed"), std::string::npos);
  EXPECT_EQ(lab().observe(kWeb).lost, "pod " + pod + " was removed");
  lab().env().sleep(1500ms);
  EXPECT_TRUE(lab().pods().empty()) << "only a transaction brings it back";
  const Deployment heal = lab().begin("t-2", shop("one"));
  lab().commit(heal);
  EXPECT_EQ(lab().get("web"), "one");
}

TEST_F(TargetTest, ProtectsTheOldPodsWhileATransactionIsOpen) {
  lab().commit(lab().begin("t-1", shop("one")));
  const std::string pod = lab().pods().at(0);
  const Deployment run = lab().begin("t-2", shop("two"));
  lab().stage_all(run);
  EXPECT_EQ(lab().podman({"pod", "rm", "-f", "-t", "0", pod}).status, 0);
  EXPECT_TRUE(lab().eventually([&] { return lab().get("web") == "one"; }));
  lab().undo(run);
  EXPECT_EQ(lab().health(kWeb).status, HealthStatus::ready);
}

// What a Podman that was killed between the two leaves: the container's storage without a
// container.
TEST_F(TargetTest, StorageThatAnInterruptedCreationLeftIsNoObstacle) {
  lab().commit(lab().begin("t-1", shop("one")));
  const std::string old = lab().pods().at(0);
  const Deployment run = lab().begin("t-2", shop("two"));
  lab().stage_all(run);
  std::string pod;
  for (const std::string& name : lab().pods()) {
    if (name != old) pod = name;
  }
  ASSERT_FALSE(pod.empty());
  // The agent brings the pod back at once: until the storage was first.
  EXPECT_TRUE(lab().eventually([&] {
    lab().podman({"pod", "rm", "-f", "-t", "0", pod});
    return lab().buildah({"from", "--name", pod + "-app", "localhost/app:1"}).status == 0;
  }));
  // It may be there again before anybody looks.
  EXPECT_TRUE(lab().eventually([&] {
    return lab().podman({"container", "exists", pod + "-app"}).status == 0;
  }));
  EXPECT_TRUE(lab().becomes(kWeb, HealthStatus::ready));
  lab().undo(run);
  EXPECT_EQ(lab().get("web"), "one");
}

}  // namespace
}  // namespace rumbo::podman_test
