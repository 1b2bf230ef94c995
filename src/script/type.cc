#include "script/type.h"

namespace rumbo::script {

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::invalid:
      return "invalid";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return "int";
    case Kind::int8:
      return "int8";
    case Kind::int16:
      return "int16";
    case Kind::int32:
      return "int32";
    case Kind::int64:
      return "int64";
    case Kind::uinteger:
      return "uint";
    case Kind::uint8:
      return "uint8";
    case Kind::uint16:
      return "uint16";
    case Kind::uint32:
      return "uint32";
    case Kind::uint64:
      return "uint64";
    case Kind::float32:
      return "float32";
    case Kind::float64:
      return "float64";
    case Kind::complex128:
      return "complex128";
    case Kind::array:
      return "array";
    case Kind::function:
      return "func";
    case Kind::interface:
      return "interface";
    case Kind::map:
      return "map";
    case Kind::pointer:
      return "ptr";
    case Kind::slice:
      return "slice";
    case Kind::string:
      return "string";
    case Kind::structure:
      return "struct";
  }
  return "invalid";
}

namespace types {

const Type boolean{.kind = Kind::boolean, .name = "bool"};
const Type integer{.kind = Kind::integer, .name = "int"};
const Type int8{.kind = Kind::int8, .name = "int8"};
const Type int16{.kind = Kind::int16, .name = "int16"};
const Type int32{.kind = Kind::int32, .name = "int32"};
const Type int64{.kind = Kind::int64, .name = "int64"};
const Type uinteger{.kind = Kind::uinteger, .name = "uint"};
const Type uint8{.kind = Kind::uint8, .name = "uint8"};
const Type uint16{.kind = Kind::uint16, .name = "uint16"};
const Type uint32{.kind = Kind::uint32, .name = "uint32"};
const Type uint64{.kind = Kind::uint64, .name = "uint64"};
const Type float32{.kind = Kind::float32, .name = "float32"};
const Type float64{.kind = Kind::float64, .name = "float64"};
const Type complex128{.kind = Kind::complex128, .name = "complex128"};
const Type string{.kind = Kind::string, .name = "string"};
const Type any{.kind = Kind::interface, .name = "interface {}"};
const Type error{.kind = Kind::pointer, .name = "*errors.errorString"};
const Type any_slice{.kind = Kind::slice, .name = "[]interface {}", .element = &any};
const Type string_slice{.kind = Kind::slice, .name = "[]string", .element = &string};
const Type int_slice{.kind = Kind::slice, .name = "[]int", .element = &integer};
const Type bytes{.kind = Kind::slice, .name = "[]uint8", .element = &uint8};
const Type any_map{
    .kind = Kind::map, .name = "map[string]interface {}", .element = &any, .key = &string};
const Type string_map{
    .kind = Kind::map, .name = "map[string]string", .element = &string, .key = &string};
const Type any_map_slice{
    .kind = Kind::slice, .name = "[]map[string]interface {}", .element = &any_map};

const Type reflected{.kind = Kind::structure, .name = "reflect.Value"};

}  // namespace types

bool assignable(const Type& from, const Type& to) {
  if (&from == &to || to.kind == Kind::interface) return true;
  // One of both named, the other the type it is made of.
  return from.underlying == &to || to.underlying == &from;
}

bool can_be_nil(const Type& type) {
  switch (type.kind) {
    case Kind::function:
    case Kind::interface:
    case Kind::map:
    case Kind::pointer:
    case Kind::slice:
      return true;
    case Kind::structure:
      return &type == &types::reflected;
    default:
      return false;
  }
}

}  // namespace rumbo::script
