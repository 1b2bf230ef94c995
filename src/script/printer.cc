#include "script/printer.h"

#include "codec/utf8.h"
#include "script/complex.h"
#include "script/list.h"
#include "script/map.h"

namespace rumbo::script {
namespace {

constexpr int kMaxDepth = 1000;

}  // namespace

bool Printer::within_limits(int depth) {
  if (failure_) return false;
  if (depth > kMaxDepth) {
    failure_ = Failure("template prints a value that holds itself", Failure::Kind::limit);
  } else if (out_.size() > limit_) {
    failure_ = Failure("template prints more than " + std::to_string(limit_) + " bytes",
                       Failure::Kind::limit);
  }
  return !failure_;
}

void Printer::bad_verb(const Any& value, char32_t verb) {
  erroring_ = true;
  out_ += "%!";
  codec::append_utf8(out_, verb);
  out_ += '(';
  if (value.is_nil()) {
    out_ += "<nil>";
  } else {
    out_ += value.type_name();
    out_ += '=';
    print_argument(value, 'v');
  }
  out_ += ')';
  erroring_ = false;
}

void Printer::print_text(std::string_view text, char32_t verb, const Any& value) {
  switch (verb) {
    case 'v':
      if (flags_.sharp_v) {
        flags_.quoted(out_, text);
      } else {
        flags_.text(out_, text);
      }
      break;
    case 's':
      flags_.text(out_, text);
      break;
    case 'x':
      flags_.hex(out_, text, false);
      break;
    case 'X':
      flags_.hex(out_, text, true);
      break;
    case 'q':
      flags_.quoted(out_, text);
      break;
    default:
      bad_verb(value, verb);
  }
}

void Printer::print_integer(const Any& value, char32_t verb) {
  const bool is_sign = is_signed(value.kind());
  const std::uint64_t number =
      is_sign ? static_cast<std::uint64_t>(value.as_int()) : value.as_uint();
  switch (verb) {
    case 'v':
      if (flags_.sharp_v && !is_sign) {
        const bool old = flags_.sharp;
        flags_.sharp = true;
        flags_.integer(out_, number, 16, false, verb);
        flags_.sharp = old;
      } else {
        flags_.integer(out_, number, 10, is_sign, verb);
      }
      break;
    case 'd':
      flags_.integer(out_, number, 10, is_sign, verb);
      break;
    case 'b':
      flags_.integer(out_, number, 2, is_sign, verb);
      break;
    case 'o':
    case 'O':
      flags_.integer(out_, number, 8, is_sign, verb);
      break;
    case 'x':
      flags_.integer(out_, number, 16, is_sign, verb);
      break;
    case 'X':
      flags_.integer(out_, number, 16, is_sign, verb, true);
      break;
    case 'c':
      flags_.character(out_, number);
      break;
    case 'q':
      flags_.quoted_character(out_, number);
      break;
    case 'U':
      flags_.unicode(out_, number);
      break;
    default:
      bad_verb(value, verb);
  }
}

void Printer::print_float(double number, int bits, char32_t verb, const Any& value) {
  switch (verb) {
    case 'v':
      flags_.floating(out_, number, bits, 'g', -1);
      break;
    case 'b':
    case 'g':
    case 'G':
    case 'x':
    case 'X':
      flags_.floating(out_, number, bits, static_cast<char>(verb), -1);
      break;
    case 'f':
    case 'e':
    case 'E':
      flags_.floating(out_, number, bits, static_cast<char>(verb), 6);
      break;
    case 'F':
      flags_.floating(out_, number, bits, 'f', 6);
      break;
    default:
      bad_verb(value, verb);
  }
}

void Printer::print_complex(const Any& value, char32_t verb) {
  const auto& number = static_cast<const Complex&>(*value.native());
  if (std::u32string_view(U"vbgGxXfFeE").find(verb) == std::u32string_view::npos) {
    bad_verb(value, verb);
    return;
  }
  const bool old = flags_.plus;
  out_ += '(';
  print_float(number.real(), 64, verb, value);
  flags_.plus = true;
  print_float(number.imaginary(), 64, verb, value);
  out_ += "i)";
  flags_.plus = old;
}

void Printer::print_bytes(const Any& value, char32_t verb) {
  switch (verb) {
    case 's':
      flags_.text(out_, value.text());
      return;
    case 'x':
      flags_.hex(out_, value.text(), false);
      return;
    case 'X':
      flags_.hex(out_, value.text(), true);
      return;
    case 'q':
      flags_.quoted(out_, value.text());
      return;
    default:
      break;
  }
  out_ += flags_.sharp_v ? "[]byte{" : "[";
  bool first = true;
  for (const char c : value.text()) {
    if (!first) out_ += flags_.sharp_v ? ", " : " ";
    first = false;
    print_argument(Any::typed(types::uint8, Value(static_cast<unsigned char>(c))), verb);
  }
  out_ += flags_.sharp_v ? '}' : ']';
}

void Printer::print_element(const Any& value, const Type* element, char32_t verb, int depth) {
  if (!value.is_nil()) {
    print_argument(value, verb, depth);
  } else {
    if (flags_.sharp_v) out_.append(element != nullptr ? element->name : "interface {}");
    out_ += flags_.sharp_v ? "(nil)" : "<nil>";
  }
}

void Printer::print_map(const Any& value, char32_t verb, int depth) {
  const Map* map = value.map();
  if (flags_.sharp_v) {
    out_ += value.type_name();
    if (map == nullptr) {
      out_ += "(nil)";
      return;
    }
  }
  out_ += flags_.sharp_v ? "{" : "map[";
  for (std::size_t i = 0; map != nullptr && i < map->size(); ++i) {
    if (i > 0) out_ += flags_.sharp_v ? ", " : " ";
    print_argument(Any(map->key(i)), verb, depth + 1);
    out_ += ':';
    print_element(map->at(i), value.type()->element, verb, depth + 1);
    if (!within_limits(depth)) return;
  }
  out_ += flags_.sharp_v ? '}' : ']';
}

void Printer::print_list(const Any& value, char32_t verb, int depth) {
  const List* list = value.list();
  if (flags_.sharp_v) {
    out_ += value.type_name();
    if (list == nullptr) {
      out_ += "(nil)";
      return;
    }
  }
  out_ += flags_.sharp_v ? '{' : '[';
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    if (i > 0) out_ += flags_.sharp_v ? ", " : " ";
    print_element(list->at(i), value.type()->element, verb, depth + 1);
    if (!within_limits(depth)) return;
  }
  out_ += flags_.sharp_v ? '}' : ']';
}

void Printer::print_native(const Any& value, char32_t verb) {
  const Native* native = value.native();
  if (native == nullptr) {
    if (verb == 'v' || erroring_) {
      out_ += "<nil>";
    } else {
      bad_verb(value, verb);
    }
    return;
  }
  const auto text = native->text();
  const bool stringable = verb == 'v' || verb == 's' || verb == 'x' || verb == 'X' || verb == 'q';
  if (text && stringable && !erroring_) {
    print_text(*text, verb, value);
  } else if (value.kind() == Kind::complex128) {
    print_complex(value, verb);
  } else {
    out_ += native->print_struct();
  }
}

void Printer::print_argument(const Any& value, char32_t verb, int depth) {
  if (!within_limits(depth)) return;
  if (value.is_nil()) {
    if (verb == 'T' || verb == 'v') {
      flags_.pad(out_, "<nil>");
    } else {
      bad_verb(value, verb);
    }
    return;
  }
  if (verb == 'T') {
    flags_.text(out_, value.type_name());
    return;
  }
  if (verb == 'w' && !erroring_) {
    bad_verb(value, verb);
    return;
  }
  const bool stringable = verb == 'v' || verb == 's' || verb == 'x' || verb == 'X' || verb == 'q';
  if (value.type()->text != nullptr && stringable && !erroring_ && !flags_.sharp_v) {
    print_text(value.type()->text(value), verb, value);
    return;
  }
  switch (value.kind()) {
    case Kind::boolean:
      if (verb == 't' || verb == 'v') {
        flags_.boolean(out_, value.as_bool());
      } else {
        bad_verb(value, verb);
      }
      break;
    case Kind::float32:
      print_float(value.as_double(), 32, verb, value);
      break;
    case Kind::float64:
      print_float(value.as_double(), 64, verb, value);
      break;
    case Kind::string:
      print_text(value.text(), verb, value);
      break;
    case Kind::map:
      print_map(value, verb, depth);
      break;
    case Kind::slice:
      if (value.type() == &types::bytes) {
        print_bytes(value, verb);
      } else {
        print_list(value, verb, depth);
      }
      break;
    case Kind::integer:
    case Kind::int8:
    case Kind::int16:
    case Kind::int32:
    case Kind::int64:
    case Kind::uinteger:
    case Kind::uint8:
    case Kind::uint16:
    case Kind::uint32:
    case Kind::uint64:
      print_integer(value, verb);
      break;
    default:
      print_native(value, verb);
  }
}

}  // namespace rumbo::script
