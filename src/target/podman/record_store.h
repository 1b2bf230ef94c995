// RecordStore: the one place where the generation record changes. A change is durable before anyone
// can see it, and before anything is done because of it.
//
// Threads: any. Readers get a snapshot and hold no lock; writers are one at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/guarded.h"
#include "io/filesystem.h"
#include "target/podman/record.h"

namespace rumbo::target::podman {

class RecordStore {
 public:
  /// Loads `path`, or begins empty when there is no such file. `files` outlives the store.
  static Result<std::unique_ptr<RecordStore>> open(io::FileSystem& files, std::string path);

  std::shared_ptr<const Record> read() const;

  /// Lets `edit` work on a copy, makes the copy durable, then shows it. An error of `edit` or of
  /// the disk leaves the record as it was.
  Result<> change(const std::function<Result<>(Record&)>& edit);

 private:
  RecordStore(io::FileSystem& files, std::string path, Record record);

  io::FileSystem& files_;
  const std::string path_;
  Mutex writer_;  ///< held across the write to disk; never taken by readers
  Guarded<std::shared_ptr<const Record>> now_;
};

}  // namespace rumbo::target::podman
