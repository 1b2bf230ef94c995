// Client::Call: one request of the client, for its own sources.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/value.h"
#include "io/url_escape.h"
#include "target/podman/client.h"

namespace rumbo::target::podman {

struct Client::Call {
  std::string method = "GET";
  std::string path;
  std::vector<std::pair<std::string, std::string>> query = {};
  Value body = {};
  std::string what;  ///< "start pod web": for messages
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::function<bool(std::string_view piece)> sink = {};
};

using io::url_escape;

}  // namespace rumbo::target::podman
