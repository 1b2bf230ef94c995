// Arguments: what a request says, checked against a route's parameters; and the inverse.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/route.h"
#include "base/result.h"
#include "base/value.h"

namespace rumbo::api {

struct Match {
  const Route* route = nullptr;
  Value arguments;  ///< an object: only parameters of the route, of their types
};

/// Why a request has no route.
struct NoRoute {
  Error error;
  int status = 404;
  std::string allow;  ///< methods that the path has, with status 405
};

/// Finds the route and reads path, query and body. HEAD finds routes of GET that answer a value.
tl::expected<Match, NoRoute> read_request(std::string_view method, std::string_view target,
                                          std::string_view body);

struct EncodedRequest {
  std::string target;
  std::string body;
};
/// The request that read_request() turns into these arguments. Empty texts are left out.
EncodedRequest encode_request(const Route& route, const Value& arguments);

}  // namespace rumbo::api
