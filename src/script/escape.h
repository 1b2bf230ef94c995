// Escapes of Go's html, js and urlquery, and of net/url's other parts.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rumbo::script {

std::string escape_html(std::string_view text);
std::string escape_js(std::string_view text);
/// url.QueryEscape.
std::string escape_query(std::string_view text);

}  // namespace rumbo::script
