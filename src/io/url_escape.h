// Percent-encoding (RFC 3986) for what goes into URLs.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace rumbo::io {

/// Everything but unreserved characters as %XX: fit for one path segment or one query value.
std::string url_escape(std::string_view text);

}  // namespace rumbo::io
