// Restore: a state directory made of a backup.
//
// Threads: one; no other process may use the directory.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "base/value.h"
#include "io/filesystem.h"
#include "io/random.h"
#include "model/ids.h"
#include "store/backup.h"

namespace rumbo::store {

struct RestoreOptions {
  std::string directory = {};  ///< must be missing or empty
  std::optional<Secret<std::string>> passphrase = {};
  std::string key_file = {};  ///< the installation key, where the backup does not hold it
  Actor actor = {};
};

/// Makes the state directory and checks the whole journal in it; a failure leaves the directory as
/// it was. The journal goes on with a record of the restore, and names its transactions from the
/// next thousand on: names that were given after the backup are not given again. Returns
/// {installation, head: {seq, hash}, at, key: bool, files: [name]}.
///
/// Code::conflict for a directory that holds anything, Code::denied without the key or with another
/// passphrase, Code::corrupt for a damaged journal.
Result<Value> restore_state(const Backup& backup, const RestoreOptions& options,
                            io::FileSystem& files, Clock& clock, io::Random& random);

}  // namespace rumbo::store
