// Target: the path and query of a request, taken apart and put together.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace rumbo::api {

struct Target {
  std::vector<std::string> path;  ///< segments, decoded: {"api", "v1", "status"}
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
};

/// Reads "/a/b?x=1&y=2". Code::invalid for what no client of ours sends: broken escapes, control
/// characters, "." and ".." segments, bytes that are not ASCII outside of escapes.
Result<Target> parse_target(std::string_view text);

/// Percent-encodes all but letters, digits and "-._~".
std::string encode_component(std::string_view text);

}  // namespace rumbo::api
