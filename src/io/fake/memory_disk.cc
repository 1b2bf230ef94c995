#include "io/fake/memory_disk.h"

#include <algorithm>

#include "base/strings.h"

namespace rumbo::io::fake {
namespace {

constexpr std::size_t kSector = 512;

}  // namespace

void Inode::apply(const Change& change, std::string& content) {
  const auto offset = static_cast<std::size_t>(change.offset);
  if (change.truncation) {
    content.resize(offset);
    return;
  }
  if (content.size() < offset + change.bytes.size()) content.resize(offset + change.bytes.size());
  content.replace(offset, change.bytes.size(), change.bytes);
}

void Inode::apply_torn(const Change& change, std::string& content, SeededRandom& random) {
  if (change.truncation) {
    if (random.coin()) apply(change, content);
    return;
  }
  for (std::size_t at = 0; at < change.bytes.size();) {
    const std::size_t absolute = static_cast<std::size_t>(change.offset) + at;
    const std::size_t piece = std::min(kSector - absolute % kSector, change.bytes.size() - at);
    if (random.coin()) apply({absolute, change.bytes.substr(at, piece), false}, content);
    at += piece;
  }
}

void Inode::write(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
  unsynced_.push_back({offset, std::string(as_text(bytes)), false});
  apply(unsynced_.back(), now);
}

void Inode::truncate(std::uint64_t size) {
  unsynced_.push_back({size, {}, true});
  apply(unsynced_.back(), now);
}

void Inode::sync() {
  for (const Change& change : unsynced_) apply(change, durable_);
  unsynced_.clear();
}

void Inode::sync_failed(bool first_half_written) {
  if (first_half_written) {
    for (std::size_t i = 0; i < unsynced_.size() / 2; ++i) apply(unsynced_[i], durable_);
  }
  unsynced_.clear();
}

void Inode::crash(Keep keep, SeededRandom& random) {
  if (keep == Keep::all) {
    durable_ = now;  // the kernel lives on and still has every page
  } else if (keep == Keep::random) {
    for (const Change& change : unsynced_) {
      // Whole, torn, or gone.
      const std::uint64_t fate = random.below(3);
      if (fate == 0) apply(change, durable_);
      if (fate == 1) apply_torn(change, durable_, random);
    }
  }
  unsynced_.clear();
  now = durable_;
  locked_by = nullptr;
}

void Names::change(std::vector<Change> changes) {
  for (const Change& change : changes) {
    if (change.inode) {
      change.directory->entries[change.name] = change.inode;
    } else {
      change.directory->entries.erase(change.name);
    }
  }
  unsynced_.push_back(std::move(changes));
}

void Names::make_durable(const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    if (change.inode) {
      change.directory->durable_entries_[change.name] = change.inode;
    } else {
      change.directory->durable_entries_.erase(change.name);
    }
  }
}

void Names::sync(const InodePtr& directory) {
  std::erase_if(unsynced_, [&](const std::vector<Change>& changes) {
    const bool touches = std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
      return change.directory == directory;
    });
    if (touches) make_durable(changes);
    return touches;
  });
}

void Names::crash(const InodePtr& root, Keep keep, SeededRandom& random) {
  for (const auto& changes : unsynced_) {
    if (keep == Keep::all || (keep == Keep::random && random.coin())) make_durable(changes);
  }
  unsynced_.clear();
  restore(*root, keep, random);
}

void Names::restore(Inode& inode, Keep keep, SeededRandom& random) {
  if (!inode.directory) return inode.crash(keep, random);
  inode.entries = inode.durable_entries_;
  for (const auto& [name, child] : inode.entries) restore(*child, keep, random);
}

std::uint64_t used_bytes(const Inode& directory) {
  std::uint64_t sum = 0;
  for (const auto& [name, child] : directory.entries) {
    sum += child->directory ? used_bytes(*child) : child->now.size();
  }
  return sum;
}

}  // namespace rumbo::io::fake
