#include "target/kubernetes/mirror_text.h"

#include <algorithm>

#include "base/strings.h"
#include "codec/base64.h"
#include "codec/json.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr std::size_t kMaxName = 253;

Value encoded(const std::string& text) {
  return Value(codec::base64_encode(std::string_view(text)));
}

Result<std::string> decoded(const Value& data, std::string_view key) {
  auto text = codec::base64_decode(data[key].as_string());
  if (!text) return fail(Code::corrupt, "the record's `" + std::string(key) + "` is no base64");
  return text;
}

}  // namespace

std::string mirror_name(const InstallationId& install, const Scope& scope) {
  std::string name =
      "rumbo-txn-" + install.value + "." + scope.application + "." + scope.environment;
  return name.substr(0, kMaxName);
}

Value mirror_object(const TxnMirror& mirror, const Scope& scope, const InstallationId& install,
                    const std::string& ns) {
  std::vector<Value> keys;
  for (const auto& [owner, key] : mirror.inventory) {
    if (owner == scope) keys.push_back(to_value(key));
  }
  const Value metadata =
      Value::object({{"name", mirror_name(install, scope)},
                     {"namespace", ns},
                     {"labels", Value::object({{kMirrorLabel, install.value}})}});
  const Value data =
      Value::object({{"txn", encoded(mirror.txn.value)},
                     {"epoch", encoded(std::to_string(mirror.epoch))},
                     {"head", encoded(std::to_string(mirror.head))},
                     {"headHash", encoded(mirror.head_hash)},
                     {"scope", encoded(codec::to_json(to_value(scope)))},
                     {"inventory", encoded(codec::to_json(Value::array(std::move(keys))))}});
  return Value::object({{"apiVersion", "v1"},
                        {"kind", "Secret"},
                        {"type", kMirrorType},
                        {"metadata", metadata},
                        {"data", data}});
}

Result<TxnMirror> mirror_from(const Value& secret) {
  const Value& data = secret["data"];
  TxnMirror out;
  out.txn.value = TRY(decoded(data, "txn"));
  const std::string epoch_text = TRY(decoded(data, "epoch"));
  const std::string head_text = TRY(decoded(data, "head"));
  const auto epoch = parse_int(epoch_text);
  const auto head = parse_int(head_text);
  if (!epoch || !head || *epoch < 0 || *head < 0) {
    return fail(Code::corrupt, "the record's epoch or head is no number");
  }
  out.epoch = static_cast<std::uint64_t>(*epoch);
  out.head = static_cast<Seq>(*head);
  out.head_hash = TRY(decoded(data, "headHash"));
  const std::string scope_text = TRY(decoded(data, "scope"));
  const Scope scope = scope_from(TRY(codec::parse_json(scope_text)));
  out.scopes.push_back(scope);
  const std::string inventory = TRY(decoded(data, "inventory"));
  const Value keys = TRY(codec::parse_json(inventory));
  for (const Value& key : keys.items()) out.inventory.emplace_back(scope, key_from(key));
  return out;
}

}  // namespace rumbo::target::kubernetes
