// snake_case, kebab-case and PascalCase as the xstrings library cuts words.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace rumbo::script {

/// Lower-case words joined by `connector`.
std::string join_words(std::string_view text, char32_t connector);
std::string pascal_case(std::string_view text);

}  // namespace rumbo::script
