// Paths inside a tree of files, and never out of it.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace rumbo::render {

/// "./deploy/" and "deploy" name the same folder; "" is the root. `..` is an error.
Result<std::string> folder_of(std::string_view path);

/// A path relative to the folder, with its `..` worked out; empty if it leads out of the tree.
std::string inside_tree(const std::string& folder, std::string_view path);

}  // namespace rumbo::render
