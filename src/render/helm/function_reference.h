// The page of all functions that templates of charts have, made from the table itself.
//
// Threads: pure functions.
#pragma once

#include <string>

namespace rumbo::render::helm {

/// Markdown.
std::string function_reference();

}  // namespace rumbo::render::helm
