// Semver: versions and constraints as Helm and Flux read them ("^1.2", "~1.4 || >=2.0.0-rc.1").
//
// Threads: immutable after construction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rumbo {

struct Version {
  std::uint64_t major_number = 0, minor_number = 0, patch_number = 0;
  std::string prerelease;  ///< "rc.1"
  std::string metadata;    ///< after '+'; does not count in comparisons

  /// Reads "1.2.3-rc.1+build"; a leading 'v' and missing numbers ("1.2") are fine.
  static std::optional<Version> parse(std::string_view text);

  /// -1, 0 or 1, in the order of Semantic Versioning 2.0.
  int compare(const Version& other) const;
  /// "1.2.3-rc.1+build".
  std::string to_string() const;
};

class VersionRange {
 public:
  /// Comparisons (= != > < >= <= ~ ^) joined by spaces or commas (and) or `||` (or); `1.2 - 1.4`;
  /// wildcards x, X, * and missing numbers. A prerelease only fits if a comparison it is joined
  /// with names one.
  static Result<VersionRange> parse(std::string_view text);

  bool contains(const Version& version) const;

 private:
  enum class Relation { equal, not_equal, greater, less, at_least, at_most, tilde, caret };
  struct Comparison {
    Relation relation = Relation::equal;
    Version version;
    bool minor_open = false, patch_open = false;  ///< that number was left out or a wildcard
    bool open = false;                            ///< any was
    bool holds(const Version& candidate) const;
  };
  struct Group {
    std::vector<Comparison> all;
    bool prereleases = false;  ///< one of them names a prerelease
  };
  class Parser;

  std::vector<Group> any_;
};

}  // namespace rumbo
