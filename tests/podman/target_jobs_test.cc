// Jobs and hooks on real Podman: once, also across a restart of Rumbo; failures with their words.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "target_lab.h"

namespace rumbo::podman_test {
namespace {

const ObjectKey kJob{"batch", "Job", "shop-dev", "migrate"};

/// A Job that notes in a volume that it ran, then does `script`.
std::string job(const std::string& script, const std::string& spec = "",
                const std::string& annotations = "") {
  std::string text = R"(
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: notes, namespace: shop-dev}
spec: {accessModes: [ReadWriteMany]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, namespace: shop-dev, annotations: {ANNOTATIONS}}
spec:
  SPEC
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 1
      containers:
      - name: app
        image: localhost/app:1
        imagePullPolicy: IfNotPresent
        command: [/bin/busybox, sh, -c]
        args: ["echo ran in $RUMBO_TXN >> /notes/log; SCRIPT"]
        volumeMounts: [{name: notes, mountPath: /notes}]
      volumes: [{name: notes, persistentVolumeClaim: {claimName: notes}}]
)";
  text = replace_all(text, "SCRIPT", script);
  text = replace_all(text, "ANNOTATIONS", annotations);
  return replace_all(text, "SPEC", spec);
}

class JobsTest : public ::testing::Test {
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
  static std::string notes() {
    const io::Exit at = lab().podman(
        {"volume", "inspect", "-f", "{{.Mountpoint}}", "rumbo-0123456789ab-shop-dev-notes"});
    return lab().env().files.read_all(std::string(trim(at.out)) + "/log", 4096).value_or("none");
  }

  static inline std::unique_ptr<TargetLab> lab_;
  static inline std::string why_;
};

TEST_F(JobsTest, AJobRunsOnce) {
  lab().commit(lab().begin("t-1", job("/bin/busybox sleep 1")));
  EXPECT_EQ(notes(), "ran in t-1\n");
  EXPECT_EQ(lab().health(kJob).status, HealthStatus::ready);
  const Deployment again = lab().begin("t-2", job("/bin/busybox sleep 1"));
  EXPECT_TRUE(again.plan.steps.empty());
  lab().release(again);
  // Neither a restart of Rumbo nor the loss of its pod runs it again.
  lab().reopen();
  for (const std::string& pod : lab().pods()) lab().podman({"pod", "rm", "-f", "-t", "0", pod});
  EXPECT_TRUE(lab().becomes(kJob, HealthStatus::ready));
  EXPECT_EQ(lab().observe(kJob).lost, "");
  EXPECT_EQ(notes(), "ran in t-1\n");
  // Another specification does.
  lab().commit(lab().begin("t-3", job("/bin/busybox sleep 0")));
  EXPECT_EQ(notes(), "ran in t-1\nran in t-3\n");
}

TEST_F(JobsTest, ASidecarKeepsAJobFromNothing) {
  const std::string with_sidecar =
      replace_all(job("/bin/busybox sleep 1"), "      containers:\n",
                  "      initContainers:\n"
                  "      - {name: side, image: 'localhost/app:1', imagePullPolicy: IfNotPresent,\n"
                  "         restartPolicy: Always, command: [/bin/busybox, sleep, \"1000\"]}\n"
                  "      containers:\n");
  lab().commit(lab().begin("t-1", with_sidecar));
  EXPECT_EQ(notes(), "ran in t-1\n");
  const std::string side = lab().pods().at(0) + "-side";
  EXPECT_TRUE(lab().eventually([&] {
    const io::Exit seen = lab().podman({"inspect", "-f", "{{.State.Running}}", side});
    return trim(seen.out) == "false";
  })) << "the sidecar ends, too";
}

TEST_F(JobsTest, AFailureIsToldWithItsLastWords) {
  const Deployment run = lab().begin("t-1", job("echo no such table; exit 3", "backoffLimit: 1"));
  ASSERT_TRUE(lab().perform(run, lab().step(run, StepKind::stage, "PersistentVolumeClaim")));
  ASSERT_TRUE(lab().perform(run, lab().step(run, StepKind::stage, "Job")));
  EXPECT_TRUE(lab().becomes(kJob, HealthStatus::failed));
  const Observation seen = lab().observe(kJob);
  EXPECT_NE(lab().health(kJob).reason.find("BackoffLimitExceeded"), std::string::npos);
  EXPECT_NE(lab().health(kJob).reason.find("exit 3"), std::string::npos);
  ASSERT_FALSE(seen.log_tail.empty());
  EXPECT_EQ(seen.log_tail.back(), "no such table");
  EXPECT_EQ(notes(), "ran in t-1\nran in t-1\n") << "one repetition";
  lab().undo(run);
  EXPECT_TRUE(lab().pods().empty());
}

TEST_F(JobsTest, WithoutABackoffLimitAFailureIsNotRepeated) {
  // Long enough to be seen running: what fails at once was counted before.
  const Deployment run = lab().begin("t-1", job("/bin/busybox sleep 3; exit 3", "backoffLimit: 0"));
  ASSERT_TRUE(lab().perform(run, lab().step(run, StepKind::stage, "PersistentVolumeClaim")));
  ASSERT_TRUE(lab().perform(run, lab().step(run, StepKind::stage, "Job")));
  EXPECT_TRUE(lab().becomes(kJob, HealthStatus::failed));
  EXPECT_EQ(notes(), "ran in t-1\n");
  lab().undo(run);
}

TEST_F(JobsTest, ADeadlineEndsIt) {
  const Deployment run =
      lab().begin("t-1", job("/bin/busybox sleep 1000", "activeDeadlineSeconds: 1"));
  ASSERT_TRUE(lab().perform(run, lab().step(run, StepKind::stage, "PersistentVolumeClaim")));
  ASSERT_TRUE(lab().perform(run, lab().step(run, StepKind::stage, "Job")));
  EXPECT_TRUE(lab().becomes(kJob, HealthStatus::failed));
  EXPECT_NE(lab().health(kJob).reason.find("DeadlineExceeded"), std::string::npos);
  lab().undo(run);
}

TEST_F(JobsTest, AVolumeThatGrowsPastItsLimitFailsIt) {
  const std::string text =
      replace_all(replace_all(job("/bin/busybox dd if=/dev/zero of=/big/file bs=64k count=64; "
                                  "/bin/busybox sleep 1000",
                                  "backoffLimit: 0"),
                              "volumeMounts: [", "volumeMounts: [{name: big, mountPath: /big}, "),
                  "volumes: [", "volumes: [{name: big, emptyDir: {sizeLimit: 1Mi}}, ");
  const Deployment run = lab().begin("t-1", text);
  ASSERT_TRUE(lab().perform(run, lab().step(run, StepKind::stage, "PersistentVolumeClaim")));
  ASSERT_TRUE(lab().perform(run, lab().step(run, StepKind::stage, "Job")));
  EXPECT_TRUE(lab().becomes(kJob, HealthStatus::failed));
  EXPECT_NE(lab().health(kJob).reason.find("its volume big holds"), std::string::npos)
      << lab().health(kJob).reason;
  EXPECT_EQ(notes(), "ran in t-1\n") << "no repetition";
  lab().undo(run);
}

TEST_F(JobsTest, AHookRunsOnceInEachTransaction) {
  const std::string hook = job("/bin/busybox sleep 1", "", "rumbo.dev/hook: PostSync");
  for (const std::string txn : {"t-1", "t-2"}) {
    const Deployment run = lab().begin(txn, hook);
    lab().stage_all(run);
    const Step& step = lab().step(run, StepKind::hook);
    ASSERT_TRUE(lab().perform(run, step));
    ASSERT_TRUE(lab().perform(run, step)) << "asked again after a crash";
    lab().reopen();
    EXPECT_TRUE(lab().becomes(kJob, HealthStatus::ready));
    EXPECT_EQ(notes(), txn == "t-1" ? "ran in t-1\n" : "ran in t-1\nran in t-2\n");
    for (const StepKind kind : {StepKind::switch_over, StepKind::retire}) {
      lab().perform_kind(run, kind);
    }
    lab().release(run);
    EXPECT_TRUE(lab().eventually([&] { return lab().pods().empty(); }));
  }
}

TEST_F(JobsTest, ACronJobRunsWhenItIsDue) {
  const std::string cron = R"(
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: notes, namespace: shop-dev}
spec: {accessModes: [ReadWriteMany]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: clean, namespace: shop-dev}
spec:
  schedule: "* * * * *"
  timeZone: Asia/Kolkata
  successfulJobsHistoryLimit: 1
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 1
          containers:
          - name: app
            image: localhost/app:1
            imagePullPolicy: IfNotPresent
            command: [/bin/busybox, sh, -c]
            args: ["echo cleaned >> /notes/log"]
            volumeMounts: [{name: notes, mountPath: /notes}]
          volumes: [{name: notes, persistentVolumeClaim: {claimName: notes}}]
)";
  lab().commit(lab().begin("t-1", cron));
  EXPECT_EQ(notes(), "none") << "not before its time";
  EXPECT_TRUE(lab().eventually([&] { return notes() == "cleaned\n"; }, 75s));
  EXPECT_EQ(lab().pods().size(), 1U) << "kept for its log";
  lab().commit(lab().begin("t-2", ""));
  EXPECT_TRUE(lab().eventually([&] { return lab().pods().empty(); })) << "gone with its CronJob";
}

}  // namespace
}  // namespace rumbo::podman_test
