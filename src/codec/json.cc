#include "codec/json.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "codec/json_reader.h"
#include "codec/numbers.h"
#include "codec/utf8.h"

namespace rumbo::codec {
namespace {

bool reads_as_integer(std::string_view text) {
  const char* end = text.data() + text.size();
  std::int64_t integer = 0;
  std::uint64_t positive = 0;
  const auto a = std::from_chars(text.data(), end, integer);
  const auto b = std::from_chars(text.data(), end, positive);
  return (a.ec == std::errc() && a.ptr == end) || (b.ec == std::errc() && b.ptr == end);
}

void append_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  std::string text = format_go_json(number);
  // Digits alone would read back as an integer if one of 64 bits can hold them.
  if (reads_as_integer(text)) text += ".0";
  out += text;
}

/// Prints with or without line breaks.
class Printer {
 public:
  Printer(std::string& out, bool pretty) : out_(out), pretty_(pretty) {}

  void print(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::null:
        out_ += "null";
        break;
      case Value::Kind::boolean:
        out_ += value.as_bool() ? "true" : "false";
        break;
      case Value::Kind::integer:
        fmt::format_to(std::back_inserter(out_), FMT_STRING("{}"), value.as_int());
        break;
      case Value::Kind::unsigned_integer:
        fmt::format_to(std::back_inserter(out_), FMT_STRING("{}"), value.as_uint());
        break;
      case Value::Kind::real:
        append_number(out_, value.as_double());
        break;
      case Value::Kind::string:
        append_json_string(out_, value.as_string());
        break;
      case Value::Kind::array:
        print_array(value);
        break;
      case Value::Kind::object:
        print_object(value);
        break;
    }
  }

 private:
  void print_array(const Value& value) {
    if (value.empty()) {
      out_ += "[]";
      return;
    }
    open('[');
    bool first = true;
    for (const Value& item : value.items()) {
      separate(first);
      print(item);
    }
    close(']');
  }

  void print_object(const Value& value) {
    if (value.empty()) {
      out_ += "{}";
      return;
    }
    open('{');
    bool first = true;
    for (const Member& member : value.members()) {
      separate(first);
      append_json_string(out_, member.key());
      out_ += pretty_ ? ": " : ":";
      print(member.value);
    }
    close('}');
  }

  void open(char bracket) {
    out_ += bracket;
    ++depth_;
  }
  void separate(bool& first) {
    if (!first) out_ += ',';
    first = false;
    line();
  }
  void close(char bracket) {
    --depth_;
    line();
    out_ += bracket;
  }
  void line() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(depth_ * 2, ' ');
  }

  std::string& out_;
  bool pretty_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<Value> parse_json(std::string_view text, const JsonLimits& limits, std::string_view file) {
  if (text.size() > limits.max_bytes) {
    return fail(Error(Code::too_large, fmt::format("JSON of {} bytes exceeds the limit of {}",
                                                   text.size(), limits.max_bytes))
                    .at({std::string(file)}));
  }
  return JsonReader(text, limits.max_depth, file).read();
}

std::string to_json(const Value& value) {
  std::string out;
  Printer(out, false).print(value);
  return out;
}

std::string to_json_pretty(const Value& value) {
  std::string out;
  Printer(out, true).print(value);
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  std::size_t clean = 0;  // what is before it has been written
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x80) {
      const Rune rune = decode_utf8(text, at);
      if (!rune.valid) {
        out += text.substr(clean, at - clean);
        out += "\ufffd";
        clean = at + 1;
      }
      at += rune.size;
      continue;
    }
    if (byte >= 0x20 && byte != '"' && byte != '\\') {
      ++at;
      continue;
    }
    out += text.substr(clean, at - clean);
    out += '\\';
    switch (byte) {
      case '"':
      case '\\':
        out += text[at];
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out += "u00";
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
        break;
    }
    clean = ++at;
  }
  out += text.substr(clean);
  out += '"';
}

}  // namespace rumbo::codec
