// The schemas of the drafts themselves, condensed: what they demand is the same, remarks are left
// out, and the vocabularies of the newer drafts are resources inside of one document.
#include "codec/json_schema_index.h"

namespace rumbo::codec {
namespace {

constexpr std::string_view kDraft4 = R"json({
"id":"http://json-schema.org/draft-04/schema#","$schema":"http://json-schema.org/draft-04/schema#",
"definitions":{
 "schemaArray":{"type":"array","minItems":1,"items":{"$ref":"#"}},
 "positiveInteger":{"type":"integer","minimum":0},
 "positiveIntegerDefault0":{"allOf":[{"$ref":"#/definitions/positiveInteger"},{"default":0}]},
 "simpleTypes":{"enum":["array","boolean","integer","null","number","object","string"]},
 "stringArray":{"type":"array","items":{"type":"string"},"minItems":1,"uniqueItems":true}},
"type":"object",
"properties":{
 "id":{"type":"string"},"$schema":{"type":"string"},"title":{"type":"string"},
 "description":{"type":"string"},"default":{},
 "multipleOf":{"type":"number","minimum":0,"exclusiveMinimum":true},
 "maximum":{"type":"number"},"exclusiveMaximum":{"type":"boolean"},
 "minimum":{"type":"number"},"exclusiveMinimum":{"type":"boolean"},
 "maxLength":{"$ref":"#/definitions/positiveInteger"},
 "minLength":{"$ref":"#/definitions/positiveIntegerDefault0"},
 "pattern":{"type":"string","format":"regex"},
 "additionalItems":{"anyOf":[{"type":"boolean"},{"$ref":"#"}]},
 "items":{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/schemaArray"}]},
 "maxItems":{"$ref":"#/definitions/positiveInteger"},
 "minItems":{"$ref":"#/definitions/positiveIntegerDefault0"},
 "uniqueItems":{"type":"boolean"},
 "maxProperties":{"$ref":"#/definitions/positiveInteger"},
 "minProperties":{"$ref":"#/definitions/positiveIntegerDefault0"},
 "required":{"$ref":"#/definitions/stringArray"},
 "additionalProperties":{"anyOf":[{"type":"boolean"},{"$ref":"#"}]},
 "definitions":{"type":"object","additionalProperties":{"$ref":"#"}},
 "properties":{"type":"object","additionalProperties":{"$ref":"#"}},
 "patternProperties":{"type":"object","additionalProperties":{"$ref":"#"}},
 "dependencies":{"type":"object","additionalProperties":{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/stringArray"}]}},
 "enum":{"type":"array","minItems":1,"uniqueItems":true},
 "type":{"anyOf":[{"$ref":"#/definitions/simpleTypes"},{"type":"array","items":{"$ref":"#/definitions/simpleTypes"},"minItems":1,"uniqueItems":true}]},
 "format":{"type":"string"},
 "allOf":{"$ref":"#/definitions/schemaArray"},"anyOf":{"$ref":"#/definitions/schemaArray"},
 "oneOf":{"$ref":"#/definitions/schemaArray"},"not":{"$ref":"#"}},
"dependencies":{"exclusiveMaximum":["maximum"],"exclusiveMinimum":["minimum"]},"default":{}})json";

constexpr std::string_view kDraft6 = R"json({
"$schema":"http://json-schema.org/draft-06/schema#","$id":"http://json-schema.org/draft-06/schema#",
"definitions":{
 "schemaArray":{"type":"array","minItems":1,"items":{"$ref":"#"}},
 "nonNegativeInteger":{"type":"integer","minimum":0},
 "nonNegativeIntegerDefault0":{"allOf":[{"$ref":"#/definitions/nonNegativeInteger"},{"default":0}]},
 "simpleTypes":{"enum":["array","boolean","integer","null","number","object","string"]},
 "stringArray":{"type":"array","items":{"type":"string"},"uniqueItems":true,"default":[]}},
"type":["object","boolean"],
"properties":{
 "$id":{"type":"string","format":"uri-reference"},"$schema":{"type":"string","format":"uri"},
 "$ref":{"type":"string","format":"uri-reference"},"title":{"type":"string"},
 "description":{"type":"string"},"default":{},"examples":{"type":"array","items":{}},
 "multipleOf":{"type":"number","exclusiveMinimum":0},
 "maximum":{"type":"number"},"exclusiveMaximum":{"type":"number"},
 "minimum":{"type":"number"},"exclusiveMinimum":{"type":"number"},
 "maxLength":{"$ref":"#/definitions/nonNegativeInteger"},
 "minLength":{"$ref":"#/definitions/nonNegativeIntegerDefault0"},
 "pattern":{"type":"string","format":"regex"},
 "additionalItems":{"$ref":"#"},
 "items":{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/schemaArray"}],"default":{}},
 "maxItems":{"$ref":"#/definitions/nonNegativeInteger"},
 "minItems":{"$ref":"#/definitions/nonNegativeIntegerDefault0"},
 "uniqueItems":{"type":"boolean"},"contains":{"$ref":"#"},
 "maxProperties":{"$ref":"#/definitions/nonNegativeInteger"},
 "minProperties":{"$ref":"#/definitions/nonNegativeIntegerDefault0"},
 "required":{"$ref":"#/definitions/stringArray"},
 "additionalProperties":{"$ref":"#"},
 "definitions":{"type":"object","additionalProperties":{"$ref":"#"}},
 "properties":{"type":"object","additionalProperties":{"$ref":"#"}},
 "patternProperties":{"type":"object","additionalProperties":{"$ref":"#"}},
 "dependencies":{"type":"object","additionalProperties":{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/stringArray"}]}},
 "propertyNames":{"$ref":"#"},"const":{},"enum":{"type":"array"},
 "type":{"anyOf":[{"$ref":"#/definitions/simpleTypes"},{"type":"array","items":{"$ref":"#/definitions/simpleTypes"},"minItems":1,"uniqueItems":true}]},
 "format":{"type":"string"},
 "allOf":{"$ref":"#/definitions/schemaArray"},"anyOf":{"$ref":"#/definitions/schemaArray"},
 "oneOf":{"$ref":"#/definitions/schemaArray"},"not":{"$ref":"#"}},
"default":{}})json";

constexpr std::string_view kDraft7 = R"json({
"$schema":"http://json-schema.org/draft-07/schema#","$id":"http://json-schema.org/draft-07/schema#",
"definitions":{
 "schemaArray":{"type":"array","minItems":1,"items":{"$ref":"#"}},
 "nonNegativeInteger":{"type":"integer","minimum":0},
 "nonNegativeIntegerDefault0":{"allOf":[{"$ref":"#/definitions/nonNegativeInteger"},{"default":0}]},
 "simpleTypes":{"enum":["array","boolean","integer","null","number","object","string"]},
 "stringArray":{"type":"array","items":{"type":"string"},"uniqueItems":true,"default":[]}},
"type":["object","boolean"],
"properties":{
 "$id":{"type":"string","format":"uri-reference"},"$schema":{"type":"string","format":"uri"},
 "$ref":{"type":"string","format":"uri-reference"},"$comment":{"type":"string"},
 "title":{"type":"string"},"description":{"type":"string"},"default":true,
 "readOnly":{"type":"boolean"},"writeOnly":{"type":"boolean"},
 "examples":{"type":"array","items":true},
 "multipleOf":{"type":"number","exclusiveMinimum":0},
 "maximum":{"type":"number"},"exclusiveMaximum":{"type":"number"},
 "minimum":{"type":"number"},"exclusiveMinimum":{"type":"number"},
 "maxLength":{"$ref":"#/definitions/nonNegativeInteger"},
 "minLength":{"$ref":"#/definitions/nonNegativeIntegerDefault0"},
 "pattern":{"type":"string","format":"regex"},
 "additionalItems":{"$ref":"#"},
 "items":{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/schemaArray"}],"default":true},
 "maxItems":{"$ref":"#/definitions/nonNegativeInteger"},
 "minItems":{"$ref":"#/definitions/nonNegativeIntegerDefault0"},
 "uniqueItems":{"type":"boolean"},"contains":{"$ref":"#"},
 "maxProperties":{"$ref":"#/definitions/nonNegativeInteger"},
 "minProperties":{"$ref":"#/definitions/nonNegativeIntegerDefault0"},
 "required":{"$ref":"#/definitions/stringArray"},
 "additionalProperties":{"$ref":"#"},
 "definitions":{"type":"object","additionalProperties":{"$ref":"#"}},
 "properties":{"type":"object","additionalProperties":{"$ref":"#"}},
 "patternProperties":{"type":"object","additionalProperties":{"$ref":"#"},"propertyNames":{"format":"regex"}},
 "dependencies":{"type":"object","additionalProperties":{"anyOf":[{"$ref":"#"},{"$ref":"#/definitions/stringArray"}]}},
 "propertyNames":{"$ref":"#"},"const":true,"enum":{"type":"array","items":true},
 "type":{"anyOf":[{"$ref":"#/definitions/simpleTypes"},{"type":"array","items":{"$ref":"#/definitions/simpleTypes"},"minItems":1,"uniqueItems":true}]},
 "format":{"type":"string"},"contentMediaType":{"type":"string"},"contentEncoding":{"type":"string"},
 "if":{"$ref":"#"},"then":{"$ref":"#"},"else":{"$ref":"#"},
 "allOf":{"$ref":"#/definitions/schemaArray"},"anyOf":{"$ref":"#/definitions/schemaArray"},
 "oneOf":{"$ref":"#/definitions/schemaArray"},"not":{"$ref":"#"}},
"default":true})json";

constexpr std::string_view kDraft2019 = R"json({
"$schema":"https://json-schema.org/draft/2019-09/schema","$id":"https://json-schema.org/draft/2019-09/schema",
"$recursiveAnchor":true,
"allOf":[{"$ref":"#/$defs/core"},{"$ref":"#/$defs/applicator"},{"$ref":"#/$defs/validation"},{"$ref":"#/$defs/metaData"},{"$ref":"#/$defs/content"}],
"type":["object","boolean"],
"properties":{"definitions":{"type":"object","additionalProperties":{"$recursiveRef":"#"},"default":{}},
 "dependencies":{"type":"object","additionalProperties":{"anyOf":[{"$recursiveRef":"#"},{"$ref":"#/$defs/stringArray"}]}}},
"$defs":{
"schemaArray":{"type":"array","minItems":1,"items":{"$recursiveRef":"#"}},
"nonNegativeInteger":{"type":"integer","minimum":0},
"stringArray":{"type":"array","items":{"type":"string"},"uniqueItems":true,"default":[]},
"simpleTypes":{"enum":["array","boolean","integer","null","number","object","string"]},
"core":{"type":["object","boolean"],"properties":{
 "$id":{"type":"string","pattern":"^[^#]*#?$"},"$schema":{"type":"string"},
 "$anchor":{"type":"string","pattern":"^[A-Za-z][-A-Za-z0-9.:_]*$"},
 "$ref":{"type":"string"},"$recursiveRef":{"type":"string"},"$recursiveAnchor":{"type":"boolean"},
 "$vocabulary":{"type":"object","additionalProperties":{"type":"boolean"}},
 "$comment":{"type":"string"},"$defs":{"type":"object","additionalProperties":{"$recursiveRef":"#"}}}},
"applicator":{"properties":{
 "additionalItems":{"$recursiveRef":"#"},"unevaluatedItems":{"$recursiveRef":"#"},
 "items":{"anyOf":[{"$recursiveRef":"#"},{"$ref":"#/$defs/schemaArray"}]},
 "contains":{"$recursiveRef":"#"},"additionalProperties":{"$recursiveRef":"#"},
 "unevaluatedProperties":{"$recursiveRef":"#"},
 "properties":{"type":"object","additionalProperties":{"$recursiveRef":"#"}},
 "patternProperties":{"type":"object","additionalProperties":{"$recursiveRef":"#"}},
 "dependentSchemas":{"type":"object","additionalProperties":{"$recursiveRef":"#"}},
 "propertyNames":{"$recursiveRef":"#"},"if":{"$recursiveRef":"#"},"then":{"$recursiveRef":"#"},
 "else":{"$recursiveRef":"#"},"allOf":{"$ref":"#/$defs/schemaArray"},
 "anyOf":{"$ref":"#/$defs/schemaArray"},"oneOf":{"$ref":"#/$defs/schemaArray"},
 "not":{"$recursiveRef":"#"}}},
"validation":{"properties":{
 "multipleOf":{"type":"number","exclusiveMinimum":0},
 "maximum":{"type":"number"},"exclusiveMaximum":{"type":"number"},
 "minimum":{"type":"number"},"exclusiveMinimum":{"type":"number"},
 "maxLength":{"$ref":"#/$defs/nonNegativeInteger"},"minLength":{"$ref":"#/$defs/nonNegativeInteger"},
 "pattern":{"type":"string"},
 "maxItems":{"$ref":"#/$defs/nonNegativeInteger"},"minItems":{"$ref":"#/$defs/nonNegativeInteger"},
 "uniqueItems":{"type":"boolean"},
 "maxContains":{"$ref":"#/$defs/nonNegativeInteger"},"minContains":{"$ref":"#/$defs/nonNegativeInteger"},
 "maxProperties":{"$ref":"#/$defs/nonNegativeInteger"},"minProperties":{"$ref":"#/$defs/nonNegativeInteger"},
 "required":{"$ref":"#/$defs/stringArray"},
 "dependentRequired":{"type":"object","additionalProperties":{"$ref":"#/$defs/stringArray"}},
 "const":true,"enum":{"type":"array","items":true},
 "type":{"anyOf":[{"$ref":"#/$defs/simpleTypes"},{"type":"array","items":{"$ref":"#/$defs/simpleTypes"},"minItems":1,"uniqueItems":true}]}}},
"metaData":{"properties":{"title":{"type":"string"},"description":{"type":"string"},"default":true,
 "deprecated":{"type":"boolean"},"readOnly":{"type":"boolean"},"writeOnly":{"type":"boolean"},
 "examples":{"type":"array","items":true},"format":{"type":"string"}}},
"content":{"properties":{"contentMediaType":{"type":"string"},"contentEncoding":{"type":"string"},
 "contentSchema":{"$recursiveRef":"#"}}}}})json";

constexpr std::string_view kDraft2020 = R"json({
"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://json-schema.org/draft/2020-12/schema",
"$dynamicAnchor":"meta",
"allOf":[{"$ref":"#/$defs/core"},{"$ref":"#/$defs/applicator"},{"$ref":"#/$defs/unevaluated"},{"$ref":"#/$defs/validation"},{"$ref":"#/$defs/metaData"},{"$ref":"#/$defs/content"}],
"type":["object","boolean"],
"properties":{"definitions":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"},"default":{}},
 "dependencies":{"type":"object","additionalProperties":{"anyOf":[{"$dynamicRef":"#meta"},{"$ref":"#/$defs/stringArray"}]}},
 "$recursiveAnchor":{"type":"string"},"$recursiveRef":{"type":"string"}},
"$defs":{
"schemaArray":{"type":"array","minItems":1,"items":{"$dynamicRef":"#meta"}},
"nonNegativeInteger":{"type":"integer","minimum":0},
"stringArray":{"type":"array","items":{"type":"string"},"uniqueItems":true,"default":[]},
"simpleTypes":{"enum":["array","boolean","integer","null","number","object","string"]},
"core":{"type":["object","boolean"],"properties":{
 "$id":{"type":"string","pattern":"^[^#]*#?$"},"$schema":{"type":"string"},"$ref":{"type":"string"},
 "$anchor":{"type":"string","pattern":"^[A-Za-z_][-A-Za-z0-9._]*$"},"$dynamicRef":{"type":"string"},
 "$dynamicAnchor":{"type":"string","pattern":"^[A-Za-z_][-A-Za-z0-9._]*$"},
 "$vocabulary":{"type":"object","additionalProperties":{"type":"boolean"}},
 "$comment":{"type":"string"},"$defs":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"}}}},
"applicator":{"properties":{
 "prefixItems":{"$ref":"#/$defs/schemaArray"},"items":{"$dynamicRef":"#meta"},
 "contains":{"$dynamicRef":"#meta"},"additionalProperties":{"$dynamicRef":"#meta"},
 "properties":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"}},
 "patternProperties":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"}},
 "dependentSchemas":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"}},
 "propertyNames":{"$dynamicRef":"#meta"},"if":{"$dynamicRef":"#meta"},"then":{"$dynamicRef":"#meta"},
 "else":{"$dynamicRef":"#meta"},"allOf":{"$ref":"#/$defs/schemaArray"},
 "anyOf":{"$ref":"#/$defs/schemaArray"},"oneOf":{"$ref":"#/$defs/schemaArray"},
 "not":{"$dynamicRef":"#meta"}}},
"unevaluated":{"properties":{"unevaluatedItems":{"$dynamicRef":"#meta"},
 "unevaluatedProperties":{"$dynamicRef":"#meta"}}},
"validation":{"properties":{
 "type":{"anyOf":[{"$ref":"#/$defs/simpleTypes"},{"type":"array","items":{"$ref":"#/$defs/simpleTypes"},"minItems":1,"uniqueItems":true}]},
 "const":true,"enum":{"type":"array","items":true},
 "multipleOf":{"type":"number","exclusiveMinimum":0},
 "maximum":{"type":"number"},"exclusiveMaximum":{"type":"number"},
 "minimum":{"type":"number"},"exclusiveMinimum":{"type":"number"},
 "maxLength":{"$ref":"#/$defs/nonNegativeInteger"},"minLength":{"$ref":"#/$defs/nonNegativeInteger"},
 "pattern":{"type":"string"},
 "maxItems":{"$ref":"#/$defs/nonNegativeInteger"},"minItems":{"$ref":"#/$defs/nonNegativeInteger"},
 "uniqueItems":{"type":"boolean"},
 "maxContains":{"$ref":"#/$defs/nonNegativeInteger"},"minContains":{"$ref":"#/$defs/nonNegativeInteger"},
 "maxProperties":{"$ref":"#/$defs/nonNegativeInteger"},"minProperties":{"$ref":"#/$defs/nonNegativeInteger"},
 "required":{"$ref":"#/$defs/stringArray"},
 "dependentRequired":{"type":"object","additionalProperties":{"$ref":"#/$defs/stringArray"}}}},
"metaData":{"properties":{"title":{"type":"string"},"description":{"type":"string"},"default":true,
 "deprecated":{"type":"boolean"},"readOnly":{"type":"boolean"},"writeOnly":{"type":"boolean"},
 "examples":{"type":"array","items":true},"format":{"type":"string"}}},
"content":{"properties":{"contentMediaType":{"type":"string"},"contentEncoding":{"type":"string"},
 "contentSchema":{"$dynamicRef":"#meta"}}}}})json";

}  // namespace

std::string_view meta_schema(std::string_view uri) {
  Draft draft = Draft::v2020;
  if (!draft_of(uri, draft)) return {};
  switch (draft) {
    case Draft::v4:
      return kDraft4;
    case Draft::v6:
      return kDraft6;
    case Draft::v7:
      return kDraft7;
    case Draft::v2019:
      return kDraft2019;
    case Draft::v2020:
      return kDraft2020;
  }
  return {};
}

std::string vocabulary_reference(std::string_view uri) {
  for (const Draft draft : {Draft::v2019, Draft::v2020}) {
    const std::string_view whole = meta_schema_uri(draft);
    const std::string folder = std::string(whole.substr(0, whole.rfind('/'))) + "/meta/";
    if (!uri.starts_with(folder)) continue;
    const std::string_view name = uri.substr(folder.size());
    for (const std::string_view known :
         {"core", "applicator", "unevaluated", "validation", "content"}) {
      if (name == known) return std::string(whole) + "#/$defs/" + std::string(name);
    }
    if (name == "meta-data") return std::string(whole) + "#/$defs/metaData";
    // A format is text, which the remarks cover.
    if (name.starts_with("format")) return std::string(whole) + "#/$defs/metaData";
  }
  return {};
}

}  // namespace rumbo::codec
