// Podman's own configuration of registries is what counts: credentials, a private CA and mirrors,
// on a real registry with TLS and a password.
#include <cstdlib>
#include <gtest/gtest.h>
#include <sys/mount.h>

#include "base/strings.h"
#include "client_fixture.h"
#include "codec/base64.h"
#include "crypto/password.h"

namespace rumbo::target::podman {
namespace {

constexpr const char* kHost = "registry.test:5443";

class RegistryConfigTest : public PodmanTest {
 protected:
  void SetUp() override {
    PodmanTest::SetUp();
    if (IsSkipped()) return;
    for (const char* program : {"/usr/bin/docker-registry", "/usr/bin/openssl"}) {
      if (!std::filesystem::exists(program)) GTEST_SKIP() << program << " is not installed";
    }
    home_ = directory_ + "/registry-config";
    std::filesystem::create_directories(home_ + "/certs/" + kHost);
    name_the_host();
    make_certificate();
    start_registry();
    push();
  }
  void TearDown() override {
    registry_.reset();
    for (const auto& point : mounted_) ::umount2(point.c_str(), MNT_DETACH);
    for (const char* name : {"HOME", "CONTAINERS_REGISTRIES_CONF"}) ::unsetenv(name);
    PodmanTest::TearDown();
  }

  void over(const std::string& from, const std::string& to) {
    ASSERT_EQ(::mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr), 0) << to;
    mounted_.push_back(to);
  }
  void name_the_host() {
    std::ofstream(home_ + "/hosts") << "127.0.0.1 localhost registry.test\n";
    over(home_ + "/hosts", "/etc/hosts");
  }
  void make_certificate() {
    io::Command command;
    command.argv = {"openssl",  "req",
                    "-x509",    "-newkey",
                    "rsa:2048", "-nodes",
                    "-days",    "2",
                    "-subj",    "/CN=registry.test",
                    "-addext",  "subjectAltName=DNS:registry.test",
                    "-keyout",  home_ + "/key.pem",
                    "-out",     home_ + "/cert.pem"};
    command.env = io::minimal_environment();
    const auto made = env_->process.run(command, limit(30s));
    ASSERT_TRUE(made);
    ASSERT_EQ(made->status, 0) << made->err;
  }
  void start_registry() {
    const std::array<std::uint8_t, 16> salt{1, 2, 3};
    std::ofstream(home_ + "/htpasswd") << "anna:" << crypto::bcrypt("pass word", 5, salt) << "\n";
    std::ofstream(home_ + "/config.yml")
        << "version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: " << home_
        << "/data}}\nauth: {htpasswd: {realm: test, path: " << home_
        << "/htpasswd}}\nhttp: {addr: \"127.0.0.1:5443\", tls: {certificate: " << home_
        << "/cert.pem, key: " << home_ << "/key.pem}}\n";
    io::Command command;
    command.argv = {"docker-registry", "serve", home_ + "/config.yml"};
    command.env = io::minimal_environment();
    auto started = env_->process.start(command, home_ + "/log");
    ASSERT_TRUE(started);
    registry_ = std::move(*started);
  }
  void push() {
    build_image(kImage, "private");
    const std::string to = std::string("docker://") + kHost + "/team/web:1";
    ASSERT_TRUE(eventually([&] {
      return podman({"push", "-q", "--tls-verify=false", "--creds", "anna:pass word", kImage, to})
                 .status == 0;
    })) << env_->files.read_all(home_ + "/log").value_or("");
  }
  void trust() {
    std::filesystem::copy_file(home_ + "/cert.pem", home_ + "/certs/" + kHost + "/ca.crt",
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::create_directories("/etc/containers/certs.d");
    over(home_ + "/certs", "/etc/containers/certs.d");
  }
  void log_in() {
    std::filesystem::create_directories(home_ + "/.config/containers");
    std::ofstream(home_ + "/.config/containers/auth.json")
        << R"({"auths": {")" << kHost << R"(": {"auth": ")"
        << codec::base64_encode(std::string_view("anna:pass word")) << "\"}}}";
    ::setenv("HOME", home_.c_str(), 1);
  }
  /// By a service that is started with the environment of now.
  Result<std::string> pull(const std::string& name) {
    ServiceOptions options;
    options.run_directory = directory_ + "/r" + std::to_string(++runs_);  // Podman: short paths
    options.root = directory_ + "/root";
    options.run_root = directory_ + "/s/run";  // the storage remembers its first
    auto service = Service::open(*env_, options, limit(30s));
    if (!service) return fail(service.error());
    const auto pins =
        Images((*service)->client()).pin({{name, PullPolicy::always}}, {}, limit(60s));
    if (!pins) return fail(pins.error());
    return pins->at(name);
  }

  std::string home_;
  std::unique_ptr<io::Child> registry_;
  std::vector<std::string> mounted_;
  int runs_ = 0;
};

TEST_F(RegistryConfigTest, CertificateCredentialsAndMirrorsArePodmansOwn) {
  const std::string name = std::string(kHost) + "/team/web:1";
  const auto untrusted = pull(name);
  ASSERT_FALSE(untrusted);
  EXPECT_NE(untrusted.error().to_string().find("certificate"), std::string::npos)
      << untrusted.error().to_string();

  trust();
  const auto stranger = pull(name);
  ASSERT_FALSE(stranger);
  EXPECT_EQ(stranger.error().retry(), Retry::never) << stranger.error().to_string();

  log_in();
  const auto pulled = pull(name);
  ASSERT_TRUE(pulled) << pulled.error().to_string();
  EXPECT_TRUE(pulled->starts_with(std::string(kHost) + "/team/web@sha256:")) << *pulled;

  std::ofstream(home_ + "/registries.conf")
      << "[[registry]]\nlocation = \"docker.example.com\"\n[[registry.mirror]]\nlocation = \""
      << kHost << "\"\n";
  ::setenv("CONTAINERS_REGISTRIES_CONF", (home_ + "/registries.conf").c_str(), 1);
  const auto mirrored = pull("docker.example.com/team/web:1");
  ASSERT_TRUE(mirrored) << mirrored.error().to_string();
  EXPECT_TRUE(mirrored->starts_with("docker.example.com/team/web@sha256:")) << *mirrored;
}

}  // namespace
}  // namespace rumbo::target::podman
