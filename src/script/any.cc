#include "script/any.h"

#include "script/list.h"
#include "script/map.h"
#include "script/native.h"

namespace rumbo::script {

Any::Any(Ref<Map> map) noexcept : type_(&types::any_map), object_(std::move(map)) {}
Any::Any(Ref<List> list) noexcept : type_(&types::any_slice), object_(std::move(list)) {}

Any Any::native(Ref<Native> object) {
  const Type& type = object->type();
  return {type, Ref<Object>(object)};
}

Any Any::list(std::vector<Any> items) {
  return make<List>(std::move(items));
}

Any Any::strings(std::vector<std::string> items) {
  std::vector<Any> out;
  out.reserve(items.size());
  for (const std::string& item : items) out.emplace_back(item);
  return {types::string_slice, Ref<Object>(make<List>(std::move(out)))};
}

Any Any::from(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return {};
    case Value::Kind::boolean:
      return {types::boolean, value};
    case Value::Kind::integer:
      return {types::int64, value};
    case Value::Kind::unsigned_integer:
      return {types::uint64, value};
    case Value::Kind::real:
      return {types::float64, value};
    case Value::Kind::string:
      return {types::string, value};
    case Value::Kind::array:
      return make<List>(value);
    case Value::Kind::object:
      return make<Map>(value);
  }
  return {};
}

Map* Any::map() const noexcept {
  return kind() == Kind::map ? static_cast<Map*>(object_.get()) : nullptr;
}
List* Any::list() const noexcept {
  return kind() == Kind::slice && type_ != &types::bytes ? static_cast<List*>(object_.get())
                                                         : nullptr;
}
Native* Any::native() const noexcept {
  const Kind k = kind();
  const bool can = k == Kind::pointer || k == Kind::structure || k == Kind::function ||
                   k == Kind::complex128 || k == Kind::array;
  return can ? static_cast<Native*>(object_.get()) : nullptr;
}

Value helm_numbers(const Value& value) {
  if (value.is_number()) return value.as_double();
  if (value.is_array()) {
    std::vector<Value> items;
    items.reserve(value.size());
    for (const Value& item : value.items()) items.push_back(helm_numbers(item));
    return Value::array(std::move(items));
  }
  if (value.is_object()) {
    std::vector<Member> members;
    members.reserve(value.size());
    for (const Member& member : value.members()) {
      members.emplace_back(member.key(), helm_numbers(member.value));
    }
    return Value::object(std::move(members));
  }
  return value;
}

Any zero_of(const Type& type) {
  if (type.kind == Kind::interface) return {};
  if (type.kind == Kind::string) return Any("");
  if (type.kind == Kind::boolean) return Any(false);
  if (is_float(type.kind)) return Any::typed(type, Value(0.0));
  if (is_signed(type.kind) || is_unsigned(type.kind)) return Any::typed(type, Value(0));
  return Any::object(type, Ref<Object>());
}

std::size_t length(const Any& value) {
  if (value.kind() == Kind::string || value.type() == &types::bytes) return value.text().size();
  if (const Map* map = value.map()) return map->size();
  if (const List* list = value.list()) return list->size();
  return 0;
}

bool truth(const Any& value) {
  switch (value.kind()) {
    case Kind::invalid:
      return false;
    case Kind::boolean:
      return value.as_bool();
    case Kind::string:
    case Kind::map:
    case Kind::slice:
      return length(value) > 0;
    case Kind::float32:
    case Kind::float64:
      return value.as_double() != 0;
    case Kind::structure:
      return true;
    case Kind::complex128:
    case Kind::array:
      return value.native() != nullptr && value.native()->truth();
    case Kind::pointer:
    case Kind::function:
    case Kind::interface:
      return static_cast<bool>(value.object());
    default:
      return value.as_int() != 0 || value.as_uint() != 0;
  }
}

}  // namespace rumbo::script
