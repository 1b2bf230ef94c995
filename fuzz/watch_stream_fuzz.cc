// A watch's body: how it was cut into pieces must not change what was read. And error answers.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "codec/json.h"
#include "target/kubernetes/watch_decoder.h"

using namespace rumbo;
using namespace rumbo::target::kubernetes;

namespace {

std::string read(std::string_view first, std::string_view second) {
  std::string out;
  WatchDecoder decoder("watch Pod");
  const auto sink = [&](const ApiEvent& event) {
    out += std::to_string(static_cast<int>(event.type)) + codec::to_json(event.object) + "\n";
    return true;
  };
  for (const auto piece : {first, second}) {
    const auto fed = decoder.feed(piece, sink);
    if (!fed) return out + "failed";
  }
  return decoder.finish() ? out : out + "failed";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (data[0] % 2 == 0) {
    const std::size_t cut = text.empty() ? 0 : data[1] % (text.size() + 1);
    if (read(text, {}) != read(text.substr(0, cut), text.substr(cut))) std::abort();
    return 0;
  }
  ApiResponse response;
  response.status = 400 + data[1];
  response.body = text;
  const ApiError error = api_error(response, "apply Secret s/w");
  if (error.error.to_string().size() > 64 * 1024) std::abort();
  return 0;
}
