#include "script/convert.h"

#include "codec/base64.h"
#include "script/list.h"
#include "script/map.h"
#include "script/native.h"

namespace rumbo::script {
namespace {

constexpr int kMaxDepth = 1000;

Outcome<Value> convert(const Any& value, int depth) {
  if (depth > kMaxDepth) {
    return failed("json: unsupported value: encountered a cycle via " +
                  std::string(value.type_name()));
  }
  if (value.is_nil()) return Value();
  if (value.type() == &types::bytes) return Value(codec::base64_encode(value.text()));
  if (value.kind() == Kind::map) {
    if (value.map() == nullptr) return Value();
    if (const Value* base = value.map()->pristine()) return *base;
    std::vector<Member> members;
    members.reserve(value.map()->size());
    for (std::size_t i = 0; i < value.map()->size(); ++i) {
      members.emplace_back(value.map()->key(i), TRY(convert(value.map()->at(i), depth + 1)));
    }
    return Value::object(std::move(members));
  }
  if (value.kind() == Kind::slice) {
    if (value.list() == nullptr) return Value();
    if (const Value* base = value.list()->pristine()) return *base;
    std::vector<Value> items;
    items.reserve(value.list()->size());
    for (std::size_t i = 0; i < value.list()->size(); ++i) {
      items.push_back(TRY(convert(value.list()->at(i), depth + 1)));
    }
    return Value::array(std::move(items));
  }
  if (value.kind() == Kind::function || value.kind() == Kind::complex128) {
    return failed("json: unsupported type: " + std::string(value.type_name()));
  }
  if (const Native* native = value.native()) return native->to_value();
  return value.object() ? Value() : value.scalar();
}

}  // namespace

Outcome<Value> to_value(const Any& value) {
  return convert(value, 0);
}

}  // namespace rumbo::script
