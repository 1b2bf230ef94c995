// What is read of chart repositories: URLs, indexes, versions, registry headers.
#include <gtest/gtest.h>

#include "source/chart_location.h"
#include "source/chart_release.h"
#include "source/helm_index.h"
#include "source/oci_registry.h"
#include "source/provenance.h"

namespace rumbo::source {
namespace {

constexpr const char* kDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Result<ChartLocation> location_of_chart(const std::string& repo, const std::string& chart) {
  ChartSpec spec;
  spec.repo = repo;
  spec.chart = chart;
  return chart_location(spec);
}

std::string index_text() {
  return "apiVersion: v1\nentries:\n"
         "  db:\n"
         "  - name: db\n    version: 0.1.0\n    urls: [db-0.1.0.tgz]\n"
         "  # a remark\n"
         "  web:\n"
         "  - apiVersion: v2\n    appVersion: \"9\"\n    description: |\n      text\n      web:\n"
         "    digest: " +
         std::string(kDigest) +
         "\n    name: web\n    urls:\n    - charts/web-1.2.0.tgz\n    version: 1.2.0\n"
         "  - name: web\n    urls:\n    - https://cdn.example.org/web-2.0.0-rc.1.tgz\n"
         "    version: 2.0.0-rc.1\n"
         "  - name: web\n    version: 1.10.0\n    urls: [web-1.10.0.tgz]\n"
         "  - name: web\n    version: 9.9.9\n"
         "generated: \"2026-01-01T00:00:00Z\"\n";
}

TEST(HelmIndex, ReadsOneChart) {
  const auto releases = read_index(index_text(), "web");
  ASSERT_TRUE(releases) << releases.error().to_string();
  ASSERT_EQ(releases->size(), 3u) << "without a URL it cannot be had";
  EXPECT_EQ((*releases)[0].version, "1.2.0");
  EXPECT_EQ((*releases)[0].app_version, "9");
  EXPECT_EQ((*releases)[0].digest, "sha256:" + std::string(kDigest));
  EXPECT_EQ((*releases)[0].urls[0], "charts/web-1.2.0.tgz");
  EXPECT_EQ((*releases)[1].digest, "");
}

TEST(HelmIndex, OtherFormsMeanTheSame) {
  for (const char* text :
       {"{\"entries\": {\"web\": [{\"version\": \"1.0.0\", \"urls\": [\"a.tgz\"]}]}}",
        "entries: {web: [{version: 1.0.0, urls: [a.tgz]}]}\n",
        "entries:\n    \"web\":\n        - version: 1.0.0\n          urls: [a.tgz]\n",
        "entries:\n  web: [{version: 1.0.0, urls: [a.tgz]}]\n"}) {
    const auto releases = read_index(text, "web");
    ASSERT_TRUE(releases) << text << releases.error().to_string();
    ASSERT_EQ(releases->size(), 1u) << text;
    EXPECT_EQ((*releases)[0].urls[0], "a.tgz");
  }
}

TEST(HelmIndex, AnUnknownChartIsToldWithTheNearestName) {
  for (const std::string& text :
       {index_text(), std::string("{\"entries\": {\"web\": [], \"db\": []}}")}) {
    const auto releases = read_index(text, "webb");
    ASSERT_FALSE(releases);
    EXPECT_EQ(releases.error().code(), Code::not_found);
    EXPECT_NE(releases.error().to_string().find("did you mean `web`?"), std::string::npos)
        << releases.error().to_string();
  }
  const auto page = read_index("<html>\n<body>not found</body>\n", "web");
  ASSERT_FALSE(page);
  EXPECT_FALSE(read_index("", "web"));
}

TEST(ChartRelease, TheExactVersionElseTheNewestInTheRange) {
  const auto releases = *read_index(index_text(), "web");
  const auto chosen = [&](std::string_view wanted) {
    const ChartRelease* found = choose_release(releases, wanted);
    return found ? found->version : "";
  };
  EXPECT_EQ(chosen(""), "1.10.0") << "no prerelease";
  EXPECT_EQ(chosen("^1.2"), "1.10.0");
  EXPECT_EQ(chosen("1.2.0"), "1.2.0");
  EXPECT_EQ(chosen("2.0.0-rc.1"), "2.0.0-rc.1");
  EXPECT_EQ(chosen(">=1.0.0-0"), "2.0.0-rc.1");
  EXPECT_EQ(chosen("^3"), "");
}

TEST(ChartLocation, KnowsRepositoriesAndRegistries) {
  const auto repository = location_of_chart("https://Charts.Example.org:443/stable", "web");
  ASSERT_TRUE(repository);
  EXPECT_EQ(repository->origin, "https://charts.example.org");
  EXPECT_EQ(repository->base, "https://Charts.Example.org:443/stable/");
  const auto registry = location_of_chart("oci://registry.example.org:5000/team/charts/", "web");
  ASSERT_TRUE(registry);
  EXPECT_TRUE(registry->oci);
  EXPECT_EQ(registry->origin, "https://registry.example.org:5000");
  EXPECT_EQ(registry->base, "team/charts/web");
  EXPECT_EQ(location_of_chart("oci://docker.io/x", "web")->origin, "https://registry-1.docker.io");
  for (const char* bad : {"https://u:hunter2@x/y", "oci://u:hunter2@x/y", "ftp://x", "x/y", "",
                          "oci://x/../y", "https://", "oci://x/UPPER"}) {
    const auto refused = location_of_chart(bad, "web");
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().to_string().find("hunter2"), std::string::npos) << bad;
  }
  EXPECT_FALSE(location_of_chart("https://x", "../web"));
}

TEST(ChartLocation, ResolvesUrlsOfIndexes) {
  EXPECT_EQ(resolve_url("https://x/charts/", "web-1.tgz"), "https://x/charts/web-1.tgz");
  EXPECT_EQ(resolve_url("https://x/charts/", "../dl/web-1.tgz"), "https://x/dl/web-1.tgz");
  EXPECT_EQ(resolve_url("https://x/charts/", "/dl/web-1.tgz"), "https://x/dl/web-1.tgz");
  EXPECT_EQ(resolve_url("https://x/charts/", "https://y/web-1.tgz"), "https://y/web-1.tgz");
  EXPECT_EQ(resolve_url("https://x", "web.tgz"), "https://x/web.tgz");
  EXPECT_EQ(url_origin("https://X.org:443/y"), "https://x.org");
  EXPECT_EQ(url_origin("oci://x"), "");
}

TEST(OciRegistry, ReadsChallenges) {
  const auto read = BearerChallenge::parse(
      "Bearer realm=\"https://auth.example.org/token\",service=\"registry\",scope=\"repository:a/"
      "b:pull,push\"");
  EXPECT_EQ(read.realm, "https://auth.example.org/token");
  EXPECT_EQ(read.service, "registry");
  EXPECT_EQ(read.scope, "repository:a/b:pull,push");
  EXPECT_EQ(BearerChallenge::parse("Basic realm=\"x\"").realm, "");
  EXPECT_EQ(BearerChallenge::parse("bearer realm=x, service = y").service, "y");
  for (const char* odd : {"", "Bearer ", "Bearer realm", "Bearer realm=\"x", "Bearer =,=,"}) {
    static_cast<void>(BearerChallenge::parse(odd));
  }
  EXPECT_EQ(tag_of("1.2.3+build"), "1.2.3_build");
  EXPECT_EQ(version_of("1.2.3_build"), "1.2.3+build");
}

TEST(Provenance, NamesOneFile) {
  const std::string digest = "sha256:" + std::string(kDigest);
  EXPECT_EQ(
      digest_in_provenance("name: web\nversion: 1\n\n...\nfiles:\n  web-1.tgz: " + digest + "\n"),
      digest);
  for (const char* bad : {"", "name: web\n", "x: y\n...\nfiles: {}\n",
                          "x: y\n...\nfiles: {a: sha256:00}\n", "x\n...\n{"}) {
    EXPECT_FALSE(digest_in_provenance(bad)) << bad;
  }
}

}  // namespace
}  // namespace rumbo::source
