#include "codec/yaml_hint.h"

#include "base/strings.h"

namespace rumbo::codec {
namespace {

std::string_view line_at(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const std::size_t start = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;  // npos + 1 is 0
  return text.substr(start, text.find('\n', start) - start);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// `key:value` at the start of a line: the blank after the colon is missing.
bool lacks_blank_after_colon(std::string_view line) {
  line = trim(line);
  if (line.starts_with("- ")) line = trim(line.substr(2));
  const std::size_t colon = line.find(':');
  if (colon == line.npos || colon + 1 >= line.size() || colon == 0) return false;
  return line[colon + 1] != ' ' && line[colon + 1] != '/' && !contains(line.substr(0, colon), " ");
}

}  // namespace

std::string yaml_hint(std::string_view problem, std::string_view text, std::size_t offset) {
  const std::string_view line = line_at(text, offset);
  if (contains(line, "{{")) {
    return "this looks like a template that was not rendered; put `{{ }}` in quotes if it is text";
  }
  if (contains(problem, "cannot start any token")) {
    const char c = offset < text.size() ? text[offset] : '\0';
    if (c == '\t') return "indent with spaces: YAML does not allow tabs there";
    if (c == '@' || c == '`' || c == '%') {
      return std::string("put the value in quotes: it may not begin with ") + c;
    }
  }
  if (contains(problem, "found a tab character")) return "indent with spaces, not with tabs";
  if (contains(problem, "mapping values are not allowed")) {
    return "put the value in quotes if it contains `: `; else check the indentation";
  }
  if (contains(problem, "could not find expected ':'")) {
    const std::size_t start = static_cast<std::size_t>(line.data() - text.data());
    const std::string_view before = start > 0 ? line_at(text, start - 1) : std::string_view();
    if (lacks_blank_after_colon(line) || lacks_blank_after_colon(before)) {
      return "a blank is missing after the colon: write `key: value`";
    }
    return "a line inside a map needs the form `key: value`";
  }
  if (contains(problem, "expected key") || contains(problem, "'-' indicator") ||
      contains(problem, "<document start>")) {
    return "check the indentation: entries of one list or map begin in the same column";
  }
  if (contains(problem, "unexpected end of stream")) return "the closing quote is missing";
  if (contains(problem, "',' or '")) return "a comma or the closing bracket is missing";
  if (contains(problem, "control characters")) {
    return "write the character as an escape in double quotes, such as \"\\x1b\"";
  }
  return {};
}

}  // namespace rumbo::codec
