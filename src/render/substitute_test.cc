#include "render/substitute.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "model/memory_snapshot.h"
#include "render/substitute_manifest.h"

namespace rumbo::render {
namespace {

TEST(Substitute, MakesNumbersOfNumbers) {
  Substitution substitution;
  substitution.variables = {{"N", "3"}, {"T", "x: y"}};
  const Value object = Value::object({{"n", "${N}"}, {"t", "${MISSING:-d}"}, {"s", "$${N}"}});
  const auto out = substitute_object(object, substitution);
  ASSERT_TRUE(out) << out.error().to_string();
  EXPECT_EQ(codec::to_json(*out), R"({"n":3,"s":"${N}","t":"d"})");
}

TEST(Substitute, LeavesDisabledObjectsAlone) {
  Substitution substitution;
  substitution.variables = {{"N", "3"}};
  const Value annotations = Value::object({{"kustomize.toolkit.fluxcd.io/substitute", "disabled"}});
  const Value object =
      Value::object({{"metadata", Value::object({{"annotations", annotations}})}, {"n", "${N}"}});
  EXPECT_EQ(*substitute_object(object, substitution), object);
}

TEST(Substitute, BrokenYamlIsToldWithAHint) {
  Substitution substitution;
  substitution.variables = {{"T", "a: b: c"}};
  const auto out = substitute_object(Value::object({{"t", "${T}"}}), substitution);
  ASSERT_FALSE(out);
  EXPECT_NE(out.error().hint().find("changes the YAML"), std::string::npos);
}

TEST(Substitute, NestedTooDeeplyEnds) {
  std::string text;
  for (int depth = 0; depth < 1000; ++depth) text += "${a:-";
  EXPECT_FALSE(substitute_text(text, {}));
}

TEST(Substitute, ReadsVariablesFromFiles) {
  Variables variables;
  ASSERT_TRUE(add_variables_file(
      variables, "kind: ConfigMap\napiVersion: v1\ndata: {A: \"1\", B: \"x\\ny\"}\n", "c.yaml"));
  ASSERT_TRUE(
      add_variables_file(variables, "kind: Secret\napiVersion: v1\ndata: {S: aGk=}\n", "s.yaml"));
  ASSERT_TRUE(add_variables_file(variables, "# remark\nE=1=2\n\nF=\n", "e.env"));
  ASSERT_TRUE(add_variables_file(variables, "M: 5\n", "m.yaml"));
  EXPECT_EQ(variables,
            (Variables{{"A", "1"}, {"B", "xy"}, {"E", "1=2"}, {"F", ""}, {"M", "5"}, {"S", "hi"}}));
  EXPECT_FALSE(add_variables_file(variables, "no equals\n", "e.env"));
  EXPECT_FALSE(add_variables(variables, Value::object({{"1x", "a"}})));
  EXPECT_FALSE(add_variables(variables, Value::object({{"X", Value::array()}})));
}

TEST(SubstituteManifest, ChecksWhatItMakes) {
  const MemorySnapshot tree(std::map<std::string, std::string>{{"v.env", "NAME=good\n"}});
  const auto run = [&](const Value& section) {
    Manifest manifest;
    Object object;
    object.value = Value::object({{"apiVersion", "v1"},
                                  {"kind", "ConfigMap"},
                                  {"metadata", Value::object({{"name", "${NAME}"}})}});
    object.key = key_of(object.value);
    manifest.objects.push_back(object);
    const std::map<ObjectKey, Value> live = {
        {{"", "ConfigMap", "shop", "vars"},
         Value::object({{"kind", "ConfigMap"}, {"data", Value::object({{"NAME", "li\nve"}})}})}};
    const auto done = substitute_manifest(manifest, tree, section, "shop", live);
    return done ? manifest.objects[0].key.name : done.error().to_string();
  };
  const Value from = Value::array({"v.env"});
  EXPECT_EQ(run(Value::object({{"from", from}})), "good");
  EXPECT_EQ(run(Value::object({{"from", from}, {"values", Value::object({{"NAME", "over"}})}})),
            "over");
  EXPECT_NE(
      run(Value::object({{"values", Value::object({{"NAME", "Not A Name"}})}})).find("Not A Name"),
      std::string::npos);
  EXPECT_NE(run(Value::object({{"strict", true}, {"values", Value::object({{"X", "1"}})}}))
                .find("not set"),
            std::string::npos);
  EXPECT_EQ(run(Value()), "${NAME}");

  const auto from_object = [](const std::string& name) {
    return Value::object({{"kind", "ConfigMap"}, {"name", name}});
  };
  const auto section = [](Value entry) {
    return Value::object({{"from", Value::array({std::move(entry)})}});
  };
  EXPECT_EQ(run(section(from_object("vars"))), "live");
  EXPECT_NE(run(section(from_object("none"))).find("is not on the target"), std::string::npos);
  // Without any variable nothing is put in.
  EXPECT_NE(run(section(from_object("none").with("optional", true))).find("`${NAME}`"),
            std::string::npos);
  EXPECT_NE(
      run(section(Value::object({{"kind", "Pod"}, {"name", "x"}}))).find("names no ConfigMap"),
      std::string::npos);
  EXPECT_NE(run(section(from_object("vars").with("key", "x"))).find("unknown field"),
            std::string::npos);
}

}  // namespace
}  // namespace rumbo::render
