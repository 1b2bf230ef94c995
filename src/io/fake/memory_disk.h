// The disk under MemoryFileSystem: what programs see now, and what would survive a power cut.
//
// A write, truncation or change of a name is seen at once and becomes durable only by a sync of its
// file or directory. A crash keeps all, none or a random part of what was not synced; writes are
// torn at sectors and may survive out of order, as disks do it. Threads: guarded by its owner.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "io/fake/seeded_random.h"
#include "io/filesystem.h"

namespace rumbo::io::fake {

/// What a crash leaves of unsynced changes.
enum class Keep { all, none, random };

struct Inode {
  bool directory = false;
  std::uint32_t mode = 0;
  const void* locked_by = nullptr;

  std::string now;
  std::map<std::string, std::shared_ptr<Inode>> entries;

  void write(std::uint64_t offset, std::span<const std::uint8_t> bytes);
  void truncate(std::uint64_t size);
  void sync();
  /// A sync that failed after the first half: the rest is never written, and no later sync of it
  /// will say so (the kernel marks the pages clean).
  void sync_failed(bool first_half_written);

  /// After a crash: `now` becomes what the disk holds.
  void crash(Keep keep, SeededRandom& random);

 private:
  friend class Names;
  struct Change {
    std::uint64_t offset = 0;
    std::string bytes;
    bool truncation = false;
  };
  static void apply(const Change& change, std::string& content);
  static void apply_torn(const Change& change, std::string& content, SeededRandom& random);

  std::vector<Change> unsynced_;
  std::string durable_;
  std::map<std::string, std::shared_ptr<Inode>> durable_entries_;
};

using InodePtr = std::shared_ptr<Inode>;

/// Changes of names that no sync_directory has made durable yet.
class Names {
 public:
  struct Change {
    InodePtr directory;
    std::string name;
    InodePtr inode;  ///< null: the name goes away
  };
  /// Takes effect at once; the changes of one call (a rename has two) survive together or not.
  void change(std::vector<Change> changes);
  /// Makes every operation that touches this directory durable.
  void sync(const InodePtr& directory);
  /// Rebuilds the tree under the root as the crash left it.
  void crash(const InodePtr& root, Keep keep, SeededRandom& random);

 private:
  static void make_durable(const std::vector<Change>& changes);
  static void restore(Inode& inode, Keep keep, SeededRandom& random);
  std::vector<std::vector<Change>> unsynced_;
};

/// Bytes of all files under a directory.
std::uint64_t used_bytes(const Inode& directory);

}  // namespace rumbo::io::fake
