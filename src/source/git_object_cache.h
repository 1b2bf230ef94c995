// GitObjectCache: small objects of a mirror by their id, which says what they hold: reading one
// again needs no process. Only complete ids are looked up; names that can move never are.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/guarded.h"
#include "source/git_parse.h"

namespace rumbo::source {

class GitObjectCache {
 public:
  static constexpr std::size_t kMostBytes = 1 << 20;  ///< of all together
  static constexpr std::size_t kLargest = 64 << 10;   ///< larger ones are not kept

  std::optional<GitObject> find(const std::string& id) const;
  /// Keeps it if it is small, and lets the oldest go for it.
  void keep(const GitObject& object);

 private:
  struct Kept {
    std::map<std::string, GitObject> objects;
    std::deque<std::string> order;  ///< oldest first
    std::size_t bytes = 0;
  };
  Guarded<Kept> kept_;
};

}  // namespace rumbo::source
