#include "script/compare.h"

#include "script/format.h"
#include "script/list.h"
#include "script/map.h"
#include "script/native.h"

namespace rumbo::script {
namespace {

constexpr int kMaxDepth = 1000;

enum class Basic { none, boolean, complex, integer, real, string, unsigned_integer };

Basic basic(const Any& value) {
  const Kind kind = value.kind();
  if (kind == Kind::boolean) return Basic::boolean;
  if (kind == Kind::complex128) return Basic::complex;
  if (kind == Kind::string) return Basic::string;
  if (is_signed(kind)) return Basic::integer;
  if (is_unsigned(kind)) return Basic::unsigned_integer;
  if (is_float(kind)) return Basic::real;
  return Basic::none;
}

bool nil_like(const Any& value) {
  switch (value.kind()) {
    case Kind::invalid:
      return true;
    case Kind::map:
    case Kind::pointer:
    case Kind::function:
      return !value.object();
    case Kind::slice:
      return value.type() != &types::bytes && !value.object();
    default:
      return false;
  }
}

std::string incompatible(const Any& a, const Any& b) {
  return "incompatible types for comparison: " + std::string(a.type_name()) + " and " +
         std::string(b.type_name());
}

Outcome<bool> equal_others(const Any& a, const Any& b) {
  if (a.kind() != b.kind() && !a.is_nil() && !b.is_nil()) {
    const Any first[] = {a};
    return failed("non-comparable types " + TRY(format_printf("%s", first)) + ": " +
                  std::string(a.type_name()) + ", " + std::string(b.type_name()) + ": " +
                  TRY(format_value(b)));
  }
  if (nil_like(a) || nil_like(b)) return nil_like(a) == nil_like(b);
  const bool comparable =
      b.kind() == Kind::pointer || b.kind() == Kind::structure || b.kind() == Kind::array;
  if (!comparable) {
    const Any argument[] = {b};
    return failed("non-comparable type " + TRY(format_printf("%s", argument)) + ": " +
                  std::string(b.type_name()));
  }
  if (a.type() != b.type()) return false;
  if (a.object().get() == b.object().get()) return true;
  return b.kind() != Kind::pointer && a.native()->equals(*b.native()).value_or(false);
}

}  // namespace

Outcome<bool> equal(const Any& a, const Any& b) {
  const Basic x = basic(a), y = basic(b);
  if (x != y) {
    if (x == Basic::integer && y == Basic::unsigned_integer) {
      return a.as_int() >= 0 && static_cast<std::uint64_t>(a.as_int()) == b.as_uint();
    }
    if (x == Basic::unsigned_integer && y == Basic::integer) {
      return b.as_int() >= 0 && a.as_uint() == static_cast<std::uint64_t>(b.as_int());
    }
    if (!a.is_nil() && !b.is_nil()) return failed(incompatible(a, b));
    return false;
  }
  switch (x) {
    case Basic::boolean:
      return a.as_bool() == b.as_bool();
    case Basic::complex:
      return a.native()->equals(*b.native()).value_or(false);
    case Basic::real:
      return a.as_double() == b.as_double();
    case Basic::integer:
      return a.as_int() == b.as_int();
    case Basic::unsigned_integer:
      return a.as_uint() == b.as_uint();
    case Basic::string:
      return a.text() == b.text();
    case Basic::none:
      break;
  }
  return equal_others(a, b);
}

Outcome<bool> less(const Any& a, const Any& b) {
  const Basic x = basic(a), y = basic(b);
  if (x == Basic::none || y == Basic::none) return failed("invalid type for comparison");
  if (x != y) {
    if (x == Basic::integer && y == Basic::unsigned_integer) {
      return a.as_int() < 0 || static_cast<std::uint64_t>(a.as_int()) < b.as_uint();
    }
    if (x == Basic::unsigned_integer && y == Basic::integer) {
      return b.as_int() >= 0 && a.as_uint() < static_cast<std::uint64_t>(b.as_int());
    }
    return failed(incompatible(a, b));
  }
  switch (x) {
    case Basic::real:
      return a.as_double() < b.as_double();
    case Basic::integer:
      return a.as_int() < b.as_int();
    case Basic::unsigned_integer:
      return a.as_uint() < b.as_uint();
    case Basic::string:
      return a.text() < b.text();
    default:
      return failed("invalid type for comparison");
  }
}

Outcome<bool> deep_equal(Session& session, const Any& a, const Any& b, int depth) {
  TRY(session.charge(1));
  if (a.type() != b.type() || depth > kMaxDepth) return false;
  if (a.is_nil()) return true;
  if (a.type() == &types::bytes || a.kind() == Kind::string) return a.text() == b.text();
  if (a.kind() == Kind::map || a.kind() == Kind::slice) {
    if (static_cast<bool>(a.object()) != static_cast<bool>(b.object())) return false;
    if (a.object().get() == b.object().get()) return true;
    if (length(a) != length(b)) return false;
    for (std::size_t i = 0; i < length(a); ++i) {
      if (const Map* map = a.map()) {
        if (map->key(i) != b.map()->key(i)) return false;
        if (!TRY(deep_equal(session, map->at(i), b.map()->at(i), depth + 1))) return false;
      } else if (!TRY(deep_equal(session, a.list()->at(i), b.list()->at(i), depth + 1))) {
        return false;
      }
    }
    return true;
  }
  if (const Native* native = a.native()) {
    return b.native() != nullptr &&
           (native == b.native() || native->equals(*b.native()).value_or(false));
  }
  if (a.object() || b.object()) return false;
  return equal(a, b).value_or(false);
}

}  // namespace rumbo::script
