// The patterns of `.Files.Glob`: `*` within a folder, `**` across, `?`, `[a-z]`, `[!a]`, `{a,b}`.
//
// Threads: immutable after construction.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rumbo::render::helm {

class Glob {
 public:
  /// nullopt for a pattern that is malformed or too long.
  static std::optional<Glob> parse(std::string_view pattern);

  bool matches(std::string_view path) const;

 private:
  explicit Glob(std::string_view pattern) : pattern_(pattern) {}
  std::string pattern_;
};

}  // namespace rumbo::render::helm
