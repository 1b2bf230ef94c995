#include "engine/ignored_fields.h"

#include "engine/field_path.h"

namespace rumbo::engine {
namespace {

/// `*` stands for any text, `?` for one character; all else for itself.
bool glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool fits(const IgnoreRule& rule, const ObjectKey& key) {
  const auto any = [](const std::string& pattern, const std::string& text) {
    return pattern.empty() || glob(pattern, text);
  };
  return any(rule.group, key.group) && any(rule.kind, key.kind) && any(rule.ns, key.ns) &&
         any(rule.name, key.name);
}

/// Every path the rules mean of this object. Rules were checked when they were read.
std::vector<FieldPath> paths_of(const std::vector<IgnoreRule>& rules, const ObjectKey& key,
                                const Value& live) {
  std::vector<FieldPath> out;
  for (const IgnoreRule& rule : rules) {
    if (!fits(rule, key)) continue;
    for (const std::string& text : rule.pointers) {
      if (auto path = FieldPath::from_pointer(text)) out.push_back(std::move(*path));
    }
    for (const std::string& text : rule.paths) {
      if (auto path = FieldPath::from_jq(text)) out.push_back(std::move(*path));
    }
    if (rule.managers.empty()) continue;
    for (FieldPath& path : managed_paths(live, rule.managers)) out.push_back(std::move(path));
  }
  return out;
}

}  // namespace

Result<> check_rule(const IgnoreRule& rule) {
  if (rule.pointers.empty() && rule.paths.empty() && rule.managers.empty()) {
    return fail(Error(Code::invalid, "the rule names no fields")
                    .with_hint("give it jsonPointers, jqPathExpressions or managedFieldsManagers"));
  }
  for (const std::string& pattern : {rule.group, rule.kind, rule.ns, rule.name}) {
    if (pattern.size() > 253) return fail(Code::invalid, "a pattern of the rule is too long");
  }
  for (const std::string& text : rule.pointers) {
    if (auto path = FieldPath::from_pointer(text); !path) {
      return fail(std::move(path).error().with_context("jsonPointers: `" + text + "`"));
    }
  }
  for (const std::string& text : rule.paths) {
    if (auto path = FieldPath::from_jq(text); !path) {
      return fail(std::move(path).error().with_context("jqPathExpressions: `" + text + "`"));
    }
  }
  return {};
}

Value without_ignored(const std::vector<IgnoreRule>& rules, const Value& object,
                      const Value& live) {
  if (rules.empty()) return object;
  Value out = object;
  for (const FieldPath& path : paths_of(rules, key_of(object), live)) out = path.removed_from(out);
  return out;
}

Value with_ignored(const std::vector<IgnoreRule>& rules, const Value& want, const Value& live) {
  if (rules.empty() || !live.is_object()) return want;
  Value out = want;
  for (const FieldPath& path : paths_of(rules, key_of(want), live)) out = path.adopted(out, live);
  return out;
}

}  // namespace rumbo::engine
