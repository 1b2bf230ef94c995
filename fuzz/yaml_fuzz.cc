// YAML from outside: never crashes, and what it prints reads as the same value again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/json.h"
#include "codec/yaml.h"

using namespace rumbo;

namespace {

void check(std::string_view text, codec::YamlDialect dialect) {
  codec::YamlOptions options;
  options.dialect = dialect;
  options.limits.max_alias_nodes = 10'000;
  const auto documents = codec::parse_yaml(text, "fuzz.yaml", options);
  if (!documents) return;
  for (const auto& document : *documents) {
    const Value& value = document.value;
    // What JSON cannot hold (NaN, infinities) is printed as null; canonical JSON decides equality.
    const auto printed = codec::marshal_yaml(value);
    if (!printed) continue;
    const auto again = codec::parse_yaml_value(*printed);
    if (!again || codec::to_json(*again) != codec::to_json(value)) std::abort();
    static_cast<void>(document.at_pointer("/a/0/b"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, codec::YamlDialect::yaml_v2);
  check(text, codec::YamlDialect::yaml_v3);
  return 0;
}
