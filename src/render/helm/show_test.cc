// What `rumbo helm show`, `lint` and `import-release` print.
#include "render/helm/show.h"

#include <gtest/gtest.h>

#include "codec/base64.h"
#include "codec/tar_maker.h"
#include "codec/yaml.h"
#include "render/helm/lint.h"
#include "render/helm/stored_release.h"
#include "script/test_host.h"

namespace rumbo::render::helm {
namespace {

std::vector<ChartFile> chart(const std::map<std::string, std::string>& more = {}) {
  std::map<std::string, std::string> files{
      {"Chart.yaml",
       "# remark\nversion: 1.0.0\nname: web\napiVersion: v2\nicon: https://x/i.png\n"},
      {"values.yaml", "# how many\nreplicas: 1\n"},
      {"README.md", "Read me.\n"},
      {"crds/a.yaml", "kind: CustomResourceDefinition\n"},
      {"templates/c.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"}};
  for (const auto& [name, text] : more) files[name] = text;
  std::vector<ChartFile> out;
  for (const auto& [name, text] : files) {
    if (!text.empty()) out.push_back({name, Value(text)});
  }
  return out;
}

TEST(HelmShow, PrintsAsHelmDoes) {
  const std::string about = "apiVersion: v2\nicon: https://x/i.png\nname: web\nversion: 1.0.0\n\n";
  EXPECT_EQ(*show_chart(chart(), "chart", Profile::helm4), about);
  EXPECT_EQ(*show_chart(chart(), "values", Profile::helm4), "# how many\nreplicas: 1\n\n");
  EXPECT_EQ(*show_chart(chart(), "readme", Profile::helm4), "Read me.\n\n");
  EXPECT_EQ(*show_chart(chart(), "crds", Profile::helm4),
            "---\nkind: CustomResourceDefinition\n\n");
  EXPECT_EQ(*show_chart(chart(), "all", Profile::helm4),
            about +
                "---\n# how many\nreplicas: 1\n\n---\nRead me.\n\n"
                "---\nkind: CustomResourceDefinition\n\n");
  EXPECT_FALSE(show_chart(chart({{"Chart.yaml", "name: x\n"}}), "chart", Profile::helm4));
}

TEST(HelmShow, PrintsValuesByJsonPath) {
  const auto files = chart({{"values.yaml",
                             "replicas: 1000000\nf: 1.5\nimage: {repository: nginx, tag: '1.2', "
                             "none: null}\nlist: [a, b, {v: 1}]\nhosts: [{name: a, port: 80}, "
                             "{name: b, port: 8080}]\ndot.key: z\nhtml: <a&b>\nempty: []\n"}});
  const struct {
    std::string path, prints;
  } cases[] = {{"{.image.repository}:{.image.tag}", "nginx:1.2"},
               {"{.replicas} {.f}", "1e+06 1.5"},
               {"{.image}", R"({"none":null,"repository":"nginx","tag":"1.2"})"},
               {"{.image.none}", "null"},
               {"{.list}", R"(["a","b",{"v":1}])"},
               {"{.list[0]}{.list[0:2]}", "aa b"},
               {"{.list[-1].v}", "1"},
               {"{.list[5]}", ""},
               {"{.hosts[*].name}", "a b"},
               {"{.hosts[0,1].port}", "80 8080"},
               {"{.hosts[::2].name}", "a"},
               {"{.hosts[?(@.name=='b')].port}", "8080"},
               {"{.hosts[?(@.port>100)].name}", "b"},
               {"{.hosts[?(@.name)].port}", "80 8080"},
               {"{.image['tag','repository']}", "1.2 nginx"},
               {"{range .hosts[*]}{.name}={.port}{\"\\n\"}{end}", "a=80\nb=8080\n"},
               {"{range .empty[*]}x{end}y", "y"},
               {"{..name}", "a b"},
               {"{.dot\\.key}{['dot\\.key']}", "zz"},
               {"{$.html}{.empty}", "<a&b>[]"},
               {"{.image.tag}{.missing}", ""},
               {"{end}", ""},
               {"{foo}", ""},
               {"{.f=}", ""},
               {"plain {1}{true}", "plain 1true"}};
  for (const auto& one : cases) {
    const auto shown = show_chart(files, "values", Profile::helm4, one.path);
    ASSERT_TRUE(shown) << one.path << shown.error().to_string();
    EXPECT_EQ(*shown, one.prints) << one.path;
  }
  for (const char* bad :
       {"{.image", "{.hosts[a]}", "{.a[0}", "{....}", "{'x}", "{.hosts[?(@.a=1]}"}) {
    const auto shown = show_chart(files, "values", Profile::helm4, bad);
    ASSERT_FALSE(shown) << bad;
    EXPECT_NE(shown.error().to_string().find("error parsing jsonpath {"), std::string::npos)
        << shown.error().to_string();
  }
}

std::string linted(const std::map<std::string, std::string>& more) {
  script::TestHost host;
  std::string out;
  const auto read = [](std::string_view) -> Result<std::string> {
    return fail(Code::not_found, "none");
  };
  for (const LintMessage& one : lint(chart(more), {}, "web", read, host))
    out += to_string(one) + "\n";
  return out;
}

TEST(HelmLint, FindsMistakes) {
  EXPECT_EQ(linted({{"crds/a.yaml", ""}}), "");
  const struct {
    std::string file, text, says;
  } table[] = {
      {"Chart.yaml", "name: web\nversion: 1.0.0\napiVersion: v2\n", "[INFO] Chart.yaml: icon is"},
      {"Chart.yaml", "version: 1.0.0\napiVersion: v2\n", "[ERROR] Chart.yaml: name is required"},
      {"Chart.yaml", "name: web\nversion: x\napiVersion: v2\n", "'x' is not a valid SemVer"},
      {"Chart.yaml", "name: web\nversion: 1.0.0\n", "apiVersion is required"},
      {"Chart.yaml", "name: web\nversion: 1.0.0\napiVersion: v2\nappVersion: 1.2\n",
       "appVersion should be of type string"},
      {"Chart.yaml",
       "name: web\nversion: 1.0.0\napiVersion: v2\ndependencies: [{name: db, "
       "version: 1.x, repository: x}]\n",
       "[WARNING] web: chart directory is missing these dependencies: db"},
      {"values.yaml", "a: [\n", "[ERROR] values.yaml: unable to parse YAML"},
      {"values.yaml", "", "[INFO] values.yaml: file does not exist"},
      {"templates/c.yaml", "{{ .Values.a.b.c }}", "[ERROR] templates/: "},
      {"templates/c.yaml", "{{ if }}", "[ERROR] templates/: "},
      {"templates/x.bin", "x", "file extension '.bin' not valid"},
      {"Chart.yaml", "name: web\nversion: 1.0.0\napiVersion: v2\nfoo: 1\n",
       "[WARNING] Chart.yaml: failed to strictly parse chart metadata file"},
      {"Chart.yaml", "name: web\nversion: 1.2\napiVersion: v2\n",
       "[ERROR] Chart.yaml: version should be of type string but it's of type float64"},
      {"Chart.yaml", "name: web\nversion: v1.2.0\napiVersion: v2\n",
       "[WARNING] Chart.yaml: version 'v1.2.0' is not a valid SemVerV2"},
      {"templates/c.yaml", "kind: Deployment\nmetadata: {name: a}\n",
       "[ERROR] templates/c.yaml: a Deployment must contain matchLabels or matchExpressions, and "
       "\"a\" does not"},
      {"templates/c.yaml", "kind: ConfigMap\nmetadata: {name: A_b}\n",
       "[WARNING] templates/c.yaml: object name does not conform to Kubernetes naming"},
      {"templates/c.yaml",
       "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a}\n",
       "policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+; use "
       "policy/v1 PodDisruptionBudget"},
      {"templates/c.yaml", "  kind: ConfigMap\n", "document starts with an illegal indent"},
      {"crds/b.yaml", "apiVersion: v1\nkind: ConfigMap\n",
       "[ERROR] crds/b.yaml: object kind is not 'CustomResourceDefinition'"},
  };
  for (const auto& one : table) {
    const std::string out = linted({{"crds/a.yaml", ""}, {one.file, one.text}});
    EXPECT_NE(out.find(one.says), std::string::npos) << one.text << "\n" << out;
  }
}

TEST(HelmLint, RequiredAndFailStopNothing) {
  const std::string out = linted(
      {{"crds/a.yaml", ""},
       {"templates/c.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
        "data: {a: {{ required \"set it\" .Values.nothing | quote }}}\n{{ fail \"no\" }}\n"}});
  EXPECT_EQ(out.find("[ERROR]"), std::string::npos) << out;
}

TEST(StoredRelease, BecomesAnApplication) {
  const std::string json =
      "{\"name\":\"shop\",\"namespace\":\"prod\",\"version\":3,\"info\":{\"status\":\"deployed\"},"
      "\"chart\":{\"metadata\":{\"name\":\"web\",\"version\":\"1.2.3\"}},"
      "\"config\":{\"replicas\":2},\"manifest\":\"---\\nkind: ConfigMap\\n\"}";
  const auto secret = [&](const std::string& version) {
    const std::string once = codec::base64_encode(std::string_view(codec::stored_gzip(json)));
    return Value::object(
        {{"kind", "Secret"},
         {"metadata", Value::object({{"labels", Value::object({{"version", version}})}})},
         {"data", Value::object({{"release", codec::base64_encode(std::string_view(once))}})}});
  };
  const Value list =
      Value::object({{"kind", "List"}, {"items", Value::array({secret("2"), secret("3")})}});
  for (const Value& object : {secret("3"), list}) {
    const auto release = read_stored_release(object);
    ASSERT_TRUE(release) << release.error().to_string();
    EXPECT_EQ(release->name, "shop");
    EXPECT_EQ(release->ns, "prod");
    EXPECT_EQ(release->revision, 3);
    EXPECT_EQ(release->manifest, "---\nkind: ConfigMap\n");
    const std::string text = application_of(*release, "https://charts.example.org", "prod");
    const Value application = codec::parse_yaml_value(text).value();
    EXPECT_EQ(application["spec"]["source"]["helm"]["version"].str(), "1.2.3");
    EXPECT_EQ(application["spec"]["helm"]["values"]["replicas"].as_int(), 2);
    EXPECT_TRUE(application["spec"]["sync"]["adopt"].as_bool());
  }
  for (const Value& bad :
       {Value(), Value::object({{"kind", "Secret"}}),
        Value::object({{"kind", "Secret"}, {"data", Value::object({{"release", "!"}})}}),
        Value::object({{"kind", "List"}})}) {
    EXPECT_FALSE(read_stored_release(bad));
  }
}

}  // namespace
}  // namespace rumbo::render::helm
