#include <algorithm>

#include "base/strings.h"
#include "request.h"

namespace rumbo::fake_api {
namespace {

/// Splits at commas that are not inside parentheses.
std::vector<std::string> requirements(const std::string& text) {
  std::vector<std::string> out;
  std::string one;
  int depth = 0;
  for (const char c : text) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && depth == 0) {
      out.push_back(one);
      one.clear();
    } else {
      one += c;
    }
  }
  if (!trim(one).empty()) out.push_back(one);
  return out;
}

std::string field_of(const Value& object, const std::string& path) {
  const Value* value = &object;
  for (const std::string_view part : split(path, '.')) value = &(*value)[part];
  return value->str();
}

}  // namespace

Outcome<Selector> Selector::read(const std::string& labels, const std::string& fields) {
  Selector selector;
  const auto read_all = [](const std::string& text, std::vector<Rule>& into) {
    for (const std::string& requirement : requirements(text)) {
      std::string one(trim(requirement));
      Rule rule;
      const std::size_t open = one.find('(');
      if (open != std::string::npos) {
        const std::size_t word = one.find(' ');
        rule.key = one.substr(0, word);
        rule.negated = std::string(trim(one.substr(word, open - word))) == "notin";
        for (const std::string_view value :
             split(std::string_view(one).substr(open + 1, one.rfind(')') - open - 1), ',')) {
          rule.values.emplace_back(trim(value));
        }
      } else if (const std::size_t equals = one.find('='); equals != std::string::npos) {
        rule.negated = equals > 0 && one[equals - 1] == '!';
        rule.key = one.substr(0, equals - (rule.negated ? 1 : 0));
        const bool twice = equals + 1 < one.size() && one[equals + 1] == '=';
        rule.values.push_back(one.substr(equals + (twice ? 2 : 1)));
      } else {
        rule.negated = one.starts_with('!');
        rule.exists = true;
        rule.key = one.substr(rule.negated ? 1 : 0);
      }
      rule.key = std::string(trim(rule.key));
      if (rule.key.empty()) return false;
      into.push_back(std::move(rule));
    }
    return true;
  };
  if (!read_all(labels, selector.labels_) || !read_all(fields, selector.fields_)) {
    return problem(bad_request("unable to parse requirement"));
  }
  return selector;
}

bool Selector::matches(const Value& object) const {
  const Value& labels = object["metadata"]["labels"];
  const bool by_labels = std::ranges::all_of(labels_, [&](const Rule& rule) {
    const Value* value = labels.find(rule.key);
    if (rule.exists) return (value != nullptr) != rule.negated;
    const bool in =
        value != nullptr && std::ranges::find(rule.values, value->str()) != rule.values.end();
    return in != rule.negated;
  });
  return by_labels && std::ranges::all_of(fields_, [&](const Rule& rule) {
           return (field_of(object, rule.key) == rule.values.front()) != rule.negated;
         });
}

}  // namespace rumbo::fake_api
