// Reading TOML 1.0.
#include <limits>

#include "codec/utf8.h"
#include "script/go_number.h"
#include "script/list.h"
#include "script/map.h"
#include "script/time_value.h"
#include "script/toml.h"
#include "script/toml_table.h"
#include "script/unicode.h"

namespace rumbo::script {

Any TomlTable::to_any() const {
  auto map = make<Map>();
  for (const auto& [key, item] : items) {
    if (item.table != nullptr) {
      map->set(key, item.table->to_any());
    } else if (!item.tables.empty()) {
      std::vector<Any> all;
      for (const auto& each : item.tables) all.push_back(each->to_any());
      map->set(key, Any::object(types::any_map_slice, Ref<Object>(make<List>(std::move(all)))));
    } else {
      map->set(key, item.value);
    }
  }
  return Any(map);
}

namespace {

constexpr int kMaxDepth = 100;
using Key = std::vector<std::string>;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Outcome<Any> read() {
    TomlTable* current = &root_;
    while (true) {
      skip_blank_lines();
      if (at_end()) return root_.to_any();
      if (peek() == '[') {
        current = TRY(header());
      } else {
        TRY(pair(*current));
      }
      TRY(end_of_item());
    }
  }

 private:
  tl::unexpected<Failure> bad(const std::string& message) const {
    std::string out = "toml: line " + std::to_string(line_);
    if (!last_key_.empty()) out += " (last key " + quote(last_key_) + ")";
    return failed(out + ": " + message);
  }

  bool at_end() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool looking_at(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    advance();
    return true;
  }
  void advance() {
    if (text_[at_] == '\n') ++line_;
    ++at_;
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++at_;
  }
  void skip_comment() {
    if (peek() != '#') return;
    while (!at_end() && peek() != '\n') ++at_;
  }
  void skip_blank_lines() {
    while (!at_end()) {
      skip_blanks();
      skip_comment();
      if (peek() != '\n' && !looking_at("\r\n")) return;
      if (peek() == '\r') ++at_;
      advance();
    }
  }
  /// The character here in quotes, as Go's %q prints a rune.
  std::string here() const {
    const codec::Rune rune = codec::decode_utf8(text_, at_);
    return quote_rune(rune.valid ? rune.value : U'\ufffd');
  }

  Outcome<> end_of_item() {
    skip_blanks();
    skip_comment();
    if (looking_at("\r\n")) ++at_;
    if (at_end() || peek() == '\n') return {};
    return bad("expected a top-level item to end with a newline, comment, or EOF, but got " +
               here() + " instead");
  }

  static bool is_bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  }

  Outcome<std::string> key_part() {
    if (peek() == '"') return basic_string();
    if (peek() == '\'') return literal_string();
    const std::size_t start = at_;
    while (is_bare(peek())) ++at_;
    if (at_ > start) return std::string(text_.substr(start, at_ - start));
    if (peek() == '=') return bad("unexpected '=': key name appears blank");
    if (peek() == '.') return bad("unexpected '.': keys cannot start with a '.'");
    if (at_end()) return bad("unexpected EOF; expected key separator '='");
    return bad("expected '.' or '=', but got " + here() + " instead");
  }

  Outcome<Key> key() {
    Key out;
    while (true) {
      skip_blanks();
      out.push_back(TRY(key_part()));
      if (out.size() > kMaxDepth) return bad("key has too many parts");
      skip_blanks();
      if (!take('.')) return out;
    }
  }

  static std::string dotted(const Key& key) {
    std::string out;
    for (const std::string& part : key) out += (out.empty() ? "" : ".") + part;
    return out;
  }

  /// The table a dotted path leads to from `from`, made where there is none.
  Outcome<TomlTable*> descend(TomlTable& from, const Key& key, std::size_t count, bool dotted_key) {
    TomlTable* at = &from;
    for (std::size_t i = 0; i < count; ++i) {
      auto [found, added] = at->items.try_emplace(key[i]);
      TomlTable::Item& item = found->second;
      if (added) {
        item.table = std::make_unique<TomlTable>();
        item.table->closed = dotted_key;
      }
      if (!item.tables.empty()) {
        at = item.tables.back().get();
      } else if (item.table != nullptr) {
        at = item.table.get();
      } else {
        return bad("Key '" + dotted(key) + "' has already been defined.");
      }
    }
    return at;
  }

  Outcome<TomlTable*> header() {
    advance();
    const bool list = take('[');
    skip_blanks();
    if (peek() == ']') return bad("unexpected end of table name (table names cannot be empty)");
    const Key name = TRY(key());
    if (!take(']'))
      return bad("expected '.' or ']' to end table name, but got " + here() + " instead");
    if (list && !take(']')) {
      return bad("expected end of table array name delimiter ']', but got " + here() + " instead");
    }
    TomlTable* parent = TRY(descend(root_, name, name.size() - 1, false));
    auto [found, added] = parent->items.try_emplace(name.back());
    TomlTable::Item& item = found->second;
    last_key_ = dotted(name);
    if (list) {
      if (!added && item.tables.empty()) {
        return bad("Key '" + dotted(name) +
                   "' was already created and cannot be used as an array.");
      }
      item.tables.push_back(std::make_unique<TomlTable>());
      return item.tables.back().get();
    }
    if (added) item.table = std::make_unique<TomlTable>();
    if (item.table == nullptr || item.table->defined || item.table->closed) {
      return bad("Key '" + dotted(name) + "' has already been defined.");
    }
    item.table->defined = true;
    return item.table.get();
  }

  Outcome<> pair(TomlTable& table) {
    const Key name = TRY(key());
    if (!take('=')) {
      if (at_end()) return bad("unexpected EOF; expected key separator '='");
      return bad("expected '.' or '=', but got " + here() + " instead");
    }
    last_key_ = dotted(name);
    skip_blanks();
    TomlTable::Item item = TRY(value());
    TomlTable* parent = TRY(descend(table, name, name.size() - 1, true));
    if (!parent->items.emplace(name.back(), std::move(item)).second) {
      return bad("Key '" + dotted(name) + "' has already been defined.");
    }
    return {};
  }

  Outcome<TomlTable::Item> value() {
    TomlTable::Item out;
    if (at_end()) return bad("unexpected EOF; expected value");
    const char c = peek();
    if (c == '{') {
      out.table = TRY(inline_table());
    } else if (c == '[') {
      out.value = TRY(array());
    } else if (looking_at("\"\"\"")) {
      out.value = Any(TRY(multi_string('"')));
    } else if (looking_at("'''")) {
      out.value = Any(TRY(multi_string('\'')));
    } else if (c == '"') {
      out.value = Any(TRY(basic_string()));
    } else if (c == '\'') {
      out.value = Any(TRY(literal_string()));
    } else {
      out.value = TRY(scalar());
    }
    return out;
  }

  Outcome<> deeper() {
    if (++depth_ > kMaxDepth) return bad("value nests too deeply");
    return {};
  }

  Outcome<Any> array() {
    TRY(deeper());
    advance();
    std::vector<Any> items;
    while (true) {
      skip_blank_lines();
      if (take(']')) break;
      if (peek() == ',') return bad("unexpected comma");
      TomlTable::Item item = TRY(value());
      items.push_back(item.table != nullptr ? item.table->to_any() : std::move(item.value));
      skip_blank_lines();
      if (take(']')) break;
      if (!take(',')) {
        return bad("expected a comma (',') or array terminator (']'), but got " +
                   (at_end() ? "end of file" : here()));
      }
    }
    --depth_;
    return Any::list(std::move(items));
  }

  Outcome<std::unique_ptr<TomlTable>> inline_table() {
    TRY(deeper());
    advance();
    auto out = std::make_unique<TomlTable>();
    out->closed = true;
    skip_blanks();
    while (!take('}')) {
      TRY(pair(*out));
      skip_blanks();
      if (take('}')) break;
      if (!take(',')) {
        return bad("expected a comma or an inline table terminator '}', but got " +
                   (at_end() ? "end of file" : here()) + " instead");
      }
      skip_blanks();
    }
    --depth_;
    return out;
  }

  Outcome<std::string> literal_string() {
    advance();
    const std::size_t start = at_;
    while (!at_end() && peek() != '\'' && peek() != '\n') ++at_;
    if (at_end()) return bad("unexpected EOF; expected \"'\"");
    if (peek() == '\n') return bad("strings cannot contain newlines");
    const std::string out(text_.substr(start, at_ - start));
    advance();
    return out;
  }

  Outcome<> escape(std::string& out) {
    advance();
    const char c = peek();
    if (at_end()) return bad("unexpected EOF; expected '\"'");
    advance();
    std::size_t digits = 0;
    switch (c) {
      case 'b':
        out += '\b';
        return {};
      case 't':
        out += '\t';
        return {};
      case 'n':
        out += '\n';
        return {};
      case 'f':
        out += '\f';
        return {};
      case 'r':
        out += '\r';
        return {};
      case 'e':
        out += '\x1b';
        return {};
      case '"':
      case '\\':
        out += c;
        return {};
      case 'x':
        digits = 2;
        break;
      case 'u':
        digits = 4;
        break;
      case 'U':
        digits = 8;
        break;
      default:
        return bad("invalid escape in string '\\" + std::string(1, c) + "'");
    }
    const auto number = parse_go_uint(text_.substr(at_, digits), 16);
    const bool valid = number.ok() && number.value <= 0x10ffff &&
                       (number.value < 0xd800 || number.value >= 0xe000);
    if (!valid) return bad("invalid escape in string '\\" + std::string(1, c) + "'");
    codec::append_utf8(out, static_cast<char32_t>(number.value));
    at_ += digits;
    return {};
  }

  Outcome<std::string> basic_string() {
    advance();
    std::string out;
    while (true) {
      if (at_end()) return bad("unexpected EOF; expected '\"'");
      const char c = peek();
      if (c == '\n') return bad("strings cannot contain newlines");
      if (c == '\\') {
        TRY(escape(out));
        continue;
      }
      advance();
      if (c == '"') return out;
      out += c;
    }
  }

  Outcome<std::string> multi_string(char quote_mark) {
    const std::string mark(3, quote_mark);
    at_ += 3;
    if (looking_at("\r\n")) ++at_;
    if (peek() == '\n') advance();
    std::string out;
    while (!at_end()) {
      if (looking_at(mark)) {
        at_ += 3;
        // Up to two more quotes belong to the text.
        for (int i = 0; i < 2 && take(quote_mark); ++i) out += quote_mark;
        return out;
      }
      if (quote_mark == '"' && peek() == '\\') {
        std::size_t ahead = 1;
        while (peek(ahead) == ' ' || peek(ahead) == '\t' || peek(ahead) == '\r') ++ahead;
        if (peek(ahead) == '\n') {
          ++at_;
          while (!at_end() && std::string_view(" \t\r\n").find(peek()) != std::string_view::npos) {
            advance();
          }
        } else {
          TRY(escape(out));
        }
        continue;
      }
      out += peek();
      advance();
    }
    return bad("unexpected EOF; expected '" + mark + "'");
  }

  /// Date, number or boolean: what stands before a blank, comma, bracket, comment or line end.
  Outcome<Any> scalar() {
    const std::size_t start = at_;
    while (!at_end() && std::string_view(" \t\r\n,]}#").find(peek()) == std::string_view::npos) {
      ++at_;
    }
    std::string word(text_.substr(start, at_ - start));
    // A date may be joined to its time by a blank.
    if (word.size() == 10 && word[4] == '-' && peek() == ' ' && peek(1) >= '0' && peek(1) <= '9') {
      ++at_;
      const std::size_t time = at_;
      while (!at_end() && std::string_view(" \t\r\n,]}#").find(peek()) == std::string_view::npos) {
        ++at_;
      }
      word += "T" + std::string(text_.substr(time, at_ - time));
    }
    if (word == "true") return Any(true);
    if (word == "false") return Any(false);
    const std::size_t sign = word.starts_with('+') || word.starts_with('-') ? 1 : 0;
    const std::string_view size = std::string_view(word).substr(sign);
    const double factor = word.starts_with('-') ? -1 : 1;
    if (size == "inf") return Any(factor * std::numeric_limits<double>::infinity());
    if (size == "nan") return Any(std::numeric_limits<double>::quiet_NaN());
    if (auto date = read_date(word)) return *date;
    return number(word, size, start);
  }

  Outcome<Any> number(const std::string& word, std::string_view size, std::size_t start) {
    const bool digit = !size.empty() && size[0] >= '0' && size[0] <= '9';
    if (digit) {
      const bool leading_zero =
          size.size() > 1 && size[0] == '0' && size[1] >= '0' && size[1] <= '9';
      if (const auto integer = parse_go_int(word, 0); integer.ok() && !leading_zero) {
        return Any::int64(integer.value);
      }
      const bool fraction = size.find_first_of(".eE") != size.npos;
      if (const auto real = parse_go_float(word); fraction && real.ok()) return Any(real.value);
      return bad("Invalid number: " + quote(word));
    }
    at_ = start;
    if (at_end() || peek() == '\n') return bad("unexpected EOF; expected value");
    return bad("expected value but found " +
               (word.empty()       ? here()
                : word.size() == 1 ? here()
                                   : quote(word)) +
               " instead");
  }

  static std::optional<Any> read_date(const std::string& word) {
    struct Form {
      const char* layout;
      const char* zone;
    };
    static constexpr Form kForms[] = {{"2006-01-02T15:04:05.999999999Z07:00", ""},
                                      {"2006-01-02T15:04:05.999999999", "datetime-local"},
                                      {"2006-01-02", "date-local"},
                                      {"15:04:05.999999999", "time-local"}};
    if (word.size() < 8 || word[0] < '0' || word[0] > '9') return std::nullopt;
    std::string text = word;
    if (text.size() > 10 && text[10] == 't') text[10] = 'T';
    if (text.back() == 'z') text.back() = 'Z';
    for (const Form& form : kForms) {
      auto time = parse_go_time(form.layout, text);
      if (!time) continue;
      if (*form.zone != '\0') time->zone = {form.zone, 0};
      return time_value(std::move(*time));
    }
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  int depth_ = 0;
  std::string last_key_;
  TomlTable root_;
};

}  // namespace

Outcome<Any> read_toml(std::string_view text) {
  return Reader(text).read();
}

}  // namespace rumbo::script
