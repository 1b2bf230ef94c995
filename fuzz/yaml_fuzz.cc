// YAML from outside: never crashes, and what it prints reads as the same value again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/json.h"
#include "codec/yaml.h"

using namespace rumbo;

namespace {

/// Equality in which 1000.0 equals 1000: like Go's, the printer writes both the same way.
bool same(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) return a == b || a.as_double() == b.as_double();
  if (a.kind() != b.kind() || a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.items().size(); ++i) {
    if (!same(a.items()[i], b.items()[i])) return false;
  }
  for (std::size_t i = 0; i < a.members().size(); ++i) {
    const Member &x = a.members()[i], &y = b.members()[i];
    if (x.key() != y.key() || !same(x.value, y.value)) return false;
  }
  return a.size() > 0 || a == b;
}

void check(std::string_view text, codec::YamlDialect dialect) {
  codec::YamlOptions options;
  options.dialect = dialect;
  options.limits.max_alias_nodes = 10'000;
  const auto documents = codec::parse_yaml(text, "fuzz.yaml", options);
  if (!documents) return;
  for (const auto& document : *documents) {
    const Value& value = document.value;
    const auto printed = codec::marshal_yaml(value);
    if (!printed) continue;
    // Like Go's, the printer goes through JSON text, and reading that back as YAML folds a NEL.
    if (codec::to_json(value).find("\xc2\x85") != std::string::npos) continue;
    const auto again = codec::parse_yaml_value(*printed);
    if (!again || !same(*again, value)) std::abort();
    if (codec::emit_yaml(*again) != *printed) std::abort();
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
