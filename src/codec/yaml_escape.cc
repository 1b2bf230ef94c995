#include "codec/yaml_escape.h"

#include <yaml.h>

#include "base/strings.h"
#include "codec/yaml_marks.h"

namespace rumbo::codec {
namespace {

/// The byte that the scanner stumbles over because of an unknown escape.
std::optional<std::size_t> unknown_escape(std::string_view text) {
  yaml_parser_t parser;
  if (yaml_parser_initialize(&parser) == 0) return std::nullopt;
  yaml_parser_set_input_string(&parser, as_bytes(text).data(), text.size());
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  bool failed = false;
  for (bool done = false; !done && !failed;) {
    yaml_event_t event;
    failed = yaml_parser_parse(&parser, &event) == 0;
    if (failed) break;
    done = event.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
  }
  std::optional<std::size_t> at;
  if (failed && parser.problem != nullptr &&
      std::string_view(parser.problem) == "found unknown escape character") {
    at = YamlMarks(text).byte_of(parser.problem_mark.index);
  }
  yaml_parser_delete(&parser);
  return at;
}

}  // namespace

std::optional<std::size_t> slash_escape(std::string_view quoted) {
  for (std::size_t at = 0; at + 1 < quoted.size(); ++at) {
    if (quoted[at] != '\\') continue;
    if (quoted[at + 1] == '/') return at;
    ++at;
  }
  return std::nullopt;
}

std::optional<std::string> without_quote_escapes(std::string_view text) {
  constexpr std::size_t kMostWork = std::size_t{64} << 20;  // bytes scanned, again and again
  if (text.find("\\'") == std::string_view::npos) return std::nullopt;
  std::optional<std::string> out;
  std::string now(text);
  for (std::size_t work = 0; work < kMostWork; work += now.size()) {
    const auto at = unknown_escape(now);
    if (!at || now.substr(*at, 2) != "\\'") return out;
    now.erase(*at, 1);
    out = now;
  }
  return std::nullopt;
}

}  // namespace rumbo::codec
