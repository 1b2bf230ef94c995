#include "render/helm/strvals.h"

#include <charconv>
#include <fmt/format.h>
#include <vector>

#include "base/strings.h"
#include "render/helm/go_value.h"

namespace rumbo::render::helm {
namespace {

constexpr std::int64_t kMaxIndex = 65536;
constexpr int kMaxLevel = 30;
// A list may nest without names: bounded so that hostile text cannot exhaust the stack.
constexpr int kMaxBrackets = 1000;

/// What reading one key led to. `end` is Go's io.EOF: not an error, but no more keys follow.
enum class Step { more, end };

void put(Value& data, std::string_view key, Value value) {
  if (!key.empty()) data = data.with(key, std::move(value));
}

Result<> put_at(Value& list, std::int64_t index, Value value) {
  if (index > kMaxIndex) {
    return fail(
        Code::invalid,
        fmt::format("index of {} is greater than maximum supported index of {}", index, kMaxIndex));
  }
  std::vector<Value> items(list.items().begin(), list.items().end());
  const auto at = static_cast<std::size_t>(index);
  if (items.size() <= at) items.resize(at + 1);
  items[at] = std::move(value);
  list = Value::array(std::move(items));
  return {};
}

bool equal_fold(std::string_view text, std::string_view word) {
  return to_lower(text) == word;
}

Value typed_value(std::string_view text) {
  if (equal_fold(text, "true")) return true;
  if (equal_fold(text, "false")) return false;
  if (equal_fold(text, "null")) return nullptr;
  if (text == "0") return std::int64_t{0};
  if (!text.empty() && text[0] != '0') {
    std::string_view digits = text;
    if (digits[0] == '+') digits.remove_prefix(1);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool signs = digits.size() != text.size() && digits.starts_with('-');
    if (error == std::errc{} && end == digits.data() + digits.size() && !signs) return number;
  }
  return text;
}

/// The characters as `%q` prints a list of them: ['a' 'b'].
std::string go_quote_runes(std::string_view text) {
  std::string out = "[";
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    const std::string rune(text.substr(i, end - i));
    if (out.size() > 1) out += ' ';
    if (rune == "'") {
      out += R"('\'')";
    } else if (rune == "\"") {
      out += "'\"'";
    } else {
      const std::string quoted = go_quote(rune);
      out += "'" + quoted.substr(1, quoted.size() - 2) + "'";
    }
    i = end;
  }
  return out + "]";
}

class Parser {
 public:
  Parser(SetKind kind, std::string_view text, const ReadFile& read, Profile profile)
      : kind_(kind), text_(text), read_(read), profile_(profile) {}

  Result<> parse(Value& data) {
    for (;;) {
      auto step = key(data, 0);
      // Helm 4 takes the end of the text inside of an index for the end of all keys.
      if (!step && cut_in_index_ && profile_ == Profile::helm4) return {};
      if (TRY(std::move(step)) == Step::end) return {};
    }
  }

 private:
  struct Word {
    std::string text;
    char last = '\0';
    bool ended = false;  ///< the text ended before a stop character
  };

  bool literal() const { return kind_ == SetKind::literal; }

  /// Up to and without one of `stops`, which is consumed; `\` escapes the next character.
  Word until(std::string_view stops) {
    Word word;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (stops.find(c) != stops.npos) {
        word.last = c;
        return word;
      }
      if (c == '\\' && !literal()) {
        if (at_ >= text_.size()) break;
        word.text += text_[at_++];
        continue;
      }
      word.text += c;
    }
    word.ended = true;
    return word;
  }

  Result<Step> key(Value& data, int level) {
    const Word word = until(literal() ? "=[." : "=[,.");
    if (word.ended) {
      if (word.text.empty()) return Step::end;
      return fail(Code::invalid, fmt::format("key {} has no value", go_quote(word.text)));
    }
    switch (word.last) {
      case '[':
        return list_key(data, word.text, level);
      case '=': {
        Value value;
        const Step step = TRY(value_into(value, word.text, data));
        put(data, word.text, std::move(value));
        return step;
      }
      case ',':
        put(data, word.text, "");
        return fail(Code::invalid,
                    fmt::format("key {} has no value (cannot end with ,)", go_quote(word.text)));
      default:
        return map_key(data, word.text, level + 1);
    }
  }

  static tl::unexpected<Error> not_of_type(const Value& value, std::string_view type) {
    return fail(
        Code::invalid,
        fmt::format("unable to parse key: interface conversion: interface {{}} is {}, not {}",
                    go_type(value), type));
  }

  Result<Step> map_key(Value& data, const std::string& name, int level) {
    if (level > kMaxLevel) {
      return fail(Code::invalid,
                  fmt::format("value name nested level is greater than maximum supported nested "
                              "level of {}",
                              kMaxLevel));
    }
    Value inner = Value::object();
    if (const Value* existing = data.find(name)) {
      if (!existing->is_object()) return not_of_type(*existing, "map[string]interface {}");
      inner = *existing;
    }
    const auto step = key(inner, level);
    if (step && *step == Step::more && inner.empty()) {
      return fail(Code::invalid, fmt::format("key map {} has no value", go_quote(name)));
    }
    if (!inner.empty()) put(data, name, std::move(inner));
    return step;
  }

  Result<Step> list_key(Value& data, const std::string& name, int level) {
    const std::int64_t index = TRY(key_index());
    Value list = Value::array();
    if (const Value* existing = data.find(name)) {
      if (!existing->is_array()) return not_of_type(*existing, "[]interface {}");
      list = *existing;
    }
    const auto step = list_item(list, index, level, 0);
    put(data, name, std::move(list));
    return step;
  }

  Result<std::int64_t> key_index() {
    const Word word = until("]");
    if (word.ended) {
      cut_in_index_ = true;
      return fail(Code::invalid, "error parsing index: EOF");
    }
    std::string_view digits = word.text;
    if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc::result_out_of_range) {
      return fail(Code::invalid,
                  fmt::format("error parsing index: strconv.Atoi: parsing {}: value out of range",
                              go_quote(word.text)));
    }
    if (error != std::errc{} || end != digits.data() + digits.size()) {
      return fail(Code::invalid,
                  fmt::format("error parsing index: strconv.Atoi: parsing {}: invalid syntax",
                              go_quote(word.text)));
    }
    return number;
  }

  Result<Step> list_item(Value& list, std::int64_t index, int level, int brackets) {
    if (index < 0) return fail(Code::invalid, fmt::format("negative {} index not allowed", index));
    if (brackets > kMaxBrackets) return fail(Code::too_large, "too many indexes");
    const Word word = until("[.=");
    if (!word.text.empty()) {
      return fail(Code::invalid, fmt::format("unexpected data at end of array index: {}",
                                             go_quote_runes(word.text)));
    }
    if (word.ended) return Step::end;
    const Value* existing =
        static_cast<std::size_t>(index) < list.size() ? &list.items()[std::size_t(index)] : nullptr;
    if (word.last == '=') {
      Value value;
      Value ignored;
      const Step step = TRY(value_into(value, "", ignored));
      TRY(put_at(list, index, std::move(value)));
      // A value that ends the text ends the list item as an ordinary one: the next key sees the
      // end.
      return kind_ == SetKind::json ? step : Step::more;
    }
    if (word.last == '[') {
      const std::int64_t next = TRY(key_index());
      Value inner = Value::array();
      if (existing != nullptr && !existing->is_null()) {
        if (!existing->is_array()) return not_of_type(*existing, "[]interface {}");
        inner = *existing;
      }
      if (TRY(list_item(inner, next, level, brackets + 1)) == Step::end) return Step::end;
      TRY(put_at(list, index, std::move(inner)));
      return Step::more;
    }
    const bool was_map = existing != nullptr && existing->is_object();
    Value inner = was_map ? *existing : Value::object();
    const auto step = key(inner, level);
    // Go changes a map that was there before in place, also when an error ends the text.
    if (was_map || (step && *step == Step::more)) TRY(put_at(list, index, std::move(inner)));
    return step;
  }

  /// What stands behind `=`. On errors the map stays as it was.
  Result<Step> value_into(Value& value, const std::string& name, Value& data) {
    if (literal()) {
      value = text_.substr(at_);
      at_ = text_.size();
      return Step::more;
    }
    if (kind_ == SetKind::json) return json_value(value);
    if (at_ >= text_.size()) {
      value = "";
      return Step::end;
    }
    if (text_[at_] == '{') {
      ++at_;
      return brace_list(value);
    }
    const Word word = until(",");
    auto read = scalar(word.text);
    if (!read) {
      put(data, name, nullptr);
      return fail(std::move(read).error());
    }
    value = *std::move(read);
    return Step::more;
  }

  Result<Value> scalar(const std::string& text) const {
    switch (kind_) {
      case SetKind::typed:
        return typed_value(text);
      case SetKind::file:
        return Value(TRY(read_(text)));
      default:
        return Value(text);
    }
  }

  Result<Step> brace_list(Value& value) {
    std::vector<Value> items;
    for (;;) {
      const Word word = until(",}");
      if (word.ended) return fail(Code::invalid, "list must terminate with '}'");
      items.push_back(TRY(scalar(word.text)));
      if (word.last == '}') break;
    }
    if (at_ < text_.size() && text_[at_] == ',') ++at_;
    value = Value::array(std::move(items));
    return Step::more;
  }

  /// Blanks and one comma; true if nothing but those stood there.
  bool skip_empty() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ',') {
        ++at_;
        return true;
      }
      if (std::string_view(" \t\n\v\f\r").find(c) == std::string_view::npos) return false;
      ++at_;
    }
    return true;
  }

  Result<Step> json_value(Value& value) {
    if (skip_empty()) return Step::more;
    std::size_t used = 0;
    value = TRY(decode_json(text_.substr(at_), used));
    at_ += used;
    skip_empty();
    return Step::more;
  }

  const SetKind kind_;
  const std::string_view text_;
  const ReadFile& read_;
  const Profile profile_;
  std::size_t at_ = 0;
  bool cut_in_index_ = false;
};

}  // namespace

Result<> set_values(SetKind kind, std::string_view text, Value& into, const ReadFile& read,
                    Profile profile) {
  if (!into.is_object()) into = Value::object();
  return Parser(kind, text, read, profile).parse(into);
}

}  // namespace rumbo::render::helm
