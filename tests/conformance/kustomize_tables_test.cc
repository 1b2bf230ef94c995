// Kustomize's patches, Flux's substitution and kyaml's printing against the tables of the real
// programs.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/base64.h"
#include "model/memory_snapshot.h"
#include "render/kustomize/kustomize.h"
#include "render/kustomize/node_print.h"
#include "render/kustomize/node_reader.h"
#include "render/substitute.h"
#include "table.h"

namespace rumbo::conformance {
namespace {

std::string text_of(const Value& test, std::string_view name) {
  const Value& packed = test[std::string(name) + "_b64"];
  return packed.is_string() ? codec::base64_decode(packed.as_string()).value() : test[name].str();
}

bool fails(const Value& test) {
  return test["error"].is_string() || test["error_b64"].is_string();
}

TEST(KustomizeTables, Patches) {
  const auto table = read_table("smp");
  if (!table) GTEST_SKIP() << "RUMBO_CORPUS is not set: the table smp.json is not here";
  Check check("smp");
  for (const Value& test : (*table)["cases"].items()) {
    const MemorySnapshot tree({
        {"object.yaml", (*table)["objects"][test["object"].as_string()].str()},
        {"patch.yaml", test["patch"].str()},
        {"kustomization.yaml", test["kustomization"].str()},
    });
    const auto built = render::kustomize::build(tree, "", {}, {});
    const std::string actual = built ? render::kustomize::print(*built) : built.error().to_string();
    const bool same = fails(test) ? !built : built && actual == test["expected"].as_string();
    const std::string& expected = fails(test) ? test["error"].str() : test["expected"].str();
    check.record(test["id"].str(), same,
                 test["patch"].str() + "\nexpected:\n" + expected + "\nactual:\n" + actual);
  }
  check.finish();
}

void check_substitution(Check& check, const Value& test, const Value& wanted,
                        const render::Substitution& substitution) {
  const std::string input = text_of(test, "input");
  const auto actual = render::substitute_text(input, substitution);
  const bool same = fails(wanted)
                        ? !actual && actual.error().message() == wanted["error"].as_string()
                        : actual && *actual == text_of(wanted, "expected");
  check.record(test["id"].str(), same,
               input + "\nexpected: " + text_of(wanted, fails(wanted) ? "error" : "expected") +
                   "\nactual: " + (actual ? *actual : actual.error().message()));
}

TEST(KustomizeTables, Substitution) {
  const auto table = read_table("envsubst");
  if (!table) GTEST_SKIP() << "RUMBO_CORPUS is not set: the table envsubst.json is not here";
  render::Substitution lenient, strict;
  for (const Member& variable : (*table)["vars"].members()) {
    lenient.variables[std::string(variable.key())] = variable.value.str();
  }
  strict = lenient;
  strict.strict = true;
  Check check("envsubst"), check_strict("envsubst_strict");
  for (const Value& test : (*table)["cases"].items()) {
    check_substitution(check, test, test, lenient);
    check_substitution(check_strict, test, test.contains("strict") ? test["strict"] : test, strict);
  }
  check.finish();
  check_strict.finish();
}

// How near print_node() comes to kyaml, which also keeps comments: told, not required.
TEST(KustomizeTables, Printing) {
  const auto table = read_table("kyaml_roundtrip");
  if (!table) GTEST_SKIP() << "RUMBO_CORPUS is not set: kyaml_roundtrip.json is not here";
  int same = 0, all = 0;
  for (const Value& test : (*table)["cases"].items()) {
    ++all;
    render::kustomize::Arena arena;
    const auto node = render::kustomize::read_node(arena, test["input"].as_string(), "");
    if (fails(test)) {
      same += node ? 0 : 1;
    } else if (node && *node != nullptr) {
      same += render::kustomize::print_node(**node) == test["expected"].as_string() ? 1 : 0;
    }
  }
  std::printf("kyaml_roundtrip: %d of %d\n", same, all);
  EXPECT_GT(same, 0);
}

}  // namespace
}  // namespace rumbo::conformance
