#include "script/cast.h"

#include <cmath>
#include <limits>

#include "script/format.h"
#include "script/go_number.h"
#include "script/list.h"
#include "script/native.h"

namespace rumbo::script {
namespace {

/// As amd64 converts: out of range is the smallest int64.
std::int64_t truncate(double number) {
  if (std::isnan(number) || number >= 9223372036854775808.0 || number < -9223372036854775808.0) {
    return std::numeric_limits<std::int64_t>::min();
  }
  return static_cast<std::int64_t>(number);
}

/// "3.00" without the point and the zeros behind it.
std::string_view without_zero_fraction(std::string_view text) {
  bool zero = false;
  for (std::size_t i = text.size(); i > 0; --i) {
    if (text[i - 1] == '.') {
      if (zero) return text.substr(0, i - 1);
    } else if (text[i - 1] == '0') {
      zero = true;
    } else {
      return text;
    }
  }
  return text;
}

}  // namespace

std::int64_t to_int64(const Any& value) {
  const Kind kind = value.kind();
  if (is_signed(kind)) return value.as_int();
  if (is_unsigned(kind)) return static_cast<std::int64_t>(value.as_uint());
  if (is_float(kind)) return truncate(value.as_double());
  if (kind == Kind::boolean) return value.as_bool() ? 1 : 0;
  if (kind == Kind::string) {
    const auto parsed = parse_go_int(without_zero_fraction(value.text()), 0);
    return parsed.ok() ? parsed.value : 0;
  }
  return 0;
}

double to_float64(const Any& value) {
  const Kind kind = value.kind();
  if (is_signed(kind)) return static_cast<double>(value.as_int());
  if (is_unsigned(kind)) return static_cast<double>(value.as_uint());
  if (is_float(kind)) return value.as_double();
  if (kind == Kind::boolean) return value.as_bool() ? 1 : 0;
  if (kind == Kind::string) {
    const auto parsed = parse_go_float(value.text());
    return parsed.ok() ? parsed.value : 0;
  }
  return 0;
}

Outcome<std::string> to_text(const Any& value) {
  if (value.kind() == Kind::string || value.type() == &types::bytes) {
    return std::string(value.text());
  }
  return format_value(value);
}

Outcome<std::vector<std::string>> to_texts(const Any& value) {
  std::vector<std::string> out;
  if (const List* list = value.list()) {
    out.reserve(list->size());
    for (std::size_t i = 0; i < list->size(); ++i) {
      const Any item = list->at(i);
      if (!item.is_nil()) out.push_back(TRY(to_text(item)));
    }
  } else if (value.type() == &types::bytes) {
    for (const char c : value.text()) {
      out.push_back(std::to_string(static_cast<unsigned char>(c)));
    }
  } else if (!value.is_nil() && value.kind() != Kind::slice) {
    out.push_back(TRY(to_text(value)));
  }
  return out;
}

bool is_empty_value(const Any& value) {
  return !truth(value);
}

}  // namespace rumbo::script
