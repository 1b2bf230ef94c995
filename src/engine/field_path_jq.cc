// Reading of the subset of jq's path expressions that field_path.h describes.
#include <algorithm>

#include "engine/field_path.h"
#include "engine/jq_cursor.h"

namespace rumbo::engine {
namespace {

using Part = FieldPath::Part;
using Kind = Part::Kind;

constexpr std::size_t kLongest = 4096;

Part token(std::string name) {
  Part out;
  out.token = std::move(name);
  return out;
}

class JqReader {
 public:
  explicit JqReader(std::string_view text) : at_(text), size_(text.size()) {}

  Result<std::vector<Part>> read() {
    if (size_ > kLongest) return fail(Code::too_large, "the expression is too long");
    do {
      at_.skip_space();
      if (at_.take_word("select")) {
        TRY(select());
      } else {
        TRY(path());
      }
      at_.skip_space();
    } while (at_.take("|"));
    if (!at_.at_end()) return fail(at_.outside());
    const bool only_tests = std::all_of(parts_.begin(), parts_.end(),
                                        [](const Part& part) { return part.kind == Kind::select; });
    if (only_tests) return fail(Code::invalid, "it names the whole object");
    return std::move(parts_);
  }

 private:
  /// `.a`, `."a"`, `.["a"]`, `[0]`, `[]`, each with `?`, at least one of them.
  Result<> path() {
    const std::size_t before = parts_.size();
    if (at_.next() != '.') return fail(at_.outside());
    while (!at_.at_end()) {
      if (at_.take(".")) {
        if (at_.next() == '"') {
          parts_.push_back(token(TRY(at_.string())));
        } else if (const std::string_view name = at_.name(); !name.empty()) {
          parts_.push_back(token(std::string(name)));
        } else if (at_.next() != '[') {
          if (parts_.size() == before) return {};  // `.` alone: where it stands
          return fail(at_.outside("after `.`"));
        }
      } else if (at_.take("[")) {
        TRY(bracket());
      } else if (!at_.take("?")) {
        break;
      }
    }
    return {};
  }

  Result<> bracket() {
    at_.skip_space();
    Part part;
    if (at_.take("]")) {
      part.kind = Kind::each;
      parts_.push_back(std::move(part));
      return {};
    }
    part.token = at_.next() == '"' ? TRY(at_.string()) : std::string(at_.digits());
    at_.skip_space();
    if (part.token.empty() || !at_.take("]")) return fail(at_.outside("inside of []"));
    parts_.push_back(std::move(part));
    return {};
  }

  Result<> select() {
    at_.skip_space();
    if (!at_.take("(")) return fail(at_.outside("after select"));
    Part part;
    part.kind = Kind::select;
    part.condition = std::make_shared<const JqCondition>(TRY(JqCondition::read(at_)));
    at_.skip_space();
    if (!at_.take(")")) return fail(at_.outside("inside of select"));
    parts_.push_back(std::move(part));
    return {};
  }

  JqCursor at_;
  std::size_t size_;
  std::vector<Part> parts_;
};

}  // namespace

Result<FieldPath> FieldPath::from_jq(std::string_view text) {
  return FieldPath(TRY(JqReader(text).read()));
}

}  // namespace rumbo::engine
