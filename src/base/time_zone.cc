#include "base/time_zone.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace rumbo {
namespace {

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  bool good() const { return good_; }
  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) {
      good_ = false;
      count = bytes_.size();
    }
    const std::string_view out = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return out;
  }
  std::int64_t number(std::size_t size) {
    const std::string_view raw = take(size);
    if (raw.size() < size) return 0;
    std::uint64_t out = (raw[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (const char c : raw) out = out << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(out);
  }
  std::size_t count() { return static_cast<std::size_t>(number(4)) & 0xfffff; }
  std::string_view rest() const { return bytes_; }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

struct Header {
  std::size_t is_utc = 0, is_std = 0, leaps = 0, times = 0, types = 0, chars = 0;
  std::size_t body(std::size_t width) const {
    return times * (width + 1) + types * 6 + chars + leaps * (width + 4) + is_std + is_utc;
  }
};

std::optional<Header> read_header(Bytes& in) {
  if (in.take(4) != "TZif") return std::nullopt;
  in.take(16);
  Header h;
  h.is_utc = in.count();
  h.is_std = in.count();
  h.leaps = in.count();
  h.times = in.count();
  h.types = in.count();
  h.chars = in.count();
  return in.good() ? std::optional(h) : std::nullopt;
}

// The footer: "CET-1CEST,M3.5.0,M10.5.0/3".

std::string rule_name(std::string_view& text) {
  std::size_t end = 0;
  if (text.starts_with('<')) {
    end = text.find('>');
    if (end == text.npos) return {};
    std::string out(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
    return out;
  }
  while (end < text.size() && ((text[end] | 0x20) >= 'a' && (text[end] | 0x20) <= 'z')) ++end;
  std::string out(text.substr(0, end));
  text.remove_prefix(end);
  return out;
}

int rule_number(std::string_view& text) {
  int out = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9' && out < 100000) {
    out = out * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  return out;
}

int rule_seconds(std::string_view& text) {
  int sign = 1;
  if (text.starts_with('-') || text.starts_with('+')) {
    sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  int out = rule_number(text) * 3600;
  for (const int unit : {60, 1}) {
    if (!text.starts_with(':')) break;
    text.remove_prefix(1);
    out += rule_number(text) * unit;
  }
  return sign * out;
}

/// The second since 1970, counted in local time, when a rule like M3.5.0/2 takes effect.
std::optional<std::int64_t> rule_instant(std::string_view& text, std::chrono::year year) {
  if (!text.starts_with(",M")) return std::nullopt;
  text.remove_prefix(2);
  const int month = rule_number(text);
  if (!text.starts_with('.')) return std::nullopt;
  text.remove_prefix(1);
  const int week = rule_number(text);
  if (!text.starts_with('.')) return std::nullopt;
  text.remove_prefix(1);
  const int weekday = rule_number(text);
  int at = 7200;
  if (text.starts_with('/')) {
    text.remove_prefix(1);
    at = rule_seconds(text);
  }
  if (month < 1 || month > 12 || week < 1 || week > 5 || weekday > 6) return std::nullopt;
  using namespace std::chrono;
  const auto in = year / std::chrono::month(static_cast<unsigned>(month));
  const auto which = std::chrono::weekday(static_cast<unsigned>(weekday));
  const sys_days day =
      week == 5 ? sys_days(in / which[last]) : sys_days(in / which[static_cast<unsigned>(week)]);
  return duration_cast<seconds>(day.time_since_epoch()).count() + at;
}

std::optional<TimeZone> by_rule(std::string_view rule, std::int64_t seconds) {
  TimeZone standard{rule_name(rule), 0};
  if (standard.name.empty()) return std::nullopt;
  standard.offset = -rule_seconds(rule);
  if (rule.empty()) return standard;
  TimeZone summer{rule_name(rule), standard.offset + 3600};
  if (!rule.empty() && rule[0] != ',') summer.offset = -rule_seconds(rule);
  // Calendars end somewhere; what is beyond has the rule of the last year.
  constexpr std::int64_t kLastYear = 900'000'000'000;
  using namespace std::chrono;
  const auto local = std::clamp(seconds + standard.offset, -kLastYear, kLastYear);
  const auto year = year_month_day(floor<days>(sys_seconds(std::chrono::seconds(local)))).year();
  auto from = rule_instant(rule, year);
  auto to = rule_instant(rule, year);
  if (!from || !to) return std::nullopt;
  *from -= standard.offset;
  *to -= summer.offset;
  const bool in_summer =
      *from < *to ? seconds >= *from && seconds < *to : seconds >= *from || seconds < *to;
  return in_summer ? summer : standard;
}

}  // namespace

std::optional<TimeZone> zone_at(std::string_view tzif, std::int64_t seconds) {
  Bytes in(tzif);
  auto header = read_header(in);
  if (!header) return std::nullopt;
  std::size_t width = 4;
  if (tzif.size() > 4 && tzif[4] >= '2') {
    in.take(header->body(4));
    header = read_header(in);
    if (!header) return std::nullopt;
    width = 8;
  }
  if (header->types == 0) return std::nullopt;
  std::vector<std::int64_t> times;
  for (std::size_t i = 0; i < header->times && in.good(); ++i) times.push_back(in.number(width));
  const std::string_view indexes = in.take(header->times);
  const std::string_view types = in.take(header->types * 6);
  const std::string_view chars = in.take(header->chars);
  in.take(header->leaps * (width + 4) + header->is_std + header->is_utc);
  if (!in.good()) return std::nullopt;
  std::size_t at = 0;
  while (at < times.size() && times[at] <= seconds) ++at;
  if (at == times.size() && width == 8) {
    std::string_view footer = in.rest();
    if (footer.starts_with('\n')) footer.remove_prefix(1);
    if (auto zone = by_rule(footer.substr(0, footer.find('\n')), seconds)) return zone;
  }
  std::size_t type = at == 0 ? 0 : static_cast<unsigned char>(indexes[at - 1]);
  if (at == 0) {
    // Before the first transition: the first zone that is no daylight saving time.
    while (type + 1 < header->types && types[type * 6 + 4] != 0) ++type;
  }
  if (type >= header->types) return std::nullopt;
  const auto name_at = static_cast<unsigned char>(types[type * 6 + 5]);
  if (name_at >= chars.size()) return std::nullopt;
  const std::string_view name = chars.substr(name_at);
  return TimeZone{std::string(name.substr(0, name.find('\0'))),
                  static_cast<int>(Bytes(types.substr(type * 6)).number(4))};
}

bool is_zone_name(std::string_view name) {
  return !name.empty() && name.size() < 64 && name[0] != '/' && name.find("..") == name.npos &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '/' || c == '_' || c == '-' || c == '+';
         });
}

}  // namespace rumbo
