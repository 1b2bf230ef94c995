#include "codec/go_json.h"

#include <cstdint>
#include <fmt/format.h>
#include <utility>

#include "codec/json.h"
#include "codec/numbers.h"
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

namespace {

class GoJson {
 public:
  explicit GoJson(bool pretty) : pretty_(pretty) {}

  void print(const Value& value, int depth) {
    switch (value.kind()) {
      case Value::Kind::array:
        return list(value, depth);
      case Value::Kind::object:
        return map(value, depth);
      case Value::Kind::string:
        return text(value.as_string());
      case Value::Kind::real:
        out_ += format_go_json(value.as_double());
        return;
      default:
        out_ += to_json(value);
    }
  }
  std::string take() && { return std::move(out_); }

 private:
  void line(int depth) {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth) * 2, ' ');
  }
  void list(const Value& value, int depth) {
    inside('[', ']', value.items(), depth, [&](const Value& item) { print(item, depth + 1); });
  }
  void map(const Value& value, int depth) {
    inside('{', '}', value.members(), depth, [&](const Member& member) {
      text(member.key());
      out_ += pretty_ ? ": " : ":";
      print(member.value, depth + 1);
    });
  }
  template <class Parts, class PrintOne>
  void inside(char opening, char closing, const Parts& parts, int depth,
              const PrintOne& print_one) {
    out_ += opening;
    bool first = true;
    for (const auto& part : parts) {
      if (!std::exchange(first, false)) out_ += ',';
      line(depth + 1);
      print_one(part);
    }
    if (!parts.empty()) line(depth);
    out_ += closing;
  }
  void text(std::string_view text) { append_go_json_string(out_, text); }

  bool pretty_;
  std::string out_;
};

}  // namespace

std::string to_go_json(const Value& value, bool pretty) {
  GoJson printer(pretty);
  printer.print(value, 0);
  return std::move(printer).take();
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
