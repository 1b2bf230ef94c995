// Reserve: a file that holds disk space back, so that a full disk cannot stop a transaction from
// being undone and ended.
//
// Threads: guarded by its owner.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "io/filesystem.h"
#include "io/random.h"

namespace rumbo::store {

class Reserve {
 public:
  Reserve(io::FileSystem& files, io::Random& random, std::string path, std::uint64_t bytes)
      : files_(files), random_(random), path_(std::move(path)), bytes_(bytes) {}

  /// Fills the file where it is missing or short. Code::exhausted if the space is not there; what
  /// was written is then given back.
  Result<> make();
  /// Gives the space back; false if there was none.
  bool release();
  bool held() const { return held_; }

 private:
  io::FileSystem& files_;
  io::Random& random_;
  const std::string path_;
  const std::uint64_t bytes_;
  bool held_ = false;
};

}  // namespace rumbo::store
