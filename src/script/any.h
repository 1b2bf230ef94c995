// Any: a value as templates see it: typed like Go's, maps shared by reference and mutable.
//
// Wrapping a Value is O(1): maps and lists read through to it and turn into copies of their own
// only where `set`, `unset` or `merge` change them.
// Threads: an Any with a map, list or native object belongs to one thread at a time; scalars may be
// copied from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "script/object.h"
#include "script/type.h"

namespace rumbo::script {

class Map;
class List;
class Native;

class Any {
 public:
  /// nil.
  Any() noexcept = default;
  Any(std::nullptr_t) noexcept {}
  Any(bool b) noexcept
      : type_(&types::boolean), value_(b) {}  // NOLINT(google-explicit-constructor)
  Any(double d) noexcept : type_(&types::float64), value_(d) {}
  Any(std::string_view text) : type_(&types::string), value_(text) {}
  Any(const std::string& text) : Any(std::string_view(text)) {}
  Any(const char* text) : Any(std::string_view(text)) {}
  Any(Ref<Map> map) noexcept;    ///< map[string]interface {}
  Any(Ref<List> list) noexcept;  ///< []interface {}

  /// Go's int.
  static Any integer(std::int64_t number) { return {types::integer, Value(number)}; }
  static Any int64(std::int64_t number) { return {types::int64, Value(number)}; }
  /// A scalar or text of any type, without conversion: signed as int64, floats as double.
  static Any typed(const Type& type, Value value) { return {type, std::move(value)}; }
  /// A map, slice or native object of the type; a null object is Go's nil of that type.
  static Any object(const Type& type, Ref<Object> object) { return {type, std::move(object)}; }
  static Any native(Ref<Native> object);
  static Any list(std::vector<Any> items);
  static Any strings(std::vector<std::string> items);  ///< []string
  /// A Value tree: integers are int64, reals float64 (see helm_numbers for a file of values).
  static Any from(const Value& value);

  bool is_nil() const noexcept { return type_ == nullptr; }
  /// Null for nil.
  const Type* type() const noexcept { return type_; }
  Kind kind() const noexcept { return type_ == nullptr ? Kind::invalid : type_->kind; }
  /// "map[string]interface {}"; "<nil>" for nil.
  std::string_view type_name() const noexcept { return type_ ? type_->name : "<nil>"; }

  bool as_bool() const noexcept { return value_.as_bool(); }
  std::int64_t as_int() const noexcept { return value_.as_int(); }
  std::uint64_t as_uint() const noexcept { return value_.as_uint(); }
  double as_double() const noexcept { return value_.as_double(); }
  /// The text of a string or []byte; empty for others. Lives as long as this Any.
  std::string_view text() const& noexcept { return value_.as_string(); }
  std::string_view text() && = delete;
  const Value& scalar() const noexcept { return value_; }

  /// Null for values of other kinds and for nil maps and slices.
  Map* map() const noexcept;
  List* list() const noexcept;
  Native* native() const noexcept;
  const Ref<Object>& object() const noexcept { return object_; }
  /// The same object under another type.
  Any as_type(const Type& type) const {
    Any copy = *this;
    copy.type_ = &type;
    return copy;
  }

 private:
  Any(const Type& type, Value value) : type_(&type), value_(std::move(value)) {}
  Any(const Type& type, Ref<Object> object) : type_(&type), object_(std::move(object)) {}

  const Type* type_ = nullptr;
  Value value_;
  Ref<Object> object_;
};

/// The tree with every integer as a double: what YAML and JSON files mean to Helm.
Value helm_numbers(const Value& value);

/// Go's zero value of a type: nil for interfaces, maps, slices and pointers.
Any zero_of(const Type& type);
/// Go's len of strings, slices and maps; 0 for others.
std::size_t length(const Any& value);
/// Go's idea of true: not the zero of its type; structs are true.
bool truth(const Any& value);

}  // namespace rumbo::script
