#include "codec/yaml_json.h"

#include <cmath>
#include <fmt/format.h>
#include <optional>

#include "base/strings.h"
#include "codec/utf8.h"

namespace rumbo::codec {
namespace {

constexpr std::string_view kNextLine = "\xc2\x85";
constexpr std::size_t kLongestKey = 1024;

std::string replace_invalid(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Rune rune = decode_utf8(text, at);
    append_utf8(out, rune.value);
    at += rune.size;
  }
  return out;
}

/// What a double-quoted YAML text makes of bare line ends: the first of a run vanishes, or becomes
/// a blank if it stands alone, and blanks around them vanish.
std::string fold_next_lines(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (!text.substr(at).starts_with(kNextLine)) {
      out += text[at++];
      continue;
    }
    while (out.ends_with(' ')) out.pop_back();
    std::size_t breaks = 0;
    while (at < text.size()) {
      if (text.substr(at).starts_with(kNextLine)) {
        ++breaks;
        at += kNextLine.size();
      } else if (text[at] == ' ') {
        ++at;
      } else {
        break;
      }
    }
    if (breaks == 1) {
      out += ' ';
    } else {
      out.append(breaks - 1, '\n');
    }
  }
  return out;
}

/// The text after the detour; nullopt if it stays as it is.
std::optional<std::string> detour(std::string_view text) {
  const bool ascii = std::all_of(text.begin(), text.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) return std::nullopt;
  const bool valid = find_invalid_utf8(text) == text.npos;
  const bool breaks = text.find(kNextLine) != text.npos;
  if (valid && !breaks) return std::nullopt;
  std::string out = valid ? std::string(text) : replace_invalid(text);
  return breaks ? fold_next_lines(out) : out;
}

/// Whether no text in the value takes a detour; nearly always so, and known without a copy.
bool stays(const Value& value) {
  if (value.is_string()) return !detour(value.as_string());
  const auto items = value.items();
  const auto members = value.members();
  return std::all_of(items.begin(), items.end(), stays) &&
         std::all_of(members.begin(), members.end(), [](const Member& member) {
           return !detour(member.key()) && stays(member.value);
         });
}

/// nullopt if nothing in the value changes.
std::optional<Value> changed(const Value& value) {
  if (value.is_string()) {
    if (auto text = detour(value.as_string())) return Value(*text);
    return std::nullopt;
  }
  if (value.is_array()) {
    std::vector<Value> items;
    bool any = false;
    for (const Value& item : value.items()) {
      auto other = changed(item);
      any |= other.has_value();
      items.push_back(std::move(other).value_or(item));
    }
    return any ? std::optional(Value::array(std::move(items))) : std::nullopt;
  }
  std::vector<Member> members;
  bool any = false;
  for (const Member& member : value.members()) {
    auto key = detour(member.key());
    auto other = changed(member.value);
    any |= key.has_value() || other.has_value();
    Member copy = member;
    if (key) copy.name = *key;
    if (other) copy.value = std::move(*other);
    members.push_back(std::move(copy));
  }
  return any ? std::optional(Value::object(std::move(members))) : std::nullopt;
}

/// The length of a character in encoding/json's text, which also escapes what HTML minds.
std::size_t json_size(char32_t c) {
  if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f') {
    return 2;
  }
  const bool escaped = c < 0x20 || c == '<' || c == '>' || c == '&' || c == 0x2028 || c == 0x2029;
  return escaped ? 6 : 1;
}

Result<> check_text(std::string_view text, bool is_key) {
  std::size_t size = 2;
  for (std::size_t at = 0; at < text.size();) {
    const Rune rune = decode_utf8(text, at);
    const char32_t c = rune.value;
    const bool control = c == 0x7f || (c >= 0x80 && c < 0xa0 && c != 0x85) || c == 0xfffe ||
                         c == 0xffff || (c == 0x85 && is_key);
    if (control) {
      return fail(Code::invalid,
                  fmt::format("text `{}` holds the control character U+{:04X}, "
                              "which YAML does not allow",
                              printable(text.substr(0, 64)), static_cast<std::uint32_t>(c)));
    }
    size += json_size(c);
    at += rune.size;
  }
  if (is_key && size > kLongestKey) {
    return fail(Code::invalid, fmt::format("key `{}…` is longer than {} characters",
                                           printable(text.substr(0, 64)), kLongestKey));
  }
  return {};
}

}  // namespace

Value as_json_reads_in_yaml(const Value& value) {
  return stays(value) ? value : changed(value).value_or(value);
}

Result<> check_json_reads_in_yaml(const Value& value) {
  if (value.kind() == Value::Kind::real && !std::isfinite(value.as_double())) {
    return fail(Code::invalid, "infinity and not-a-number have no form in JSON");
  }
  if (value.is_string()) return check_text(value.as_string(), false);
  for (const Value& item : value.items()) TRY(check_json_reads_in_yaml(item));
  for (const Member& member : value.members()) {
    TRY(check_text(member.key(), true));
    TRY(check_json_reads_in_yaml(member.value));
  }
  return {};
}

}  // namespace rumbo::codec
