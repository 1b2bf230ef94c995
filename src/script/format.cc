#include "script/format.h"

#include "codec/utf8.h"
#include "script/printer.h"

namespace rumbo::script {
namespace {

constexpr int kMaxWidth = 1'000'000;

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

}  // namespace

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
