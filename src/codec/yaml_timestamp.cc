#include "codec/yaml_timestamp.h"

#include <chrono>
#include <fmt/format.h>

namespace rumbo::codec {
namespace {

/// Reads the text from the left; every step fails once one has failed.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  /// Between `least` and `most` digits, at most `limit`; -1 if not so.
  int number(std::size_t least, std::size_t most, int limit) {
    std::size_t count = 0;
    int value = 0;
    while (count < most && count < text_.size() && is_digit(text_[count])) {
      value = value * 10 + (text_[count++] - '0');
    }
    if (count < least || value > limit) return fail();
    text_.remove_prefix(count);
    return value;
  }
  /// Consumes one character out of `any`, and tells which; '\0' if none is there.
  char take(std::string_view any) {
    if (text_.empty() || any.find(text_.front()) == any.npos) return '\0';
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }
  void need(std::string_view any) {
    if (take(any) == '\0') fail();
  }
  /// ".123" without trailing zeros, at most nanoseconds; empty without a fraction.
  std::string fraction() {
    if (text_.size() < 2 || (text_[0] != '.' && text_[0] != ',') || !is_digit(text_[1])) return {};
    std::size_t count = 1;
    while (count < text_.size() && is_digit(text_[count])) ++count;
    std::string digits(text_.substr(1, std::min<std::size_t>(count - 1, 9)));
    text_.remove_prefix(count);
    while (!digits.empty() && digits.back() == '0') digits.pop_back();
    return digits.empty() ? digits : "." + digits;
  }
  int fail() {
    failed_ = true;
    return -1;
  }
  bool done() const { return text_.empty(); }
  bool failed() const { return failed_; }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  std::string_view text_;
  bool failed_ = false;
};

/// "Z" or "+hh:mm"; UTC in any spelling becomes "Z".
std::string read_zone(Cursor& at) {
  const char sign = at.take("Z+-");
  if (sign == '\0') at.fail();
  if (sign == '\0' || sign == 'Z') return "Z";
  const int hours = at.number(2, 2, 24);
  at.need(":");
  const int minutes = at.number(2, 2, 59);
  if (hours == 0 && minutes == 0) return "Z";
  return fmt::format("{}{:02}:{:02}", sign, hours, minutes);
}

}  // namespace

std::optional<std::string> parse_yaml_timestamp(std::string_view text) {
  if (text.size() < 8 || text[4] != '-') return std::nullopt;  // what nearly every number fails
  Cursor at(text);
  const int year = at.number(4, 4, 9999);
  at.need("-");
  const int month = at.number(1, 2, 12);
  at.need("-");
  const int day = at.number(1, 2, 31);
  if (at.failed() || month < 1 || day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const std::string date_text = fmt::format("{:04}-{:02}-{:02}", year, month, day);
  if (at.done()) return date_text + "T00:00:00Z";
  const char separator = at.take("Tt ");
  if (separator == '\0') return std::nullopt;
  const int hour = at.number(1, 2, 23);
  at.need(":");
  const int minute = at.number(1, 2, 59);
  at.need(":");
  const int second = at.number(1, 2, 59);
  const std::string fraction = at.fraction();
  // A blank between date and time goes with no zone, `T` with one.
  const std::string zone = separator == ' ' ? "Z" : read_zone(at);
  if (at.failed() || !at.done()) return std::nullopt;
  return fmt::format("{}T{:02}:{:02}:{:02}{}{}", date_text, hour, minute, second, fraction, zone);
}

}  // namespace rumbo::codec
