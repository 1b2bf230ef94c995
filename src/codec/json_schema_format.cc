#include "codec/json_schema_format.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/regex.h"
#include "base/strings.h"

namespace rumbo::codec {
namespace {

bool digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}
bool hex(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}
int number(std::string_view text) {
  return digits(text) && text.size() < 9 ? static_cast<int>(*parse_int(text)) : -1;
}

std::string ipv4(std::string_view text) {
  const auto groups = split(text, '.');
  if (groups.size() != 4) return "expected four decimals";
  for (const auto group : groups) {
    if (group.size() > 1 && group[0] == '0') return "leading zeros";
    const int value = number(group);
    if (value < 0) return "invalid decimal " + std::string(group);
    if (value > 255) return "decimal must be between 0 and 255";
  }
  return {};
}

std::string ipv6(std::string_view text) {
  if (text.find(':') == text.npos) return "missing colon";
  std::string plain(text);
  const std::size_t last = plain.rfind(':');
  if (plain.find('.', last) != std::string::npos) {
    if (!ipv4(plain.substr(last + 1)).empty()) return "invalid ipv4 in it";
    plain = plain.substr(0, last + 1) + "0:0";
  }
  const std::size_t gap = plain.find("::");
  if (gap != std::string::npos && plain.find("::", gap + 1) != std::string::npos) {
    return "more than one `::`";
  }
  std::size_t groups = 0;
  for (const auto group : split(plain, ':')) {
    if (group.empty()) continue;
    if (group.size() > 4 || !hex(group)) return "invalid group " + std::string(group);
    ++groups;
  }
  const bool loose = plain.starts_with(':') && gap != 0;
  const bool loose_end = plain.ends_with(':') && !plain.ends_with("::");
  if (loose || loose_end) return "a single colon at the end";
  if (gap == std::string::npos ? groups != 8 : groups > 7) return "wrong number of groups";
  return {};
}

std::string hostname(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > 253) return "more than 253 characters long, or empty";
  for (const auto label : split(text, '.')) {
    if (label.empty() || label.size() > 63) return "label must be 1 to 63 characters long";
    if (label.starts_with('-')) return "label starts with hyphen";
    if (label.ends_with('-')) return "label ends with hyphen";
    for (const char c : label) {
      const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!fine && c != '-') return std::string("invalid character '") + c + "'";
    }
  }
  return {};
}

std::string email(std::string_view text) {
  if (text.size() > 254) return "more than 255 characters long";
  const std::size_t at = text.rfind('@');
  if (at == text.npos) return "missing @";
  const std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
  if (local.empty() || local.size() > 64) return "local part more than 64 characters long";
  if (!local.starts_with('"')) {
    if (local.starts_with('.') || local.ends_with('.') || local.find("..") != local.npos) {
      return "dots in the wrong places";
    }
    if (local.find_first_of(" ()<>,;:\\\"[]@") != local.npos) return "invalid character";
  }
  if (domain.starts_with('[') && domain.ends_with(']')) return {};
  return hostname(domain);
}

std::string date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return "length must be 10";
  const int year = number(text.substr(0, 4)), month = number(text.substr(5, 2)),
            day = number(text.substr(8, 2));
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 0 || month < 1 || month > 12 || day < 1) return "invalid date";
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const int most = kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
  return day <= most ? "" : "invalid date";
}

std::string time_of_day(std::string_view text) {
  if (text.size() < 9 || text[2] != ':' || text[5] != ':') return "invalid time";
  const int hour = number(text.substr(0, 2)), minute = number(text.substr(3, 2)),
            second = number(text.substr(6, 2));
  text.remove_prefix(8);
  if (text.starts_with('.')) {
    std::size_t end = 1;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end == 1) return "invalid fraction of a second";
    text.remove_prefix(end);
  }
  int offset = 0;
  if (text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':') {
    const int hours = number(text.substr(1, 2)), minutes = number(text.substr(4, 2));
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return "invalid offset";
    offset = (hours * 60 + minutes) * (text[0] == '+' ? 1 : -1);
  } else if (text != "Z" && text != "z") {
    return "invalid offset";
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0) return "invalid time";
  const int utc = ((hour * 60 + minute - offset) % 1440 + 1440) % 1440;
  const bool leap = second == 60 && utc == 1439;
  return second < 60 || leap ? "" : "invalid time";
}

std::string date_time(std::string_view text) {
  if (text.size() < 20) return "less than 20 characters long";
  if (text[10] != 't' && text[10] != 'T') return "11th character must be t or T";
  std::string complaint = date(text.substr(0, 10));
  if (complaint.empty()) complaint = time_of_day(text.substr(11));
  return complaint;
}

std::string duration(std::string_view text) {
  static const auto kForm = Regex::compile(
      "^P([0-9]+W|([0-9]+Y([0-9]+M([0-9]+D)?)?|[0-9]+M([0-9]+D)?|[0-9]+D)?"
      "(T([0-9]+H([0-9]+M([0-9]+S)?)?|[0-9]+M([0-9]+S)?|[0-9]+S))?)$");
  if (text == "P" || !kForm || !kForm->found_in(text)) return "invalid duration";
  return {};
}

std::string uri_part(std::string_view text, bool ascii) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c <= ' ' || c == 0x7f || (ascii && c >= 0x80) || text[i] == '\\' || text[i] == '<' ||
        text[i] == '>' || text[i] == '"' || text[i] == '{' || text[i] == '}' || text[i] == '|' ||
        text[i] == '^' || text[i] == '`') {
      return "invalid character in URL";
    }
    if (c == '%' && (i + 2 >= text.size() || !hex(text.substr(i + 1, 2)))) {
      return "invalid URL escape";
    }
  }
  return {};
}

std::string uri(std::string_view text, bool ascii) {
  static const auto kScheme = Regex::compile("^[A-Za-z][-+.A-Za-z0-9]*:");
  if (!kScheme || !kScheme->found_in(text)) return "relative url";
  return uri_part(text, ascii);
}

std::string uuid(std::string_view text) {
  constexpr std::array<std::size_t, 5> kGroups = {8, 4, 4, 4, 12};
  const auto groups = split(text, '-');
  if (groups.size() != kGroups.size()) return "must have 5 elements";
  for (std::size_t i = 0; i < kGroups.size(); ++i) {
    if (groups[i].size() != kGroups[i] || !hex(groups[i])) return "invalid element";
  }
  return {};
}

std::string json_pointer(std::string_view text) {
  if (text.empty()) return {};
  if (!text.starts_with('/')) return "not starting with /";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') continue;
    if (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) {
      return "~ must be followed by 0 or 1";
    }
  }
  return {};
}

std::string relative_json_pointer(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  if (end == 0 || (end > 1 && text[0] == '0')) return "must start with a number";
  if (text.substr(end) == "#") return {};
  return json_pointer(text.substr(end));
}

}  // namespace

std::string format_complaint(std::string_view format, std::string_view text) {
  if (format == "ipv4") return ipv4(text);
  if (format == "ipv6") return ipv6(text);
  if (format == "hostname" || format == "idn-hostname") return hostname(text);
  if (format == "email" || format == "idn-email") return email(text);
  if (format == "date") return date(text);
  if (format == "time") return time_of_day(text);
  if (format == "date-time") return date_time(text);
  if (format == "duration") return duration(text);
  if (format == "uri") return uri(text, true);
  if (format == "iri") return uri(text, false);
  if (format == "uri-reference") return uri_part(text, true);
  if (format == "iri-reference") return uri_part(text, false);
  if (format == "uuid") return uuid(text);
  if (format == "json-pointer") return json_pointer(text);
  if (format == "relative-json-pointer") return relative_json_pointer(text);
  if (format == "regex") {
    const auto pattern = Regex::compile(text);
    return pattern ? "" : "invalid regexp: " + pattern.error().message();
  }
  return {};
}

}  // namespace rumbo::codec
