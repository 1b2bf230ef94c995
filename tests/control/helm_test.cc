// Applications that are Helm charts: the same verbs, and random results that stay what they were.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/json.h"
#include "codec/tar_maker.h"
#include "engine/manifest_store.h"
#include "rig.h"

namespace rumbo::controltest {
namespace {

std::string chart_application(const std::string& more = "") {
  return replace_all(application("shop", more), "renderer: plain", "renderer: helm") +
         environment();
}

MemorySource::Files chart(const std::string& image, const std::string& remark = "") {
  const std::string deployment = release("shop", "IMAGE").at("deploy/app.yaml");
  return {{"deploy/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"},
          {"deploy/values.yaml", "image: " + image + "\n"},
          {"deploy/templates/secret.yaml",
           remark + "apiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}-login}\n"
                    "stringData: {password: {{ randAlphaNum 24 | quote }}}\n"},
          {"deploy/templates/shop.yaml", replace_all(deployment, "IMAGE", "{{ .Values.image }}")}};
}

const ObjectKey kSecret{"", "Secret", "shop-dev", "shop-login"};

std::string password(Rig& rig) {
  const auto state = rig.core().state(rig.core().placements()[0].scope);
  if (!state.committed || !state.committed->manifest) return "nothing is committed";
  const auto manifest =
      engine::load_manifest(rig.core().journal(), *state.committed->manifest).value();
  const Object* secret = manifest.find(kSecret);
  return secret ? secret->value["stringData"]["password"].str() : "no secret";
}

TEST(HelmApplication, IsDeployedWithItsValues) {
  Rig rig(chart_application("  helm: {values: {image: \"app:values\"}}\n"));
  rig.source.commit(kShopUrl, chart("app:1"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:values");
}

TEST(HelmApplication, AnUnchangedChartIsUnchangedAlsoInANewProcess) {
  Rig rig(chart_application());
  rig.source.commit(kShopUrl, chart("app:1"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  const std::string first = password(rig);
  EXPECT_EQ(first.size(), 24u);
  EXPECT_EQ(rig.sync()["worst"].str(), "unchanged");
  rig.restart();
  EXPECT_EQ(rig.sync()["worst"].str(), "unchanged");

  rig.source.commit(kShopUrl, chart("app:2", "# the template moves by a line\n"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:2");
  EXPECT_EQ(password(rig), first) << "an edit elsewhere rotates no password";
}

/// `more`: further annotations.
std::string hook_job(const std::string& name, const std::string& event,
                     const std::string& more = "") {
  return "apiVersion: batch/v1\nkind: Job\nmetadata: {name: " + name +
         ", annotations: {helm.sh/hook: " + event + more +
         "}}\nspec: {}\nstatus: {conditions: [{type: Complete, status: 'True'}]}\n";
}

int runs(const Rig& rig, const std::string& name) {
  int out = 0;
  for (const auto& [at, count] : rig.world.hook_runs) out += at.second.name == name ? count : 0;
  return out;
}

TEST(HelmApplication, TestsRunOnDemandAndChangeNothing) {
  Rig rig(chart_application());
  auto files = chart("app:1");
  files["deploy/templates/tests/works.yaml"] = hook_job("works", "test");
  rig.source.commit(kShopUrl, files);
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(runs(rig, "works"), 0);

  const control::TestOptions options{"shop", "", "user:anna"};
  auto answer = rig.operations().test(options, {});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ((*answer)["outcome"].str(), "passed") << codec::to_json(*answer);
  EXPECT_EQ(runs(rig, "works"), 1);

  files["deploy/templates/tests/fails.yaml"] = hook_job("fails", "test", ", sim/hook: fail");
  files["deploy/values.yaml"] = "image: app:2\n";
  rig.source.commit(kShopUrl, files);
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  answer = rig.operations().test(options, {});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ((*answer)["outcome"].str(), "failed") << codec::to_json(*answer);
  EXPECT_NE((*answer)["cause"].str().find("fails"), std::string::npos) << codec::to_json(*answer);
  EXPECT_EQ(runs(rig, "works"), 2);
  EXPECT_EQ(rig.image(), "app:2") << "what a test says changes nothing";
  EXPECT_EQ(rig.sync()["worst"].str(), "unchanged") << "and condemns no revision";
}

TEST(HelmApplication, HooksOfRollbackRunThen) {
  Rig rig(chart_application());
  auto files = chart("app:1");
  files["deploy/templates/undo.yaml"] = hook_job("undo", "post-rollback");
  files["deploy/templates/up.yaml"] = hook_job("up", "post-upgrade");
  rig.source.commit(kShopUrl, files);
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  files["deploy/values.yaml"] = "image: app:2\n";
  rig.source.commit(kShopUrl, files);
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(runs(rig, "undo"), 0);
  EXPECT_EQ(runs(rig, "up"), 1);

  control::RollbackOptions options;
  options.application = "shop";
  options.actor = "user:anna";
  const auto answer = rig.operations().rollback(options, {});
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_EQ((*answer)["outcome"].str(), "committed") << codec::to_json(*answer);
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_EQ(runs(rig, "undo"), 1);
  EXPECT_EQ(runs(rig, "up"), 1);
}

TEST(HelmApplication, ABrokenTemplateIsToldWithItsPlace) {
  Rig rig(chart_application());
  auto files = chart("app:1");
  files["deploy/templates/bad.yaml"] = "{{ required \"need a domain\" .Values.domain }}\n";
  rig.source.commit(kShopUrl, files);
  const auto result = rig.operations().sync({}, [](const Value&) { return true; });
  const std::string text = result ? codec::to_json(*result) : result.error().to_string();
  EXPECT_NE(text.find("shop/templates/bad.yaml:1:3"), std::string::npos) << text;
  EXPECT_NE(text.find("need a domain"), std::string::npos) << text;
}

TEST(HelmApplication, FreshSecretsRotateOnPurposeAndStay) {
  Rig rig(chart_application());
  rig.source.commit(kShopUrl, chart("app:1"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  const std::string first = password(rig);
  control::SyncOptions fresh;
  fresh.fresh_secrets = true;
  EXPECT_EQ(rig.sync("", fresh)["worst"].str(), "committed");
  const std::string second = password(rig);
  EXPECT_NE(second, first);
  EXPECT_EQ(second.size(), 24u);
  EXPECT_EQ(rig.sync()["worst"].str(), "unchanged") << "nothing brings the old one back";
  rig.restart();
  EXPECT_EQ(rig.sync()["worst"].str(), "unchanged");
  EXPECT_EQ(password(rig), second);
  EXPECT_EQ(rig.sync("", fresh)["worst"].str(), "committed") << "and again";
  EXPECT_NE(password(rig), second);
}

std::string repository_chart(const std::string& image) {
  std::string out;
  for (const auto& [path, text] : chart(image)) {
    out += codec::tar_entry("shop/" + path.substr(path.find('/') + 1), text);
  }
  return codec::stored_gzip(out + codec::tar_end());
}

constexpr const char* kRepository = "https://charts.example.com";

std::string repository_application(const std::string& more = "") {
  return replace_all(application("shop", "  pollInterval: 10s\n" + more),
                     "{git: {url: \"https://git.example.com/shop.git\", path: deploy}}",
                     "{helm: {repo: \"https://charts.example.com\", chart: shop, version: ^1.0}}") +
         environment();
}

TEST(HelmApplication, OfARepositoryFollowsItsVersions) {
  Rig rig(replace_all(repository_application(), "  renderer: plain\n", ""));
  const std::string url = std::string(kRepository) + "/shop";
  rig.source.commit(url, {{"chart.tgz", repository_chart("app:1")}}, "^1.0");
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_EQ(rig.status()["sources"][0]["url"].str(), url);
  EXPECT_EQ(rig.status()["sources"][0]["ref"].str(), "version ^1.0");
  rig.source.commit(url, {{"chart.tgz", repository_chart("app:2")}}, "^1.0");
  rig.run(60s);
  EXPECT_EQ(rig.image(), "app:2");

  rig.source.commit(url, {{"chart.tgz", repository_chart("app:old")}}, "1.0.1");
  control::SyncOptions old;
  old.revision = "1.0.1";
  EXPECT_EQ(rig.sync("", old)["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:old");
}

TEST(HelmApplication, ValuesOfASecondRepositoryAreFollowedToo) {
  const std::string values_url = "https://git.example.com/values.git";
  Rig rig(replace_all(
      replace_all(repository_application("  helm: {valueFiles: [$values/dev.yaml]}\n"),
                  "version: ^1.0}}",
                  "version: ^1.0}, values: {url: \"https://git.example.com/values.git\", path: "
                  "env}}"),
      "  renderer: plain\n", ""));
  rig.source.commit(std::string(kRepository) + "/shop", {{"chart.tgz", repository_chart("app:1")}},
                    "^1.0");
  rig.source.commit(values_url, {{"env/dev.yaml", "image: app:first\n"}});
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:first");
  rig.source.commit(values_url, {{"env/dev.yaml", "image: app:second\n"}});
  rig.run(60s);
  EXPECT_EQ(rig.image(), "app:second");
  EXPECT_EQ(rig.sync()["worst"].str(), "unchanged");
}

TEST(HelmApplication, DependenciesAreRecordedAndFetchedOnce) {
  Rig rig(chart_application());
  auto files = chart("app:1");
  files["deploy/Chart.yaml"] +=
      "dependencies:\n- {name: db, version: 2.0.0, repository: \"https://charts.example.com\"}\n";
  rig.source.commit(kShopUrl, files);
  const std::string url = std::string(kRepository) + "/db";
  const auto missing = rig.operations().sync({}, [](const Value&) { return true; });
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().to_string().find("no version 2.0.0"), std::string::npos);
  rig.source.commit(
      url,
      {{"chart.tgz",
        codec::stored_gzip(
            codec::tar_entry("db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 2.0.0\n") +
            codec::tar_entry("db/templates/m.yaml",
                             "apiVersion: v1\nkind: ConfigMap\n"
                             "metadata: {name: db}\ndata: {a: b}\n") +
            codec::tar_end())}},
      "2.0.0");
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  const int asked = rig.source.resolves[url];
  EXPECT_EQ(rig.sync()["worst"].str(), "unchanged");
  EXPECT_EQ(rig.source.resolves[url], asked) << "an exact version is looked up once";
  const auto state = rig.core().state(rig.core().placements()[0].scope);
  const auto manifest =
      engine::load_manifest(rig.core().journal(), *state.committed->manifest).value();
  EXPECT_NE(manifest.find({"", "ConfigMap", "shop-dev", "db"}), nullptr);
  ASSERT_EQ(manifest.pins.size(), 1u);
  EXPECT_EQ(manifest.pins[0].location, url + " version 2.0.0");
  EXPECT_EQ(manifest.pins[0].name.substr(0, 6), "2.0.0@");
}

// ---- What is read from the target

const ObjectKey kSettings{"", "ConfigMap", "shop-dev", "settings"};

Value settings(const std::string& image) {
  return Value::object(
      {{"apiVersion", "v1"},
       {"kind", "ConfigMap"},
       {"metadata", Value::object({{"name", "settings"}, {"namespace", "shop-dev"}})},
       {"data", Value::object({{"image", image}, {"values.yaml", "image: " + image + "\n"}})}});
}

/// A chart whose image is what `expression` says.
MemorySource::Files looking_chart(const std::string& expression) {
  auto files = chart("unused");
  files["deploy/templates/shop.yaml"] =
      replace_all(release("shop", "IMAGE").at("deploy/app.yaml"), "IMAGE", expression);
  return files;
}

std::string lookup_of(const std::string& name) {
  return "{{ dig \"data\" \"image\" \"app:none\" (lookup \"v1\" \"ConfigMap\" "
         ".Release.Namespace \"" +
         name + "\") }}";
}

/// The note of the newest transaction that was given up because of what it had read.
std::string outdated_note(Rig& rig) {
  RecordFilter filter;
  filter.types = {RecordType::abort};
  std::string note;
  for (const Record& record : rig.core().journal().read(filter, 0, 100).value()) {
    if (record.body["class"].as_string() == "outdated") note = record.body["cause"].str();
  }
  return note;
}

int writes(const Rig& rig) {
  return static_cast<int>(rig.world.log.size());
}

TEST(ReadFromTheTarget, AChangeBeforePreparedWritesNothingAndIsPlannedAnew) {
  for (const bool by_values : {false, true}) {
    Rig rig(chart_application(by_values
                                  ? "  helm: {valuesFrom: [{kind: ConfigMap, name: settings}]}\n"
                                  : "  helm: {lookup: true}\n"));
    rig.source.commit(kShopUrl, by_values ? chart("app:0") : looking_chart(lookup_of("settings")));
    rig.world.create(kSettings, settings("app:1"), rig.clock.mono());
    int prepared = 0;
    int written_before = -1;
    rig.world.while_preparing = [&] {
      if (++prepared == 1) rig.world.edit(kSettings, settings("app:2"));
      if (prepared == 2) written_before = writes(rig);
    };
    EXPECT_EQ(rig.sync()["worst"].str(), "committed");
    EXPECT_EQ(prepared, 2) << "planned anew once";
    EXPECT_EQ(written_before, 0) << "the first plan wrote nothing";
    EXPECT_EQ(rig.image(), "app:2");
    const std::string note = outdated_note(rig);
    EXPECT_NE(note.find("ConfigMap shop-dev/settings has changed"), std::string::npos) << note;
  }
}

TEST(ReadFromTheTarget, WhatWasNotThereAndWhatIsGoneCountToo) {
  Rig rig(chart_application("  helm: {lookup: true}\n"));
  rig.source.commit(kShopUrl, looking_chart(lookup_of("settings")));
  int prepared = 0;
  rig.world.while_preparing = [&] {
    if (++prepared == 1) rig.world.create(kSettings, settings("app:1"), rig.clock.mono());
    if (prepared == 2) rig.world.remove(kSettings);
  };
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(prepared, 3);
  EXPECT_EQ(rig.image(), "app:none");
  EXPECT_NE(outdated_note(rig).find("settings is gone"), std::string::npos) << outdated_note(rig);
}

TEST(ReadFromTheTarget, WhatNeverRestsIsGivenUpInWordsAndTriedAgainLater) {
  Rig rig(chart_application("  helm: {lookup: true}\n  sync: {automated: true}\n"));
  rig.source.commit(kShopUrl, looking_chart(lookup_of("settings")));
  rig.world.create(kSettings, settings("app:1"), rig.clock.mono());
  int prepared = 0;
  rig.world.while_preparing = [&] {
    rig.world.edit(kSettings, settings("app:1" + std::to_string(++prepared)));
  };
  const Value answer = rig.sync();
  EXPECT_EQ(answer["worst"].str(), "refused") << codec::to_json(answer);
  EXPECT_EQ(prepared, 3);
  EXPECT_TRUE(rig.core().state(rig.core().placements()[0].scope).quarantined.empty());
  rig.world.while_preparing = {};
  rig.run(2min);
  EXPECT_EQ(rig.image(), "app:13") << "the revision is not condemned";
}

TEST(ReadFromTheTarget, AStatusDecidesNothing) {
  Rig rig(chart_application("  helm: {lookup: true}\n"));
  rig.source.commit(kShopUrl, looking_chart(lookup_of("settings")));
  rig.world.create(kSettings, settings("app:1"), rig.clock.mono());
  int prepared = 0;
  rig.world.while_preparing = [&] {
    ++prepared;
    rig.world.edit(kSettings, settings("app:1").with("status", Value::object({{"n", 1}})));
  };
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(prepared, 1);
}

TEST(ReadFromTheTarget, AListIsReadAndReadAgain) {
  Rig rig(chart_application("  helm: {lookup: true}\n"));
  rig.source.commit(kShopUrl,
                    looking_chart("{{ $l := lookup \"v1\" \"ConfigMap\" .Release.Namespace \"\" }}"
                                  "app:{{ $l.kind }}-{{ range $l.items }}"
                                  "{{ .metadata.name }}{{ end }}"));
  rig.world.create(kSettings, settings("app:1"), rig.clock.mono());
  int prepared = 0;
  rig.world.while_preparing = [&] {
    if (++prepared > 1) return;
    ObjectKey other = kSettings;
    other.name = "zebra";
    Value object = settings("app:1");
    rig.world.create(other, object.with("metadata", object["metadata"].with("name", "zebra")),
                     rig.clock.mono());
  };
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(prepared, 2);
  EXPECT_EQ(rig.image(), "app:ConfigMapList-settingszebra");
  EXPECT_NE(outdated_note(rig).find("the ConfigMap objects of namespace shop-dev have changed"),
            std::string::npos)
      << outdated_note(rig);
}

TEST(ReadFromTheTarget, LookupIsOffByDefaultAndOfOneNamespace) {
  Rig off(chart_application());
  off.source.commit(kShopUrl, looking_chart(lookup_of("settings")));
  off.world.create(kSettings, settings("app:1"), off.clock.mono());
  EXPECT_EQ(off.sync()["worst"].str(), "committed");
  EXPECT_EQ(off.image(), "app:none");

  Rig on(chart_application("  helm: {lookup: true}\n"));
  on.source.commit(kShopUrl, looking_chart(replace_all(lookup_of("settings"), ".Release.Namespace",
                                                       "\"kube-system\"")));
  ObjectKey elsewhere = kSettings;
  elsewhere.ns = "kube-system";
  on.world.create(elsewhere, settings("app:1"), on.clock.mono());
  EXPECT_EQ(on.sync()["worst"].str(), "committed");
  EXPECT_EQ(on.image(), "app:none");
}

TEST(ReadFromTheTarget, ChartsAreToldWhatItServesAndThatIsReadAgain) {
  Rig rig(chart_application());
  rig.world.served = {"v1.29.3", {"apps/v1", "apps/v1/Deployment", "v1"}};
  rig.source.commit(kShopUrl,
                    looking_chart("app:{{ .Capabilities.KubeVersion.Minor }}-{{ .Capabilities."
                                  "APIVersions.Has \"example.org/v1/Ring\" }}"));
  int prepared = 0;
  rig.world.while_preparing = [&] {
    if (++prepared == 1) rig.world.served.apis.push_back("example.org/v1/Ring");
  };
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(prepared, 2);
  EXPECT_EQ(rig.image(), "app:29-true");
  EXPECT_NE(outdated_note(rig).find("serves have changed"), std::string::npos)
      << outdated_note(rig);

  // A chart that does not ask is not disturbed.
  Rig other(chart_application());
  other.world.served = {"v1.29.3", {"v1"}};
  other.source.commit(kShopUrl, chart("app:1"));
  other.world.while_preparing = [&] { other.world.served.apis.push_back("more/v1"); };
  EXPECT_EQ(other.sync()["worst"].str(), "committed");
  EXPECT_TRUE(outdated_note(other).empty());
}

TEST(ReadFromTheTarget, VariablesAreReadAgain) {
  Rig rig(application("shop", "  substitute: {from: [{kind: ConfigMap, name: settings}]}\n") +
          environment());
  rig.source.commit(kShopUrl, release("shop", "${image}"));
  const auto variables = [](const std::string& image) {
    return settings(image).with("data", Value::object({{"image", image}}));
  };
  rig.world.create(kSettings, variables("app:1"), rig.clock.mono());
  int prepared = 0;
  rig.world.while_preparing = [&] {
    if (++prepared == 1) rig.world.edit(kSettings, variables("app:2"));
  };
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(prepared, 2);
  EXPECT_EQ(rig.image(), "app:2");
}

}  // namespace
}  // namespace rumbo::controltest
