// Reading dates by a layout.
#include <fmt/core.h>

#include "script/go_number.h"
#include "script/go_time.h"
#include "script/time_layout.h"

namespace rumbo::script {
namespace {

bool is_digit(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

/// Go's time package quotes bytes, not characters.
std::string quote_bytes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte >= 0x80) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + "\"";
}

class Parser {
 public:
  Parser(std::string_view layout, std::string_view value)
      : whole_layout_(layout), whole_value_(value), layout_(layout), value_(value) {}

  Outcome<GoTime> parse() {
    while (true) {
      const TimeChunk chunk = next_time_chunk(layout_);
      if (!skip(chunk.prefix)) return cannot(value_, chunk.prefix);
      if (chunk.part == TimePart::none) {
        if (!value_.empty()) return wrong(": extra text: " + quote_bytes(value_));
        break;
      }
      layout_ = chunk.suffix;
      const std::string_view hold = value_;
      const bool good = read(chunk);
      if (!range_.empty()) return wrong(": " + range_ + " out of range");
      if (!good) return cannot(hold, chunk.text);
    }
    return finish();
  }

 private:
  tl::unexpected<Failure> cannot(std::string_view element, std::string_view part) const {
    return failed("parsing time " + quote_bytes(whole_value_) + " as " +
                  quote_bytes(whole_layout_) + ": cannot parse " + quote_bytes(element) + " as " +
                  quote_bytes(part));
  }
  tl::unexpected<Failure> wrong(const std::string& message) const {
    return failed("parsing time " + quote_bytes(whole_value_) + message);
  }

  static void cut_space(std::string_view& text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
  }

  bool skip(std::string_view prefix) {
    while (!prefix.empty()) {
      if (prefix[0] == ' ') {
        if (!value_.empty() && value_[0] != ' ') return false;
        cut_space(prefix);
        cut_space(value_);
        continue;
      }
      if (value_.empty() || value_[0] != prefix[0]) return false;
      prefix.remove_prefix(1);
      value_.remove_prefix(1);
    }
    return true;
  }

  bool number(int& out, bool fixed) {
    if (!is_digit(value_, 0)) return false;
    std::size_t count = is_digit(value_, 1) ? 2 : 1;
    if (count == 1 && fixed) return false;
    out = 0;
    for (std::size_t i = 0; i < count; ++i) out = out * 10 + (value_[i] - '0');
    value_.remove_prefix(count);
    return true;
  }

  bool year_day(bool fixed) {
    std::size_t count = 0;
    yday_ = 0;
    while (count < 3 && is_digit(value_, count)) yday_ = yday_ * 10 + (value_[count++] - '0');
    if (count == 0 || (fixed && count != 3)) return false;
    value_.remove_prefix(count);
    return true;
  }

  template <std::size_t N>
  bool name(const std::array<std::string_view, N>& names, std::size_t cut, int& out) {
    for (std::size_t i = 0; i < N; ++i) {
      const std::string_view word = names[i].substr(0, cut);
      if (value_.size() < word.size()) continue;
      bool same = true;
      for (std::size_t k = 0; k < word.size(); ++k) {
        same = same && (value_[k] | 0x20) == (word[k] | 0x20);
      }
      if (same) {
        out = static_cast<int>(i);
        value_.remove_prefix(word.size());
        return true;
      }
    }
    return false;
  }

  bool fixed_number(std::size_t size, std::int64_t& out) {
    if (value_.size() < size) return false;
    const auto parsed = parse_go_int(value_.substr(0, size), 10);
    value_.remove_prefix(size);
    out = parsed.value;
    return parsed.ok();
  }

  bool nanoseconds(std::size_t bytes) {
    if (value_.empty() || (value_[0] != '.' && value_[0] != ',')) return false;
    const std::string_view digits = value_.substr(1, std::min<std::size_t>(bytes, 10) - 1);
    const auto parsed = parse_go_int(digits, 10);
    if (!parsed.ok()) return false;
    if (parsed.value < 0) range_ = "fractional second";
    nanos_ = static_cast<std::int32_t>(parsed.value);
    for (std::size_t i = digits.size(); i < 9; ++i) nanos_ *= 10;
    value_.remove_prefix(bytes);
    return true;
  }

  bool seconds(bool fixed) {
    if (!number(second_, fixed)) return false;
    if (second_ >= 60) {
      range_ = "second";
      return true;
    }
    const bool fraction =
        value_.size() >= 2 && (value_[0] == '.' || value_[0] == ',') && is_digit(value_, 1);
    if (!fraction) return true;
    const TimePart next = next_time_chunk(layout_).part;
    if (next == TimePart::fraction_zero || next == TimePart::fraction_nine) return true;
    std::size_t end = 2;
    while (is_digit(value_, end)) ++end;
    return nanoseconds(end);
  }

  bool half_day(std::string_view pm, std::string_view am) {
    if (value_.size() < 2) return false;
    const std::string_view word = value_.substr(0, 2);
    value_.remove_prefix(2);
    pm_ = pm_ || word == pm;
    am_ = am_ || word == am;
    return word == pm || word == am;
  }

  bool offset(TimePart part) {
    const bool colon = part == TimePart::iso_colon_zone || part == TimePart::number_colon_zone;
    const bool brief = part == TimePart::iso_short_zone || part == TimePart::number_short_zone;
    const bool colon_seconds =
        part == TimePart::iso_colon_seconds_zone || part == TimePart::number_colon_seconds_zone;
    const bool with_seconds = colon_seconds || part == TimePart::iso_seconds_zone ||
                              part == TimePart::number_seconds_zone;
    const bool colons = colon || colon_seconds;
    std::size_t size = 3;
    if (!brief) size += colons ? 3 : 2;
    if (with_seconds) size += colons ? 3 : 2;
    if (value_.size() < size) return false;
    std::string_view text = value_.substr(0, size);
    const char sign = text[0];
    int fields[3] = {0, 0, 0};
    text.remove_prefix(1);
    for (int i = 0; !text.empty(); ++i) {
      if (i > 0 && colons) {
        if (text[0] != ':') return false;
        text.remove_prefix(1);
      }
      if (!is_digit(text, 0) || !is_digit(text, 1)) return false;
      fields[i] = (text[0] - '0') * 10 + (text[1] - '0');
      text.remove_prefix(2);
    }
    value_.remove_prefix(size);
    if (fields[0] > 24) range_ = "time zone offset hour";
    if (fields[1] > 60) range_ = "time zone offset minute";
    if (fields[2] > 60) range_ = "time zone offset second";
    offset_ = (fields[0] * 60 + fields[1]) * 60 + fields[2];
    has_offset_ = true;
    if (sign == '-') offset_ = -offset_;
    return sign == '+' || sign == '-';
  }

  static std::size_t signed_offset(std::string_view text) {
    if (text.empty() || (text[0] != '+' && text[0] != '-')) return 0;
    std::size_t end = 1;
    int hours = 0;
    while (is_digit(text, end) && hours < 1000) hours = hours * 10 + (text[end++] - '0');
    return end == 1 || hours > 23 ? 0 : end;
  }

  bool zone_name() {
    if (value_.starts_with("UTC")) {
      utc_ = true;
      value_.remove_prefix(3);
      return true;
    }
    std::size_t size = 0;
    if (value_.size() < 3) return false;
    if (value_.starts_with("ChST") || value_.starts_with("MeST")) {
      size = 4;
    } else if (value_.starts_with("GMT")) {
      size = 3 + signed_offset(value_.substr(3));
    } else if (value_[0] == '+' || value_[0] == '-') {
      size = signed_offset(value_);
    } else {
      std::size_t upper = 0;
      while (upper < 6 && upper < value_.size() && value_[upper] >= 'A' && value_[upper] <= 'Z') {
        ++upper;
      }
      if (upper == 3) size = 3;
      if (upper == 4 && (value_[3] == 'T' || value_.starts_with("WITA"))) size = 4;
      if (upper == 5 && value_[4] == 'T') size = 5;
    }
    if (size == 0) return false;
    zone_ = value_.substr(0, size);
    value_.remove_prefix(size);
    return true;
  }

  bool within(bool read, const int& value, int least, int most, std::string_view what) {
    if (read && (value < least || value > most)) range_ = what;
    return read;
  }

  bool read(const TimeChunk& chunk) {
    int ignored = 0;
    switch (chunk.part) {
      case TimePart::year: {
        const bool good = fixed_number(2, year_);
        year_ += year_ >= 69 ? 1900 : 2000;
        return good;
      }
      case TimePart::long_year:
        return is_digit(value_, 0) && fixed_number(4, year_);
      case TimePart::month:
        return name(kMonths, 3, month_) && ++month_ > 0;
      case TimePart::long_month:
        return name(kMonths, 99, month_) && ++month_ > 0;
      case TimePart::number_month:
      case TimePart::zero_month:
        return within(number(month_, chunk.part == TimePart::zero_month), month_, 1, 12, "month");
      case TimePart::weekday:
        return name(kWeekdays, 3, ignored);
      case TimePart::long_weekday:
        return name(kWeekdays, 99, ignored);
      case TimePart::under_day:
        if (value_.starts_with(' ')) value_.remove_prefix(1);
        return number(day_, false);
      case TimePart::day:
        return number(day_, false);
      case TimePart::zero_day:
        return number(day_, true);
      case TimePart::under_year_day:
        for (int i = 0; i < 2 && value_.starts_with(' '); ++i) value_.remove_prefix(1);
        return year_day(false);
      case TimePart::zero_year_day:
        return year_day(true);
      case TimePart::hour:
        return within(number(hour_, false), hour_, 0, 23, "hour");
      case TimePart::hour12:
      case TimePart::zero_hour12:
        return within(number(hour_, chunk.part == TimePart::zero_hour12), hour_, 0, 12, "hour");
      case TimePart::minute:
      case TimePart::zero_minute:
        return within(number(minute_, chunk.part == TimePart::zero_minute), minute_, 0, 59,
                      "minute");
      case TimePart::second:
        return seconds(false);
      case TimePart::zero_second:
        return seconds(true);
      case TimePart::upper_pm:
        return half_day("PM", "AM");
      case TimePart::lower_pm:
        return half_day("pm", "am");
      case TimePart::zone_name:
        return zone_name();
      case TimePart::fraction_zero:
        return value_.size() >= chunk.text.size() && nanoseconds(chunk.text.size());
      case TimePart::fraction_nine: {
        if (value_.size() < 2 || (value_[0] != '.' && value_[0] != ',') || !is_digit(value_, 1)) {
          return true;
        }
        std::size_t end = 1;
        while (is_digit(value_, end)) ++end;
        return nanoseconds(end);
      }
      default:
        if (chunk.part <= TimePart::iso_colon_seconds_zone && value_.starts_with('Z')) {
          value_.remove_prefix(1);
          utc_ = true;
          return true;
        }
        return offset(chunk.part);
    }
  }

  /// Month and day from the day of the year; a text if they contradict.
  std::string apply_year_day() {
    int month = 0, day = 0, days = yday_;
    if (is_leap(year_)) {
      if (days == 60) {
        month = 2;
        day = 29;
      } else if (days > 60) {
        --days;
      }
    }
    if (days < 1 || days > 365) return ": day-of-year out of range";
    if (month == 0) {
      month = 1;
      while (days > days_in_month(1, month)) days -= days_in_month(1, month++);
      day = days;
    }
    if (month_ >= 0 && month_ != month) return ": day-of-year does not match month";
    if (day_ >= 0 && day_ != day) return ": day-of-year does not match day";
    month_ = month;
    day_ = day;
    return {};
  }

  Outcome<GoTime> finish() {
    if (pm_ && hour_ < 12) hour_ += 12;
    if (!pm_ && am_ && hour_ == 12) hour_ = 0;
    if (yday_ >= 0) {
      if (const std::string problem = apply_year_day(); !problem.empty()) return wrong(problem);
    }
    if (month_ < 0) month_ = 1;
    if (day_ < 0) day_ = 1;
    if (day_ < 1 || day_ > days_in_month(year_, month_)) return wrong(": day out of range");
    GoTime out;
    out.seconds = seconds_of(year_, month_, day_, hour_, minute_, second_);
    out.nanoseconds = nanos_;
    if (utc_) return out;
    if (has_offset_) {
      out.seconds -= offset_;
      // The local zone, which is UTC here, is taken for its own offset.
      if (offset_ != 0 || (!zone_.empty() && zone_ != "UTC")) out.zone = {zone_, offset_};
    } else if (!zone_.empty()) {
      out.zone = {zone_, 0};
      if (zone_.size() > 3 && zone_.starts_with("GMT")) {
        out.zone.offset = static_cast<int>(parse_go_int(zone_.substr(3), 10).value) * 3600;
      }
    }
    return out;
  }

  std::string_view whole_layout_, whole_value_, layout_, value_;
  std::string range_;
  std::int64_t year_ = 0;
  int month_ = -1, day_ = -1, yday_ = -1, hour_ = 0, minute_ = 0, second_ = 0;
  std::int32_t nanos_ = 0;
  bool am_ = false, pm_ = false, utc_ = false, has_offset_ = false;
  int offset_ = 0;
  std::string zone_;
};

}  // namespace

Outcome<GoTime> parse_go_time(std::string_view layout, std::string_view value) {
  return Parser(layout, value).parse();
}

}  // namespace rumbo::script
