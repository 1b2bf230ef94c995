// What go-yaml says about a text that it cannot read.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace rumbo::codec {

/// "yaml: line 3: mapping values are not allowed in this context" for the first document of the
/// text; empty if nothing is wrong with it that this knows.
std::string go_yaml_error(std::string_view text);

}  // namespace rumbo::codec
