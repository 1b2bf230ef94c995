// The formats of JSON Schema: "ipv4", "date-time", "uri" …
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace rumbo::codec {

/// Why the text is not of the format; empty if it is, or if the format is unknown.
std::string format_complaint(std::string_view format, std::string_view text);

}  // namespace rumbo::codec
