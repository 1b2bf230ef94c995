// helmCharts: which values reach the chart, which namespace it gets, and what is refused.
#include <gtest/gtest.h>

#include "model/memory_snapshot.h"
#include "render/helm/recorded_host.h"
#include "render/kustomize/kustomize.h"

namespace rumbo::render::kustomize {
namespace {

using Files = std::map<std::string, std::string>;

constexpr const char* kTemplate =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n"
    "  namespace: {{ .Release.Namespace }}\ndata:\n  a: {{ .Values.a | quote }}\n"
    "  b: {{ .Values.m.b | quote }}\n  kube: {{ .Capabilities.KubeVersion.Version }}\n";

Files with_chart(const std::string& kustomization) {
  return {{"kustomization.yaml", kustomization},
          {"more.yaml", "a: more\n"},
          {"charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"},
          {"charts/web/values.yaml", "a: chart\nm: {b: chart}\n"},
          {"charts/web/templates/c.yaml", kTemplate},
          {"charts/web/templates/tests/t.yaml",
           "apiVersion: v1\nkind: Pod\nmetadata:\n  name: t\n  annotations: {\"helm.sh/hook\": "
           "test}\n"},
          {"charts/web/crds/d.yaml",
           "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: "
           "d.example.com}\n"}};
}

std::string run(Files files, bool enabled = true) {
  const MemorySnapshot tree(std::move(files));
  const RenderInputs inputs;
  helm::RecordedHost host(inputs);
  Options options;
  options.helm.enabled = enabled;
  options.helm.host = &host;
  const auto built = build(tree, "", inputs, options);
  return built ? print(*built) : "error: " + built.error().to_string();
}

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), text.npos) << text;
}

void expect_not_in(const std::string& text, const std::string& part) {
  EXPECT_EQ(text.find(part), text.npos) << text;
}

TEST(HelmCharts, AreRenderedOnlyIfEnabled) {
  const Files files = with_chart("helmCharts: [{name: web, releaseName: r}]\n");
  expect_in(run(files, false), "must specify --enable-helm");
  const std::string out = run(files);
  expect_in(out, "  name: r\n  namespace: default\n");
  expect_in(out, "  a: chart\n");
  expect_in(out, "kind: Pod");
  expect_not_in(out, "CustomResourceDefinition");
  expect_not_in(out, "helm-generated");
}

TEST(HelmCharts, FlagsLeaveOutAndTakeIn) {
  const std::string out = run(with_chart(
      "helmCharts: [{name: web, includeCRDs: true, skipTests: true, kubeVersion: 1.29.3}]\n"));
  expect_in(out, "CustomResourceDefinition");
  expect_not_in(out, "kind: Pod");
  expect_in(out, "kube: v1.29.3");
  expect_in(out, "  name: release-name\n");
}

TEST(HelmCharts, AreToldWhatTheTargetServes) {
  Files files = with_chart("helmCharts: [{name: web, skipTests: true}]\n");
  files["charts/web/templates/c.yaml"] +=
      "  ring: {{ .Capabilities.APIVersions.Has \"example.org/v1/Ring\" | quote }}\n";
  RenderInputs inputs;
  inputs.kube_version = "v1.29.3";
  inputs.api_versions = {"v1", "example.org/v1/Ring"};
  const auto rendered = [&](const std::string& kube) {
    RenderSpec spec;
    spec.options = Value::object({{"enableHelm", true}, {"kubeVersion", kube}});
    return KustomizeRenderer().render(MemorySnapshot(files), spec, inputs);
  };
  const auto told = rendered("");
  ASSERT_TRUE(told) << told.error().to_string();
  EXPECT_TRUE(told->used_capabilities);
  const Value& data = told->manifest.objects[0].value["data"];
  EXPECT_EQ(data["kube"].str(), "v1.29.3");
  EXPECT_EQ(data["ring"].str(), "true");
  EXPECT_EQ(rendered("1.30.1")->manifest.objects[0].value["data"]["kube"].str(), "v1.30.1");
  files["charts/web/templates/c.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";
  EXPECT_FALSE(rendered("")->used_capabilities);
}

TEST(HelmCharts, ValuesMergeAsAsked) {
  const std::string head = "helmCharts: [{name: web, valuesInline: {a: inline, m: {c: 1}}";
  expect_in(run(with_chart(head + "}]\n")), "  a: inline\n  b: chart\n");
  expect_in(run(with_chart(head + ", valuesMerge: merge}]\n")), "  a: chart\n  b: chart\n");
  expect_in(run(with_chart(head + ", valuesMerge: replace}]\n")), "  a: inline\n  b: chart\n");
  expect_in(run(with_chart(head + ", additionalValuesFiles: [more.yaml]}]\n")), "  a: more\n");
  expect_in(run(with_chart("helmCharts: [{name: web, valuesFile: more.yaml}]\n")), "  a: more\n");
  expect_in(run(with_chart(head + ", valuesMerge: other}]\n")), "valuesMerge must be one of");
}

TEST(HelmCharts, TheNamespaceIsTheKustomizationsAndStays) {
  const std::string chart = "helmCharts: [{name: web, skipTests: true}]\n";
  expect_in(run(with_chart("namespace: shop\n" + chart)), "  namespace: shop\n");
  expect_in(run(with_chart("namespace: shop\nhelmCharts: [{name: web, namespace: own}]\n")),
            "  namespace: own\n");
  Files nested;
  for (const auto& [path, text] : with_chart(chart)) nested["base/" + path] = text;
  nested["kustomization.yaml"] = "namespace: above\nresources: [base]\nnamePrefix: p-\n";
  const std::string out = run(nested);
  expect_in(out, "  name: p-release-name\n  namespace: above\n");
}

TEST(HelmCharts, GeneratorsAndTheOldFieldWorkToo) {
  Files files = with_chart("generators: [g.yaml]\n");
  files["g.yaml"] =
      "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: g}\nname: web\n"
      "releaseName: gen\n";
  expect_in(run(files), "  name: gen\n");
  expect_in(run(with_chart("helmChartInflationGenerator: [{chartName: web, releaseName: old}]\n")),
            "  name: old\n");
}

TEST(HelmCharts, WhatIsNotThereIsTold) {
  expect_in(run(with_chart("helmCharts: [{name: other}]\n")), "no chart found at 'charts/other'");
  expect_in(run(with_chart("helmCharts: [{name: other, repo: 'https://charts.example.com'}]\n")),
            "`https://charts.example.com/other` was not fetched");
  expect_in(run(with_chart("helmCharts: [{name: web, foo: 1}]\n")), "unknown field \"foo\"");
  expect_in(run(with_chart("helmGlobals: {chartHome: ../..}\nhelmCharts: [{name: web}]\n")),
            "leads out of the tree");
  expect_in(run(with_chart("helmGlobals: {chartHome: /charts}\nhelmCharts: [{name: web}]\n")),
            "leads out of the tree");
  expect_in(run(with_chart("helmCharts: [{name: web, valuesFile: ../x.yaml}]\n")),
            "leads out of the tree");
}

}  // namespace
}  // namespace rumbo::render::kustomize
