#include "store/reserve.h"

#include <algorithm>
#include <vector>

namespace rumbo::store {

Result<> Reserve::make() {
  const auto info = files_.stat(path_);
  if (info && info->size >= bytes_) {
    held_ = true;
    return {};
  }
  const auto fill = [&]() -> Result<> {
    const auto file = TRY(files_.open(path_, {.write = true, .create = true}));
    // Random bytes take real space where file systems compress. Not synced: the space is what
    // counts, and a crash only means to write it again.
    std::vector<std::uint8_t> chunk(64 << 10);
    random_.fill(chunk);
    for (std::uint64_t at = 0; at < bytes_; at += chunk.size()) {
      const auto size =
          static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), bytes_ - at));
      TRY(file->write_at(at, std::span(chunk).first(size)));
    }
    return {};
  };
  auto filled = fill();
  held_ = filled.has_value();
  // A part of a reserve only takes space from others; if it cannot go, it is overwritten next time.
  if (!held_) static_cast<void>(files_.remove(path_));
  return filled;
}

bool Reserve::release() {
  if (!held_) return false;
  held_ = false;
  return files_.remove(path_).has_value();
}

}  // namespace rumbo::store
