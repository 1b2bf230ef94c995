// Reading of the subset of jq's path expressions that field_path.h describes.
#include <algorithm>
#include <cctype>

#include "base/strings.h"
#include "codec/json.h"
#include "engine/field_path.h"

namespace rumbo::engine {
namespace {

using Part = FieldPath::Part;
using Kind = Part::Kind;

constexpr std::size_t kLongest = 4096;

class JqReader {
 public:
  explicit JqReader(std::string_view text) : text_(text) {}

  Result<std::vector<Part>> read() {
    if (text_.size() > kLongest) return fail(Code::too_large, "the expression is too long");
    do {
      skip();
      if (take("select")) {
        TRY(select());
      } else {
        TRY(path(parts_));
      }
      skip();
    } while (take("|"));
    if (at_ < text_.size()) return fail(outside("`" + rest() + "`"));
    const bool only_tests = std::all_of(parts_.begin(), parts_.end(),
                                        [](const Part& part) { return part.kind == Kind::select; });
    if (only_tests) return fail(Code::invalid, "it names the whole object");
    return std::move(parts_);
  }

 private:
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  std::string rest() const { return printable(text_.substr(at_), 40); }

  static Error outside(const std::string& what) {
    return Error(Code::unsupported, what + " is outside of the part of jq that is read here")
        .with_hint(
            "that is: paths like .spec.containers[].image, with `| select(.name == \"x\")`; "
            "or use jsonPointers");
  }

  static bool in_name(char c) {
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
  }

  /// `.a`, `."a"`, `.["a"]`, `[0]`, `[]`, each with `?`, at least one of them.
  Result<> path(std::vector<Part>& into) {
    const std::size_t before = into.size();
    if (at_ >= text_.size() || text_[at_] != '.') return fail(outside("`" + rest() + "`"));
    while (at_ < text_.size()) {
      if (take(".")) {
        if (at_ < text_.size() && text_[at_] == '"') {
          into.push_back({Kind::token, TRY(text()), {}, {}});
        } else if (at_ < text_.size() && in_name(text_[at_])) {
          const std::size_t start = at_;
          while (at_ < text_.size() && in_name(text_[at_])) ++at_;
          into.push_back({Kind::token, std::string(text_.substr(start, at_ - start)), {}, {}});
        } else if (at_ >= text_.size() || text_[at_] != '[') {
          if (into.size() == before) return {};  // `.` alone: where it stands
          return fail(outside("`.` before `" + rest() + "`"));
        }
      } else if (take("[")) {
        TRY(bracket(into));
      } else if (!take("?")) {
        break;
      }
    }
    return {};
  }

  Result<> bracket(std::vector<Part>& into) {
    skip();
    Part part;
    if (take("]")) {
      part.kind = Kind::each;
      into.push_back(std::move(part));
      return {};
    }
    if (at_ < text_.size() && text_[at_] == '"') {
      part.token = TRY(text());
    } else {
      const std::size_t start = at_;
      while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
      part.token = text_.substr(start, at_ - start);
      if (part.token.empty()) return fail(outside("`[" + rest() + "`"));
    }
    skip();
    if (!take("]")) return fail(outside("`[" + rest() + "`"));
    into.push_back(std::move(part));
    return {};
  }

  /// A JSON string at this place.
  Result<std::string> text() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) return fail(Code::invalid, "a string does not end");
    const Value value = TRY(codec::parse_json(text_.substr(at_, end + 1 - at_)));
    at_ = end + 1;
    return value.str();
  }

  Result<> select() {
    skip();
    if (!take("(")) return fail(outside("`select" + rest() + "`"));
    Part part;
    part.kind = Kind::select;
    bool joined_by_or = false;
    while (true) {
      skip();
      Part::Test test;
      test.joined_by_or = joined_by_or;
      std::vector<Part> field;
      TRY(path(field));
      for (const Part& one : field) {
        if (one.kind != Kind::token) return fail(outside("`[]` inside of select"));
        test.field.push_back(one.token);
      }
      skip();
      if (take("!=")) {
        test.equal = false;
      } else if (!take("==")) {
        return fail(outside("`" + rest() + "` inside of select"));
      }
      test.value = TRY(literal());
      part.tests.push_back(std::move(test));
      skip();
      if (take(")")) break;
      joined_by_or = take("or");
      if (!joined_by_or && !take("and")) return fail(outside("`" + rest() + "` inside of select"));
    }
    parts_.push_back(std::move(part));
    return {};
  }

  Result<Value> literal() {
    skip();
    if (at_ < text_.size() && text_[at_] == '"') return Value(TRY(text()));
    std::size_t end = at_;
    while (end < text_.size() && (in_name(text_[end]) || text_[end] == '-' || text_[end] == '.')) {
      ++end;
    }
    const auto value = codec::parse_json(text_.substr(at_, end - at_));
    if (!value) return fail(outside("`" + rest() + "` inside of select"));
    at_ = end;
    return *value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Part> parts_;
};

}  // namespace

Result<FieldPath> FieldPath::from_jq(std::string_view text) {
  return FieldPath(TRY(JqReader(text).read()));
}

}  // namespace rumbo::engine
