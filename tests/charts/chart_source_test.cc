// ChartSource against real servers.
#include "source/chart_source.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/base64.h"
#include "crypto/digest.h"
#include "servers.h"

namespace rumbo::charts_test {
namespace {

class ChartSourceTest : public ::testing::Test {
 protected:
  Folder folder_;
  io::Env env_ = io::real_env();
  source::ChartSource charts_{folder_.path() + "/cache", env_};

  Result<std::string> look(const ChartSpec& spec) {
    const Revision revision = TRY(charts_.resolve(spec, {}));
    name_ = revision.name;
    const auto snapshot = TRY(charts_.fetch(spec, revision, SourceBounds{}, {}));
    return snapshot->read(kChartFile);
  }
  std::string name_;  ///< of the last revision

  static std::string index(const std::string& versions) {
    return "apiVersion: v1\nentries:\n  web:\n" + versions;
  }
  static std::string entry(const std::string& version, const std::string& url,
                           const std::string& archive = "") {
    return "  - name: web\n    version: " + version + "\n    urls: [\"" + url + "\"]\n" +
           (archive.empty() ? "" : "    digest: " + crypto::sha256(archive).substr(7) + "\n");
  }
};

TEST_F(ChartSourceTest, ARepositoryOverHttp) {
  FileServer server;
  const std::string one = packed_chart("web", "1.0.0"), two = packed_chart("web", "1.1.0");
  server.set("/charts/index.yaml", index(entry("1.0.0", "web-1.0.0.tgz", one) +
                                         entry("1.1.0", "../files/web-1.1.0.tgz", two)));
  server.set("/charts/web-1.0.0.tgz", one);
  server.set("/files/web-1.1.0.tgz", two);
  ChartSpec spec = chart_spec(server.url("/charts"));
  const auto newest = look(spec);
  ASSERT_TRUE(newest) << newest.error().to_string();
  EXPECT_EQ(*newest, two);
  EXPECT_EQ(name_, "1.1.0@" + crypto::sha256(two).substr(7, 7));
  spec.version = "1.0.0";
  EXPECT_EQ(*look(spec), one);

  // What is here already is not fetched again, and the index is only asked about.
  const std::size_t before = server.seen().size();
  EXPECT_EQ(*look(spec), one);
  const auto seen = server.seen();
  ASSERT_EQ(seen.size(), before + 1);
  EXPECT_TRUE(seen.back().not_modified);

  spec.version = "^2";
  const auto none = look(spec);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), Code::not_found);
  EXPECT_NE(none.error().to_string().find("the newest is 1.1.0"), std::string::npos)
      << none.error().to_string();
}

TEST_F(ChartSourceTest, AnotherArchiveThanTheIndexNamesIsRefused) {
  FileServer server;
  server.set("/index.yaml",
             index(entry("1.0.0", "web-1.0.0.tgz", packed_chart("web", "1.0.0", "honest"))));
  server.set("/web-1.0.0.tgz", packed_chart("web", "1.0.0", "changed"));
  const auto refused = look(chart_spec(server.url("")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::corrupt) << refused.error().to_string();
}

TEST_F(ChartSourceTest, WithoutADigestTheArchiveSaysWhatItIs) {
  FileServer server;
  const std::string archive = packed_chart("web", "1.0.0");
  server.set("/index.yaml", index(entry("1.0.0", "web-1.0.0.tgz")));
  server.set("/web-1.0.0.tgz", archive);
  const ChartSpec spec = chart_spec(server.url(""));
  EXPECT_EQ(*look(spec), archive);
  const auto revision = charts_.resolve(spec, {});
  EXPECT_EQ(revision->id, crypto::sha256(archive));
  server.set("/web-1.0.0.tgz", packed_chart("web", "1.0.0", "moved"));
  EXPECT_NE(charts_.resolve(spec, {})->id, revision->id) << "a moved version is another revision";
  EXPECT_TRUE(charts_.fetch(spec, *revision, {}, {})) << "the old one is still in the cache";
}

TEST_F(ChartSourceTest, CredentialsAreForTheRepositoryAlone) {
  FileServer server, cdn;
  server.authorization.with(
      [](auto& text) { text = "Basic " + codec::base64_encode(std::string_view("me:hidden")); });
  const std::string one = packed_chart("web", "1.0.0"), two = packed_chart("web", "2.0.0");
  server.set("/index.yaml", index(entry("1.0.0", cdn.url("/web-1.0.0.tgz"), one) +
                                  entry("2.0.0", "web-2.0.0.tgz", two)));
  server.redirect("/web-2.0.0.tgz", cdn.url("/web-2.0.0.tgz"));
  cdn.set("/web-1.0.0.tgz", one);
  cdn.set("/web-2.0.0.tgz", two);
  ChartSpec spec = chart_spec(server.url(""), "1.0.0");
  const auto refused = look(spec);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::denied);
  spec.credentials_file = folder_.write("credentials", "me:hidden\n");
  const auto found = look(spec);
  ASSERT_TRUE(found) << found.error().to_string();
  spec.version = "2.0.0";
  EXPECT_TRUE(look(spec));
  ASSERT_EQ(cdn.seen().size(), 2u);
  for (const auto& one_seen : cdn.seen()) EXPECT_EQ(one_seen.authorization, "");

  spec.credentials_file = folder_.write("wrong", "me:wrong-secret\n");
  const auto wrong = look(spec);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), Code::denied);
  EXPECT_EQ(wrong.error().to_string().find("wrong-secret"), std::string::npos);
  // In the cache nothing that a person may not see is looked for.
  for (const auto& file : std::filesystem::directory_iterator(folder_.path() + "/cache")) {
    EXPECT_EQ(std::filesystem::status(file).permissions() & std::filesystem::perms::others_read,
              std::filesystem::perms::none);
  }
}

TEST_F(ChartSourceTest, ARepositoryWithAnAuthorityOfItsOwn) {
  const std::string archive = packed_chart("web", "1.0.0");
  folder_.write("index.yaml", index(entry("1.0.0", "web-1.0.0.tgz", archive)));
  folder_.write("web-1.0.0.tgz", archive);
  const TlsServer server(folder_);
  if (!server.running()) GTEST_SKIP() << "openssl is not installed";
  ChartSpec spec = chart_spec(server.url());
  EXPECT_FALSE(look(spec)) << "nobody vouches for it";
  spec.ca_file = server.ca_file();
  const auto found = look(spec);
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_EQ(*found, archive);
}

TEST_F(ChartSourceTest, ARegistry) {
  const Registry registry(folder_, false);
  if (!registry.running()) GTEST_SKIP() << "docker-registry is not installed";
  const std::string one = packed_chart("web", "1.0.0"), two = packed_chart("web", "1.2.0+b1");
  registry.push("team/charts/web", "1.0.0", one);
  registry.push("team/charts/web", "1.2.0_b1", two);
  registry.push("team/charts/web", "latest", two);
  ChartSpec spec = chart_spec("oci://" + registry.host() + "/team/charts", "1.0.0");
  spec.plain_http = true;
  const auto exact = look(spec);
  ASSERT_TRUE(exact) << exact.error().to_string();
  EXPECT_EQ(*exact, one);
  spec.version = "^1.0";
  EXPECT_EQ(*look(spec), two);
  EXPECT_EQ(name_, "1.2.0+b1@" + crypto::sha256(two).substr(7, 7));
  spec.version = "";
  EXPECT_EQ(*look(spec), two);
  spec.version = crypto::sha256(one);
  EXPECT_EQ(*look(spec), one) << "by digest";
  spec.version = "3.0.0";
  EXPECT_EQ(look(spec).error().code(), Code::not_found);
  spec.plain_http = false;
  spec.version = "1.1.0";
  EXPECT_FALSE(look(spec)) << "it has no TLS";
}

TEST_F(ChartSourceTest, ARegistryThatWantsAPassword) {
  const Registry registry(folder_, true);
  if (!registry.running()) GTEST_SKIP() << "docker-registry is not installed";
  const std::string archive = packed_chart("web", "1.0.0");
  registry.push("charts/web", "1.0.0", archive);
  ChartSpec spec = chart_spec("oci://" + registry.host() + "/charts", "~1.0");
  spec.plain_http = true;
  EXPECT_EQ(look(spec).error().code(), Code::denied);
  spec.credentials_file = folder_.write("credentials", "me:hidden");
  const auto found = look(spec);
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_EQ(*found, archive);
}

TEST_F(ChartSourceTest, ARegistryThatWantsAToken) {
  const std::string archive = packed_chart("web", "1.0.0");
  const std::string digest = crypto::sha256(archive);
  Guarded<std::vector<std::string>> asked;
  std::string own_url;
  io::fake::HttpServer server([&](const auto& request, auto& peer) {
    const auto it = request.headers.find("authorization");
    const std::string authorization = it == request.headers.end() ? "" : it->second;
    if (request.target.starts_with("/token?")) {
      asked.with([&](auto& all) { all.push_back(request.target + " " + authorization); });
      peer.answer(200, "{\"token\": \"pass\"}");
    } else if (authorization != "Bearer pass") {
      peer.answer(401, "",
                  "WWW-Authenticate: Bearer realm=\"" + own_url +
                      "/token\",service=\"r\",scope=\"repository:c/web:pull\"\r\n");
    } else if (request.target == "/v2/c/web/manifests/1.0.0") {
      peer.answer(200,
                  "{\"config\":{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\"},"
                  "\"layers\":[{\"mediaType\":\"application/vnd.cncf.helm.chart.content.v1.tar+"
                  "gzip\",\"digest\":\"" +
                      digest + "\"}]}");
    } else {
      peer.answer(200, request.target.ends_with(digest) ? archive : "else");
    }
  });
  own_url = server.url("");
  ChartSpec spec = chart_spec("oci" + own_url.substr(4) + "/c", "1.0.0");
  spec.credentials_file = folder_.write("credentials", "me:hidden");
  spec.plain_http = true;
  const auto found = look(spec);
  ASSERT_TRUE(found) << found.error().to_string();
  EXPECT_EQ(*found, archive);
  const auto tokens = asked.copy();
  ASSERT_FALSE(tokens.empty());
  EXPECT_EQ(tokens[0], "/token?service=r&scope=repository:c/web:pull Basic " +
                           codec::base64_encode(std::string_view("me:hidden")));
}

TEST_F(ChartSourceTest, AnIndexMayPointToARegistry) {
  const Registry registry(folder_, false);
  if (!registry.running()) GTEST_SKIP() << "docker-registry is not installed";
  const std::string archive = packed_chart("web", "1.0.0");
  registry.push("charts/web", "1.0.0", archive);
  FileServer server;
  server.set("/index.yaml",
             index(entry("1.0.0", "oci://" + registry.host() + "/charts/web:1.0.0")));
  const auto refused = look(chart_spec(server.url("")));
  EXPECT_FALSE(refused) << "a registry that an index names is spoken to over TLS";
}

TEST_F(ChartSourceTest, ASignatureIsChecked) {
  if (run({"gpg", "--version"}).status != 0) GTEST_SKIP() << "gpg is not installed";
  const std::string home = folder_.path() + "/gnupg";
  std::filesystem::create_directories(home);
  std::filesystem::permissions(home, std::filesystem::perms::owner_all);
  const std::map<std::string, std::string> env{{"GNUPGHOME", home}};
  const auto made = run(
      {"gpg", "--batch", "--passphrase", "", "--quick-gen-key", "a@example.org", "ed25519", "sign"},
      env);
  ASSERT_EQ(made.status, 0) << made.err;
  const std::string keyring = folder_.path() + "/keyring.gpg";
  ASSERT_EQ(run({"gpg", "--batch", "--output", keyring, "--export"}, env).status, 0);
  const std::string archive = packed_chart("web", "1.0.0");
  const auto signed_for = [&](const std::string& digest) {
    return run({"gpg", "--batch", "--clearsign"}, env,
               "name: web\nversion: 1.0.0\n\n...\nfiles:\n  web-1.0.0.tgz: " + digest + "\n")
        .out;
  };
  FileServer server;
  server.set("/index.yaml", index(entry("1.0.0", "web-1.0.0.tgz", archive)));
  server.set("/web-1.0.0.tgz", archive);
  ChartSpec spec = chart_spec(server.url(""));
  spec.keyring = keyring;
  EXPECT_EQ(look(spec).error().code(), Code::not_found) << "no .prov file";

  server.set("/web-1.0.0.tgz.prov", signed_for(crypto::sha256("another")));
  const auto other = look(spec);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code(), Code::denied) << other.error().to_string();

  server.set("/web-1.0.0.tgz.prov", signed_for(crypto::sha256(archive)));
  const auto good = look(spec);
  ASSERT_TRUE(good) << good.error().to_string();

  // Text in front of the signed part is not signed.
  source::ChartSource later(folder_.path() + "/cache2", env_);
  server.set("/web-1.0.0.tgz.prov",
             "name: web\n\n...\nfiles:\n  web-1.0.0.tgz: " + crypto::sha256(archive) + "\n" +
                 signed_for(crypto::sha256("another")));
  const auto revision = later.resolve(spec, {});
  const auto forged = later.fetch(spec, *revision, {}, {});
  ASSERT_FALSE(forged);
  EXPECT_EQ(forged.error().code(), Code::denied) << forged.error().to_string();
  static_cast<void>(run({"gpgconf", "--kill", "gpg-agent"}, env));
}

}  // namespace
}  // namespace rumbo::charts_test
