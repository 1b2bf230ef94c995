#include "render/helm/remote_dependencies.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/tar_maker.h"
#include "model/memory_snapshot.h"
#include "render/helm/helm_renderer.h"

namespace rumbo::render::helm {
namespace {

using Files = std::map<std::string, std::string>;

constexpr const char* kRepo = "https://charts.example.org";

Files umbrella(const std::string& dependency) {
  return {
      {"app/Chart.yaml", "apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n" + dependency},
      {"app/templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"},
      {"lib/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 2.1.0\n"},
      {"lib/db/templates/b.yaml",
       "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"
       "data: {v: {{ .Values.v | quote }}}\n"}};
}

std::string archive() {
  return codec::stored_gzip(
      codec::tar_entry("db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 2.0.5\n") +
      codec::tar_entry("db/templates/c.yaml",
                       "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n") +
      codec::tar_end());
}

std::string names_of(const Rendered& rendered) {
  std::string out;
  for (const Object& object : rendered.manifest.objects) out += object.key.name + " ";
  return out;
}

TEST(RemoteDependencies, FromAnotherFolder) {
  const MemorySnapshot tree(
      umbrella("- {name: db, version: ^2.0, repository: \"file://../lib/db\"}\n"));
  const HelmRenderer renderer;
  const RenderSpec spec{"app", "dev", {}};
  const auto needed = renderer.inputs_needed(tree, spec, {});
  ASSERT_TRUE(needed) << needed.error().to_string();
  EXPECT_TRUE(needed->charts.empty());
  const auto rendered = renderer.render(tree, spec, {});
  ASSERT_TRUE(rendered) << rendered.error().to_string();
  EXPECT_EQ(names_of(*rendered), "b a ");
  const auto& read = rendered->manifest.files_read;
  EXPECT_NE(std::find(read.begin(), read.end(), "lib/db/templates/b.yaml"), read.end());
}

TEST(RemoteDependencies, FoldersMayNotLeadOutAndMustFit) {
  for (const auto& [repository, says] :
       std::map<std::string, std::string>{{"file://../../etc", "leads out"},
                                          {"file:///etc", "leads out"},
                                          {"file://../lib/none", "no file"}}) {
    const MemorySnapshot tree(
        umbrella("- {name: db, version: ^2.0, repository: \"" + repository + "\"}\n"));
    const auto needed = HelmRenderer().inputs_needed(tree, {"app", "dev", {}}, {});
    ASSERT_FALSE(needed) << repository;
    EXPECT_NE(needed.error().to_string().find(says), std::string::npos)
        << needed.error().to_string();
  }
  const MemorySnapshot tree(
      umbrella("- {name: db, version: ^3.0, repository: \"file://../lib/db\"}\n"));
  EXPECT_NE(
      HelmRenderer().inputs_needed(tree, {"app", "dev", {}}, {}).error().message().find("2.1.0"),
      std::string::npos);
}

TEST(RemoteDependencies, FromARepositoryAtTheLockedVersion) {
  Files files = umbrella("- {name: db, version: ^2.0, repository: " + std::string(kRepo) + "}\n");
  files["app/Chart.lock"] =
      "dependencies:\n- {name: db, repository: https://charts.example.org, version: 2.0.5}\n";
  const MemorySnapshot tree(files);
  RenderSpec spec{
      "app", "dev",
      Value::object(
          {{"repositories", Value::array({Value::object({{"repo", "https://charts.example.org/"},
                                                         {"credentialsFile", "/c"}})})}})};
  const auto needed = HelmRenderer().inputs_needed(tree, spec, {});
  ASSERT_TRUE(needed) << needed.error().to_string();
  ASSERT_EQ(needed->charts.size(), 1u);
  EXPECT_EQ(needed->charts[0].version, "2.0.5");
  EXPECT_EQ(needed->charts[0].credentials_file, "/c");
  EXPECT_TRUE(needed->warnings.empty());
  RenderInputs inputs;
  inputs.charts[needed->charts[0]] = {{"sha256:1", "2.0.5@1", ""}, archive()};
  const auto rendered = HelmRenderer().render(tree, spec, inputs);
  ASSERT_TRUE(rendered) << rendered.error().to_string();
  EXPECT_EQ(names_of(*rendered), "c a ");
  const auto without = HelmRenderer().render(tree, spec, {});
  ASSERT_FALSE(without);
  EXPECT_NE(without.error().message().find("missing in charts/ directory: db"), std::string::npos);
}

TEST(RemoteDependencies, ALockFileThatDoesNotFitIsRefusedAndNoneIsWarnedAbout) {
  Files files = umbrella("- {name: db, version: ^2.0, repository: " + std::string(kRepo) + "}\n");
  const auto open = HelmRenderer().inputs_needed(MemorySnapshot(files), {"app", "dev", {}}, {});
  ASSERT_TRUE(open);
  EXPECT_EQ(open->charts[0].version, "^2.0");
  EXPECT_EQ(open->warnings.size(), 1u);
  files["app/Chart.lock"] =
      "dependencies:\n- {name: db, repository: https://charts.example.org, version: 1.9.0}\n";
  const auto stale = HelmRenderer().inputs_needed(MemorySnapshot(files), {"app", "dev", {}}, {});
  ASSERT_FALSE(stale);
  EXPECT_NE(stale.error().message().find("out of sync"), std::string::npos);
}

TEST(RemoteDependencies, WhatChartsHoldsIsTaken) {
  Files files = umbrella("- {name: db, version: ^2.0, repository: " + std::string(kRepo) + "}\n");
  files["app/charts/db-2.0.5.tgz"] = archive();
  const auto needed = HelmRenderer().inputs_needed(MemorySnapshot(files), {"app", "dev", {}}, {});
  ASSERT_TRUE(needed);
  EXPECT_TRUE(needed->charts.empty());
  const MemorySnapshot alias(umbrella("- {name: db, version: ^2.0, repository: \"@mine\"}\n"));
  EXPECT_FALSE(HelmRenderer().inputs_needed(alias, {"app", "dev", {}}, {}));
}

TEST(HelmRenderer, AnArchiveWithValuesOfItsOwnAndOfASecondRepository) {
  const MemorySnapshot chart(
      Files{{"chart.tgz",
             codec::stored_gzip(
                 codec::tar_entry("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n") +
                 codec::tar_entry("web/values-prod.yaml", "a: inside\n") +
                 codec::tar_entry(
                     "web/templates/c.yaml",
                     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
                     "data: {a: {{ .Values.a }}, b: {{ .Values.b }}, c: {{ .Values.c }}}\n") +
                 codec::tar_end())}});
  RenderInputs inputs;
  inputs.snapshots[std::string(kValuesSource)] = std::make_shared<MemorySnapshot>(
      Files{{"env/prod.yaml", "b: outside\n"}, {"secret.yaml", "x: 1\n"}});
  inputs.live[{"", "ConfigMap", "dev", "more"}] = Value::object(
      {{"kind", "ConfigMap"}, {"data", Value::object({{"values.yaml", "c: live\nb: lost\n"}})}});
  RenderSpec spec{
      "chart.tgz", "dev",
      Value::object({{"valueFiles", Value::array({"values-prod.yaml", "$values/prod.yaml"})},
                     {"values", Value::object({{"b", "inline"}})},
                     {"valuesFrom",
                      Value::array({Value::object({{"kind", "ConfigMap"}, {"name", "more"}})})}}),
      "env"};
  const auto needed = HelmRenderer().inputs_needed(chart, spec, {});
  ASSERT_TRUE(needed) << needed.error().to_string();
  ASSERT_EQ(needed->live_reads.size(), 1u);
  EXPECT_EQ(needed->live_reads[0].to_string(), "ConfigMap dev/more");
  const auto rendered = HelmRenderer().render(chart, spec, inputs);
  ASSERT_TRUE(rendered) << rendered.error().to_string();
  const Value& data = rendered->manifest.objects[0].value["data"];
  EXPECT_EQ(data["a"].str(), "inside");
  EXPECT_EQ(data["b"].str(), "inline");
  EXPECT_EQ(data["c"].str(), "live");

  inputs.live.clear();
  EXPECT_NE(HelmRenderer().render(chart, spec, inputs).error().to_string().find("is not there"),
            std::string::npos);
  spec.options = spec.options.without("valuesFrom")
                     .with("valueFiles", Value::array({"$values/../../secret.yaml"}));
  EXPECT_EQ(HelmRenderer().render(chart, spec, inputs).error().code(), Code::denied);
}

TEST(HelmRenderer, LooksUpObjectsOfItsNamespaceOnly) {
  const MemorySnapshot tree(
      Files{{"Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"},
            {"templates/c.yaml",
             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n"
             "  mine: {{ dig \"data\" \"k\" \"none\" (lookup \"v1\" \"ConfigMap\" "
             ".Release.Namespace \"there\") }}\n"
             "  other: {{ len (lookup \"v1\" \"Secret\" \"kube-system\" \"token\") }}\n"}});
  RenderSpec spec{"", "dev", {}};
  const auto off = HelmRenderer().render(tree, spec, {});
  ASSERT_TRUE(off) << off.error().to_string();
  EXPECT_TRUE(off->live_reads.empty());
  EXPECT_EQ(off->manifest.objects[0].value["data"]["mine"].str(), "none");

  spec.options = Value::object({{"lookup", true}});
  const auto first = HelmRenderer().render(tree, spec, {});
  ASSERT_TRUE(first);
  ASSERT_EQ(first->live_reads.size(), 1u);
  EXPECT_EQ(first->live_reads[0].to_string(), "ConfigMap dev/there");
  RenderInputs inputs;
  inputs.live[first->live_reads[0]] = Value::object({{"data", Value::object({{"k", "found"}})}});
  inputs.live[{"", "Secret", "kube-system", "token"}] = Value::object({{"data", "secret"}});
  const auto second = HelmRenderer().render(tree, spec, inputs);
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->live_reads.empty());
  EXPECT_EQ(second->manifest.objects[0].value["data"]["mine"].str(), "found");
  EXPECT_EQ(second->manifest.objects[0].value["data"]["other"].as_int(), 0);
  EXPECT_EQ(second->warnings.size(), 1u);
}

}  // namespace
}  // namespace rumbo::render::helm
