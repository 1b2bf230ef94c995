#include "render/kustomize/selector.h"

#include <algorithm>

#include "base/strings.h"

namespace rumbo::render::kustomize {

Result<SelectorRegex::Part> SelectorRegex::part(const std::string& pattern) {
  if (pattern.empty()) return std::nullopt;
  return TRY(Regex::compile(pattern));
}

Result<SelectorRegex> SelectorRegex::compile(const Selector& selector) {
  SelectorRegex made;
  made.group_ = TRY(part(selector.group));
  made.version_ = TRY(part(selector.version));
  made.kind_ = TRY(part(selector.kind));
  made.name_ = TRY(part(selector.name));
  made.ns_ = TRY(part(selector.ns));
  return made;
}

bool SelectorRegex::matches_gvk(const Gvk& gvk) const {
  return matches(group_, gvk.group) && matches(version_, gvk.version) && matches(kind_, gvk.kind);
}

/// The grammar of apimachinery's label selectors.
class LabelSelector::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) { next(); }

  Result<std::vector<Requirement>> parse() {
    std::vector<Requirement> all;
    if (token_.empty()) return all;
    while (true) {
      all.push_back(TRY(requirement()));
      if (token_.empty()) return all;
      if (token_ != ",") return wrong("expected `,` or the end");
      next();
      if (token_.empty()) return wrong("expected a key after `,`");
    }
  }

 private:
  static bool is_special(char c) {
    return c == '=' || c == '!' || c == '(' || c == ')' || c == ',' || c == '<' || c == '>';
  }
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

  void next() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    const std::size_t from = at_;
    if (at_ == text_.size()) {
      token_ = {};
      return;
    }
    if (is_special(text_[at_])) {
      ++at_;
      const std::string_view two = text_.substr(from, 2);
      if (two == "==" || two == "!=") ++at_;
    } else {
      while (at_ < text_.size() && !is_special(text_[at_]) && !is_blank(text_[at_])) ++at_;
    }
    token_ = text_.substr(from, at_ - from);
  }

  bool is_word() const { return !token_.empty() && !is_special(token_.front()); }

  Result<Requirement> requirement() {
    Requirement one;
    if (token_ == "!") {
      next();
      one.op = Operator::absent;
    }
    if (!is_word()) return wrong("expected a key");
    one.key = token_;
    next();
    if (one.op == Operator::absent || token_.empty() || token_ == ",") return one;
    if (token_ == "in" || token_ == "notin") {
      one.op = token_ == "in" ? Operator::in : Operator::not_in;
      next();
      one.values = TRY(list());
      return one;
    }
    if (token_ == "=" || token_ == "==") {
      one.op = Operator::in;
    } else if (token_ == "!=") {
      one.op = Operator::not_in;
    } else if (token_ == ">" || token_ == "<") {
      one.op = token_ == ">" ? Operator::greater : Operator::less;
    } else {
      return wrong("expected an operator");
    }
    next();
    one.values.emplace_back(is_word() ? token_ : std::string_view());
    if (is_word()) next();
    return one;
  }

  Result<std::vector<std::string>> list() {
    std::vector<std::string> values;
    if (token_ != "(") return wrong("expected `(`");
    next();
    while (token_ != ")") {
      if (token_.empty()) return wrong("expected `)`");
      if (token_ == ",") {
        next();
        continue;
      }
      if (!is_word()) return wrong("expected a value");
      values.emplace_back(token_);
      next();
    }
    next();
    if (values.empty()) values.emplace_back();
    return values;
  }

  tl::unexpected<Error> wrong(std::string what) const {
    return fail(Code::invalid, "unable to parse requirement: found '" + printable(token_, 64) +
                                   "', " + std::move(what) + " in selector `" +
                                   printable(text_, 256) + "`");
  }

  std::string_view text_, token_;
  std::size_t at_ = 0;
};

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  LabelSelector selector;
  selector.requirements_ = TRY(Parser(text).parse());
  return selector;
}

bool LabelSelector::holds(const Requirement& one, bool present, std::string_view value) {
  switch (one.op) {
    case Operator::exists:
      return present;
    case Operator::absent:
      return !present;
    case Operator::in:
      return present && std::find(one.values.begin(), one.values.end(), value) != one.values.end();
    case Operator::not_in:
      return !present || std::find(one.values.begin(), one.values.end(), value) == one.values.end();
    case Operator::greater:
    case Operator::less: {
      const auto bound = parse_int(one.values.front()), number = parse_int(value);
      if (!present || !bound || !number) return false;
      return one.op == Operator::greater ? *number > *bound : *number < *bound;
    }
  }
  return false;
}

}  // namespace rumbo::render::kustomize
