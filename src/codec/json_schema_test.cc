#include "codec/json_schema.h"

#include <gtest/gtest.h>

#include "codec/json.h"

namespace rumbo::codec {
namespace {

std::string check(std::string_view schema, std::string_view value) {
  const auto compiled = JsonSchema::compile(parse_json(schema).value(), "file:///s.json");
  if (!compiled) return "schema: " + compiled.error().message();
  return print_findings(compiled->check(parse_json(value).value()));
}

struct Row {
  const char* schema;
  const char* value;
  const char* findings;
};

TEST(JsonSchema, FindsWhatDoesNotFit) {
  const Row rows[] = {
      {"true", "1", ""},
      {"{}", "[1,{}]", ""},
      {"false", "1", "- at '': false schema"},
      {R"({"type":"integer"})", "1.0", ""},
      {R"({"type":["string","null"]})", "1", "- at '': got number, want null or string"},
      {R"({"properties":{"a/b":{"type":"string"}}})", R"({"a/b":1})",
       "- at '/a~1b': got number, want string"},
      {R"({"required":["x","y"]})", "{}", "- at '': missing properties 'x', 'y'"},
      {R"({"enum":[1,"a",null]})", "2", "- at '': value must be one of 1, 'a', <nil>"},
      {R"({"const":{"a":1}})", R"({"a":1.0})", ""},
      {R"({"minLength":3})", R"("äö")", "- at '': minLength: got 2, want 3"},
      {R"({"multipleOf":0.1})", "0.3", ""},
      {R"({"multipleOf":0.01})", "0.075", "- at '': multipleOf: got 0.075, want 0.01"},
      {R"({"multipleOf":3})", "9007199254740993", ""},
      {R"({"pattern":"^\\p{Letter}+$"})", R"("\u00e4b")", ""},
      {R"({"exclusiveMinimum":3})", "3", "- at '': exclusiveMinimum: got 3, want 3"},
      {R"({"maximum":65535})", "70000", "- at '': maximum: got 70,000, want 65,535"},
      {R"({"pattern":"^a+$"})", R"("b")", "- at '': 'b' does not match pattern '^a+$'"},
      {R"({"uniqueItems":true})", "[1,2,3]", ""},
      {R"({"uniqueItems":true})", "[1,2,1.0]", "- at '': items at 0 and 2 are equal"},
      {R"({"uniqueItems":true})", "[1,2,1]", "- at '': items at 0 and 2 are equal"},
      {R"({"items":{"type":"string"}})", R"(["a",1])", "- at '/1': got number, want string"},
      {R"({"prefixItems":[{"type":"string"}],"items":false})", R"(["a",1])",
       "- at '': last 1 additionalItem(s) not allowed"},
      {R"({"contains":{"type":"string"}})", "[1]", "- at '': no items match contains schema"},
      {R"({"propertyNames":{"maxLength":1}})", R"({"ab":1})", "- at '': invalid propertyName 'ab'"},
      {R"({"dependentRequired":{"a":["b"]}})", R"({"a":1})",
       "- at '': properties 'b' required, if 'a' exists"},
      {R"({"patternProperties":{"^x":{"type":"string"}},"additionalProperties":false})",
       R"({"x1":"a","y":1})", "- at '': additional properties 'y' not allowed"},
      {R"({"if":{"const":1},"then":{"type":"string"},"else":{"type":"number"}})", "1",
       "- at '': got number, want string"},
      {R"({"oneOf":[{"type":"integer"},{"minimum":0}]})", "1",
       "- at '': 'oneOf' failed, subschemas 0, 1 matched"},
      {R"({"anyOf":[{"required":["a"]},{"type":"string"}]})", "{}",
       "- at '': 'anyOf' failed\n  - at '': missing property 'a'\n  - at '': got object, want "
       "string"},
      {R"({"$ref":"#/$defs/p","$defs":{"p":{"type":"string"}}})", "1",
       "- at '': got number, want string"},
      {R"({"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false})", R"({"a":1,"b":2})",
       "- at '/b': false schema"},
      {R"({"prefixItems":[true],"unevaluatedItems":false})", "[1,2]", "- at '/1': false schema"},
  };
  for (const Row& row : rows) EXPECT_EQ(check(row.schema, row.value), row.findings) << row.schema;
}

TEST(JsonSchema, DraftsDiffer) {
  const std::string draft4 = R"({"$schema":"http://json-schema.org/draft-04/schema#",)";
  const std::string draft7 = R"({"$schema":"http://json-schema.org/draft-07/schema#",)";
  EXPECT_EQ(check(draft4 + R"("minimum":1,"exclusiveMinimum":true})", "1"),
            "- at '': exclusiveMinimum: got 1, want 1");
  EXPECT_EQ(check(draft7 + R"("format":"ipv4"})", R"("1.2.3")"),
            "- at '': '1.2.3' is not valid ipv4: expected four decimals");
  EXPECT_EQ(check(R"({"format":"ipv4"})", R"("1.2.3")"), "") << "a remark since 2019-09";
  EXPECT_EQ(check(draft7 + R"("items":[{"type":"string"}],"additionalItems":false})", "[1,2]"),
            "- at '/0': got number, want string\n- at '': last 1 additionalItem(s) not allowed");
  EXPECT_EQ(
      check(draft7 + R"("$ref":"#/definitions/a","type":"string","definitions":{"a":{}}})", "1"),
      "")
      << "nothing counts beside $ref";
}

TEST(JsonSchema, ReferencesByAddressAnchorAndRecursion) {
  const char* tree =
      R"({"$id":"https://x/tree","type":"object","properties":{"next":{"$ref":"#"},"v":{"$ref":"#v"},)"
      R"("w":{"$ref":"w.json"}},"$defs":{"a":{"$anchor":"v","type":"integer"},)"
      R"("b":{"$id":"https://x/w.json","type":"boolean"}}})";
  EXPECT_EQ(check(tree, R"({"next":{"next":{"v":"x","w":1}}})"),
            "- at '/next/next/v': got string, want integer\n- at '/next/next/w': got number, want "
            "boolean");
  EXPECT_EQ(check(R"({"$ref":"http://json-schema.org/draft-07/schema#"})", R"({"type":"nope"})")
                .substr(0, 32),
            "- at '/type': 'anyOf' failed\n  -");
}

TEST(JsonSchema, RefusesBrokenSchemas) {
  EXPECT_EQ(check(R"({"$ref":"#/definitions/nope"})", "1"),
            "schema: json-pointer in \"file:///s.json#/definitions/nope\" not found");
  EXPECT_NE(check(R"({"$ref":"https://example.org/x.json"})", "1").find("not read from elsewhere"),
            std::string::npos);
  EXPECT_NE(check(R"({"$ref":"file:///etc/passwd"})", "1").find("not read from elsewhere"),
            std::string::npos);
  EXPECT_NE(check(R"({"type":"text"})", "1").find("not valid against metaschema"),
            std::string::npos);
  EXPECT_NE(check(R"({"pattern":"("})", "\"a\"").find("schema: "), std::string::npos);
}

TEST(JsonSchema, EndlessRecursionEnds) {
  EXPECT_NE(check(R"({"$ref":"#"})", "1").find("without end"), std::string::npos);
  EXPECT_NE(check(R"({"allOf":[{"$ref":"#"}]})", "1").find("without end"), std::string::npos);
}

TEST(JsonSchema, HostileSchemasEnd) {
  EXPECT_NE(check(R"({"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"},
                     {"$ref":"#/$defs/a"}]}}})",
                  "1")
                .find("leads into itself without end"),
            std::string::npos);
  // Two ways at every level: as many checks as there are ways through 40 levels.
  std::string value = "1";
  for (int i = 0; i < 40; ++i) value = "[" + value + "]";
  EXPECT_NE(check(R"({"$ref":"#/$defs/a","$defs":{"a":{"allOf":[{"items":{"$ref":"#/$defs/a"}},
                     {"items":{"$ref":"#/$defs/a"}}]}}})",
                  value)
                .find("more than 2,000,000 checks"),
            std::string::npos);
}

}  // namespace
}  // namespace rumbo::codec
