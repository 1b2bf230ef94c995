#include "render/helm/values_schema.h"

#include <fmt/format.h>

#include "codec/json.h"
#include "codec/json_scan.h"
#include "codec/json_schema.h"
#include "render/helm/go_value.h"

namespace rumbo::render::helm {
namespace {

constexpr std::string_view kUri = "file:///values.schema.json";

/// What is wrong with the values of one chart; empty if nothing is.
std::string complaint(const std::string& schema, const Value& values) {
  // Helm's own reader stops behind the first value and complains about what follows.
  const auto end = codec::json_value_end(schema);
  if (!end) return end.error().message();
  const auto parsed = codec::parse_json(schema);
  if (!parsed) {
    return schema.find_first_not_of(" \t\r\n", *end) != std::string::npos
               ? "invalid character after top-level value"
               : parsed.error().message();
  }
  const auto compiled = codec::JsonSchema::compile(*parsed, kUri);
  if (!compiled) return compiled.error().message();
  const auto findings = compiled->check(values);
  return findings.empty() ? "" : codec::print_findings(findings) + "\n";
}

std::string complaints(const Chart& chart, const Value& values) {
  std::string out;
  if (chart.schema) {
    const std::string found = complaint(*chart.schema, values);
    if (!found.empty()) out += chart.name() + ":\n" + found;
  }
  for (const Chart& below : chart.dependencies) {
    const Value* its = values.find(below.name());
    if (its == nullptr || its->is_null()) continue;
    if (!its->is_object()) {
      out += fmt::format("{}:\ninvalid type for values: expected object (map), got {}\n",
                         below.name(), go_type(*its));
      continue;
    }
    out += complaints(below, *its);
  }
  return out;
}

}  // namespace

Result<> check_values_schema(const Chart& chart, const Value& values) {
  std::string found = complaints(chart, values);
  if (found.empty()) return {};
  return fail(Code::invalid, std::move(found));
}

}  // namespace rumbo::render::helm
