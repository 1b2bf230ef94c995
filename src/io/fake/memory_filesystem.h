// MemoryFileSystem: a file system in memory for tests, with power cuts, a size limit and faults.
//
// After a power cut every call fails, and every File opened before it stays dead, until restart():
// so the objects of the "process" that died can be destroyed without touching the new state. It has
// no symlinks. Threads: any.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "io/fake/faults.h"
#include "io/fake/memory_disk.h"
#include "io/filesystem.h"

namespace rumbo::io::fake {

class MemoryFileSystem : public FileSystem {
 public:
  MemoryFileSystem();
  ~MemoryFileSystem() override;

  /// Stops the machine: from now on everything fails.
  void power_off();
  bool is_off() const;
  /// Starts it again with what the disk kept of unsynced changes; disarms any fault. Keep::all is
  /// the death of the process alone.
  void restart(Keep keep, std::uint64_t seed = 0);
  /// power_off() and restart() in one.
  void crash(Keep keep, std::uint64_t seed = 0);

  /// Bytes that all files together may have; growing beyond is Code::exhausted, and a write leaves
  /// what fitted. nullopt: no limit.
  void set_limit(std::optional<std::uint64_t> bytes);
  std::uint64_t used() const;

  void arm(Fault fault);
  /// The n-th operation of this kind from now returns the error and does nothing.
  void fail_nth(Operation operation, std::uint64_t n, Error error);
  bool fault_fired() const;
  std::optional<Operation> fault_fired_in() const;
  std::uint64_t counted(Operation operation) const;
  std::uint64_t total_counted() const;

  Result<std::unique_ptr<File>> open(const std::string& path, const OpenOptions& options) override;
  Result<FileInfo> stat(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Result<> make_directories(const std::string& path, std::uint32_t mode) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> remove(const std::string& path) override;
  Result<> remove_tree(const std::string& path) override;
  Result<> sync_directory(const std::string& path) override;
  Result<std::uint64_t> free_bytes(const std::string& path) override;

 private:
  class Handle;
  /// A name and the directory it is in; `inode` is null if there is no such entry.
  struct Place {
    InodePtr directory;
    std::string name;
    InodePtr inode;
  };

  /// Counts the operation and runs it unless the machine is off or a fault says otherwise.
  /// `partly(effect)` does what a failing operation leaves behind.
  template <class Act, class Partly>
  auto run(Operation operation, Act&& act, Partly&& partly) -> decltype(act());
  template <class Act>
  auto run(Operation operation, Act&& act) -> decltype(act());

  Result<Place> find(const std::string& path) const REQUIRES(mutex_);
  Result<InodePtr> directory_at(const std::string& path) const REQUIRES(mutex_);
  /// How many of `wanted` more bytes fit.
  std::uint64_t room(std::uint64_t wanted) const REQUIRES(mutex_);

  mutable Mutex mutex_;
  InodePtr root_ GUARDED_BY(mutex_);
  Names names_ GUARDED_BY(mutex_);
  FaultPlan faults_ GUARDED_BY(mutex_);
  std::optional<std::uint64_t> limit_ GUARDED_BY(mutex_);
  std::uint64_t boots_ GUARDED_BY(mutex_) = 1;
  bool off_ GUARDED_BY(mutex_) = false;
};

}  // namespace rumbo::io::fake
