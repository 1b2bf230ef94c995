// Whole builds, beyond what the corpus shows: bounds, refusals, provenance and the renderer.
#include "render/kustomize/kustomize.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/json.h"
#include "model/memory_snapshot.h"

namespace rumbo::render::kustomize {
namespace {

using Files = std::map<std::string, std::string>;

constexpr const char* kMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n";

std::string run(Files files, std::string_view directory = "", const Options& options = {}) {
  const MemorySnapshot tree(std::move(files));
  const auto built = build(tree, directory, {}, options);
  return built ? print(*built) : "error: " + built.error().to_string();
}

void expect_error(const std::string& said, const std::string& part) {
  EXPECT_TRUE(said.starts_with("error: ")) << said;
  EXPECT_NE(said.find(part), said.npos) << said;
}

TEST(Kustomize, PrintsWhatItBuilds) {
  EXPECT_EQ(run({{"kustomization.yaml", "resources: [c.yaml]\nnamePrefix: p-\nnamespace: shop\n"},
                 {"c.yaml", kMap}}),
            "apiVersion: v1\ndata:\n  a: b\nkind: ConfigMap\nmetadata:\n  name: p-c\n"
            "  namespace: shop\n");
}

TEST(Kustomize, GeneratedNamesAreFollowed) {
  const std::string out = run(
      {{"kustomization.yaml",
        "resources: [pod.yaml]\nconfigMapGenerator: [{name: c, literals: [a=b]}]\n"},
       {"pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n"
        "  - {name: x, envFrom: [{configMapRef: {name: c}}, {configMapRef: {name: other}}]}\n"}});
  const std::size_t at = out.find("name: c-");
  ASSERT_NE(at, out.npos) << out;
  const std::string name = out.substr(at + 6, 12);
  EXPECT_NE(out.find("configMapRef:\n        name: " + name), out.npos) << out;
  EXPECT_NE(out.find("name: other\n"), out.npos) << out;
}

TEST(Kustomize, NothingAboveTheKustomizationIsRead) {
  const Files files = {{"kustomization.yaml", "resources: [a]\n"},
                       {"a/kustomization.yaml", "resources: [../c.yaml]\n"},
                       {"c.yaml", kMap}};
  expect_error(run(files), "is not in or below 'a'");
  Options free;
  free.files_from_anywhere = true;
  EXPECT_EQ(run(files, "", free).find("error"), std::string::npos);
  EXPECT_EQ(run(files, "a", free).find("error"), std::string::npos);
}

TEST(Kustomize, NothingOutsideTheTreeIsRead) {
  Options free;
  free.files_from_anywhere = true;
  for (const std::string path : {"../x.yaml", "a/../../x.yaml", "/etc/passwd"}) {
    expect_error(run({{"kustomization.yaml", "resources: ['" + path + "']\n"}}, "", free), "error");
    expect_error(run({{"kustomization.yaml",
                       "configMapGenerator: [{name: c, files: ['k=" + path + "']}]\n"}},
                     "", free),
                 "leads out of the tree");
  }
}

TEST(Kustomize, NoSpellingOfAPathLeavesTheTree) {
  Options free;
  free.files_from_anywhere = true;
  for (const std::string path :
       {"./../x.yaml", "a/./.././../x.yaml", "..", "../", "..//x.yaml", "a/../../", "//etc/passwd",
        "/", "..\\x.yaml", "%2e%2e/x.yaml", "A/../../x.yaml", "~/x.yaml", "file:///etc/passwd",
        "file:../x.yaml"}) {
    for (const std::string field : {"resources", "components", "patchesStrategicMerge", "crds",
                                    "configurations", "transformers"}) {
      const std::string said =
          run({{"w/kustomization.yaml", field + ": ['" + path + "']\n"}}, "w", free);
      EXPECT_TRUE(said.starts_with("error: ")) << field << " " << path << ": " << said;
    }
  }
  // Letter case counts, also where a file system would not care.
  expect_error(run({{"kustomization.yaml", "resources: [C.YAML]\n"}, {"c.yaml", kMap}}), "error");
}

TEST(Kustomize, CyclesAndBombsEnd) {
  expect_error(run({{"kustomization.yaml", "resources: [a]\n"},
                    {"a/kustomization.yaml", "resources: [../b]\n"},
                    {"b/kustomization.yaml", "resources: [../a]\n"}}),
               "cycle detected");
  expect_error(run({{"a/kustomization.yaml", "resources: [..]\n"},
                    {"kustomization.yaml", "resources: [a]\n"}}),
               "cycle detected");
  // Each level includes the next one twice: 2^20 directories without a bound.
  Files bomb;
  for (int level = 0; level < 20; ++level) {
    const std::string next = std::to_string(level + 1);
    bomb["l" + std::to_string(level) + "/kustomization.yaml"] =
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncomponents: [../l" + next +
        ", ../m" + next + "]\n";
    bomb["m" + std::to_string(level) + "/kustomization.yaml"] =
        bomb["l" + std::to_string(level) + "/kustomization.yaml"];
  }
  bomb["l20/kustomization.yaml"] = bomb["m20/kustomization.yaml"] =
      "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: x\n";
  bomb["kustomization.yaml"] = "components: [l0]\n";
  expect_error(run(bomb), "more than 2000 kustomizations");
  std::string aliases = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nx0: &x0 [a, a]\n";
  for (int level = 1; level < 30; ++level) {
    const std::string below = "*x" + std::to_string(level - 1);
    aliases += "x" + std::to_string(level) + ": &x" + std::to_string(level) + " [" + below + ", " +
               below + "]\n";
  }
  expect_error(run({{"kustomization.yaml", "resources: [c.yaml]\n"}, {"c.yaml", aliases}}),
               "aliasing");
}

TEST(Kustomize, APatchMayNotTakeKindOrNameAway) {
  for (const auto& [path, says] : {std::pair("/kind", "missing kind in object c"),
                                   std::pair("/metadata/name", "missing metadata.name in object"),
                                   std::pair("/metadata", "missing metadata.name in object")}) {
    const std::string patch = std::string("[{\"op\": \"remove\", \"path\": \"") + path + "\"}]";
    expect_error(run({{"kustomization.yaml",
                       "resources: [c.yaml]\npatches: [{target: {kind: "
                       "ConfigMap}, patch: '" +
                           patch + "'}]\n"},
                      {"c.yaml", kMap}}),
                 says);
  }
}

TEST(Kustomize, WhatCopiesItselfEnds) {
  // Each step doubles what the one before made: 2^60 values without a bound.
  std::string copies = "resources: [c.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: |-\n";
  std::string replacements = "resources: [c.yaml]\nreplacements:\n";
  for (int step = 0; step < 60; ++step) {
    const std::string field = "data.x" + std::to_string(step);
    copies += "    - {op: copy, from: /data, path: /data/x" + std::to_string(step) + "}\n";
    replacements +=
        "- {source: {kind: ConfigMap, fieldPath: data}, targets: [{select: {kind: "
        "ConfigMap}, fieldPaths: [" +
        field + "], options: {create: true}}]}\n";
  }
  expect_error(run({{"kustomization.yaml", copies}, {"c.yaml", kMap}}), "copies more than 1000000");
  expect_error(run({{"kustomization.yaml", replacements}, {"c.yaml", kMap}}), "8 million nodes");
}

TEST(Kustomize, AValueIsPutIntoAFieldThatIsMade) {
  const std::string replacement =
      "resources: [c.yaml]\nreplacements: [{source: {kind: ConfigMap, fieldPath: metadata.name}, "
      "targets: [{select: {kind: ConfigMap}, fieldPaths: [PATH], options: {create: true, "
      "delimiter: ':', index: 1}}]}]\n";
  const auto into = [&](const std::string& path) {
    return run({{"kustomization.yaml", replace_all(replacement, "PATH", "\"" + path + "\"")},
                {"c.yaml", kMap}});
  };
  // As the real program prints them.
  const std::string head = "apiVersion: v1\ndata:\n";
  const std::string tail = "kind: ConfigMap\nmetadata:\n  name: c\n";
  EXPECT_EQ(into("x/y"), head + "  a: b\n" + tail + "x/y: :c\n");
  EXPECT_EQ(into("data.new.deep"), head + "  a: b\n  new:\n    deep: :c\n" + tail);
  EXPECT_EQ(into("data.'q'"), head + "  '''q''': :c\n  a: b\n" + tail);
  expect_error(into("x../y"), "unable to find or create field \"x../y\"");
  expect_error(into("a.*.b"), "expected SequenceNode but got MappingNode");
}

TEST(Kustomize, APatchThatMayChangeNamesWritesAnnotationsAsTexts) {
  const std::string patch =
      "resources: [c.yaml]\npatches:\n- options: {allowNameChange: OPTION}\n  patch: |\n"
      "    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: c, annotations: {x: null}}\n";
  const Files files = {{"c.yaml",
                        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, annotations: {x: "
                        "y, z: w}}\n"}};
  const auto with = [&](const char* option) {
    Files all = files;
    all["kustomization.yaml"] = replace_all(patch, "OPTION", option);
    return run(all);
  };
  EXPECT_NE(with("true").find("x: \"null\""), std::string::npos) << with("true");
  EXPECT_EQ(with("false").find("x:"), std::string::npos) << with("false");
}

TEST(Kustomize, WhatNeedsAProgramOrTheNetworkIsRefused) {
  expect_error(run({{"kustomization.yaml", "transformers: [t.yaml]\n"},
                    {"t.yaml", "apiVersion: example.com/v1\nkind: T\nmetadata: {name: t}\n"}}),
               "external plugins disabled");
  expect_error(run({{"kustomization.yaml", "resources: ['https://github.com/a/b//c?ref=v1']\n"}}),
               "was not fetched");
  expect_error(run({{"kustomization.yaml", "helmCharts: [{name: x}]\n"}}), "helmCharts");
}

TEST(Kustomize, ErrorsNameFileAndLine) {
  expect_error(run({{"kustomization.yaml", "resources: [a]\n"},
                    {"a/kustomization.yaml", "resources: [c.yaml]\n"},
                    {"a/c.yaml", std::string(kMap) + "---\nkind: [\n"}}),
               "a/c.yaml:7");
  expect_error(run({{"kustomization.yaml", "foo: 1\n"}}), "unknown field \"foo\"");
  expect_error(run({}), "unable to find one of 'kustomization.yaml'");
  expect_error(run({{"kustomization.yaml", "{}"}}), "is empty");
}

TEST(Kustomize, EnvironmentFillsLinesWithoutValue) {
  Options options;
  options.environment = [](const std::string& name) { return name == "HOME" ? "/root" : ""; };
  const Files files = {{"kustomization.yaml",
                        "configMapGenerator: [{name: c, envs: [e.env], options: "
                        "{disableNameSuffixHash: true}}]\n"},
                       {"e.env", "HOME\nB\n"}};
  EXPECT_NE(run(files, "", options).find("HOME: /root"), std::string::npos);
  EXPECT_NE(run(files).find("HOME: \"\""), std::string::npos);
}

TEST(Kustomize, ARemoteBaseIsBuiltFromItsSnapshot) {
  const std::string url = "https://github.com/a/b//deploy?ref=v1";
  const MemorySnapshot tree(
      Files{{"kustomization.yaml", "resources: ['" + url + "']\nnamePrefix: p-\n"}});
  RenderInputs inputs;
  inputs.snapshots[url] = std::make_shared<MemorySnapshot>(
      Files{{"deploy/kustomization.yaml", "resources: [c.yaml]\n"}, {"deploy/c.yaml", kMap}});
  const auto built = build(tree, "", inputs, {});
  ASSERT_TRUE(built) << built.error().to_string();
  EXPECT_NE(print(*built).find("name: p-c"), std::string::npos);
}

TEST(KustomizeRenderer, NamesRemoteLocationsBeforehand) {
  const MemorySnapshot tree(
      Files{{"app/kustomization.yaml", "resources: [../base, 'https://github.com/a/b?ref=v1']\n"},
            {"base/kustomization.yaml", "resources: ['https://example.com/x.yaml']\n"}});
  RenderSpec spec;
  spec.path = "app";
  const auto needed = KustomizeRenderer().inputs_needed(tree, spec, {});
  ASSERT_TRUE(needed);
  EXPECT_EQ(needed->snapshots, (std::vector<std::string>{"https://example.com/x.yaml",
                                                         "https://github.com/a/b?ref=v1"}));
}

TEST(KustomizeRenderer, ADirectoryWithoutAKustomizationIsOneOfAllBelow) {
  const MemorySnapshot tree(Files{
      {"app/b.yaml", kMap},
      {"app/sub/a.json", R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "j"}})"},
      {"app/own/kustomization.yaml", "resources: [x.yaml]\nnamePrefix: own-\n"},
      {"app/own/x.yaml", std::string(kMap)},
      {"app/own/unused.yaml", "kind: [\n"},
      {"app/skipped.yaml", "no: object\n"},
      {"app/.rumboignore", "skipped.yaml\n"},
      {"app/rumbo.yaml", "apiVersion: rumbo.dev/v1alpha1\nkind: Application\n"},
      {"app/README.md", "text"},
      {"other.yaml", "kind: [\n"}});
  RenderSpec spec;
  spec.path = "app";
  spec.options = Value::object({{"nameSuffix", "-x"}});
  const auto rendered = KustomizeRenderer().render(tree, spec, {});
  ASSERT_TRUE(rendered) << rendered.error().to_string();
  std::string names;
  for (const Object& object : rendered->manifest.objects) names += object.key.name + " ";
  EXPECT_EQ(names, "c-x j-x own-c-x ");
}

TEST(KustomizeRenderer, TheSectionKnowsWhatArgoAndFluxOffer) {
  const MemorySnapshot tree(
      Files{{"kustomization.yaml", "resources: [d.yaml]\n"},
            {"d.yaml",
             "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  selector: "
             "{matchLabels: {a: b}}\n  template: {metadata: {labels: {a: b}}}\n"}});
  const auto object = [&](Value section) {
    RenderSpec spec;
    spec.options = std::move(section);
    const auto rendered = KustomizeRenderer().render(tree, spec, {});
    EXPECT_TRUE(rendered) << rendered.error().to_string();
    return rendered ? rendered->manifest.objects[0].value : Value();
  };
  const Value labels = Value::object({{"team", "shop"}});
  const Value whole = object(Value::object({{"commonLabels", labels}}));
  EXPECT_EQ(whole["spec"]["selector"]["matchLabels"]["team"].str(), "shop");
  const Value apart =
      object(Value::object({{"commonLabels", labels}, {"labelWithoutSelector", true}}));
  EXPECT_EQ(apart["metadata"]["labels"]["team"].str(), "shop");
  EXPECT_FALSE(apart["spec"]["selector"]["matchLabels"].contains("team"));
  EXPECT_FALSE(apart["spec"]["template"]["metadata"]["labels"].contains("team"));
  const Value in_templates = object(Value::object(
      {{"commonLabels", labels}, {"labelWithoutSelector", true}, {"labelIncludeTemplates", true}}));
  EXPECT_TRUE(in_templates["spec"]["template"]["metadata"]["labels"].contains("team"));
  EXPECT_FALSE(in_templates["spec"]["selector"]["matchLabels"].contains("team"));
  const Value components = Value::array({Value("not-there")});
  RenderSpec spec;
  spec.options = Value::object({{"components", components}});
  EXPECT_FALSE(KustomizeRenderer().render(tree, spec, {}));
  spec.options = spec.options.with("ignoreMissingComponents", true);
  EXPECT_TRUE(KustomizeRenderer().render(tree, spec, {}));
}

TEST(KustomizeRenderer, AppliesTheApplicationsSectionAndKnowsOrigins) {
  const MemorySnapshot tree(Files{{"app/kustomization.yaml", "resources: [../base]\n"},
                                  {"base/kustomization.yaml", "resources: [c.yaml]\n"},
                                  {"base/c.yaml", std::string("# first\n---\n") + kMap}});
  RenderSpec spec;
  spec.path = "app";
  spec.ns = "shop";
  spec.options = Value::object({{"nameSuffix", "-x"}});
  const auto rendered = KustomizeRenderer().render(tree, spec, {});
  ASSERT_TRUE(rendered) << rendered.error().to_string();
  ASSERT_EQ(rendered->manifest.objects.size(), 1u);
  const Object& object = rendered->manifest.objects[0];
  EXPECT_EQ(object.key.to_string(), "ConfigMap shop/c-x");
  EXPECT_EQ(object.origin.to_string(), "base/c.yaml:3");
  EXPECT_EQ(rendered->manifest.files_read,
            (std::vector<std::string>{"app/kustomization.yaml", "base/c.yaml",
                                      "base/kustomization.yaml"}));
  spec.options = Value::object({{"resources", Value::array()}});
  EXPECT_FALSE(KustomizeRenderer().render(tree, spec, {}));
}

}  // namespace
}  // namespace rumbo::render::kustomize
