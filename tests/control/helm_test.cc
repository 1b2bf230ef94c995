// Applications that are Helm charts: the same verbs, and random results that stay what they were.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/json.h"
#include "engine/manifest_store.h"
#include "rig.h"

namespace rumbo::controltest {
namespace {

std::string chart_application(const std::string& more = "") {
  return replace_all(application("shop", more), "renderer: plain", "renderer: helm") +
         environment();
}

MemorySource::Files chart(const std::string& image, const std::string& remark = "") {
  const std::string deployment = release("shop", "IMAGE").begin()->second;
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

}  // namespace
}  // namespace rumbo::controltest
