#include "codec/go_json.h"

#include <cstdint>
#include <fmt/format.h>

#include "codec/utf8.h"

namespace rumbo::codec {
namespace {

/// The letter behind the backslash; 0 if the character has none.
char short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

void append_ascii(std::string& out, char c, bool escape_html) {
  if (const char letter = short_escape(c); letter != 0) {
    out += '\\';
    out += letter;
  } else if (c < ' ' || (escape_html && (c == '<' || c == '>' || c == '&'))) {
    out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  } else {
    out += c;
  }
}

}  // namespace

void append_go_json_string(std::string& out, std::string_view text, bool escape_html) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      append_ascii(out, text[at], escape_html);
      ++at;
      continue;
    }
    const Rune rune = decode_utf8(text, at);
    const std::size_t size = rune.valid ? rune.size : 1;
    if (!rune.valid) {
      out += "\\ufffd";
    } else if (rune.value == 0x2028 || rune.value == 0x2029) {
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(rune.value));
    } else {
      out += text.substr(at, size);
    }
    at += size;
  }
  out += '"';
}

std::string_view go_json_type(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return "null";
    case Value::Kind::boolean:
      return "bool";
    case Value::Kind::string:
      return "string";
    case Value::Kind::array:
      return "array";
    case Value::Kind::object:
      return "object";
    default:
      return "number";
  }
}

}  // namespace rumbo::codec
