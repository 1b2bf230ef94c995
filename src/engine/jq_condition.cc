#include "engine/jq_condition.h"

#include <algorithm>
#include <array>
#include <utility>

namespace rumbo::engine {
namespace {

constexpr int kDeepest = 32;

bool is_true(const Value& value) {
  return !value.is_null() && !(value.is_bool() && !value.as_bool());
}

}  // namespace

// Precedence, from what binds least: `|`, `or`, `and`, comparisons.
class JqCondition::Reader {
 public:
  explicit Reader(JqCursor& cursor) : at_(cursor) {}

  Result<JqCondition> pipe() {
    if (++depth_ > kDeepest) return fail(Code::too_large, "the expression is too deep");
    JqCondition left = TRY(joined("or", Op::any));
    at_.skip_space();
    if (at_.take("|")) left = node(Op::pipe, {std::move(left), TRY(pipe())});
    --depth_;
    return left;
  }

 private:
  static JqCondition node(Op op, std::vector<JqCondition> of) {
    JqCondition out;
    out.op_ = op;
    out.of_ = std::move(of);
    return out;
  }

  Result<JqCondition> joined(std::string_view word, Op op) {
    const auto part = [&] { return op == Op::any ? joined("and", Op::all) : compared(); };
    std::vector<JqCondition> all{TRY(part())};
    for (at_.skip_space(); at_.take_word(word); at_.skip_space()) all.push_back(TRY(part()));
    if (all.size() == 1) return std::move(all[0]);
    return node(op, std::move(all));
  }

  Result<JqCondition> compared() {
    JqCondition left = TRY(term());
    at_.skip_space();
    const bool differs = at_.take("!=");
    if (!differs && !at_.take("==")) return left;
    JqCondition out = node(differs ? Op::differs : Op::equal, {std::move(left)});
    out.value_ = TRY(at_.literal());
    return out;
  }

  Result<JqCondition> term() {
    at_.skip_space();
    if (at_.take("(")) {
      JqCondition inner = TRY(pipe());
      at_.skip_space();
      if (!at_.take(")")) return fail(at_.outside("inside of select"));
      return inner;
    }
    if (at_.take_word("not")) return node(Op::negate, {});
    static constexpr std::array<std::pair<std::string_view, Op>, 5> kFunctions{
        {{"startswith", Op::starts_with},
         {"endswith", Op::ends_with},
         {"contains", Op::contains},
         {"test", Op::matches},
         {"has", Op::has}}};
    for (const auto& [word, op] : kFunctions) {
      if (!at_.take_word(word)) continue;
      return function(op);
    }
    JqCondition out;
    out.field_ = TRY(at_.members());
    return out;
  }

  Result<JqCondition> function(Op op) {
    at_.skip_space();
    if (!at_.take("(")) return fail(at_.outside("inside of select"));
    JqCondition out = node(op, {});
    out.value_ = TRY(at_.literal());
    at_.skip_space();
    if (!out.value_.is_string() || !at_.take(")")) return fail(at_.outside("inside of select"));
    if (op == Op::matches) out.regex_ = TRY(Regex::compile(out.value_.as_string()));
    return out;
  }

  JqCursor& at_;
  int depth_ = 0;
};

Result<JqCondition> JqCondition::read(JqCursor& cursor) {
  return Reader(cursor).pipe();
}

Value JqCondition::eval(const Value& at) const {
  const auto holds_on = [&](const JqCondition& one) { return is_true(one.eval(at)); };
  const std::string_view text = at.as_string();
  const std::string_view other = value_.as_string();
  switch (op_) {
    case Op::member: {
      const Value* found = &at;
      for (const std::string& name : field_) found = &(*found)[name];
      return *found;
    }
    case Op::pipe:
      return of_[1].eval(of_[0].eval(at));
    case Op::all:
      return std::all_of(of_.begin(), of_.end(), holds_on);
    case Op::any:
      return std::any_of(of_.begin(), of_.end(), holds_on);
    case Op::equal:
      return of_[0].eval(at) == value_;
    case Op::differs:
      return of_[0].eval(at) != value_;
    case Op::negate:
      return !is_true(at);
    case Op::starts_with:
      return at.is_string() && text.starts_with(other);
    case Op::ends_with:
      return at.is_string() && text.ends_with(other);
    case Op::contains:
      return at.is_string() && text.find(other) != std::string_view::npos;
    case Op::matches:
      return at.is_string() && regex_.found_in(text);
    case Op::has:
      return at.is_object() && at.contains(other);
  }
  return {};
}

bool JqCondition::holds(const Value& at) const {
  return is_true(eval(at));
}

}  // namespace rumbo::engine
