// Bad luck on a real host, with the whole program: what is said, that nothing is lost, and that it
// goes on once the cause is gone. docs/failure-contract.md names these tests.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.h"
#include "host_lab.h"

namespace rumbo::podman_test {
namespace {

class LuckTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { lab_ = std::make_unique<HostLab>(why_); }
  static void TearDownTestSuite() { lab_.reset(); }
  void SetUp() override {
    if (!why_.empty()) GTEST_SKIP() << why_;
    lab().begin();
  }
  void TearDown() override {
    if (mounted_) ::umount2(lab().state().c_str(), MNT_DETACH);
    if (listener_ >= 0) ::close(listener_);
    mounted_ = false;
  }
  static HostLab& lab() { return *lab_; }

  static void deploy(const std::string& page) {
    lab().commit(HostLab::web(page));
    const io::Exit done = lab().rumbo({"sync"});
    ASSERT_EQ(done.status, 0) << done.out << done.err;
  }
  /// The state directory on a disk of its own.
  void small_disk(const char* megabytes) {
    std::filesystem::create_directories(lab().state());
    const std::string size = std::string("size=") + megabytes + "m,mode=0700";
    ASSERT_EQ(::mount("tmpfs", lab().state().c_str(), "tmpfs", 0, size.c_str()), 0);
    mounted_ = true;
  }
  void fill_disk() {
    std::ofstream file(lab().state() + "/filler", std::ios::binary);
    const std::string block(64 << 10, 'x');
    while (file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  void take_port(int port) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    ASSERT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listener_, 1), 0);
  }
  static std::vector<int> podman_services() {
    std::vector<int> out;
    for (const auto& one : std::filesystem::directory_iterator("/proc")) {
      std::ifstream in(one.path() / "cmdline");
      std::string line((std::istreambuf_iterator<char>(in)), {});
      const bool ours = line.find(lab().directory()) != std::string::npos &&
                        line.find("system") != std::string::npos &&
                        line.find("service") != std::string::npos;
      if (ours) out.push_back(std::stoi(one.path().filename().string()));
    }
    return out;
  }

  bool mounted_ = false;
  int listener_ = -1;
  static inline std::unique_ptr<HostLab> lab_;
  static inline std::string why_;
};

TEST_F(LuckTest, OneMissingImageOfFiveAndNothingIsTouched) {
  deploy("one");
  const auto pods = lab().pods();
  std::string five = HostLab::web("two");
  for (int i = 0; i < 4; ++i) {
    std::string other = HostLab::web("other" + std::to_string(i));
    other = replace_all(other, "name: web", "name: web" + std::to_string(i));
    other = replace_all(other, "app: web", "app: web" + std::to_string(i));
    other = replace_all(other, "name: page", "name: page" + std::to_string(i));
    if (i == 2) other = replace_all(other, "localhost/app:1", "localhost/none:1");
    five += "---\n" + other;
  }
  lab().commit(five);
  const io::Exit sync = lab().rumbo({"sync"});
  EXPECT_EQ(sync.status, 2) << sync.out;
  EXPECT_NE((sync.out + sync.err).find("localhost/none:1"), std::string::npos) << sync.out;
  EXPECT_EQ(lab().pods(), pods);
  EXPECT_EQ(lab().get(), "one");
}

TEST_F(LuckTest, APodmanServiceThatDiesInMidTransactionIsStartedAgain) {
  deploy("one");
  lab().start_daemon();
  lab().commit(HostLab::web("two"));
  ASSERT_TRUE(
      lab().eventually(
          [&] {
            return lab().json({"history", "--max", "1"})["transactions"][0]["outcome"].is_null();
          },
          20s) ||
      lab().get() == "two");
  const auto services = podman_services();
  EXPECT_FALSE(services.empty()) << "nothing was killed: this proves nothing";
  for (const int pid : services) ::kill(pid, SIGKILL);
  EXPECT_TRUE(lab().eventually([&] { return lab().get() == "two"; })) << lab().daemon_log();
  EXPECT_TRUE(lab().eventually([&] { return lab().last_outcome() == "committed"; }))
      << lab().daemon_log();
}

TEST_F(LuckTest, APodmanServiceThatHangsIsWaitedFor) {
  deploy("one");
  lab().start_daemon();
  ASSERT_TRUE(lab().eventually(
      [&] { return lab().daemon_log().find("serve: ready") != std::string::npos; }));
  ASSERT_TRUE(lab().eventually([&] { return !podman_services().empty(); }));
  const auto services = podman_services();
  for (const int pid : services) ::kill(pid, SIGSTOP);
  lab().commit(HostLab::web("two"));
  lab().env().sleep(5s);
  EXPECT_EQ(lab().get(), "one") << "what serves goes on serving";
  EXPECT_TRUE(lab().daemon_runs());
  for (const int pid : services) ::kill(pid, SIGCONT);
  EXPECT_TRUE(lab().eventually([&] { return lab().get() == "two"; }, 90s)) << lab().daemon_log();
  EXPECT_EQ(lab().json({"status"})["applications"][0]["quarantined"].size(), 0u)
      << "the revision is not to blame";
}

TEST_F(LuckTest, VerbsSayThatPodmanHangsInsteadOfWaiting) {
  // The host's own service, which Rumbo does not restart.
  const std::string socket = lab().directory() + "/host.sock";
  auto service = lab().host_service(socket);
  ASSERT_NE(service, nullptr);
  lab().use_socket(socket);
  deploy("one");
  service->kill(SIGSTOP);
  const MonoTime began = lab().env().clock.mono();
  const io::Exit status = lab().rumbo({"status"});
  EXPECT_EQ(status.status, 1) << status.out << status.err;
  EXPECT_NE((status.out + status.err).find("the Podman service at " + socket + " does not answer"),
            std::string::npos)
      << status.out << status.err;
  const io::Exit plan = lab().rumbo({"sync"});
  EXPECT_NE(plan.status, 0);
  EXPECT_NE((plan.out + plan.err).find("does not answer"), std::string::npos)
      << plan.out << plan.err;
  EXPECT_LT(lab().env().clock.mono() - began, 75s);
  EXPECT_EQ(lab().get_page(), "one") << "what serves goes on serving";
  service->kill(SIGCONT);
  deploy("two");
  EXPECT_EQ(lab().get_page(), "two");
}

TEST_F(LuckTest, TheDaemonWaitsForAPodmanThatIsNotThereYet) {
  const std::string socket = lab().directory() + "/host.sock";
  lab().use_socket(socket);
  lab().commit(HostLab::web("one"));
  lab().start_daemon();
  EXPECT_TRUE(lab().eventually(
      [&] { return lab().rumbo({"status"}).out.find("does not answer") != std::string::npos; },
      20s))
      << lab().rumbo({"status"}).out;
  EXPECT_NE(lab().rumbo({"status"}).status, 0);
  EXPECT_TRUE(lab().daemon_runs());
  const auto service = lab().host_service(socket);
  ASSERT_NE(service, nullptr);
  EXPECT_TRUE(lab().eventually([&] { return lab().get_page() == "one"; })) << lab().daemon_log();
  EXPECT_TRUE(lab().eventually([&] { return lab().rumbo({"status"}).status == 0; }))
      << lab().rumbo({"status"}).out;
  EXPECT_LT(lab().end_daemon(), 10.0);
}

TEST_F(LuckTest, RootlessIsRefusedWithWhatToDo) {
  lab().commit(HostLab::web("one"));
  ASSERT_EQ(lab().run({"chown", "-R", "65534:65534", lab().directory() + "/repo"}).status, 0);
  ASSERT_EQ(lab().run({"install", "-d", "-o", "65534", "-g", "65534", lab().state()}).status, 0);
  for (const std::string& path : {lab().directory(), lab().directory() + "/.."}) {
    std::filesystem::permissions(path, std::filesystem::perms(0755));
  }
  const io::Exit sync =
      lab().run({"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", RUMBO_BINARY,
                 "sync", "--state", lab().state(), "--config", lab().directory() + "/rumbo.yaml"});
  EXPECT_EQ(sync.status, 2) << sync.out << sync.err;
  EXPECT_NE((sync.out + sync.err).find("rootless Podman is not supported"), std::string::npos)
      << sync.out << sync.err;
  EXPECT_NE((sync.out + sync.err).find("run Rumbo as root"), std::string::npos) << sync.err;
  EXPECT_TRUE(lab().pods().empty());
}

TEST_F(LuckTest, ContainerStorageThatIsFullCondemnsNoRevision) {
  const std::string small = lab().directory() + "/small";
  std::filesystem::create_directories(small);
  ASSERT_EQ(::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=48m,mode=0711"), 0);
  const std::string storage = " --root " + small + "/root --runroot " + lab().directory() +
                              "/runroot2 --tmpdir " + lab().directory() + "/runroot2/libpod ";
  const std::string conf = "export CONTAINERS_CONF=" + lab().directory() + "/b/containers.conf; ";
  const io::Exit loaded =
      lab().run({"/bin/sh", "-c",
                 conf + "podman --root " + lab().directory() + "/root --runroot " +
                     lab().directory() + "/runroot --tmpdir " + lab().directory() +
                     "/runroot/libpod save localhost/app:1 | podman" + storage + "load"});
  ASSERT_EQ(loaded.status, 0) << loaded.err;
  lab().configure("{root: " + small + "/root, runRoot: " + lab().directory() + "/runroot2}");
  deploy("one");
  const std::string first =
      lab().json({"history", "--max", "1"})["transactions"][0]["transaction"].str();
  EXPECT_NE(first, "");
  lab().start_daemon();
  {
    std::ofstream filler(small + "/filler", std::ios::binary);
    const std::string block(4 << 10, 'x');
    while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  lab().commit(HostLab::web("two"));
  EXPECT_TRUE(lab().eventually(
      [&] {
        const Value newest = lab().json({"history", "--max", "1"})["transactions"][0];
        return newest["transaction"].str() != first && newest["ended"].is_null();
      },
      20s))
      << "begun, and held up: else this proves nothing";
  lab().env().sleep(5s);
  EXPECT_TRUE(lab().json({"history", "--max", "1"})["transactions"][0]["ended"].is_null());
  EXPECT_EQ(lab().get_page(), "one") << "what serves goes on serving";
  std::filesystem::remove(small + "/filler");
  EXPECT_TRUE(lab().eventually([&] { return lab().get_page() == "two"; })) << lab().daemon_log();
  EXPECT_EQ(lab().json({"status"})["applications"][0]["quarantined"].size(), 0u)
      << "the revision is not to blame";
  lab().end_daemon();
  lab().run({"/bin/sh", "-c", conf + "podman" + storage + "pod rm -f -a -t 0"});
  EXPECT_EQ(::umount2(small.c_str(), MNT_DETACH), 0);
}

TEST_F(LuckTest, APortOfTheHostThatAnotherHoldsRefusesBeforeAnythingIsTouched) {
  take_port(18099);
  lab().commit(
      replace_all(HostLab::web("one"), "  selector: {app: web}\n  ports: [{port: 80,",
                  "  type: LoadBalancer\n  selector: {app: web}\n  ports: [{port: 18099,"));
  const io::Exit sync = lab().rumbo({"sync"});
  EXPECT_NE(sync.status, 0);
  EXPECT_NE((sync.out + sync.err).find("18099"), std::string::npos) << sync.out << sync.err;
  EXPECT_TRUE(lab().eventually([&] { return lab().pods().empty(); }, 20s));
}

TEST_F(LuckTest, AContainerThatIgnoresSigtermIsKilledAfterItsGrace) {
  lab().commit(replace_all(HostLab::web("one"), "trap \"exit 0\" TERM", "trap \"\" TERM"));
  ASSERT_EQ(lab().rumbo({"sync"}).status, 0);
  const auto old = lab().pods();
  lab().commit(HostLab::web("two"));
  const io::Exit sync = lab().rumbo({"sync"});
  EXPECT_EQ(sync.status, 0) << sync.out << sync.err;
  EXPECT_TRUE(lab().eventually([&] { return lab().pods().size() == 1 && lab().pods() != old; }))
      << lab().pods().size();
}

TEST_F(LuckTest, ReadinessThatFlapsEndsInOneOfTwoStates) {
  deploy("one");
  // Ready for two seconds, unready for two.
  const std::string flapping =
      "readinessProbe: {exec: {command: [/bin/sh, -c, 'test $(( $(/bin/busybox date +%s) % 4 )) "
      "-lt 2']}, periodSeconds: 1, failureThreshold: 1}";
  lab().commit(replace_all(HostLab::web("two"),
                           "readinessProbe: {httpGet: {path: /index.html, port: http}, "
                           "periodSeconds: 1, failureThreshold: 1}",
                           flapping));
  const io::Exit sync = lab().rumbo({"sync"});
  EXPECT_TRUE(sync.status == 0 || sync.status == 3) << sync.out << sync.err;
  const std::string wanted = sync.status == 0 ? "two" : "one";
  EXPECT_TRUE(lab().eventually([&] { return lab().pods().size() == 1; }));
  if (sync.status == 0) lab().start_daemon();
  EXPECT_TRUE(lab().eventually([&] { return lab().get() == wanted; }, 30s)) << lab().get();
  EXPECT_EQ(lab().rumbo({"log", "--verify"}).status, 0);
}

TEST_F(LuckTest, AFullStateDiskBeginsNothingAndLosesNothing) {
  small_disk("48");
  deploy("one");
  fill_disk();
  lab().commit(HostLab::web("two"));
  const io::Exit sync = lab().rumbo({"sync"});
  EXPECT_NE(sync.status, 0) << sync.out;
  EXPECT_NE((sync.out + sync.err).find("space"), std::string::npos) << sync.out << sync.err;
  EXPECT_EQ(lab().get(), "one");
  EXPECT_EQ(lab().pods().size(), 1u);
  std::filesystem::remove(lab().state() + "/filler");
  const io::Exit again = lab().rumbo({"sync"});
  EXPECT_EQ(again.status, 0) << again.out << again.err;
  EXPECT_EQ(lab().get(), "two");
  EXPECT_EQ(lab().rumbo({"log", "--verify"}).status, 0);
}

TEST_F(LuckTest, AReadOnlyStateDiskIsSaidPlainly) {
  small_disk("48");
  deploy("one");
  ASSERT_EQ(::mount(nullptr, lab().state().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
  const io::Exit sync = lab().rumbo({"sync"});
  EXPECT_EQ(sync.status, 2) << sync.out;
  EXPECT_NE(sync.err.find("ead-only"), std::string::npos) << sync.err;
  EXPECT_NE(sync.err.find(lab().state()), std::string::npos) << sync.err;
  EXPECT_EQ(lab().get(), "one");
  ASSERT_EQ(::mount(nullptr, lab().state().c_str(), nullptr, MS_REMOUNT, nullptr), 0);
  EXPECT_EQ(lab().rumbo({"sync"}).status, 0);
}

TEST_F(LuckTest, OutOfFileDescriptorsItFailsCleanlyAndGoesOnLater) {
  deploy("one");
  lab().commit(HostLab::web("two"));
  const auto pods = lab().pods();
  for (const char* limit : {"12", "32", "100"}) {
    const MonoTime began = lab().env().clock.mono();
    const io::Exit sync =
        lab().run({"/bin/sh", "-c",
                   std::string("ulimit -n ") + limit + "; exec " + RUMBO_BINARY + " sync --state " +
                       lab().state() + " --config " + lab().directory() + "/rumbo.yaml"});
    EXPECT_EQ(sync.status, 2) << limit << ": " << sync.err;
    if (std::string(limit) != "12") {  // with 12 not even the message's parts are sure to load
      EXPECT_NE(sync.err.find("files"), std::string::npos) << sync.err;
    }
    EXPECT_LT(lab().env().clock.mono() - began, 10s) << "said at once";
    EXPECT_EQ(lab().pods(), pods) << "nothing is touched";
  }
  const io::Exit sync = lab().rumbo({"sync"});
  EXPECT_EQ(sync.status, 0) << sync.out << sync.err;
  EXPECT_EQ(lab().get(), "two");
  EXPECT_EQ(lab().rumbo({"log", "--verify"}).status, 0);
}

TEST_F(LuckTest, OutOfProcessesItFailsCleanlyAndGoesOnLater) {
  const bool unified = std::filesystem::exists("/sys/fs/cgroup/cgroup.controllers");
  const std::string group = std::string("/sys/fs/cgroup/") + (unified ? "" : "pids/") +
                            "rumbo-test-" + std::to_string(::getpid());
  if (::mkdir(group.c_str(), 0755) != 0 || !std::filesystem::exists(group + "/pids.max")) {
    ::rmdir(group.c_str());
    GTEST_SKIP() << "no pids controller at " << group;
  }
  deploy("one");
  lab().commit(HostLab::web("two"));
  const auto pods = lab().pods();
  for (const char* limit : {"3", "8", "14"}) {
    std::ofstream(group + "/pids.max") << limit;
    const io::Exit sync =
        lab().run({"/bin/sh", "-c",
                   "echo $$ >" + group + "/cgroup.procs; exec " + RUMBO_BINARY + " sync --state " +
                       lab().state() + " --config " + lab().directory() + "/rumbo.yaml"});
    EXPECT_EQ(sync.status, 2) << limit << ": " << sync.err;
    EXPECT_NE(sync.err.find("error: "), std::string::npos) << sync.err;
    EXPECT_EQ(sync.err.find("not installed"), std::string::npos) << sync.err;
    EXPECT_EQ(lab().pods(), pods) << "nothing is touched";
  }
  lab().eventually([&] { return ::rmdir(group.c_str()) == 0; }, 10s);
  const io::Exit sync = lab().rumbo({"sync"});
  EXPECT_EQ(sync.status, 0) << sync.out << sync.err;
  EXPECT_EQ(lab().get(), "two");
  EXPECT_EQ(lab().rumbo({"log", "--verify"}).status, 0);
}

TEST_F(LuckTest, ATruncatedJournalIsSaidPlainlyAndWhatRunsStays) {
  deploy("one");
  const auto pods = lab().pods();
  const std::string journal = lab().state() + "/journal.db";
  std::filesystem::remove(journal + "-wal");
  std::filesystem::resize_file(journal, std::filesystem::file_size(journal) / 2);
  const io::Exit sync = lab().rumbo({"sync"});
  EXPECT_EQ(sync.status, 2) << sync.out;
  EXPECT_NE(sync.err.find("malformed"), std::string::npos) << sync.err;
  EXPECT_NE(sync.err.find("recover --from-target"), std::string::npos) << sync.err;
  EXPECT_EQ(lab().pods(), pods);
  EXPECT_EQ(lab().get_page(), "one");
}

// ufw and Docker set the policy of FORWARD to drop, whenever they are installed.
TEST_F(LuckTest, AFirewallThatArrivesLaterIsNamedWithItsCure) {
  deploy("one");
  ASSERT_EQ(lab().run({"iptables", "-P", "FORWARD", "DROP"}).status, 0);
  const io::Exit told = lab().rumbo({"doctor"});
  EXPECT_NE(told.status, 0);
  const std::string cure = "iptables -I FORWARD -m conntrack --ctstate DNAT -j ACCEPT";
  EXPECT_NE(told.out.find(cure), std::string::npos) << told.out;
  EXPECT_EQ(lab().get(), "one") << "this machine itself is served on";
  lab().run({"/bin/sh", "-c", cure});
  EXPECT_EQ(lab().rumbo({"doctor"}).out.find(cure), std::string::npos);
  lab().run({"iptables", "-D", "FORWARD", "-m", "conntrack", "--ctstate", "DNAT", "-j", "ACCEPT"});
  lab().run({"iptables", "-P", "FORWARD", "ACCEPT"});
}

TEST_F(LuckTest, OutOfMemoryIsLikeACrash) {
  deploy("one");
  lab().commit(HostLab::web("two"));
  for (const char* kilobytes : {"60000", "120000", "250000"}) {
    lab().run({"/bin/sh", "-c",
               std::string("ulimit -v ") + kilobytes + "; exec " + RUMBO_BINARY + " sync --state " +
                   lab().state() + " --config " + lab().directory() + "/rumbo.yaml"});
  }
  const io::Exit sync = lab().rumbo({"sync"});
  EXPECT_EQ(sync.status, 0) << sync.out << sync.err;
  EXPECT_EQ(lab().get(), "two");
  EXPECT_EQ(lab().rumbo({"log", "--verify"}).status, 0);
}

TEST_F(LuckTest, AVolumeRemovedByHandIsMadeAnewOnlyWhenAsked) {
  const std::string claim = R"(apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
)";
  std::string web =
      replace_all(HostLab::web("one"), "volumeMounts: [{name: www, mountPath: /www}]",
                  "volumeMounts: [{name: www, mountPath: /www}, {name: data, mountPath: /data}]");
  web = replace_all(web, "volumes: [{name: www, configMap: {name: page}}]",
                    "volumes: [{name: www, configMap: {name: page}}, {name: data, "
                    "persistentVolumeClaim: {claimName: data}}]");
  lab().commit(claim + web);
  ASSERT_EQ(lab().rumbo({"sync"}).status, 0);
  lab().podman({"pod", "rm", "-f", "-a", "-t", "0"});
  ASSERT_EQ(lab().podman({"volume", "rm", "-f", "-a"}).status, 0);
  const io::Exit status = lab().rumbo({"status"});
  EXPECT_EQ(status.status, 1);
  EXPECT_NE(status.out.find("volume"), std::string::npos) << status.out;
  lab().rumbo({"sync"});
  EXPECT_EQ(lab().podman({"volume", "ls", "-q"}).out, "") << "never silently recreated";
  const io::Exit made = lab().rumbo({"recover", "--recreate-volume", "shop@dev", "data"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(lab().json({"status"})["applications"][0]["quarantined"].size(), 0u)
      << "the revision is not to blame";
  EXPECT_NE(made.out.find("has a new, empty volume"), std::string::npos) << made.out;
  lab().start_daemon();
  EXPECT_TRUE(lab().eventually([&] { return lab().rumbo({"status"}).status == 0; }))
      << lab().rumbo({"status"}).out << lab().daemon_log();
  EXPECT_EQ(lab().get(), "one");
}

TEST_F(LuckTest, LogsOfAllPodsAndOfTheRunBefore) {
  lab().commit(HostLab::web("one", 2));
  ASSERT_EQ(lab().rumbo({"sync"}).status, 0);
  lab().start_daemon();
  const io::Exit all = lab().rumbo({"logs", "shop"});
  EXPECT_EQ(all.status, 0) << all.err;
  EXPECT_NE(all.out.find("-0/app] serving one"), std::string::npos) << all.out;
  EXPECT_NE(all.out.find("-1/app] serving one"), std::string::npos) << all.out;
  const io::Exit before = lab().rumbo({"logs", "web", "--previous"});
  EXPECT_EQ(before.status, 2) << before.out;
  EXPECT_NE(before.err.find("did not run before"), std::string::npos) << before.err;
  // Of several pods, one that never restarted hides no other's last run.
  for (const std::string& pod : lab().pods()) {
    if (!pod.ends_with("-1")) continue;
    EXPECT_EQ(lab().podman({"kill", pod + "-app"}).status, 0);
  }
  EXPECT_TRUE(lab().eventually(
      [&] {
        return lab().rumbo({"logs", "web", "--previous"}).out.find("serving one") !=
               std::string::npos;
      },
      30s));
  EXPECT_EQ(lab().rumbo({"logs", "web", "--since", "2100-01-01T00:00:00Z"}).out, "");
}

TEST_F(LuckTest, ImportedContainersRunUnderRumbo) {
  const std::string conf = lab().directory() + "/storage.conf";
  ASSERT_EQ(
      lab()
          .podman({"run", "-d", "--name", "hello", "--restart", "always", "-e", "PAGE=hi", "-e",
                   "DB_PASSWORD=hunter2", "-p", "18088:8080", "localhost/app:1", "/bin/sh", "-c",
                   "/bin/busybox mkdir /w; echo $PAGE > /w/index.html; exec /bin/busybox httpd -f "
                   "-p 8080 -h /w"})
          .status,
      0);
  std::ofstream(conf) << "[storage]\ndriver = \"overlay\"\ngraphroot = \"" << lab().directory()
                      << "/root\"\nrunroot = \"" << lab().directory() << "/runroot\"\n";
  const std::string out = lab().directory() + "/imported";
  std::filesystem::remove_all(out);
  const io::Exit imported =
      lab().run({"/bin/sh", "-c",
                 "CONTAINERS_STORAGE_CONF=" + conf + " CONTAINERS_CONF=" + lab().directory() +
                     "/b/containers.conf exec " + RUMBO_BINARY + " import podman --out " + out});
  ASSERT_EQ(imported.status, 0) << imported.out << imported.err;
  EXPECT_NE(imported.err.find("look like secrets"), std::string::npos) << imported.err;
  EXPECT_EQ(std::filesystem::status(out + "/hello-secret.yaml").permissions(),
            std::filesystem::perms(0600));
  const io::Exit valid = lab().run({RUMBO_BINARY, "validate", out});
  EXPECT_EQ(valid.status, 0) << valid.out << valid.err;
  std::ifstream manifest(out + "/hello.yaml"), secret(out + "/hello-secret.yaml");
  const std::string text((std::istreambuf_iterator<char>(manifest)), {});
  const std::string hidden((std::istreambuf_iterator<char>(secret)), {});
  EXPECT_EQ(text.find("hunter2"), std::string::npos);
  lab().commit(text + "---\n" + hidden);
  ASSERT_EQ(lab().podman({"rm", "-f", "-t", "0", "hello"}).status, 0);
  const io::Exit sync = lab().rumbo({"sync"});
  ASSERT_EQ(sync.status, 0) << sync.out << sync.err;
  const io::Exit env = lab().podman(
      {"ps", "--filter", "label=rumbo.dev/application=shop", "--format", "{{.Names}}"});
  EXPECT_NE(env.out.find("hello"), std::string::npos) << env.out;
}

}  // namespace
}  // namespace rumbo::podman_test
