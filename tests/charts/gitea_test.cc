// Charts from the Helm and OCI registries of a real Gitea, whose OCI registry wants tokens. Skipped
// unless RUMBO_TEST_GITEA names a folder that `tests/charts/gitea.sh build` filled.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/strings.h"
#include "codec/json.h"
#include "crypto/digest.h"
#include "servers.h"
#include "source/chart_source.h"

namespace rumbo::charts_test {
namespace {

class Gitea {
 public:
  /// `built`: the folder with the program.
  explicit Gitea(const std::string& built) : port_(20'000 + ::getpid() % 10'000) {
    std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
    const io::Exit up = run({RUMBO_SOURCE_DIR "/tests/charts/gitea.sh", "up", built,
                             folder_.path() + "/gitea", std::to_string(port_)});
    pid_ = static_cast<pid_t>(parse_int(trim(up.out)).value_or(0));
    if (pid_ <= 0) ADD_FAILURE() << "Gitea does not start: " << up.err;
  }
  ~Gitea() {
    if (pid_ > 0) ::kill(pid_, SIGTERM);
  }
  Gitea(const Gitea&) = delete;
  Gitea& operator=(const Gitea&) = delete;

  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string helm() const { return "http://" + host() + "/api/packages/acme/helm"; }

  /// The status that `curl` gets.
  std::string curl(std::vector<std::string> arguments) const {
    std::vector<std::string> argv{"curl", "-s",           "-o", "/dev/null",
                                  "-w",   "%{http_code}", "-u", kUser};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run(argv).out;
  }
  std::string upload(const std::string& archive) const {
    const std::string file = folder_.write("upload.tgz", archive);
    return curl({"-F", "chart=@" + file, helm() + "/api/charts"});
  }
  std::string push(const std::string& name, const std::string& tag,
                   const std::string& archive) const {
    const std::string config = "{\"name\":\"" + name + "\",\"version\":\"" + tag + "\"}";
    for (const std::string& blob : {config, archive}) {
      const std::string at = curl({"-X", "POST", "--data-binary", "@" + folder_.write("blob", blob),
                                   "-H", "Content-Type: application/octet-stream",
                                   "http://" + host() + "/v2/acme/" + name +
                                       "/blobs/uploads/?digest=" + crypto::sha256(blob)});
      if (at != "201") return "blob: " + at;
    }
    const auto part = [](const char* type, const std::string& bytes) {
      return Value::object(
          {{"mediaType", type}, {"digest", crypto::sha256(bytes)}, {"size", bytes.size()}});
    };
    const Value manifest = Value::object(
        {{"schemaVersion", 2},
         {"mediaType", "application/vnd.oci.image.manifest.v1+json"},
         {"config", part("application/vnd.cncf.helm.config.v1+json", config)},
         {"layers",
          Value::array({part("application/vnd.cncf.helm.chart.content.v1.tar+gzip", archive)})}});
    return curl({"-X", "PUT", "--data-binary",
                 "@" + folder_.write("manifest", codec::to_json(manifest)), "-H",
                 "Content-Type: application/vnd.oci.image.manifest.v1+json",
                 "http://" + host() + "/v2/acme/" + name + "/manifests/" + tag});
  }
  /// From then on only acme may read what it has.
  std::string hide() const {
    return curl({"-X", "PATCH", "-H", "Content-Type: application/json", "-d",
                 R"({"login_name":"acme","source_id":0,"visibility":"private"})",
                 "http://" + host() + "/api/v1/admin/users/acme"});
  }

  static constexpr const char* kUser = "acme:s3cret-pass";

 private:
  Folder folder_;
  int port_;
  pid_t pid_ = 0;
};

class GiteaTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* built = std::getenv("RUMBO_TEST_GITEA");
    if (built == nullptr) GTEST_SKIP() << "RUMBO_TEST_GITEA is not set: no Gitea to test with";
    gitea_ = std::make_unique<Gitea>(built);
  }
  Result<std::string> look(const ChartSpec& spec) {
    const Revision revision = TRY(charts_.resolve(spec, {}));
    const auto snapshot = TRY(charts_.fetch(spec, revision, SourceBounds{}, {}));
    return snapshot->read(kChartFile);
  }

  Folder folder_;
  io::Env env_ = io::real_env();
  source::ChartSource charts_{folder_.path() + "/cache", env_};
  std::unique_ptr<Gitea> gitea_;
  const std::string one_ = packed_chart("web", "1.0.0"), two_ = packed_chart("web", "1.1.0");
};

TEST_F(GiteaTest, ItsHelmRepository) {
  ASSERT_EQ(gitea_->upload(one_), "201");
  ASSERT_EQ(gitea_->upload(two_), "201");
  ChartSpec spec = chart_spec(gitea_->helm());
  const auto newest = look(spec);
  ASSERT_TRUE(newest) << newest.error().to_string();
  EXPECT_EQ(*newest, two_);
  spec.version = "~1.0";
  EXPECT_EQ(look(spec).value_or(""), one_);

  ASSERT_EQ(gitea_->hide(), "200");
  source::ChartSource other(folder_.path() + "/other", env_);
  const auto refused = other.resolve(spec, {});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("401"), std::string::npos) << refused.error().message();
  spec.credentials_file = folder_.write("cred", Gitea::kUser);
  EXPECT_EQ(look(spec).value_or(""), one_);
}

TEST_F(GiteaTest, ItsOciRegistry) {
  ASSERT_EQ(gitea_->push("web", "1.0.0", one_), "201");
  ASSERT_EQ(gitea_->push("web", "1.1.0", two_), "201");
  ChartSpec spec = chart_spec("oci://" + gitea_->host() + "/acme");
  spec.plain_http = true;
  const auto newest = look(spec);
  ASSERT_TRUE(newest) << newest.error().to_string();
  EXPECT_EQ(*newest, two_);

  ASSERT_EQ(gitea_->hide(), "200");
  spec.version = "1.0.0";
  source::ChartSource other(folder_.path() + "/other", env_);
  EXPECT_FALSE(other.resolve(spec, {}));
  spec.credentials_file = folder_.write("cred", Gitea::kUser);
  EXPECT_EQ(look(spec).value_or(""), one_) << "with a token that the user's password buys";
  spec.credentials_file = folder_.write("wrong", "acme:wrong");
  EXPECT_FALSE(other.resolve(spec, {}));
}

}  // namespace
}  // namespace rumbo::charts_test
