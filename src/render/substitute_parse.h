// Text with `${…}` in it, taken apart.
//
// Threads: as any value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rumbo::render {

/// A piece of the text: text as it is, or a variable with a function and its arguments.
struct SubstitutePart {
  bool is_variable = false;
  std::string text;      ///< the text, or the variable's name
  std::string function;  ///< "", ":-", "##", "//", …
  std::vector<SubstitutePart> arguments;
};

Result<std::vector<SubstitutePart>> parse_substitutions(std::string_view text);

}  // namespace rumbo::render
