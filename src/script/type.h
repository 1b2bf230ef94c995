// Type: what Go would call the static type of a value. Templates print types, compare by them and
// choose conversions by them, so a value must know whether it is an int, an int64 or a float64.
//
// Threads: types are constants.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rumbo::script {

struct Function;
class Any;

enum class Kind : std::uint8_t {
  invalid,
  boolean,
  integer,  ///< Go's int
  int8,
  int16,
  int32,
  int64,
  uinteger,
  uint8,
  uint16,
  uint32,
  uint64,
  float32,
  float64,
  complex128,
  array,
  function,
  interface,
  map,
  pointer,
  slice,
  string,
  structure,
};

/// Go's word for the kind: "float64", "ptr", "struct".
std::string_view to_string(Kind kind);

constexpr bool is_signed(Kind k) {
  return k >= Kind::integer && k <= Kind::int64;
}
constexpr bool is_unsigned(Kind k) {
  return k >= Kind::uinteger && k <= Kind::uint64;
}
constexpr bool is_float(Kind k) {
  return k == Kind::float32 || k == Kind::float64;
}

struct Type {
  Kind kind = Kind::invalid;
  std::string_view name;             ///< as %T prints it: "map[string]interface {}"
  const Type* element = nullptr;     ///< of slices and maps
  const Type* underlying = nullptr;  ///< of a named map or slice: the type it can be assigned to
  const Type* key = nullptr;         ///< of maps
  /// The method of that name, or nullptr; null if the type has none.
  const Function* (*method)(std::string_view name) = nullptr;
  /// What String() says of a number with names (a month, a duration); null if it has none.
  std::string (*text)(const Any& value) = nullptr;
};

namespace types {
extern const Type boolean, integer, int8, int16, int32, int64, uinteger, uint8, uint16, uint32,
    uint64, float32, float64, complex128, string;
extern const Type any;            ///< interface {}
extern const Type error;          ///< error values
extern const Type any_slice;      ///< []interface {}
extern const Type string_slice;   ///< []string
extern const Type int_slice;      ///< []int
extern const Type bytes;          ///< []uint8
extern const Type any_map;        ///< map[string]interface {}
extern const Type string_map;     ///< map[string]string
extern const Type any_map_slice;  ///< []map[string]interface {}
/// reflect.Value: a parameter that takes anything, and tells a nil interface from no value.
extern const Type reflected;
}  // namespace types

/// Whether a value of type `from` may be given where `to` is wanted.
bool assignable(const Type& from, const Type& to);
/// Whether nil may be given where the type is wanted.
bool can_be_nil(const Type& type);

}  // namespace rumbo::script
