// Checks and names of HTTP requests that need no HTTP library.
//
// Threads: any. Internal to io/.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "io/http.h"

namespace rumbo::io {

/// Refuses what could smuggle a second request or leak: line ends in headers or method, control
/// characters or credentials in the URL, schemes other than http and https.
Result<> check_request(const HttpRequest& request);

/// GET and HEAD: sending them again does no harm.
bool is_repeatable(std::string_view method);

/// True if the URL's host is this machine: such requests never go through a proxy.
bool is_loopback(std::string_view url);

/// Whom the request talks to: scheme, host and port, or the socket's path.
std::string origin_of(const HttpRequest& request);

/// "GET https://host/path" without the query, which may hold secrets.
std::string describe(const HttpRequest& request);

}  // namespace rumbo::io
