// The hash of generated objects.
#include "base/strings.h"
#include "codec/go_json.h"
#include "crypto/digest.h"
#include "render/kustomize/generators.h"
#include "render/kustomize/node_value.h"

namespace rumbo::render::kustomize {
namespace {

constexpr std::size_t kLength = 10;

/// Digits that could spell words give way to others.
std::string encode(std::string hash) {
  hash.resize(kLength);
  for (char& c : hash) {
    c = c == '0' ? 'g' : c == '1' ? 'h' : c == '3' ? 'k' : c == 'a' ? 'm' : c == 'e' ? 't' : c;
  }
  return hash;
}

Result<Value> part(const Node& object, std::string_view name) {
  const Node* found = field(&object, name);
  if (found == nullptr) return Value("");
  if (found->is(Kind::scalar)) return Value(found->value);
  const Value value = TRY(to_value(found));
  // Go looks for a map and takes nil for anything else.
  return value.is_object() ? value : Value();
}

}  // namespace

Result<std::string> content_hash(const Node& object) {
  const std::string_view kind = text_of(&object, "kind");
  Value hashed;
  if (kind == "ConfigMap" || kind == "Secret") {
    // Kustomize looks the name up under a key that does not exist, so it is always empty.
    hashed = Value::object({{"kind", kind}, {"name", ""}, {"data", TRY(part(object, "data"))}});
    if (kind == "Secret") hashed = hashed.with("type", TRY(part(object, "type")));
    const std::string_view more = kind == "Secret" ? "stringData" : "binaryData";
    const Value extra = TRY(part(object, more));
    if (extra.is_object()) hashed = hashed.with(more, extra);
  } else {
    hashed = TRY(to_value(&object));
  }
  const auto digest = crypto::sha256_raw(as_bytes(codec::to_go_json(hashed)));
  return encode(to_hex(digest));
}

}  // namespace rumbo::render::kustomize
