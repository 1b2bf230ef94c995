// Vfs: SQLite's view of an io::FileSystem, so that faults and lost unsynced writes reach it.
//
// There is no shared memory and there are no file locks: one connection in exclusive locking mode,
// under the lock of the state directory. Threads: sync_wal() beside one user of the connection.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "io/filesystem.h"
#include "io/random.h"

namespace rumbo::store {

class Vfs {
 public:
  /// Registers itself with SQLite under a name of its own. The arguments outlive it, and it
  /// outlives the connections that use it.
  Vfs(io::FileSystem& files, Clock& clock, io::Random& random);
  ~Vfs();
  Vfs(const Vfs&) = delete;
  Vfs& operator=(const Vfs&) = delete;

  const std::string& name() const;

  /// Makes every commit written so far durable. It uses a handle of its own, so that the connection
  /// can go on meanwhile. After a failure what is on disk is unknown.
  Result<> sync_wal();

  /// The last failure of the file system: SQLite itself keeps only a number.
  std::optional<Error> last_error() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace rumbo::store
