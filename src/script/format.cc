#include "script/format.h"

#include <optional>

#include "codec/utf8.h"
#include "script/complex.h"
#include "script/format_flags.h"
#include "script/list.h"
#include "script/map.h"

namespace rumbo::script {
namespace {

constexpr int kMaxDepth = 1000;
constexpr int kMaxWidth = 1'000'000;

class Printer {
 public:
  explicit Printer(std::size_t limit) : limit_(limit) {}

  void print_argument(const Any& value, char32_t verb, int depth = 0);
  void printf(std::string_view format, std::span<const Any> values);
  Outcome<std::string> finish() && {
    if (failure_) return fail(std::move(*failure_));
    return std::move(out_);
  }
  std::string& out() { return out_; }

 private:
  struct Verb;
  void bad_verb(const Any& value, char32_t verb);
  bool within_limits(int depth);
  void print_type(const Any& value, bool nested_nil);
  void print_text(std::string_view text, char32_t verb, const Any& value);
  void print_integer(const Any& value, char32_t verb);
  void print_float(double number, int bits, char32_t verb, const Any& value);
  void print_complex(const Any& value, char32_t verb);
  void print_bytes(const Any& value, char32_t verb);
  void print_map(const Any& value, char32_t verb, int depth);
  void print_list(const Any& value, char32_t verb, int depth);
  void print_native(const Any& value, char32_t verb);
  void print_element(const Any& value, const Type* element, char32_t verb, int depth);

  std::size_t argument_index(std::size_t argument, std::string_view format, std::size_t& at,
                             std::size_t count, bool& found);
  void star(std::span<const Any> values, std::size_t& argument, int& number, bool& present);

  std::string out_;
  std::size_t limit_;
  FormatFlags flags_;
  bool erroring_ = false;
  bool good_index_ = true, reordered_ = false;
  std::optional<Failure> failure_;
};

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

/// A number at `at`; too large ones count as none.
bool parse_number(std::string_view format, std::size_t& at, int& number) {
  bool any = false;
  number = 0;
  for (; at < format.size() && format[at] >= '0' && format[at] <= '9'; ++at) {
    if (number > kMaxWidth) {
      at = format.size();
      number = 0;
      return false;
    }
    number = number * 10 + (format[at] - '0');
    any = true;
  }
  return any;
}

std::size_t Printer::argument_index(std::size_t argument, std::string_view format, std::size_t& at,
                                    std::size_t count, bool& found) {
  found = false;
  if (at >= format.size() || format[at] != '[') return argument;
  reordered_ = true;
  const std::size_t close = format.find(']', at);
  if (close == format.npos) {
    good_index_ = false;
    ++at;
    return argument;
  }
  std::size_t cursor = at + 1;
  int number = 0;
  const bool read = parse_number(format, cursor, number) && cursor == close;
  at = close + 1;
  if (read && number >= 1 && static_cast<std::size_t>(number) <= count) {
    found = true;
    return static_cast<std::size_t>(number - 1);
  }
  good_index_ = false;
  found = read;
  return argument;
}

void Printer::star(std::span<const Any> values, std::size_t& argument, int& number, bool& present) {
  number = 0;
  present = false;
  if (argument >= values.size()) return;
  const Any& value = values[argument++];
  const bool integral = is_signed(value.kind()) || is_unsigned(value.kind());
  if (!integral || value.as_int() > kMaxWidth || value.as_int() < -kMaxWidth) return;
  number = static_cast<int>(value.as_int());
  present = true;
}

void Printer::printf(std::string_view format, std::span<const Any> values) {
  std::size_t argument = 0;
  bool after_index = false;
  for (std::size_t i = 0; i < format.size();) {
    if (!within_limits(0)) return;
    good_index_ = true;
    const std::size_t percent = std::min(format.find('%', i), format.size());
    out_ += format.substr(i, percent - i);
    i = percent;
    if (i >= format.size()) break;
    ++i;
    flags_ = FormatFlags();
    for (; i < format.size(); ++i) {
      const char c = format[i];
      if (c == '#') {
        flags_.sharp = true;
      } else if (c == '0') {
        flags_.zero = true;
      } else if (c == '+') {
        flags_.plus = true;
      } else if (c == '-') {
        flags_.minus = true;
      } else if (c == ' ') {
        flags_.space = true;
      } else {
        break;
      }
    }
    argument = argument_index(argument, format, i, values.size(), after_index);
    if (i < format.size() && format[i] == '*') {
      ++i;
      star(values, argument, flags_.width, flags_.has_width);
      if (!flags_.has_width) out_ += "%!(BADWIDTH)";
      if (flags_.width < 0) {
        flags_.width = -flags_.width;
        flags_.minus = true;
        flags_.zero = false;
      }
      after_index = false;
    } else {
      flags_.has_width = parse_number(format, i, flags_.width);
      if (after_index && flags_.has_width) good_index_ = false;
    }
    if (i + 1 < format.size() && format[i] == '.') {
      ++i;
      if (after_index) good_index_ = false;
      argument = argument_index(argument, format, i, values.size(), after_index);
      if (i < format.size() && format[i] == '*') {
        ++i;
        star(values, argument, flags_.precision, flags_.has_precision);
        if (flags_.precision < 0) {
          flags_.precision = 0;
          flags_.has_precision = false;
        }
        if (!flags_.has_precision) out_ += "%!(BADPREC)";
        after_index = false;
      } else {
        parse_number(format, i, flags_.precision);
        flags_.has_precision = true;
      }
    }
    if (!after_index) argument = argument_index(argument, format, i, values.size(), after_index);
    if (i >= format.size()) {
      out_ += "%!(NOVERB)";
      break;
    }
    const codec::Rune rune = codec::decode_utf8(format, i);
    const char32_t verb = rune.valid ? rune.value : U'\ufffd';
    i += rune.valid ? rune.size : 1;
    if (verb == '%') {
      out_ += '%';
    } else if (!good_index_ || argument >= values.size()) {
      out_ += "%!";
      codec::append_utf8(out_, verb);
      out_ += good_index_ ? "(MISSING)" : "(BADINDEX)";
    } else {
      if (verb == 'v' || verb == 'w') {
        flags_.sharp_v = flags_.sharp;
        flags_.sharp = false;
        flags_.plus_v = flags_.plus;
        flags_.plus = false;
      }
      print_argument(values[argument++], verb);
    }
  }
  if (reordered_ || argument >= values.size()) return;
  flags_ = FormatFlags();
  out_ += "%!(EXTRA ";
  for (std::size_t i = argument; i < values.size(); ++i) {
    if (i > argument) out_ += ", ";
    if (values[i].is_nil()) {
      out_ += "<nil>";
    } else {
      out_ += values[i].type_name();
      out_ += '=';
      print_argument(values[i], 'v');
    }
  }
  out_ += ')';
}

}  // namespace

Outcome<std::string> format_value(const Any& value, std::size_t limit) {
  if (value.kind() == Kind::string) return std::string(value.text());
  Printer printer(limit);
  printer.print_argument(value, 'v');
  return std::move(printer).finish();
}

Outcome<std::string> format_print(std::span<const Any> values, std::size_t limit) {
  Printer printer(limit);
  bool before = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool text = values[i].kind() == Kind::string;
    if (i > 0 && !text && !before) printer.out() += ' ';
    printer.print_argument(values[i], 'v');
    before = text;
  }
  return std::move(printer).finish();
}

Outcome<std::string> format_println(std::span<const Any> values, std::size_t limit) {
  Printer printer(limit);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) printer.out() += ' ';
    printer.print_argument(values[i], 'v');
  }
  printer.out() += '\n';
  return std::move(printer).finish();
}

Outcome<std::string> format_printf(std::string_view format, std::span<const Any> values,
                                   std::size_t limit) {
  Printer printer(limit);
  printer.printf(format, values);
  return std::move(printer).finish();
}

}  // namespace rumbo::script
