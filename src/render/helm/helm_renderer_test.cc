#include "render/helm/helm_renderer.h"

#include <gtest/gtest.h>

#include "model/memory_snapshot.h"

namespace rumbo::render {
namespace {

using Files = std::map<std::string, std::string>;

Files chart() {
  return {{"deploy/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"},
          {"deploy/values.yaml", "replicas: 1\ntext: default\n"},
          {"deploy/templates/cm.yaml",
           "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n"
           "data: {text: {{ .Values.text | quote }}, replicas: {{ .Values.replicas | quote }}}\n"},
          {"env/dev.yaml", "text: dev\n"}};
}

Value section(std::initializer_list<Member> members) {
  return Value::object(members);
}

Result<Rendered> render(const Files& files, const Value& options, const RenderInputs& inputs = {}) {
  return HelmRenderer().render(MemorySnapshot(files), {"deploy", "shop-dev", options}, inputs);
}

TEST(HelmRenderer, RendersWithFilesValuesAndNamespace) {
  const auto rendered = render(chart(), section({{"releaseName", "web"},
                                                 {"valueFiles", Value::array({"../env/dev.yaml"})},
                                                 {"values", Value::object({{"replicas", 3}})}}));
  ASSERT_TRUE(rendered) << rendered.error().to_string();
  ASSERT_EQ(rendered->manifest.objects.size(), 1u);
  const Object& object = rendered->manifest.objects[0];
  EXPECT_EQ(object.key.to_string(), "ConfigMap shop-dev/web");
  EXPECT_EQ(object.value["data"]["text"].as_string(), "dev");
  EXPECT_EQ(object.value["data"]["replicas"].as_string(), "3");
  EXPECT_EQ(object.origin.file, "shop/templates/cm.yaml");
  const auto& read = rendered->manifest.files_read;
  EXPECT_NE(std::find(read.begin(), read.end(), "env/dev.yaml"), read.end());
  EXPECT_NE(std::find(read.begin(), read.end(), "deploy/values.yaml"), read.end());
}

TEST(HelmRenderer, RefusesFilesOutsideOfTheTreeAndUnknownFields) {
  const auto outside =
      render(chart(), section({{"valueFiles", Value::array({"../../etc/passwd"})}}));
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().code(), Code::denied);
  const auto unknown = render(chart(), section({{"valuesFiles", Value::array()}}));
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().to_string().find("did you mean `valueFiles`?"), std::string::npos);
  EXPECT_FALSE(render(chart(), section({{"values", "text"}})));
}

TEST(HelmRenderer, NamesTheChartAndTheTemplateInErrors) {
  Files files = chart();
  files["deploy/templates/bad.yaml"] = "{{ fail \"boom\" }}";
  const auto rendered = render(files, {});
  ASSERT_FALSE(rendered);
  const std::string text = rendered.error().to_string();
  EXPECT_NE(text.find("chart `deploy`"), std::string::npos) << text;
  EXPECT_NE(text.find("shop/templates/bad.yaml:1:3"), std::string::npos) << text;
}

TEST(HelmRenderer, HooksStayHooksAndWhatBelongsToThemComesFirst) {
  Files files = chart();
  const std::string job =
      "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: NAME\n"
      "  annotations: {helm.sh/hook: EVENT, helm.sh/hook-weight: \"3\"}\n"
      "spec: {template: {spec: {containers: [{name: a, image: b}]}}}\n";
  const auto hook = [&](const std::string& name, const std::string& event) {
    std::string text = job;
    text.replace(text.find("NAME"), 4, name);
    text.replace(text.find("EVENT"), 5, event);
    files["deploy/templates/" + name + ".yaml"] = text;
  };
  hook("before", "\"pre-install,pre-upgrade\"");
  hook("after", "post-upgrade");
  hook("check", "test");
  files["deploy/templates/account.yaml"] =
      "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: account\n"
      "  annotations: {helm.sh/hook: pre-install, helm.sh/hook-weight: \"-5\", a: b}\n";
  const auto rendered = render(files, {});
  ASSERT_TRUE(rendered) << rendered.error().to_string();
  const auto phase = [&](const char* name) {
    const Object* object = rendered->manifest.find({"batch", "Job", "shop-dev", name});
    return object ? std::string(annotation(object->value, "helm.sh/hook")) + " " +
                        std::string(annotation(object->value, "rumbo.dev/wave"))
                  : "none";
  };
  EXPECT_EQ(phase("before"), "pre-install,pre-upgrade 3");
  EXPECT_EQ(phase("after"), "post-upgrade 3");
  EXPECT_EQ(phase("check"), "test 3");
  const Object* account = rendered->manifest.find({"", "ServiceAccount", "shop-dev", "account"});
  ASSERT_NE(account, nullptr);
  EXPECT_EQ(account->value["metadata"]["annotations"],
            Value::object({{"a", "b"}, {"rumbo.dev/wave", "-2005"}}));
  EXPECT_TRUE(rendered->warnings.empty());
  const auto fewer = render(files, Value::object({{"skipTests", true}}));
  ASSERT_TRUE(fewer) << fewer.error().to_string();
  EXPECT_EQ(fewer->manifest.find({"batch", "Job", "shop-dev", "check"}), nullptr);
}

TEST(HelmRenderer, KeptResultsOfRandomFunctionsAreTakenUpAgain) {
  Files files = chart();
  const std::string secret =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
      "stringData: {a: {{ randAlphaNum 20 }}, b: {{ randAlphaNum 20 }}}\n";
  files["deploy/templates/s.yaml"] = secret;
  RenderInputs first;
  first.seed = "one";
  const auto before = render(files, {}, first);
  ASSERT_TRUE(before) << before.error().to_string();
  const Value data = before->manifest.objects[0].value["stringData"];
  EXPECT_EQ(data["a"].str().size(), 20u);
  EXPECT_NE(data["a"], data["b"]) << "two calls of one function are two results";
  EXPECT_EQ(before->to_record.size(), 2u);

  RenderInputs second;
  second.seed = "another";
  second.recorded = before->to_record;
  files["deploy/templates/s.yaml"] = "# moved by one line\n" + secret;
  const auto after = render(files, {}, second);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->manifest.objects[0].value["stringData"], data);
  EXPECT_EQ(after->to_record, before->to_record);

  second.recorded = {};
  const auto fresh = render(files, {}, second);
  ASSERT_TRUE(fresh);
  EXPECT_NE(fresh->manifest.objects[0].value["stringData"], data);
}

}  // namespace
}  // namespace rumbo::render
