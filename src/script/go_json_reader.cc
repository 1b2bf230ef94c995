#include "codec/utf8.h"
#include "script/go_json.h"
#include "script/go_number.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

constexpr int kMaxDepth = 256;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Outcome<GoJson> read() {
    GoJson out;
    out.value = TRY(value(0));
    blanks();
    if (at_ < text_.size()) return unexpected("after top-level value");
    out.range_error = std::move(range_error_);
    return out;
  }

 private:
  tl::unexpected<Failure> unexpected(std::string_view where) const {
    if (at_ >= text_.size()) return failed("unexpected end of JSON input");
    const char c = text_[at_];
    std::string quoted;
    if (c == '\'') {
      quoted = "'\\''";
    } else if (c == '"') {
      quoted = "'\"'";
    } else {
      std::string rune;
      codec::append_utf8(rune, static_cast<unsigned char>(c));
      const std::string text = quote(rune);
      quoted = "'" + text.substr(1, text.size() - 2) + "'";
    }
    return failed("invalid character " + quoted + " " + std::string(where));
  }

  void blanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n')) {
      ++at_;
    }
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  Outcome<Value> value(int depth) {
    if (depth > kMaxDepth) return failed("exceeded max depth");
    blanks();
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return Value(TRY(string()));
      case 't':
        return literal("true", true);
      case 'f':
        return literal("false", false);
      case 'n':
        return literal("null", Value());
      default:
        break;
    }
    if (peek() == '-' || (peek() >= '0' && peek() <= '9')) return number();
    return unexpected("looking for beginning of value");
  }

  Outcome<Value> literal(std::string_view word, Value out) {
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (!take(word[i])) {
        return unexpected("in literal " + std::string(word) + " (expecting '" + word[i] + "')");
      }
    }
    return out;
  }

  Outcome<Value> object(int depth) {
    ++at_;
    std::vector<Member> members;
    blanks();
    if (take('}')) return Value::object();
    while (true) {
      blanks();
      if (peek() != '"') return unexpected("looking for beginning of object key string");
      const std::string key = TRY(string());
      blanks();
      if (!take(':')) return unexpected("after object key");
      members.emplace_back(key, TRY(value(depth + 1)));
      blanks();
      if (take('}')) return Value::object(std::move(members));
      if (!take(',')) return unexpected("after object key:value pair");
    }
  }

  Outcome<Value> array(int depth) {
    ++at_;
    std::vector<Value> items;
    blanks();
    if (take(']')) return Value::array();
    while (true) {
      items.push_back(TRY(value(depth + 1)));
      blanks();
      if (take(']')) return Value::array(std::move(items));
      if (!take(',')) return unexpected("after array element");
    }
  }

  bool digits() {
    const std::size_t start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > start;
  }

  Outcome<Value> number() {
    const std::size_t start = at_;
    take('-');
    if (!take('0') && !digits()) return unexpected("in numeric literal");
    if (take('.') && !digits()) return unexpected("after decimal point in numeric literal");
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return unexpected("in exponent of numeric literal");
    }
    const std::string_view text = text_.substr(start, at_ - start);
    const auto parsed = parse_go_float(text);
    if (parsed.ok()) return Value(parsed.value);
    if (range_error_.empty()) {
      range_error_ =
          "json: cannot unmarshal number " + std::string(text) + " into Go value of type float64";
    }
    return Value();
  }

  Outcome<char32_t> hex4() {
    char32_t out = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = peek();
      const bool digit = c >= '0' && c <= '9';
      const char low = static_cast<char>(c | 0x20);
      if (!digit && (low < 'a' || low > 'f')) {
        return unexpected("in \\u hexadecimal character escape");
      }
      out = out * 16 + static_cast<char32_t>(digit ? c - '0' : low - 'a' + 10);
      ++at_;
    }
    return out;
  }

  Outcome<> escape(std::string& out) {
    const char c = peek();
    switch (c) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case '"':
      case '\\':
      case '/':
        out += c;
        break;
      case 'u': {
        ++at_;
        char32_t rune = TRY(hex4());
        if (rune >= 0xd800 && rune < 0xdc00 && text_.substr(at_).starts_with("\\u")) {
          const std::size_t mark = at_;
          at_ += 2;
          const char32_t low = TRY(hex4());
          if (low >= 0xdc00 && low < 0xe000) {
            rune = 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
          } else {
            at_ = mark;
          }
        }
        codec::append_utf8(out, rune >= 0xd800 && rune < 0xe000 ? U'\ufffd' : rune);
        return {};
      }
      default:
        return unexpected("in string escape code");
    }
    ++at_;
    return {};
  }

  Outcome<std::string> string() {
    ++at_;
    std::string out;
    while (true) {
      if (at_ >= text_.size()) return failed("unexpected end of JSON input");
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return out;
      }
      if (c == '\\') {
        ++at_;
        TRY(escape(out));
      } else if (static_cast<unsigned char>(c) < 0x20) {
        return unexpected("in string literal");
      } else {
        const codec::Rune rune = codec::decode_utf8(text_, at_);
        codec::append_utf8(out, rune.valid ? rune.value : U'\ufffd');
        at_ += rune.valid ? rune.size : 1;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string range_error_;
};

}  // namespace

Outcome<GoJson> read_go_json(std::string_view text) {
  return Reader(text).read();
}

std::string_view json_kind(const Value& value) {
  if (value.is_object()) return "object";
  if (value.is_array()) return "array";
  if (value.is_string()) return "string";
  if (value.is_bool()) return "bool";
  return value.is_number() ? "number" : "null";
}

}  // namespace rumbo::script
