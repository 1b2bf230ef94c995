// HelmIgnore: which files of a chart's folder `.helmignore` leaves out, by Helm's own rules.
//
// They are not .gitignore's: a pattern without `/` looks at the name alone, `!` leaves out all that
// does not match, `**` is an error.
// Threads: immutable after construction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rumbo::render::helm {

class HelmIgnore {
 public:
  /// Only the built-in rule `templates/.?*`.
  HelmIgnore();

  static Result<HelmIgnore> parse(std::string_view text);

  /// `path` is relative to the chart; `folder` tells that it names one.
  bool ignores(std::string_view path, bool folder) const;
  /// The same for a file, and for all folders that it lies in.
  bool leaves_out(std::string_view path) const;

 private:
  struct Rule {
    std::string pattern;
    bool negate = false;
    bool folders_only = false;
    bool name_only = false;
  };
  Result<> add(std::string_view line);

  std::vector<Rule> rules_;
};

/// Go's filepath.Match: `*`, `?`, `[…]` and `\`, none of which crosses a `/`.
bool match_path(std::string_view pattern, std::string_view path);

}  // namespace rumbo::render::helm
