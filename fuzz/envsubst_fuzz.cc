// `${…}` from outside, lenient and strict: never crashes and ends within its bounds.
#include <cstdint>
#include <string_view>

#include "render/substitute.h"

using namespace rumbo;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  render::Substitution substitution;
  substitution.variables = {{"a", "b"}, {"path", "/usr/local/bin"}, {"empty", ""}};
  static_cast<void>(render::substitute_text(text, substitution));
  substitution.strict = true;
  static_cast<void>(render::substitute_text(text, substitution));
  render::Variables variables;
  static_cast<void>(render::add_variables_file(variables, text, "fuzz"));
  return 0;
}
