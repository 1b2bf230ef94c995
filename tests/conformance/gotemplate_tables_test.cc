// The template engine against Go's text/template inside Helm 4.2.4, case by case.
#include "go_fixtures.h"
#include "script/function.h"
#include "script/template_set.h"
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

script::MissingKey missing_key(std::string_view word) {
  if (word == "zero") return script::MissingKey::zero;
  return word == "error" ? script::MissingKey::error : script::MissingKey::invalid;
}

/// The output of a template `a` over plain Go data, or Go's error.
Rendered run_plain(const Value& test, const script::Any& data) {
  auto functions = std::make_shared<script::FunctionTable>();
  script::add_builtins(*functions);
  script::TemplateSet set(functions);
  if (auto parsed = set.parse("a", test["template"].as_string()); !parsed) {
    return {false, parsed.error().text()};
  }
  TableHost host;
  script::SessionOptions options;
  options.missing_key = missing_key(test["missingkey"].as_string());
  script::Session session(host, options);
  auto out = set.execute("a", data, session);
  return out ? Rendered{true, *out} : Rendered{false, out.error().text()};
}

TEST(GoTemplateTables, Plain) {
  const auto table = read_table("gotemplate");
  if (!table) GTEST_SKIP() << "RUMBO_CORPUS is not set: the table gotemplate is not here";
  Check check("gotemplate_plain");
  int left_out = 0;
  for (const Value& test : (*table)["cases"].items()) {
    if (test["engine"].as_string() != "text/template") continue;
    const auto data = go_fixture(test["data"].as_string());
    if (!data) {
      ++left_out;
      continue;
    }
    const Rendered actual = run_plain(test, *data);
    const bool success = expects_success(test);
    check.record(
        test["id"].str(),
        actual.ok == success && is_expected(test, success ? "expected" : "error", actual.text),
        "  template: " + test["template"].str() + "\n  expected: " + expectation(test) +
            "\n  actual:   " + actual.text);
  }
  check.finish();
  std::printf(
      "gotemplate_plain: %d left out, over iterators, arrays and keys that are no strings\n",
      left_out);
}

}  // namespace
}  // namespace rumbo::conformance
