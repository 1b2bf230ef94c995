#include "target/kubernetes/credentials.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "io/fake/manual_clock.h"
#include "io/fake/memory_filesystem.h"
#include "io/fake/seeded_random.h"
#include "target/kubernetes/exec_plugin.h"

namespace rumbo::target::kubernetes {
namespace {

class FakeProcess : public io::Process {
 public:
  Result<io::Exit> run(const io::Command& command, const Cancel&) override {
    commands.push_back(command);
    if (missing) return fail(Code::not_found, "no program " + command.argv[0]);
    return exit;
  }
  Result<std::unique_ptr<io::Child>> start(const io::Command&, const std::string&) override {
    return fail(Code::unsupported, "not here");
  }
  std::vector<io::Command> commands;
  io::Exit exit;
  bool missing = false;
};

class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() {
    EXPECT_TRUE(files.make_directories("/k", 0700));
    access.server = "https://kube";
    access.cluster.ca_pem = "CA";
  }
  void write(const std::string& path, const std::string& text) {
    ASSERT_TRUE(files.write_atomic(path, text));
  }
  void use_plugin(const std::string& mode = "IfAvailable") {
    access.user.exec = ExecPlugin{.api_version = "v1",
                                  .command = "login",
                                  .args = {"a"},
                                  .env = {{"X", "1"}},
                                  .interactive_mode = mode,
                                  .install_hint = "get it there",
                                  .provide_cluster_info = true,
                                  .where = {"/k/config", 3, 4}};
    print(R"("token":"t1")");
  }
  void print(const std::string& status) {
    process.exit.out = R"({"apiVersion":"client.authentication.k8s.io/v1",)"
                       R"("kind":"ExecCredential","status":{)" +
                       status + "}}";
  }
  Credentials& credentials() {
    if (!made) made.emplace(access, env, std::map<std::string, std::string>{{"PATH", "/bin"}});
    return *made;
  }
  std::string authorization() {
    const auto now = credentials().current(Cancel());
    if (!now) return now.error().to_string();
    for (const auto& [name, value] : (*now)->headers) {
      if (name == "Authorization") return value;
    }
    return {};
  }
  std::uint64_t serial() { return credentials().current(Cancel()).value()->serial; }

  io::fake::ManualClock clock;
  io::fake::MemoryFileSystem files;
  io::fake::SeededRandom random{1};
  FakeProcess process;
  io::Env env{clock, files, process, io::real_http(), random, [](Duration) {}};
  Access access;
  std::optional<Credentials> made;
};

TEST_F(CredentialsTest, TokenBasicAndImpersonation) {
  access.user.token = Secret<std::string>("abc");
  access.user.as = "boss";
  access.user.as_groups = {"g1", "g2"};
  access.user.as_extra = {{"a/b", {"v"}}};
  const auto now = credentials().current(Cancel()).value();
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(now->headers, (std::vector<Pair>{{"Authorization", "Bearer abc"},
                                             {"Impersonate-User", "boss"},
                                             {"Impersonate-Group", "g1"},
                                             {"Impersonate-Group", "g2"},
                                             {"Impersonate-Extra-a%2Fb", "v"}}));
  EXPECT_EQ(now->tls.authorities_pem, "CA");
  EXPECT_FALSE(credentials().refused(now->serial)) << "nothing here can be renewed";
  made.reset();
  access.user = {};
  access.user.username = "u";
  access.user.password = Secret<std::string>("p");
  EXPECT_EQ(authorization(), "Basic dTpw");
}

TEST_F(CredentialsTest, TokenFilesAreReadAgainEveryMinuteAndAfterA401) {
  access.user.token_file = "/k/token";
  EXPECT_NE(authorization().find("/k/token"), std::string::npos);
  write("/k/token", "one\n");
  EXPECT_EQ(authorization(), "Bearer one");
  write("/k/token", "two\n");
  EXPECT_EQ(authorization(), "Bearer one");
  clock.advance(61s);
  EXPECT_EQ(authorization(), "Bearer two");
  ASSERT_TRUE(files.remove("/k/token"));
  clock.advance(61s);
  EXPECT_EQ(authorization(), "Bearer two") << "a file about to be replaced";
  write("/k/token", "three");
  const auto before = serial();
  EXPECT_TRUE(credentials().refused(before));
  EXPECT_EQ(authorization(), "Bearer three");
  EXPECT_TRUE(credentials().refused(before)) << "renewed meanwhile";
  EXPECT_FALSE(credentials().refused(serial())) << "not again so soon";
}

TEST_F(CredentialsTest, CertificateFilesChangeTheConnections) {
  access.user.certificate_file = "/k/c";
  access.user.key_file = "/k/key";
  write("/k/c", "cert1");
  write("/k/key", "key1");
  const auto first = credentials().current(Cancel()).value();
  EXPECT_EQ(first->tls.certificate_pem, "cert1");
  clock.advance(6min);
  EXPECT_EQ(credentials().current(Cancel()).value()->tls_serial, first->tls_serial);
  write("/k/c", "cert2");
  clock.advance(6min);
  const auto second = credentials().current(Cancel()).value();
  EXPECT_EQ(second->tls.certificate_pem, "cert2");
  EXPECT_NE(second->tls_serial, first->tls_serial);
}

TEST_F(CredentialsTest, PluginsRunUntilTheyExpire) {
  use_plugin();
  print(R"("token":"t1","expirationTimestamp":")" + to_rfc3339({clock.wall().since_epoch + 1h}) +
        "\"");
  EXPECT_EQ(authorization(), "Bearer t1");
  ASSERT_EQ(process.commands.size(), 1u);
  const io::Command& command = process.commands[0];
  EXPECT_EQ(command.argv, (std::vector<std::string>{"login", "a"}));
  EXPECT_EQ(command.env.at("PATH"), "/bin");
  EXPECT_EQ(command.env.at("X"), "1");
  const Value info = codec::parse_json(command.env.at("KUBERNETES_EXEC_INFO")).value();
  EXPECT_EQ(info["apiVersion"].str(), "client.authentication.k8s.io/v1");
  EXPECT_FALSE(info["spec"]["interactive"].as_bool(true));
  EXPECT_EQ(info["spec"]["cluster"]["server"].str(), "https://kube");
  EXPECT_EQ(info["spec"]["cluster"]["certificate-authority-data"].str(), "Q0E=");
  clock.advance(30min);
  EXPECT_EQ(authorization(), "Bearer t1");
  EXPECT_EQ(process.commands.size(), 1u);
  clock.advance(30min);
  print(R"("token":"t2")");
  EXPECT_EQ(authorization(), "Bearer t2");
  clock.advance(100h);
  EXPECT_EQ(authorization(), "Bearer t2");
  EXPECT_EQ(process.commands.size(), 2u) << "without an expiry it holds until refused";
  EXPECT_TRUE(credentials().refused(serial()));
  print(R"("clientCertificateData":"C","clientKeyData":"K")");
  EXPECT_EQ(authorization(), "");
  EXPECT_EQ(credentials().current(Cancel()).value()->tls.certificate_pem, "C");
}

TEST_F(CredentialsTest, PluginsThatFailSayWhy) {
  use_plugin("Always");
  EXPECT_NE(authorization().find("needs a terminal"), std::string::npos);
  made.reset();
  use_plugin();
  process.exit.status = 3;
  process.exit.err = "session over\n";
  EXPECT_NE(authorization().find("/k/config:3:4: the exec plugin login failed with status 3: "
                                 "session over"),
            std::string::npos)
      << authorization();
  process.missing = true;
  EXPECT_NE(authorization().find("get it there"), std::string::npos);
}

TEST(ExecCredentialTest, RefusesWhatIsNone) {
  const ExecPlugin plugin{.api_version = "v1",
                          .command = "login",
                          .args = {},
                          .env = {},
                          .interactive_mode = "Never",
                          .install_hint = {},
                          .provide_cluster_info = false,
                          .where = {}};
  const std::string head =
      R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":)";
  EXPECT_TRUE(parse_exec_credential(plugin, head + R"({"token":"x"}})"));
  for (const std::string& bad :
       {std::string("hush"), std::string("{}"), head + "{}}", head + R"({"clientKeyData":"hush"}})",
        head + R"({"token":"hush","expirationTimestamp":"soon"}})",
        std::string(R"({"apiVersion":"client.authentication.k8s.io/v1beta1",)"
                    R"("kind":"ExecCredential","status":{"token":"hush"}})")}) {
    const auto read = parse_exec_credential(plugin, bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().to_string().find("hush"), std::string::npos);
  }
}

}  // namespace
}  // namespace rumbo::target::kubernetes
