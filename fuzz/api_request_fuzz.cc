// What the API parses itself: path, query and body against the route table. A request that is
// understood must be understood the same way when it is put together again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/arguments.h"

using namespace rumbo;

/// Input: "METHOD target\nbody".
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view line = text.substr(0, text.find('\n'));
  const std::string_view body = line.size() < size ? text.substr(line.size() + 1) : "";
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return 0;
  const auto match = api::read_request(line.substr(0, space), line.substr(space + 1), body);
  if (!match) {
    if (match.error().status < 400 || match.error().error.message().empty()) std::abort();
    return 0;
  }
  const api::EncodedRequest again = api::encode_request(*match->route, match->arguments);
  const auto second = api::read_request(match->route->method, again.target, again.body);
  if (!second || second->route != match->route) std::abort();
  // Empty texts and lists count as not given.
  for (const Member& argument : match->arguments.members()) {
    const bool nothing = (argument.value.is_string() && argument.value.as_string().empty()) ||
                         (argument.value.is_array() && argument.value.empty());
    if (!nothing && !(second->arguments[argument.key()] == argument.value)) std::abort();
  }
  return 0;
}
