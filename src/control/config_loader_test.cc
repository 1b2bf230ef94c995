#include "control/config_loader.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "control/config_fields.h"
#include "io/fake/memory_filesystem.h"

namespace rumbo::control {
namespace {

constexpr std::string_view kEnvironment = R"(---
apiVersion: rumbo.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec: {target: {podman: {}}, namespace: shop-dev}
)";

std::string application(std::string_view spec, std::string_view metadata = "{name: shop}") {
  return "apiVersion: rumbo.dev/v1alpha1\nkind: Application\nmetadata: " + std::string(metadata) +
         "\nspec:\n" + std::string(spec) + std::string(kEnvironment);
}

constexpr std::string_view kGood = R"(  source: {git: {url: "https://git.example.com/shop.git"}}
  environments: [dev]
)";

std::string error_of(std::string_view text) {
  const auto config = parse_config(text, "/etc/rumbo/rumbo.yaml");
  return config ? "" : config.error().to_string();
}

TEST(ConfigLoader, ReadsEveryField) {
  const auto config = parse_config(application(R"(  project: retail
  source:
    git: {url: ssh://git@git.example.com/shop.git, ref: {tag: v1}, path: ./deploy/, credentialsFile: /c}
  renderer: plain
  environments:
    - dev
    - {name: qa, path: qa, ref: {branch: next}, sync: {automated: false, soak: 10s}}
  group: storefront
  sync: {prune: false, selfHeal: false, timeout: 90s, onFailure: stop, allowDestructive: [Namespace]}
  deletionPolicy: delete
  revisionHistoryLimit: 5
  pollInterval: 30s
---
apiVersion: rumbo.dev/v1alpha1
kind: Environment
metadata: {name: qa}
spec: {target: {podman: {root: /a, runRoot: /b, socket: /s}}}
)",
                                               "{name: shop, aliases: [store], labels: {team: x}}"),
                                   "/etc/rumbo/rumbo.yaml");
  ASSERT_TRUE(config) << config.error().to_string();
  const Application* app = config->application("shop");
  ASSERT_NE(app, nullptr);
  EXPECT_EQ(app->aliases, std::vector<std::string>{"store"});
  EXPECT_EQ(app->labels.at("team"), "x");
  EXPECT_EQ(reference_of(app->source), "tag v1");
  EXPECT_EQ(path_of(app->source), "deploy");
  EXPECT_EQ(app->renderer, RendererKind::plain);
  EXPECT_EQ(app->deletion_policy, DeletionPolicy::remove);
  EXPECT_EQ(app->poll_interval, 30s);
  ASSERT_EQ(app->environments.size(), 2u);
  EXPECT_EQ(app->environments[0].sync.timeout, 90s);
  EXPECT_TRUE(app->environments[0].sync.automated);
  EXPECT_FALSE(app->environments[1].sync.automated);
  EXPECT_FALSE(app->environments[1].sync.prune) << "merged over the application's";
  EXPECT_EQ(app->environments[1].sync.soak, 10s);
  EXPECT_EQ(app->environments[1].ref->to_string(), "branch next");
  EXPECT_EQ(app->environments[1].path, "qa");
  EXPECT_EQ(config->environment("qa")->ns, "qa") << "the namespace defaults to the name";
  EXPECT_EQ(config->environment("qa")->podman.run_root, "/b");
}

TEST(ConfigLoader, ResolvesPathsAgainstTheFile) {
  const auto config =
      parse_config(application("  source: {git: {url: ../repos/shop}}\n  environments: [dev]\n"),
                   "/etc/rumbo/rumbo.yaml");
  ASSERT_TRUE(config) << config.error().to_string();
  EXPECT_EQ(location_of(config->application("shop")->source), "file:///etc/repos/shop");
  EXPECT_EQ(reference_of(config->application("shop")->source), "branch main");
}

struct Mistake {
  std::string spec;
  std::vector<std::string> says;
};

TEST(ConfigLoader, ExplainsMistakes) {
  const std::string good(kGood);
  const std::vector<Mistake> table = {
      {good + "  sinc: {prune: true}\n", {":7:3:", "unknown field `spec.sinc`", "`sync`?"}},
      {good + "  sync: {prune: maybe}\n", {":7:17:", "true or false, not a string"}},
      {good + "  sync: {timeout: 5 minutes}\n", {"is no duration", "1h30m"}},
      {good + "  sync: {timeout: 300}\n", {"has no unit", "`300s`"}},
      {good + "  sync: {timeout: 0s}\n", {"is zero"}},
      {good + "  sync: {onFailure: restart}\n", {"cannot be `restart`", "`restore`?"}},
      {good + "  sync: {retry: {limit: -2}}\n", {"`spec.sync.retry.limit`", "from -1 to 1000"}},
      {good + "  helm: {values: [1]}\n", {"`spec.helm.values`", "a map"}},
      {good + "  helm: {valuesFiles: []}\n", {"unknown field", "`valueFiles`?"}},
      {good + "  helm: {profile: helm2}\n", {"cannot be `helm2`"}},
      {good + "  kustomize: {image: []}\n", {"unknown field", "`images`?"}},
      {good + "  kustomize: {images: {}}\n", {"`spec.kustomize.images`", "a list"}},
      {good + "  substitute: {values: [1]}\n", {"`spec.substitute.values`", "a map"}},
      {good + "  dependsOn: [database]\n", {"depends on `database`, which is not defined"}},
      {good + "  dependsOn: [shop]\n", {"depends on itself"}},
      {good + "  revisionHistoryLimit: 0\n", {"from 1 to 1000"}},
      {good + "  pollInterval: 10ms\n", {"below 1s"}},
      {"  environments: [dev]\n", {"`spec.source` of the Application is missing"}},
      {"  source: {oci: {url: oci://x}}\n  environments: [dev]\n",
       {"`spec.source.oci` is not supported yet", "use source.git"}},
      {"  source: {git: {url: https://x/y}}\n", {"`spec.environments` of the Application"}},
      {"  source: {git: {url: https://x/y}}\n  environments: [prod]\n",
       {":6:18:", "environment `prod` is not defined"}},
      {"  source: {git: {url: https://x/y}}\n  environments: [devs]\n", {"did you mean `dev`?"}},
      {"  source: {git: {url: https://x/y}}\n  environments: [dev, dev]\n", {"listed twice"}},
      {"  source: {git: {url: https://u:hunter2@x/y}}\n  environments: [dev]\n",
       {":5:23:", "holds credentials", "credentialsFile"}},
      {"  source: {git: {url: \"git@x:y.git\"}}\n  environments: [dev]\n", {"ssh://git@HOST"}},
      {"  source: {git: {url: ftp://x/y}}\n  environments: [dev]\n", {"scheme `ftp`"}},
      {"  source: {git: {url: https://x/y, path: ../z}}\n  environments: [dev]\n",
       {"leads out of the repository"}},
      {"  source: {git: {url: https://x/y, ref: {branch: a, tag: b}}}\n  environments: [dev]\n",
       {"several commits"}},
      {"  source: {git: {url: https://x/y, ref: {semver: newest}}}\n  environments: [dev]\n",
       {":5:50:", "`newest`", "^1.2"}},
      {"  source: {git: {url: https://x/y, ref: {commit: abc1234}}}\n  environments: [dev]\n",
       {":5:50:", "no full commit id", "40 hex digits"}},
      {"  source: {git: {url: https://x/y, ref: {name: main}}}\n  environments: [dev]\n",
       {":5:48:", "not a full one", "refs/heads/main"}},
      {"  source: {git: {url: https://x/y, ref: {branch: a..b}}}\n  environments: [dev]\n",
       {"no valid Git reference"}},
      {"  source: {git: {url: https://x/y, ref: {branch: --upload-pack=x}}}\n  environments: "
       "[dev]\n",
       {"cannot begin with `-`"}},
      {"  source: [1]\n  environments: [dev]\n", {"must be a map, not a list"}},
      {"  source: {git: {url: https://x/y}}\n  environments: [{path: a}]\n",
       {"`spec.environments[].name` of the Application is missing"}},
  };
  for (const Mistake& mistake : table) {
    const std::string error = error_of(application(mistake.spec));
    ASSERT_FALSE(error.empty()) << mistake.spec;
    for (const std::string& part : mistake.says) {
      EXPECT_NE(error.find(part), std::string::npos) << mistake.spec << "\n" << error;
    }
    EXPECT_EQ(error.find("hunter2"), std::string::npos) << "a secret is shown";
    EXPECT_EQ(error.find("mistakes in"), std::string::npos) << "only one: " << error;
  }
}

TEST(ConfigLoader, ReadsHealthRules) {
  const auto with = [](const std::string& health) {
    return "apiVersion: rumbo.dev/v1alpha1\nkind: Environment\nmetadata: {name: dev}\nspec:\n"
           "  target: {podman: {}}\n  health:\n" +
           health;
  };
  const auto config =
      parse_config(with("    directory: ./health\n    scripts:\n      x.io/Thing: return nil\n"),
                   "/etc/rumbo/rumbo.yaml");
  ASSERT_TRUE(config) << config.error().to_string();
  const Environment& dev = config->environments.at(0);
  EXPECT_EQ(dev.health_directory, "/etc/rumbo/health");
  ASSERT_EQ(dev.health_scripts.size(), 1u);
  EXPECT_EQ(dev.health_scripts[0].name, "x.io/Thing");
  EXPECT_EQ(dev.health_scripts[0].source, "return nil");
  const std::string broken = error_of(with("    scripts:\n      x.io/Thing: if then\n"));
  EXPECT_NE(broken.find(":8:7: x.io/Thing:1:"), std::string::npos) << broken;
  EXPECT_NE(error_of(with("    scripts: {a b: ''}\n")).find("names no kind"), std::string::npos);
}

TEST(ConfigLoader, ReportsAllMistakesAtOnce) {
  const std::string error = error_of(application(R"(  source: {git: {url: https://x/y, branch: a}}
  environments: [nowhere]
  sync: {prune: 3}
)",
                                                 "{name: Shop}"));
  for (const char* part : {"4 mistakes", "`Shop` is no valid name", "spec.source.git.branch",
                           "`nowhere` is not defined", "`spec.sync.prune`"}) {
    EXPECT_NE(error.find(part), std::string::npos) << part << "\n" << error;
  }
  std::string many = "  source: {git: {url: https://x/y}}\n  environments: [dev]\n";
  for (int i = 0; i < 30; ++i) many += "  zzz" + std::to_string(i) + ": 1\n";
  const std::string cut = error_of(application(many));
  EXPECT_NE(cut.find("30 mistakes"), std::string::npos) << cut;
  EXPECT_NE(cut.find("and 10 more"), std::string::npos) << cut;
}

TEST(ConfigLoader, RefusesOtherDocuments) {
  const auto document = [](std::string_view kind) {
    return "apiVersion: rumbo.dev/v1alpha1\nkind: " + std::string(kind) + "\n";
  };
  EXPECT_NE(error_of(document("Pipeline")).find("not supported yet"), std::string::npos);
  EXPECT_NE(error_of(document("Aplication")).find("did you mean `Application`?"),
            std::string::npos);
  EXPECT_NE(error_of("a: [\n").find("/etc/rumbo/rumbo.yaml:"), std::string::npos);
  EXPECT_NE(error_of("").find("holds no documents"), std::string::npos);
  EXPECT_NE(
      error_of(application(kGood) + "---\n" + application(kGood)).find("`shop` is defined twice"),
      std::string::npos);
  EXPECT_NE(error_of("apiVersion: v2\nkind: Environment\nmetadata: {name: a}\nspec: {target: "
                     "{podman: {}}}\n")
                .find("unknown apiVersion `v2`"),
            std::string::npos);
  EXPECT_NE(error_of("apiVersion: rumbo.dev/v1alpha1\nkind: Environment\nmetadata: {name: a}\n"
                     "spec: {target: {kubernetes: {}, podman: {}}}\n")
                .find("names two targets"),
            std::string::npos);
  EXPECT_NE(error_of("apiVersion: rumbo.dev/v1alpha1\nkind: Environment\nmetadata: {name: a}\n"
                     "spec: {target: {}}\n")
                .find("names no target"),
            std::string::npos);
  EXPECT_NE(error_of("apiVersion: rumbo.dev/v1alpha1\nkind: Environment\nmetadata: {name: a}\n"
                     "spec: {target: {kubernetes: {inCluster: true, context: a}}}\n")
                .find("leaves no choice"),
            std::string::npos);
}

TEST(ConfigLoader, ReadsADirectory) {
  io::fake::MemoryFileSystem files;
  ASSERT_TRUE(files.make_directories("/etc/rumbo", 0755));
  ASSERT_TRUE(files.write_atomic("/etc/rumbo/a.yaml",
                                 "apiVersion: rumbo.dev/v1alpha1\nkind: Application\n"
                                 "metadata: {name: shop}\nspec:\n" +
                                     std::string(kGood)));
  ASSERT_TRUE(files.write_atomic("/etc/rumbo/notes.txt", "not yaml: ["));
  const auto lonely = load_config(files, "/etc/rumbo");
  ASSERT_FALSE(lonely);
  EXPECT_NE(lonely.error().to_string().find("`dev` is not defined"), std::string::npos);
  ASSERT_TRUE(files.write_atomic("/etc/rumbo/z.yml", kEnvironment));
  const auto config = load_config(files, "/etc/rumbo");
  ASSERT_TRUE(config) << config.error().to_string();
  EXPECT_EQ(config->environments.size(), 1u);
  const auto missing = load_config(files, "/etc/other");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().to_string().find("rumbo init"), std::string::npos);
}

TEST(ConfigLoader, ExampleIsValid) {
  const auto config = parse_config(example_config("web", "./", ""), "/srv/web/rumbo.yaml");
  ASSERT_TRUE(config) << config.error().to_string();
  EXPECT_EQ(location_of(config->application("web")->source), "file:///srv/web");
  EXPECT_EQ(path_of(config->application("web")->source), "");
  EXPECT_EQ(config->environment("dev")->ns, "web-dev");
}

TEST(ConfigLoader, AnEnvironmentsHelmSectionIsMergedOverTheApplications) {
  const auto config = parse_config(
      "apiVersion: rumbo.dev/v1alpha1\nkind: Environment\nmetadata: {name: dev}\n"
      "spec: {target: {podman: {}}, namespace: shop-dev}\n---\n"
      "apiVersion: rumbo.dev/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec:\n"
      "  source: {git: {url: https://example.org/shop.git}}\n"
      "  helm: {releaseName: s, values: {image: {tag: v1, name: shop}, replicas: 1}}\n"
      "  environments: [{name: dev, helm: {values: {image: {tag: v2}}}}]\n",
      "rumbo.yaml");
  ASSERT_TRUE(config) << config.error().to_string();
  const Value& helm = config->application("shop")->environments[0].helm;
  EXPECT_EQ(helm["releaseName"].as_string(), "s");
  EXPECT_EQ(helm["values"]["image"]["tag"].as_string(), "v2");
  EXPECT_EQ(helm["values"]["image"]["name"].as_string(), "shop");
  EXPECT_EQ(helm["values"]["replicas"].as_int(), 1);
}

TEST(ConfigLoader, SchemaAndReferenceFollowTheTable) {
  const Value schema = config_schema();
  ASSERT_EQ(schema["oneOf"].size(), config_kinds().size());
  const Value& fleet = schema["oneOf"][2]["properties"]["spec"]["properties"]["source"];
  const Value& verify = fleet["properties"]["git"]["properties"]["verify"]["properties"];
  EXPECT_EQ(verify["mode"]["enum"].size(), 3u) << "the fields of another kind, also within";
  const Value& app = schema["oneOf"][0]["properties"]["spec"]["properties"];
  EXPECT_EQ(app["sync"]["properties"]["onFailure"]["enum"].size(), 2u);
  EXPECT_TRUE(app["kustomize"]["properties"].contains("images"));
  EXPECT_TRUE(app["helm"]["properties"].contains("valueFiles"));
  EXPECT_TRUE(app["environments"]["items"]["anyOf"][1]["properties"]["sync"]["properties"].contains(
      "prune"));
  const std::string page = config_reference();
  EXPECT_NE(page.find("| `spec.sync.timeout` | duration | `5m` |"), std::string::npos);
  EXPECT_NE(page.find("Not supported yet"), std::string::npos);
}

}  // namespace
}  // namespace rumbo::control
