// Whole processes on a real host: backup and the disaster drill of docs/operations.md, an upgrade
// in the middle of a transaction, signals, and two daemons.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "host_lab.h"

namespace rumbo::podman_test {
namespace {

class CareTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { lab_ = std::make_unique<HostLab>(why_); }
  static void TearDownTestSuite() { lab_.reset(); }
  void SetUp() override {
    if (!why_.empty()) GTEST_SKIP() << why_;
    lab().begin();
  }
  static HostLab& lab() { return *lab_; }

  static void deploy(const std::string& page, int replicas = 1, const std::string& more = "") {
    lab().commit(HostLab::web(page, replicas, more));
    const io::Exit done = lab().rumbo({"sync"});
    ASSERT_EQ(done.status, 0) << done.out << done.err;
  }
  static std::string passphrase() {
    const std::string path = lab().directory() + "/pass";
    std::ofstream(path) << "correct horse\n";
    return path;
  }
  /// The disk with the state is lost, the machine and its pods are not.
  static void lose_state() {
    std::filesystem::remove_all(lab().directory() + "/old");
    std::filesystem::rename(lab().state(), lab().directory() + "/old");
  }

  static inline std::unique_ptr<HostLab> lab_;
  static inline std::string why_;
};

TEST_F(CareTest, ABackupOfARunningDaemonGoesOnWhereItWas) {
  lab().commit(HostLab::web("one"));
  lab().start_daemon();
  ASSERT_TRUE(lab().eventually([&] { return lab().last_outcome() == "committed"; }))
      << lab().daemon_log();
  const std::string archive = lab().directory() + "/backup.tar.gz";
  const io::Exit made =
      lab().rumbo({"backup", "--out", archive, "--passphrase-file", passphrase()});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(std::filesystem::status(archive).permissions(), std::filesystem::perms(0600));
  const auto pods = lab().pods();
  ASSERT_EQ(lab().end_daemon() < 10, true);

  // Nothing was deployed since: the restored state takes the pods on without touching them.
  const io::Exit refused = lab().rumbo({"restore", archive, "--passphrase-file", passphrase()});
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("is not empty"), std::string::npos) << refused.err;
  lose_state();
  const io::Exit restored = lab().rumbo({"restore", archive, "--passphrase-file", passphrase()});
  ASSERT_EQ(restored.status, 0) << restored.err;
  lab().start_daemon();
  ASSERT_TRUE(lab().eventually([&] { return lab().rumbo({"status"}).status == 0; }))
      << lab().rumbo({"status"}).out << lab().daemon_log();
  EXPECT_EQ(lab().pods(), pods);
  EXPECT_EQ(lab().get(), "one");
  EXPECT_EQ(lab().rumbo({"log", "--verify"}).status, 0);
  lab().commit(HostLab::web("two"));
  EXPECT_TRUE(lab().eventually([&] { return lab().get() == "two"; })) << lab().daemon_log();
  const std::string newest =
      lab().json({"history", "--max", "1"})["transactions"][0]["transaction"].str();
  EXPECT_GE(newest, "t-001001") << "names of the lost journal are not given again";
}

TEST_F(CareTest, ARestartOfTheDaemonIsNoDrift) {
  deploy("one", 2);
  for (int i = 0; i < 2; ++i) {
    lab().start_daemon();
    ASSERT_TRUE(lab().eventually([&] { return lab().rumbo({"status"}).status == 0; }))
        << lab().daemon_log();
    lab().env().sleep(1s);
    ASSERT_LT(lab().end_daemon(), 10);
  }
  const std::string journal = lab().rumbo({"log"}).out;
  EXPECT_EQ(journal.find("drift"), std::string::npos) << journal;
}

TEST_F(CareTest, AHostAheadOfARestoredBackupIsLeftAloneUntilItIsTakenOver) {
  deploy("one");
  const std::string archive = lab().directory() + "/backup.tar.gz";
  ASSERT_EQ(lab().rumbo({"backup", "--out", archive, "--passphrase-file", passphrase()}).status, 0);
  deploy("two");
  const auto pods = lab().pods();
  lose_state();
  ASSERT_EQ(lab().rumbo({"restore", archive, "--passphrase-file", passphrase()}).status, 0);

  lab().start_daemon();
  const io::Exit status = lab().rumbo({"status"});
  EXPECT_EQ(status.status, 1) << status.out;
  EXPECT_NE(status.out.find("ahead of the state directory"), std::string::npos) << status.out;
  EXPECT_NE((status.out + status.err).find("t-000002"), std::string::npos) << status.out;
  const io::Exit sync = lab().rumbo({"sync"});
  EXPECT_NE(sync.status, 0);
  EXPECT_NE(sync.err.find("--from-target"), std::string::npos) << sync.err;
  EXPECT_EQ(lab().pods(), pods);
  EXPECT_EQ(lab().get(), "two") << "what serves goes on serving";

  const io::Exit taken = lab().rumbo({"recover", "--from-target"});
  ASSERT_EQ(taken.status, 0) << taken.err;
  EXPECT_NE(taken.out.find("shop@dev: paused"), std::string::npos) << taken.out;
  EXPECT_EQ(lab().pods(), pods);
  const io::Exit synced = lab().rumbo({"sync"});
  ASSERT_EQ(synced.status, 0) << synced.out << synced.err;
  ASSERT_EQ(lab().rumbo({"resume", "shop"}).status, 0);
  ASSERT_TRUE(lab().eventually([&] {
    return lab().rumbo({"status"}).status == 0 && lab().get() == "two";
  })) << lab().rumbo({"status"}).out
      << lab().daemon_log();
  // The taken-over pods were replaced as in any deployment, and nothing of them is left.
  EXPECT_TRUE(lab().eventually([&] { return lab().pods().size() == 1; }));
}

TEST_F(CareTest, WithoutAnyStateTheInventoryIsRebuiltFromLabels) {
  deploy("one", 2);
  const auto pods = lab().pods();
  const std::string key = lab().env().files.read_all(lab().state() + "/key").value();
  const std::string archive = lab().directory() + "/backup.tar.gz";
  ASSERT_EQ(lab().rumbo({"backup", "--out", archive}).status, 0);
  // Only the record of the target is lost: the journal still knows its installation.
  for (const auto& one : std::filesystem::directory_iterator(lab().state() + "/targets")) {
    std::filesystem::remove(one.path() / "record.json");
  }
  const io::Exit sync = lab().rumbo({"sync"});
  EXPECT_NE(sync.status, 0);
  EXPECT_NE(sync.err.find("frozen"), std::string::npos) << sync.err;
  const io::Exit taken = lab().rumbo({"recover", "--from-target"});
  ASSERT_EQ(taken.status, 0) << taken.err;
  EXPECT_EQ(lab().pods(), pods);
  const io::Exit again = lab().rumbo({"sync"});
  ASSERT_EQ(again.status, 0) << again.out << again.err;
  EXPECT_EQ(lab().get(), "one");
  EXPECT_TRUE(lab().eventually([&] { return lab().pods().size() == 2; }));
  EXPECT_NE(lab().pods(), pods);
}

TEST_F(CareTest, AnUpgradeInTheMiddleOfATransactionUndoesNothing) {
  deploy("one");
  const std::string binary = lab().directory() + "/rumbo-old";
  std::filesystem::copy_file(RUMBO_BINARY, binary,
                             std::filesystem::copy_options::overwrite_existing);
  lab().start_daemon(binary);
  // Ready only after a while: there is time to replace the program.
  lab().commit(HostLab::web("two", 1,
                            "        startupProbe: {exec: {command: [/bin/sh, -c, "
                            "'test -e /up || { /bin/busybox sleep 8; echo > /up; }']}, "
                            "periodSeconds: 1, timeoutSeconds: 10}"));
  ASSERT_TRUE(lab().eventually([&] { return lab().pods().size() == 2; })) << lab().daemon_log();
  EXPECT_EQ(lab().get(), "one");
  EXPECT_LT(lab().end_daemon(SIGTERM), 8);
  EXPECT_EQ(lab().pods().size(), 2u) << "the staged pod is left as it is";
  std::filesystem::remove(binary);
  lab().start_daemon();
  ASSERT_TRUE(lab().eventually([&] { return lab().get() == "two"; })) << lab().daemon_log();
  ASSERT_TRUE(lab().eventually([&] { return lab().last_outcome() == "committed"; }));
  const Value history = lab().json({"history"});
  EXPECT_EQ(history["transactions"].size(), 2u) << "no second attempt, nothing undone";
  const io::Exit log = lab().rumbo({"log"});
  EXPECT_NE(log.out.find("suspended"), std::string::npos) << log.out;
  EXPECT_NE(log.out.find("resumed"), std::string::npos) << log.out;
}

TEST_F(CareTest, ASecondDaemonWaitsAndGivesUp) {
  lab().commit(HostLab::web("one"));
  lab().start_daemon();
  const io::Exit second = lab().rumbo({"serve"});
  EXPECT_EQ(second.status, 2);
  EXPECT_NE(second.err.find("is in use by another rumbo"), std::string::npos) << second.err;
  EXPECT_TRUE(lab().daemon_runs());
}

TEST_F(CareTest, AStoppedDaemonGoesOnWhenItIsContinued) {
  deploy("one");
  lab().start_daemon();
  lab().signal_daemon(SIGSTOP);
  EXPECT_EQ(lab().podman({"kill", "-a"}).status, 0);  // Podman itself restarts what died
  lab().commit(HostLab::web("two"));
  lab().env().sleep(3s);
  lab().signal_daemon(SIGCONT);
  EXPECT_TRUE(lab().eventually([&] { return lab().get() == "two"; })) << lab().daemon_log();
  EXPECT_TRUE(lab().eventually([&] { return lab().last_outcome() == "committed"; }));
}

TEST_F(CareTest, TestsRunWhenTheyAreAskedFor) {
  const auto with_test = [](const std::string& page, const std::string& command) {
    return HostLab::web(page) + R"(---
apiVersion: batch/v1
kind: Job
metadata: {name: smoke, annotations: {helm.sh/hook: test}}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: smoke
        image: localhost/app:1
        imagePullPolicy: IfNotPresent
        command: [/bin/sh, -c, ")" +
           command + "\"]\n";
  };
  lab().commit(with_test("one", "/bin/busybox wget -q -O - http://web | grep -q one"));
  ASSERT_EQ(lab().rumbo({"sync"}).status, 0);
  for (const char* run : {"first", "second"}) {
    const io::Exit passed = lab().rumbo({"test", "shop"});
    EXPECT_EQ(passed.status, 0) << run << passed.out << passed.err;
    EXPECT_NE(passed.out.find("passed"), std::string::npos) << run << passed.out;
  }
  lab().commit(with_test("two", "echo the till is closed; exit 3"));
  ASSERT_EQ(lab().rumbo({"sync"}).status, 0);
  const io::Exit failed = lab().rumbo({"test", "shop"});
  EXPECT_EQ(failed.status, 2) << failed.out << failed.err;
  EXPECT_NE(failed.out.find("the till is closed"), std::string::npos) << failed.out;
  EXPECT_EQ(lab().get(), "two");
  EXPECT_EQ(lab().rumbo({"status"}).status, 0) << "a test condemns nothing";
}

TEST_F(CareTest, TestsMayBePodsAsChartsHaveThem) {
  const auto with_test = [](const std::string& page, const std::string& command) {
    return HostLab::web(page) + R"(---
apiVersion: v1
kind: Pod
metadata: {name: web-test-connection, annotations: {helm.sh/hook: test}}
spec:
  restartPolicy: Never
  containers:
  - name: wget
    image: localhost/app:1
    imagePullPolicy: IfNotPresent
    command: [/bin/sh, -c, ")" +
           command + "\"]\n";
  };
  lab().commit(with_test("one", "/bin/busybox wget -q -O - http://web | grep -q one"));
  ASSERT_EQ(lab().rumbo({"sync"}).status, 0);
  for (const char* run : {"first", "second"}) {
    const io::Exit passed = lab().rumbo({"test", "shop"});
    EXPECT_EQ(passed.status, 0) << run << passed.out << passed.err;
    EXPECT_NE(passed.out.find("passed"), std::string::npos) << run << passed.out;
  }
  lab().commit(with_test("two", "echo the till is closed; exit 3"));
  ASSERT_EQ(lab().rumbo({"sync"}).status, 0);
  const io::Exit failed = lab().rumbo({"test", "shop"});
  EXPECT_EQ(failed.status, 2) << failed.out << failed.err;
  EXPECT_NE(failed.out.find("the till is closed"), std::string::npos) << failed.out;
  EXPECT_EQ(lab().get(), "two");
  EXPECT_EQ(lab().rumbo({"status"}).status, 0) << "a test condemns nothing";
}

TEST_F(CareTest, KilledInMidTransactionItResumes) {
  deploy("one");
  lab().start_daemon();
  lab().commit(HostLab::web("two", 1,
                            "        startupProbe: {exec: {command: [/bin/sh, -c, "
                            "'test -e /up || { /bin/busybox sleep 5; echo > /up; }']}, "
                            "periodSeconds: 1, timeoutSeconds: 10}"));
  ASSERT_TRUE(lab().eventually([&] { return lab().pods().size() == 2; })) << lab().daemon_log();
  lab().end_daemon(SIGKILL);
  EXPECT_EQ(lab().get(), "one");
  lab().start_daemon();
  ASSERT_TRUE(lab().eventually([&] { return lab().get() == "two"; })) << lab().daemon_log();
  EXPECT_TRUE(lab().eventually([&] { return lab().last_outcome() == "committed"; }));
  EXPECT_EQ(lab().json({"history"})["transactions"].size(), 2u);
}

}  // namespace
}  // namespace rumbo::podman_test
