// Selectors: which resources a patch or replacement is for.
//
// Threads: immutable after construction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/regex.h"
#include "base/result.h"
#include "render/kustomize/res_id.h"

namespace rumbo::render::kustomize {

/// As written in a kustomization: every part but the last two a regular expression over the whole.
struct Selector {
  std::string group, version, kind, name, ns;
  std::string annotations, labels;  ///< as `kubectl -l` takes them
  bool names_nothing() const {
    return group.empty() && version.empty() && kind.empty() && name.empty() && ns.empty();
  }
};

/// A selector ready to match.
class SelectorRegex {
 public:
  static Result<SelectorRegex> compile(const Selector& selector);
  bool matches_gvk(const Gvk& gvk) const;
  bool matches_name(std::string_view name) const { return matches(name_, name); }
  bool matches_namespace(std::string_view ns) const { return matches(ns_, ns); }

 private:
  using Part = std::optional<Regex>;  ///< none: anything will do
  static Result<Part> part(const std::string& pattern);
  static bool matches(const Part& part, std::string_view text) {
    return !part || part->matches(text);
  }
  Part group_, version_, kind_, name_, ns_;
};

/// A label selector: "app=web,tier in (a, b),!old".
class LabelSelector {
 public:
  static Result<LabelSelector> parse(std::string_view text);
  template <class Map>
  bool matches(const Map& labels) const {
    for (const Requirement& one : requirements_) {
      const auto found = labels.find(one.key);
      if (!holds(one, found != labels.end(),
                 found != labels.end() ? std::string_view(found->second) : std::string_view())) {
        return false;
      }
    }
    return true;
  }

 private:
  enum class Operator { in, not_in, exists, absent, greater, less };
  struct Requirement {
    std::string key;
    Operator op = Operator::exists;
    std::vector<std::string> values;
  };
  class Parser;
  static bool holds(const Requirement& one, bool present, std::string_view value);
  std::vector<Requirement> requirements_;
};

}  // namespace rumbo::render::kustomize
