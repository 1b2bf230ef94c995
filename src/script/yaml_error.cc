#include "script/yaml_error.h"

#include <cmath>

#include "codec/numbers.h"

namespace rumbo::script {

std::string go_yaml_error(const Error& error) {
  std::string out = "yaml: ";
  if (error.location() && error.location()->line > 0) {
    out += "line " + std::to_string(error.location()->line) + ": ";
  }
  return out + error.message();
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
