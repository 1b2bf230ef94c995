#include "store/restore.h"

#include "base/strings.h"
#include "crypto/key.h"
#include "store/journal_open.h"
#include "store/keyring.h"
#include "store/sqlite_journal.h"

namespace rumbo::store {
namespace {

constexpr std::string_view kSealedKey = "key.sealed";
constexpr std::string_view kSealedSuffix = ".sealed";
constexpr std::string_view kTargets = "targets/";
constexpr std::uint64_t kNamesApart = 1000;
constexpr std::uint64_t kMostKeyFile = 4096;

Result<> must_be_empty(io::FileSystem& files, const std::string& directory) {
  const auto there = files.list(directory);
  if (!there && there.error().code() == Code::not_found) return {};
  if (!there) return fail(there.error());
  if (there->empty()) return {};
  return fail(Error(Code::conflict, "`" + directory + "` is not empty: it holds `" +
                                        printable(there->front(), 100) + "`")
                  .with_hint("restore into a new directory (--state DIR), or move this one away "
                             "after stopping the daemon"));
}

/// A name of ours, below the directory: an archive must not write anywhere else.
bool is_safe(const std::string& name) {
  return !name.empty() && name.front() != '/' && name.find("..") == std::string::npos &&
         name.find('\\') == std::string::npos;
}

/// The key's file as it will lie in the directory; nullopt if nobody gave one.
Result<std::optional<Secret<std::string>>> key_bytes(const Backup& backup,
                                                     const RestoreOptions& options,
                                                     io::FileSystem& files) {
  using Key = std::optional<Secret<std::string>>;
  if (!options.key_file.empty()) {
    return Key(Secret<std::string>(TRY(files.read_all(options.key_file, kMostKeyFile))));
  }
  const BackupFile* sealed = backup.find(kSealedKey);
  if (sealed == nullptr) return Key();
  if (!options.passphrase) {
    return fail(Error(Code::denied, "the backup's key is sealed under a passphrase")
                    .with_hint("name the file that holds it: --passphrase-file FILE; or bring the "
                               "key itself: --key FILE"));
  }
  return Key(TRY(open_under_passphrase(sealed->bytes, *options.passphrase)));
}

Error no_key_error() {
  return Error(Code::denied, "the backup holds secrets, but not the key that opens them")
      .with_hint(
          "bring the installation key, the file `key` of the old state directory: "
          "--key FILE");
}

/// Writes everything but the journal, the key first.
Result<std::vector<std::string>> write_files(const Backup& backup, const RestoreOptions& options,
                                             io::FileSystem& files, io::Random& random) {
  std::vector<std::string> written;
  const std::string key_path = options.directory + "/key";
  const auto key = TRY(key_bytes(backup, options, files));
  std::optional<Keyring> keys;
  if (key) {
    TRY(files.write_atomic(key_path, key->reveal(), 0600));
    keys = TRY(Keyring::read(files, key_path, random));
    written.emplace_back("key");
  }
  for (const BackupFile& file : backup.files) {
    if (file.name == kBackupJournal || file.name == kSealedKey) continue;
    if (!is_safe(file.name)) {
      return fail(Code::corrupt, "the backup names a file `" + printable(file.name, 100) + "`");
    }
    std::string name = file.name;
    std::string bytes = file.bytes;
    if (name.ends_with(kSealedSuffix)) {
      if (!keys) return fail(no_key_error());
      auto opened = keys->open(bytes, name);
      if (!opened) {
        return fail(Error(Code::denied, "the key given is not the one of this backup")
                        .with_hint("it must be the file `key` of the same installation"));
      }
      bytes = *std::move(opened);
      name = name.substr(0, name.size() - kSealedSuffix.size()) + ".json";
    }
    const std::string path = options.directory + "/" + name;
    if (name.starts_with(kTargets)) {
      TRY(files.make_directories(path.substr(0, path.rfind('/')), 0700));
    }
    TRY(files.write_atomic(path, bytes, 0600));
    crypto::wipe(bytes);
    written.push_back(name);
  }
  return written;
}

/// Sets the names of later transactions apart from those the lost journal gave after the backup.
Result<> skip_names(const RestoreOptions& options, io::FileSystem& files, Clock& clock,
                    io::Random& random) {
  Vfs vfs(files, clock, random);
  const auto database =
      TRY(Database::open(options.directory + "/" + std::string(kBackupJournal), vfs));
  const auto last = parse_int(TRY(get_meta(*database, "txns")).value_or("0"));
  if (!last || *last < 0) return fail(Code::corrupt, "the journal's transaction counter is lost");
  const std::uint64_t next = (static_cast<std::uint64_t>(*last) / kNamesApart + 1) * kNamesApart;
  TRY(set_meta(*database, "txns", std::to_string(next)));
  return vfs.sync_wal();
}

Result<Value> fill(const Backup& backup, const RestoreOptions& options, io::FileSystem& files,
                   Clock& clock, io::Random& random) {
  const BackupFile* journal_file = backup.find(kBackupJournal);
  if (journal_file == nullptr) return fail(Code::corrupt, "the backup holds no journal");
  std::vector<std::string> written = TRY(write_files(backup, options, files, random));
  // Last: a directory without a journal is no state that anything would go on from.
  TRY(files.write_atomic(options.directory + "/" + std::string(kBackupJournal), journal_file->bytes,
                         0600));
  written.emplace_back(kBackupJournal);
  TRY(skip_names(options, files, clock, random));

  JournalOptions wanted;
  wanted.directory = options.directory;
  auto journal = SqliteJournal::open(wanted, files, clock, random);
  if (!journal && journal.error().code() == Code::denied) return fail(no_key_error());
  if (!journal) return fail(std::move(journal).error());
  SqliteJournal& open = **journal;
  if (open.head().seq > 0) TRY(open.verify(1, open.head().seq));
  if (open.installation().value != backup.facts["installation"].as_string()) {
    return fail(Code::corrupt, "the journal is not of the installation the backup names");
  }
  const Head head = open.head();
  Draft draft;
  draft.actor = options.actor;
  draft.epoch = TRY(open.take_over("restore", ""));
  draft.body = Value::object({{"event", "restored"},
                              {"scopes", Value::array()},
                              {"backupAt", backup.facts["at"]},
                              {"head", head.seq}});
  TRY(open.append({std::move(draft)}, Durability::synced));
  std::vector<Value> names(written.begin(), written.end());
  return Value::object({{"installation", open.installation().value},
                        {"head", Value::object({{"seq", head.seq}, {"hash", head.hash}})},
                        {"at", backup.facts["at"]},
                        {"files", Value::array(std::move(names))}});
}

}  // namespace

Result<Value> restore_state(const Backup& backup, const RestoreOptions& options,
                            io::FileSystem& files, Clock& clock, io::Random& random) {
  TRY(must_be_empty(files, options.directory));
  const bool existed = files.stat(options.directory).has_value();
  TRY(files.make_directories(options.directory, 0700));
  auto done = fill(backup, options, files, clock, random);
  if (done) return done;
  // All in it is ours: it was empty.
  const auto names = files.list(options.directory);
  if (names) {
    for (const std::string& name : *names) {
      static_cast<void>(files.remove_tree(options.directory + "/" + name));
    }
  }
  if (!existed) static_cast<void>(files.remove(options.directory));
  return done;
}

}  // namespace rumbo::store
