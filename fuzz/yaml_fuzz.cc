// YAML from outside: never crashes, its two readers agree, and what it prints reads as the same
// value again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/json.h"
#include "codec/yaml.h"
#include "codec/yaml_block_reader.h"
#include "codec/yaml_event_log.h"
#include "codec/yaml_fields.h"
#include "codec/yaml_reader.h"

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

/// The fast reader gives what libyaml gives, to the end or to where it stops.
void compare_readers(std::string_view text) {
  codec::YamlEventLog ours, libyamls;
  const auto reading = codec::read_yaml_blocks(text, 0, {}, ours);
  const auto read = codec::read_with_libyaml(text, "fuzz.yaml", {}, libyamls);
  if (!reading || (reading->complete && !read)) std::abort();
  if (!read) return;
  const auto &a = ours.lines(), &b = libyamls.lines();
  if (a.size() > b.size() || !std::equal(a.begin(), a.end(), b.begin())) std::abort();
  if (reading->complete && a.size() != b.size()) std::abort();
}

/// Who asks for some fields gets what who reads all would find there.
void compare_fields(std::string_view text) {
  static constexpr std::string_view kNames[] = {"a", "kind"};
  codec::YamlOptions options;
  options.strict = false;
  options.limits.max_alias_nodes = 10'000;
  const auto whole = codec::parse_yaml_value(text, "fuzz.yaml", options);
  const auto some = codec::parse_yaml_fields(text, "fuzz.yaml", options, kNames);
  if (whole.has_value() != some.has_value()) std::abort();
  if (!whole) return;
  if (whole->kind() != some->kind() || whole->size() != some->size()) std::abort();
  for (const std::string_view name : {"a", "A", "kind", "Kind"}) {
    const Value *x = whole->find(name), *y = some->find(name);
    if ((x == nullptr) != (y == nullptr)) std::abort();
    if (x != nullptr && codec::to_json(*x) != codec::to_json(*y)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!text.starts_with("\xef\xbb\xbf")) compare_readers(text);  // who reads takes that off before
  compare_fields(text);
  check(text, codec::YamlDialect::yaml_v2);
  check(text, codec::YamlDialect::yaml_v3);
  return 0;
}
