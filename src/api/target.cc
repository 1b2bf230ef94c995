#include "api/target.h"

#include "base/strings.h"

namespace rumbo::api {
namespace {

constexpr std::size_t kMostBytes = 16u << 10;
constexpr std::size_t kMostParts = 1000;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

Result<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return fail(Code::invalid, "broken escape in `" + printable(text, 200) + "`");
      }
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (static_cast<unsigned char>(c) > 0x7e) {
      return fail(Code::invalid, "unescaped byte in `" + printable(text, 200) + "`");
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (is_control(c)) {
      return fail(Code::invalid, "control character in `" + printable(text, 200) + "`");
    }
    out += c;
  }
  return out;
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  if (text.size() > kMostBytes) return fail(Code::too_large, "the request's path is too long");
  if (!text.starts_with('/')) {
    return fail(Code::invalid, "the path `" + printable(text, 200) + "` does not begin with `/`");
  }
  Target out;
  const auto mark = text.find('?');
  for (const std::string_view part : split(text.substr(1, mark - 1), '/')) {
    std::string segment = TRY(decode(part, false));
    if (segment == "." || segment == ".." || segment.empty()) {
      // "/" alone is the root; anything else has a name.
      if (mark == 1 || text == "/") break;
      return fail(Code::invalid, "the path `" + printable(text.substr(0, mark), 200) +
                                     "` has an empty or relative segment");
    }
    out.path.push_back(std::move(segment));
  }
  if (mark == std::string_view::npos || mark + 1 == text.size()) return out;
  for (const std::string_view pair : split(text.substr(mark + 1), '&')) {
    const auto equals = pair.find('=');
    std::string name = TRY(decode(pair.substr(0, equals), true));
    std::string value;
    if (equals != std::string_view::npos) value = TRY(decode(pair.substr(equals + 1), true));
    out.query.emplace_back(std::move(name), std::move(value));
    if (out.query.size() > kMostParts) return fail(Code::too_large, "too many query parameters");
  }
  return out;
}

std::string encode_component(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

}  // namespace rumbo::api
