#include "script/time_layout.h"

#include <utility>

namespace rumbo::script {
namespace {

bool starts_lower(std::string_view text) {
  return !text.empty() && text[0] >= 'a' && text[0] <= 'z';
}

using Word = std::pair<std::string_view, TimePart>;

/// Longer words first: the first that fits counts.
constexpr Word kZones[] = {
    {"-070000", TimePart::number_seconds_zone},
    {"-07:00:00", TimePart::number_colon_seconds_zone},
    {"-0700", TimePart::number_zone},
    {"-07:00", TimePart::number_colon_zone},
    {"-07", TimePart::number_short_zone},
    {"Z070000", TimePart::iso_seconds_zone},
    {"Z07:00:00", TimePart::iso_colon_seconds_zone},
    {"Z0700", TimePart::iso_zone},
    {"Z07:00", TimePart::iso_colon_zone},
    {"Z07", TimePart::iso_short_zone},
};

/// The part that begins `rest`, with its length; length 0 for none.
std::pair<TimePart, std::size_t> part_at(std::string_view rest) {
  switch (rest[0]) {
    case 'J':
      if (rest.starts_with("January")) return {TimePart::long_month, 7};
      if (rest.starts_with("Jan") && !starts_lower(rest.substr(3))) return {TimePart::month, 3};
      break;
    case 'M':
      if (rest.starts_with("Monday")) return {TimePart::long_weekday, 6};
      if (rest.starts_with("Mon") && !starts_lower(rest.substr(3))) return {TimePart::weekday, 3};
      if (rest.starts_with("MST")) return {TimePart::zone_name, 3};
      break;
    case '0':
      if (rest.size() >= 2 && rest[1] >= '1' && rest[1] <= '6') {
        constexpr TimePart kParts[] = {TimePart::zero_month,  TimePart::zero_day,
                                       TimePart::zero_hour12, TimePart::zero_minute,
                                       TimePart::zero_second, TimePart::year};
        return {kParts[rest[1] - '1'], 2};
      }
      if (rest.starts_with("002")) return {TimePart::zero_year_day, 3};
      break;
    case '1':
      if (rest.starts_with("15")) return {TimePart::hour, 2};
      return {TimePart::number_month, 1};
    case '2':
      if (rest.starts_with("2006")) return {TimePart::long_year, 4};
      return {TimePart::day, 1};
    case '_':
      if (rest.starts_with("_2") && !rest.starts_with("_2006")) return {TimePart::under_day, 2};
      if (rest.starts_with("__2")) return {TimePart::under_year_day, 3};
      break;
    case '3':
      return {TimePart::hour12, 1};
    case '4':
      return {TimePart::minute, 1};
    case '5':
      return {TimePart::second, 1};
    case 'P':
      if (rest.starts_with("PM")) return {TimePart::upper_pm, 2};
      break;
    case 'p':
      if (rest.starts_with("pm")) return {TimePart::lower_pm, 2};
      break;
    case '-':
    case 'Z':
      for (const auto& [word, part] : kZones) {
        if (rest.starts_with(word)) return {part, word.size()};
      }
      break;
    case '.':
    case ',':
      if (rest.size() >= 2 && (rest[1] == '0' || rest[1] == '9')) {
        std::size_t end = 1;
        while (end < rest.size() && rest[end] == rest[1]) ++end;
        const bool digit = end < rest.size() && rest[end] >= '0' && rest[end] <= '9';
        if (!digit) {
          return {rest[1] == '0' ? TimePart::fraction_zero : TimePart::fraction_nine, end};
        }
      }
      break;
    default:
      break;
  }
  return {TimePart::none, 0};
}

}  // namespace

TimeChunk next_time_chunk(std::string_view layout) {
  for (std::size_t i = 0; i < layout.size(); ++i) {
    const auto [part, size] = part_at(layout.substr(i));
    if (size > 0)
      return {layout.substr(0, i), part, layout.substr(i, size), layout.substr(i + size)};
  }
  return {layout, TimePart::none, {}, {}};
}

}  // namespace rumbo::script
