// JSONPath templates from outside: never crash, and stay within their bounds.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "render/helm/json_path.h"

using namespace rumbo;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const Value kValue =
      Value::object({{"a", Value::array({1, 2.5, "x", Value(), Value::object({{"n", "y"}})})},
                     {"m", Value::object({{"x", 1}, {"a", Value::array({Value::array({3})})}})}});
  const auto printed = render::helm::print_json_path(text, kValue);
  if (!printed && printed.error().message().empty()) std::abort();
  return 0;
}
