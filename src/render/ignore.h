// IgnoreRules: which files a `.rumboignore` leaves out, in .gitignore's language.
//
// Threads: immutable after construction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rumbo::render {

class IgnoreRules {
 public:
  /// Nothing is left out.
  IgnoreRules() = default;

  /// Reads one pattern a line: `#` comments, `!` takes back, a `/` inside or in front ties the
  /// pattern to the folder of the file, a `/` behind it names folders only; `*`, `?`, `[a-z]`
  /// stay within a name, `**` spans folders. `file` names it in errors.
  static Result<IgnoreRules> parse(std::string_view text, std::string_view file);

  /// `path` is relative to the folder of the rules and names a file; a folder left out leaves out
  /// all below it.
  bool leaves_out(std::string_view path) const;

 private:
  struct Rule {
    std::vector<std::string> parts;  ///< "**" spans folders
    bool take_back = false;
    bool folders_only = false;
  };
  /// The last rule that speaks about exactly this path decides: 1 out, 0 back in, -1 none does.
  int verdict(std::string_view path, bool folder) const;

  std::vector<Rule> rules_;
};

/// True if `name` (no '/') matches a pattern of `*`, `?`, `[…]` and `\` escapes.
bool matches_name(std::string_view pattern, std::string_view name);

}  // namespace rumbo::render
