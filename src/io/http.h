// Http: outbound HTTP. Every call is bounded in time and size; redirects are off unless asked.
//
// Threads: any thread; calls block.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "base/secret.h"

namespace rumbo::io {

struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< holds no credentials
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string unix_socket;  ///< connect to this path; the URL's host is then only a name
  std::string ca_file;
  bool check_certificate = true;  ///< false for probes alone, as kubelet does them
  std::string user;               ///< with it, HTTP basic authentication
  Secret<std::string> password;   ///< never follows a redirect to another host
  bool follow_redirects = false;
  Duration connect_timeout{5'000'000'000};
  std::uint64_t max_body = 64ull << 20;
  /// With a sink, body pieces go there as they come (false stops the transfer) and
  /// HttpResponse::body stays empty and max_body does not count. Silence then is no failure.
  std::function<bool(std::string_view piece)> sink;
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
};

class Http {
 public:
  virtual ~Http() = default;
  /// Any HTTP status is a response, not an error. A failure to connect is Code::unavailable with
  /// Retry::later; a connection lost after sending is Retry::unknown_outcome for methods other than
  /// GET and HEAD.
  virtual Result<HttpResponse> send(const HttpRequest& request, const Cancel& cancel) = 0;
};

/// libcurl, loaded on first use so that start-up does not pay for it.
Http& real_http();

}  // namespace rumbo::io
