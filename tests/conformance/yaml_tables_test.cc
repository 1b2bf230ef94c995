// YAML against the tables of the real Go libraries, case by case and byte for byte.
#include <cmath>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "table.h"

namespace rumbo::conformance {
namespace {

using codec::YamlDialect;

#define READ_TABLE_OR_SKIP(variable, name)                                             \
  const auto variable = read_table(name);                                              \
  if (!variable) {                                                                     \
    GTEST_SKIP() << "RUMBO_CORPUS is not set: the table " << (name) << " is not here"; \
  }

std::string describe(const std::string& input, const std::string& expected,
                     const std::string& actual) {
  return "  input:    " + printable(input, 600) + "\n  expected: " + printable(expected, 600) +
         "\n  actual:   " + printable(actual, 600);
}

/// Equality in which NaN equals itself.
bool same(const Value& a, const Value& b) {
  if (a.kind() == Value::Kind::real && std::isnan(a.as_double())) {
    return b.kind() == Value::Kind::real && std::isnan(b.as_double());
  }
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.items().size(); ++i) {
    if (!same(a.items()[i], b.items()[i])) return false;
  }
  for (std::size_t i = 0; i < a.members().size(); ++i) {
    const Member &x = a.members()[i], &y = b.members()[i];
    if (x.key() != y.key() || !same(x.value, y.value)) return false;
  }
  return a.size() > 0 || a == b;
}

/// encoding/json escapes what HTML minds; to_json does not.
std::string without_html_escapes(std::string text) {
  text = replace_all(text, "\\u003c", "<");
  text = replace_all(text, "\\u003e", ">");
  text = replace_all(text, "\\u2028", "\u2028");
  text = replace_all(text, "\\u2029", "\u2029");
  return replace_all(text, "\\u0026", "&");
}

std::string repeat(std::string_view text, std::int64_t times) {
  std::string out;
  for (std::int64_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string input_of(const Value& test) {
  if (const Value* packed = test.find("input_b64")) {
    return codec::base64_decode(packed->as_string()).value();
  }
  const Value& parts = test["input_parts"];
  if (parts.is_null()) return test["input"].str();
  return repeat(parts[0].as_string(), parts[1].as_int()) + parts[2].str() +
         repeat(parts[3].as_string(), parts[4].as_int());
}

/// The JSON of a case; the deep ones come as a length only, but their text is plain.
std::string json_of(const Value& test) {
  if (const Value* json = test.find("json")) return json->str();
  const Value& parts = test["input_parts"];
  const bool list = parts[0].as_string() == "[";
  std::string out = repeat(list ? "[" : "{\"a\":", parts[1].as_int()) + "\"x\"" +
                    repeat(list ? "]" : "}", parts[4].as_int());
  EXPECT_EQ(static_cast<std::int64_t>(out.size()), test["json_len"].as_int());
  return out;
}

std::string outcome(const Result<Value>& result) {
  return result ? codec::to_json(*result) : "error: " + result.error().to_string();
}

Result<Value> parse(const std::string& input, YamlDialect dialect, bool strict) {
  codec::YamlOptions options;
  options.dialect = dialect;
  options.strict = strict;
  options.go_exact = true;
  options.limits.max_depth = 10'000;  // go-yaml's own; Rumbo's default is stricter on purpose
  return codec::parse_yaml_value(input, "in", options);
}

TEST(YamlTables, Emit) {
  READ_TABLE_OR_SKIP(table, "yaml_emit");
  Check check("yaml_emit"), pretty("yaml_emit_pretty");
  for (const Value& test : (*table)["cases"].items()) {
    const std::string id = test["id"].str();
    const Value value = untype(test["value"]);
    const std::string input = codec::to_json(value);
    const auto actual = codec::marshal_yaml(value);
    if (const Value* expected = test.find("expected")) {
      const bool agrees = actual && *actual == expected->as_string() &&
                          codec::emit_yaml(value) == expected->as_string();
      check.record(id, agrees,
                   describe(input, expected->str(),
                            actual ? codec::emit_yaml(value) : actual.error().to_string()));
    } else {
      check.record(id, !actual,
                   describe(input, test["error"].str(), actual ? *actual : std::string()));
    }
    const std::string actual_pretty =
        codec::emit_yaml_pretty(untype(test["value"], Bytes::numbers));
    pretty.record(id, actual_pretty == test["pretty"].as_string(),
                  describe(input, test["pretty"].str(), actual_pretty));
  }
  check.finish();
  pretty.finish();
}

TEST(YamlTables, ParseV2) {
  READ_TABLE_OR_SKIP(table, "yaml_parse");
  Check check("yaml_parse"), bytes("yaml_parse_bytes"), strict("yaml_parse_strict");
  for (const Value& test : (*table)["cases"].items()) {
    const std::string id = test["id"].str();
    const std::string input = input_of(test);
    const auto actual = parse(input, YamlDialect::yaml_v2, false);
    const auto actual_strict = parse(input, YamlDialect::yaml_v2, true);
    if (const Value* error = test.find("error")) {
      check.record(id, !actual, describe(input, error->str(), outcome(actual)));
      strict.record(id, !actual_strict, describe(input, error->str(), outcome(actual_strict)));
      continue;
    }
    const std::string json = json_of(test);
    const auto expected = codec::parse_json(json, {.max_depth = 20'000});
    check.record(id, actual && expected && *actual == *expected,
                 describe(input, json, outcome(actual)));
    if (actual) {
      bytes.record(id, codec::to_json(*actual) == without_html_escapes(json),
                   describe(input, json, outcome(actual)));
    }
    const bool must_fail = test.contains("strict_error");
    strict.record(id, actual_strict.has_value() != must_fail,
                  describe(input, test["strict_error"].str("success"), outcome(actual_strict)));
  }
  check.finish();
  bytes.finish();
  strict.finish();
}

TEST(YamlTables, ParseV3) {
  READ_TABLE_OR_SKIP(table, "yaml_parse");
  Check check("yaml_parse_v3");
  for (const Value& test : (*table)["cases"].items()) {
    if (!test.contains("v3") && !test.contains("v3_error")) continue;
    const std::string id = test["id"].str();
    const std::string input = input_of(test);
    const auto actual = parse(input, YamlDialect::yaml_v3, true);
    if (const Value* error = test.find("v3_error")) {
      check.record(id, !actual, describe(input, error->str(), outcome(actual)));
      continue;
    }
    const Value expected = untype(test["v3"]);
    check.record(id, actual && same(*actual, expected),
                 describe(input, codec::to_json(expected), outcome(actual)));
  }
  check.finish();
}

}  // namespace
}  // namespace rumbo::conformance
