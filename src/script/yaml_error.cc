#include "script/yaml_error.h"

#include <cmath>

#include "codec/numbers.h"

namespace rumbo::script {

std::string go_yaml_error(const Error& error, std::string_view text) {
  const std::string& message = error.message();
  constexpr std::string_view kAlias = "alias `*";
  if (message.starts_with(kAlias)) {
    const std::size_t end = message.find('`', kAlias.size());
    return "yaml: unknown anchor '" + message.substr(kAlias.size(), end - kAlias.size()) +
           "' referenced";
  }
  const int line = error.location() ? error.location()->line : 0;
  if (message.starts_with("infinity and not-a-number")) {
    std::string_view rest = text;
    for (int i = 1; i < line && rest.find('\n') != rest.npos; ++i) {
      rest.remove_prefix(rest.find('\n') + 1);
    }
    const std::string_view here = rest.substr(0, rest.find('\n'));
    const bool number = here.find(".inf") == here.npos && here.find(".Inf") == here.npos &&
                        here.find(".INF") == here.npos;
    const bool negative = here.find("-.") != here.npos;
    return std::string("json: unsupported value: ") + (number ? "NaN" : negative ? "-Inf" : "+Inf");
  }
  std::string out = "yaml: ";
  if (line > 0) out += "line " + std::to_string(line) + ": ";
  // Rumbo's reader goes on to say what it was doing; go-yaml does not.
  return out + message.substr(0, message.find(" while "));
}

std::optional<std::string> unsupported_number(const Value& value) {
  if (value.kind() == Value::Kind::real && !std::isfinite(value.as_double())) {
    return codec::format_go_g(value.as_double());
  }
  for (const Value& item : value.items()) {
    if (auto found = unsupported_number(item)) return found;
  }
  for (const Member& member : value.members()) {
    if (auto found = unsupported_number(member.value)) return found;
  }
  return std::nullopt;
}

}  // namespace rumbo::script
