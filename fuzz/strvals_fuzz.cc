// `--set` and its sisters from outside: never crash, and stay within their bounds. The first byte
// chooses the kind.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "render/helm/strvals.h"

using namespace rumbo;
using render::helm::SetKind;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  constexpr SetKind kKinds[] = {SetKind::typed, SetKind::string, SetKind::json, SetKind::literal,
                                SetKind::file};
  const auto read = [](std::string_view path) -> Result<std::string> {
    if (path.size() > 3) return fail(Code::not_found, "no such file");
    return std::string(path);
  };
  Value into = Value::object({{"a", Value::array({1, 2})}, {"m", Value::object({{"x", 1}})}});
  static_cast<void>(
      render::helm::set_values(kKinds[data[0] % std::size(kKinds)], text, into, read));
  if (!into.is_object()) std::abort();
  return 0;
}
