// JSON from outside: never crashes, and what it prints reads as the same value again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/json.h"

using namespace rumbo;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = codec::parse_json(text);
  if (!value) return 0;
  for (const std::string& printed : {codec::to_json(*value), codec::to_json_pretty(*value)}) {
    const auto again = codec::parse_json(printed);
    if (!again || *again != *value || codec::to_json(*again) != codec::to_json(*value)) {
      std::abort();
    }
  }
  return 0;
}
