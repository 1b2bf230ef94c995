#include "codec/yaml_go_error.h"

#include <fmt/format.h>
#include <set>
#include <string_view>
#include <yaml.h>

#include "base/strings.h"
#include "codec/yaml_escape.h"
#include "codec/yaml_marks.h"
#include "codec/yaml_scalar.h"

namespace rumbo::codec {
namespace {

/// go-yaml's own bound. libyaml has none, and takes time with the square of it.
constexpr int kMostDepth = 10'000;

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

std::string_view short_tag(ScalarType type) {
  switch (type) {
    case ScalarType::null:
      return "!!null";
    case ScalarType::boolean:
      return "!!bool";
    case ScalarType::integer:
      return "!!int";
    case ScalarType::real:
      return "!!float";
    case ScalarType::timestamp:
      return "!!timestamp";
    case ScalarType::binary:
      return "!!binary";
    case ScalarType::string:
      return "!!str";
  }
  return "";
}

/// go-yaml counts lines from 0 and takes one more only where its scanner complains.
std::string scanner_complaint(const yaml_parser_t& parser) {
  std::size_t line = 0;
  if (parser.problem_mark.line != 0) {
    line = parser.problem_mark.line;
    if (parser.error == YAML_SCANNER_ERROR) ++line;
  } else if (parser.context_mark.line != 0) {
    line = parser.context_mark.line;
  }
  const std::string where = line == 0 ? "" : fmt::format("line {}: ", line);
  const char* problem =
      parser.problem != nullptr ? parser.problem : "unknown problem parsing YAML content";
  return fmt::format("yaml: {}{}", where, problem);
}

std::string scalar_complaint(const yaml_event_t& event) {
  const auto& data = event.data.scalar;
  const std::string_view tag = view(data.tag);
  if (!tag.starts_with(kTagPrefix)) return {};
  const std::string_view text(reinterpret_cast<const char*>(data.value), data.length);
  ScalarEvent scalar{.text = text, .tag = tag, .plain_implicit = data.plain_implicit != 0};
  scalar.quoted = data.style != YAML_PLAIN_SCALAR_STYLE;
  if (resolve_scalar(scalar, YamlDialect::yaml_v2)) return {};
  const std::string_view name = tag.substr(kTagPrefix.size());
  if (name == "binary") return "yaml: !!binary value contains invalid base64 data";
  const ScalarType found =
      scalar.quoted ? ScalarType::string : resolve_plain(text, YamlDialect::yaml_v2).type;
  return fmt::format("yaml: cannot decode {} `{}` as a !!{}", short_tag(found), text, name);
}

/// libyaml reads it; go-yaml's scanner does not.
std::string escape_complaint(const yaml_event_t& event, std::string_view text,
                             const YamlMarks& marks) {
  if (event.data.scalar.style != YAML_DOUBLE_QUOTED_SCALAR_STYLE) return {};
  const std::size_t from = marks.byte_of(event.start_mark.index);
  const std::size_t to = marks.byte_of(event.end_mark.index);
  const auto at = slash_escape(text.substr(from, to - from));
  if (!at) return {};
  const int line = marks.locate(from + *at, "").line;
  const std::string where = line == 1 ? "" : fmt::format("line {}: ", line);
  return fmt::format("yaml: {}found unknown escape character", where);
}

}  // namespace

std::string go_yaml_error(std::string_view written) {
  if (written.empty()) return {};
  const auto known = without_quote_escapes(written);
  const std::string_view text = known ? *known : written;
  const YamlMarks marks(text);
  yaml_parser_t parser;
  if (yaml_parser_initialize(&parser) == 0) return {};
  yaml_parser_set_input_string(&parser, as_bytes(text).data(), text.size());
  std::set<std::string, std::less<>> anchors;
  std::string complaint;
  int depth = 0;
  for (bool done = false; !done && complaint.empty();) {
    yaml_event_t event;
    if (yaml_parser_parse(&parser, &event) == 0) {
      complaint = scanner_complaint(parser);
      break;
    }
    switch (event.type) {
      case YAML_ALIAS_EVENT:
        if (!anchors.contains(view(event.data.alias.anchor))) {
          complaint =
              fmt::format("yaml: unknown anchor '{}' referenced", view(event.data.alias.anchor));
        }
        break;
      case YAML_SCALAR_EVENT:
        anchors.emplace(view(event.data.scalar.anchor));
        complaint = scalar_complaint(event);
        if (complaint.empty()) complaint = escape_complaint(event, text, marks);
        break;
      case YAML_SEQUENCE_START_EVENT:
        anchors.emplace(view(event.data.sequence_start.anchor));
        ++depth;
        break;
      case YAML_MAPPING_START_EVENT:
        anchors.emplace(view(event.data.mapping_start.anchor));
        ++depth;
        break;
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        --depth;
        break;
      case YAML_DOCUMENT_END_EVENT:
      case YAML_STREAM_END_EVENT:
        done = true;
        break;
      default:
        break;
    }
    if (depth > kMostDepth) {
      const std::size_t line = event.start_mark.line;
      complaint = fmt::format("yaml: {}exceeded max depth of {}",
                              line == 0 ? "" : fmt::format("line {}: ", line + 1), kMostDepth);
    }
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
  return complaint;
}

}  // namespace rumbo::codec
