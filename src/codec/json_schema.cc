#include "codec/json_schema.h"

#include <fmt/format.h>

#include "codec/json.h"
#include "codec/json_schema_check.h"
#include "codec/json_schema_index.h"
#include "codec/json_schema_words.h"

namespace rumbo::codec {
namespace {

void print(std::string& out, const SchemaFinding& finding, int indent) {
  out.append(static_cast<std::size_t>(indent) * 2, ' ');
  out += "- at " + schema_words::quote(finding.pointer) + ": " + finding.message;
  for (const SchemaFinding& cause : finding.causes) {
    out += '\n';
    print(out, cause, indent + 1);
  }
}

}  // namespace

std::string print_findings(const std::vector<SchemaFinding>& findings) {
  std::string out;
  for (const SchemaFinding& finding : findings) {
    if (!out.empty()) out += '\n';
    print(out, finding, 0);
  }
  return out;
}

Result<JsonSchema> JsonSchema::compile(Value schema, std::string_view uri,
                                       const SchemaContext& context) {
  Draft draft = context.draft;
  std::string_view meta_uri = schema["$schema"].as_string();
  const auto given = context.documents.find(meta_uri);
  if (given == context.documents.end()) {
    draft_of(meta_uri, draft);
    meta_uri = meta_schema_uri(draft);
  }
  Value meta_text =
      given == context.documents.end() ? TRY(parse_json(meta_schema(meta_uri))) : given->second;
  const auto meta = TRY(SchemaIndex::build(std::move(meta_text), meta_uri, context));
  const auto findings = SchemaCheck(*meta).run(schema);
  if (!findings.empty()) {
    return fail(Code::invalid,
                fmt::format("\"{}#\" is not valid against metaschema: jsonschema validation failed "
                            "with '{}#'\n{}",
                            uri, meta_uri, print_findings(findings)));
  }
  return JsonSchema(TRY(SchemaIndex::build(std::move(schema), uri, context)));
}

std::vector<SchemaFinding> JsonSchema::check(const Value& value) const {
  return SchemaCheck(*index_).run(value);
}

}  // namespace rumbo::codec
