#include "render/kustomize/folded_text.h"

#include "codec/yaml.h"
#include "codec/yaml_writer.h"

namespace rumbo::render::kustomize {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// The text as go-yaml writes it behind `>`, indented by two.
std::string fold(std::string_view text) {
  std::string out = ">";
  if (text.front() == ' ' || text.front() == '\n') out += '2';
  if (!text.ends_with('\n')) {
    out += '-';
  } else if (text.size() == 1 || text[text.size() - 2] == '\n') {
    out += '+';
  }
  out += '\n';
  // go-yaml means to look at what follows the line end, but looks at the text's beginning.
  const std::size_t first = text.find_first_not_of('\n');
  const bool doubles = first != text.npos && !is_blank(text[first]);
  bool after_break = true, indented = true;
  for (const char c : text) {
    if (c == '\n') {
      if (!after_break && !indented && doubles) out += '\n';
      out += '\n';
      after_break = true;
      continue;
    }
    if (after_break) {
      out += "  ";
      indented = is_blank(c);
    }
    out += c;
    after_break = false;
  }
  return out;
}

}  // namespace

Result<std::string> refold(std::string_view text) {
  // Without a line end there is nothing to fold; what cannot be a block is quoted.
  if (text.find('\n') == text.npos || !codec::analyze_scalar(text, true).block) {
    return std::string(text);
  }
  codec::YamlOptions options;
  options.dialect = codec::YamlDialect::yaml_v3;
  const std::string printed = fold(text);
  return TRY(codec::parse_yaml_value(printed, "", options)).str();
}

}  // namespace rumbo::render::kustomize
