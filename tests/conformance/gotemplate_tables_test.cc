// The template engine against Go's text/template inside Helm 4.2.4, case by case.
#include "template_table.h"

namespace rumbo::conformance {
namespace {

TEST(GoTemplateTables, Helm) {
  const auto table = read_table("gotemplate");
  if (!table) GTEST_SKIP() << "RUMBO_CORPUS is not set: the table gotemplate is not here";
  Check check("gotemplate"), strict("gotemplate_strict");
  for (const Value& test : (*table)["cases"].items()) {
    const std::string_view engine = test["engine"].as_string();
    if (engine == "helm") run_case(check, *table, test, script::MissingKey::zero);
    if (engine == "helm-strict") run_case(strict, *table, test, script::MissingKey::error);
  }
  check.finish();
  strict.finish();
}

}  // namespace
}  // namespace rumbo::conformance
