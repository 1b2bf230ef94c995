// Backup: the parts of a state directory that cannot be made again, as one archive: a gzipped tar
// whose first entry, backup.json, lists the others with their digests.
//
// Records of targets hold Secrets in clear, so they are sealed under the installation key. The key
// itself is left out, or sealed under a passphrase. Clones of Git repositories are left out: they
// are fetched again.
//
// Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/value.h"
#include "io/filesystem.h"
#include "io/random.h"

namespace rumbo::store {

constexpr std::string_view kBackupJournal = "journal.db";

struct BackupFile {
  std::string name;  ///< "journal.db", "targets/podman/record.sealed"
  std::string bytes;
};

/// A passphrase from a file: its first line. Code::invalid for an empty one.
Result<Secret<std::string>> read_passphrase(io::FileSystem& files, const std::string& path);

/// A file that holds `bytes` under a key made of the passphrase by Argon2id.
Result<std::string> seal_under_passphrase(std::string_view bytes,
                                          const Secret<std::string>& passphrase,
                                          io::Random& random);
/// The inverse; Code::denied for another passphrase, Code::corrupt for what is no such file.
Result<Secret<std::string>> open_under_passphrase(std::string_view sealed,
                                                  const Secret<std::string>& passphrase);

/// The archive of these files. `facts` is what backup.json says besides: version, at, installation,
/// head, key. Code::too_large above 2 GiB.
Result<std::string> pack_backup(const std::vector<BackupFile>& files, const Value& facts);

struct Backup {
  Value facts;
  std::vector<BackupFile> files;

  const BackupFile* find(std::string_view name) const;
};

/// Reads an archive and checks every digest. Code::corrupt for damage and for what is no backup,
/// Code::unsupported for the format of a newer version.
Result<Backup> unpack_backup(std::string_view archive);

}  // namespace rumbo::store
