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
  /// Time the work itself may take on a healthy service, besides the answering.
  Duration work{};
  bool endless = false;  ///< a stream, or waiting for what takes as long as it takes
};

using io::url_escape;

// Creating, starting and removing wait for disks, the network and Podman's own locks.
inline constexpr Duration kChange = 60s;
// Removing what runs stops it first, with the grace period it was made with.
inline constexpr Duration kRemoval = 120s;

inline Value label_filter(const Labels& labels) {
  std::vector<Value> wanted;
  for (const auto& [name, value] : labels) {
    wanted.emplace_back(value.empty() ? name : name + "=" + value);
  }
  return Value::object({{"label", Value::array(std::move(wanted))}});
}

inline std::string flag(bool value) {
  return value ? "true" : "false";
}

}  // namespace rumbo::target::podman
