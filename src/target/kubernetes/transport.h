// Transport: requests to one API server. The real one speaks HTTP/2 with the credentials of a
// kubeconfig; tests put a fake API server behind the same interface.
//
// Threads: any thread; calls block and are bounded by Cancel.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "base/time.h"

namespace rumbo::target::kubernetes {

struct ApiRequest {
  std::string method = "GET";
  std::string path;  ///< from the server's root, with its query: "/api/v1/namespaces?limit=500"
  std::string content_type;  ///< of the body; empty without one
  std::string accept = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>>
      headers;  ///< besides those above; no credentials
  Duration timeout{30'000'000'000};
};

struct ApiResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

/// Gets the pieces of a body as they come; false ends the call.
using PieceSink = std::function<bool(std::string_view piece)>;

class Transport {
 public:
  virtual ~Transport() = default;
  /// Any HTTP status is a response. Code::unavailable with Retry::later if nothing was sent;
  /// Retry::unknown_outcome if a request other than GET was sent and no answer came.
  virtual Result<ApiResponse> send(const ApiRequest& request, const Cancel& cancel) = 0;
  /// A watch or a log: pieces of a 200's body go to the sink until either side ends it (then the
  /// response has no body); any other status is returned with its body. `timeout` bounds the
  /// silence between pieces, not the whole.
  virtual Result<ApiResponse> stream(const ApiRequest& request, const PieceSink& sink,
                                     const Cancel& cancel) = 0;
};

}  // namespace rumbo::target::kubernetes
