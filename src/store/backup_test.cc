// Backup and restore: what goes in comes out, and nothing else ever does.
#include "store/backup.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/gzip.h"
#include "codec/tar_maker.h"
#include "io/fake/manual_clock.h"
#include "io/fake/memory_filesystem.h"
#include "io/fake/seeded_random.h"
#include "store/restore.h"
#include "store/sqlite_journal.h"

namespace rumbo::store {
namespace {

class BackupTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<SqliteJournal>> open(const std::string& directory) {
    JournalOptions options;
    options.directory = directory;
    options.reserve_bytes = 64 << 10;
    auto journal = SqliteJournal::open(options, files_, clock_, random_);
    if (journal) epoch_ = (*journal)->take_over("test", "boot").value_or(0);
    return journal;
  }

  /// A journal with a secret and some records; their last.
  void fill(SqliteJournal& journal, int records) {
    for (int i = 0; i < records; ++i) {
      Draft draft;
      draft.actor = {"test"};
      draft.epoch = epoch_;
      draft.body = Value::object({{"number", i}});
      if (i == 0) draft.blobs = {secret_ = journal.put_blob("s3cret", Secrecy::secret).value()};
      ASSERT_TRUE(journal.append({draft}, Durability::batched));
    }
  }

  /// The archive of the journal at /state with a record of a target.
  std::string archive(SqliteJournal& journal, const std::string& passphrase = "") {
    const Head head = journal.copy_to("/copy.db").value();
    std::vector<BackupFile> files{
        {"journal.db", files_.read_all("/copy.db").value()},
        {"targets/podman/record.sealed",
         journal.seal("{\"password\": \"hunter2\"}", "targets/podman/record.sealed")}};
    EXPECT_TRUE(files_.remove("/copy.db"));
    if (!passphrase.empty()) {
      files.push_back({"key.sealed", seal_under_passphrase(files_.read_all("/state/key").value(),
                                                           Secret<std::string>(passphrase), random_)
                                         .value()});
    }
    return pack_backup(files, Value::object({{"installation", journal.installation().value},
                                             {"at", "2026-01-01T00:00:00Z"},
                                             {"head", head.seq}}))
        .value();
  }

  Result<Value> restore(const std::string& archive, RestoreOptions options) {
    options.directory = "/new";
    options.actor = {"user:test"};
    return restore_state(TRY(unpack_backup(archive)), options, files_, clock_, random_);
  }

  static Error error_of(const Result<Value>& result) {
    return result ? Error(Code::internal, "it worked") : result.error();
  }

  io::fake::MemoryFileSystem files_;
  io::fake::ManualClock clock_;
  io::fake::SeededRandom random_{1};
  std::uint64_t epoch_ = 0;
  BlobRef secret_;
};

TEST_F(BackupTest, ComesBackWholeWithThePassphrase) {
  std::string packed, installation;
  Head head;
  {
    auto journal = open("/state").value();
    fill(*journal, 50);
    ASSERT_EQ(journal->new_txn().value().value, "t-000001");
    packed = archive(*journal, "correct horse");
    // A copy is taken in the middle of life: what comes later is not in it.
    fill(*journal, 3);
    installation = journal->installation().value;
    head = journal->head();
  }
  EXPECT_EQ(packed.find("hunter2"), std::string::npos);
  const auto restored = restore(packed, {.passphrase = Secret<std::string>("correct horse")});
  ASSERT_TRUE(restored) << restored.error().to_string();
  EXPECT_EQ((*restored)["installation"].as_string(), installation);
  EXPECT_EQ((*restored)["head"]["seq"].as_uint(), 50u);
  EXPECT_EQ(files_.read_all("/new/targets/podman/record.json"), "{\"password\": \"hunter2\"}");
  EXPECT_EQ(files_.stat("/new/targets/podman/record.json")->mode & 0777, 0600u);

  auto journal = open("/new").value();
  EXPECT_EQ(journal->get_blob(secret_), "s3cret");
  EXPECT_TRUE(journal->verify(1, journal->head().seq));
  const auto records = journal->read({}, 50, 10).value();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].body["event"].as_string(), "restored");
  EXPECT_EQ(records[0].actor.name, "user:test");
  EXPECT_EQ(journal->new_txn().value().value, "t-001001")
      << "names given since are not given again";
}

TEST_F(BackupTest, TheKeyMayComeApart) {
  std::string packed;
  {
    auto journal = open("/state").value();
    fill(*journal, 2);
    packed = archive(*journal);
  }
  Error error = error_of(restore(packed, {}));
  EXPECT_EQ(error.code(), Code::denied);
  EXPECT_NE(error.hint().find("--key"), std::string::npos) << error.hint();
  EXPECT_FALSE(files_.stat("/new")) << "a failure leaves nothing behind";

  ASSERT_TRUE(files_.write_atomic("/other", std::string(64, 'a')));
  EXPECT_EQ(error_of(restore(packed, {.key_file = "/other"})).code(), Code::denied);
  EXPECT_FALSE(files_.stat("/new"));

  const auto restored = restore(packed, {.key_file = "/state/key"});
  ASSERT_TRUE(restored) << restored.error().to_string();
  EXPECT_EQ(open("/new").value()->get_blob(secret_), "s3cret");
}

TEST_F(BackupTest, AnotherPassphraseOpensNothing) {
  std::string packed;
  {
    auto journal = open("/state").value();
    fill(*journal, 2);
    packed = archive(*journal, "correct horse");
  }
  EXPECT_NE(error_of(restore(packed, {.passphrase = Secret<std::string>("wrong")}))
                .message()
                .find("passphrase"),
            std::string::npos);
  EXPECT_NE(error_of(restore(packed, {})).hint().find("--passphrase-file"), std::string::npos);
  EXPECT_FALSE(files_.stat("/new"));
}

TEST_F(BackupTest, AStateThatIsThereIsNotTouched) {
  std::string packed;
  {
    auto journal = open("/state").value();
    fill(*journal, 2);
    packed = archive(*journal, "p");
  }
  ASSERT_TRUE(files_.make_directories("/new", 0700));
  ASSERT_TRUE(files_.write_atomic("/new/precious", "data"));
  const Error error = error_of(restore(packed, {.passphrase = Secret<std::string>("p")}));
  EXPECT_EQ(error.code(), Code::conflict);
  EXPECT_NE(error.message().find("precious"), std::string::npos) << error.message();
  EXPECT_EQ(files_.list("/new")->size(), 1u);
}

TEST_F(BackupTest, DamageIsNamedAndNothingIsRestored) {
  std::string packed;
  {
    auto journal = open("/state").value();
    fill(*journal, 20);
    packed = archive(*journal, "p");
  }
  for (const std::size_t at : {packed.size() / 3, packed.size() / 2, packed.size() - 3}) {
    std::string broken = packed;
    broken[at] = static_cast<char>(broken[at] ^ 0x10);
    EXPECT_EQ(unpack_backup(broken).error().code(), Code::corrupt);
  }
  EXPECT_EQ(unpack_backup(packed.substr(0, packed.size() / 2)).error().code(), Code::corrupt);
  EXPECT_EQ(unpack_backup("nothing of the kind").error().code(), Code::corrupt);

  // A journal that was broken before it was packed.
  Backup backup = unpack_backup(packed).value();
  std::string& bytes = backup.files[0].bytes;
  const std::size_t at = bytes.find("\"number\":7");
  ASSERT_NE(at, std::string::npos);
  bytes[at + 9] = '8';
  const auto restored = restore_state(backup, {"/new", Secret<std::string>("p"), "", {"test"}},
                                      files_, clock_, random_);
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code(), Code::corrupt) << restored.error().to_string();
  EXPECT_FALSE(files_.stat("/new"));
}

TEST_F(BackupTest, AHostileArchiveWritesNothingOutside) {
  std::string packed;
  {
    auto journal = open("/state").value();
    fill(*journal, 2);
    packed = archive(*journal, "p");
  }
  for (const char* name : {"../evil", "/evil", "targets/../../evil"}) {
    Backup backup = unpack_backup(packed).value();
    backup.files.push_back({name, "x"});
    EXPECT_FALSE(restore_state(backup, {"/new", Secret<std::string>("p"), "", {"test"}}, files_,
                               clock_, random_));
    EXPECT_FALSE(files_.stat("/evil"));
  }
  const std::string facts = R"({"format": 1, "files": []})";
  const std::string link =
      codec::tar_entry("backup.json", facts) + codec::tar_entry("l", "", '2') + codec::tar_end();
  EXPECT_EQ(unpack_backup(codec::stored_gzip(link)).error().code(), Code::corrupt);
  const std::string newer = codec::tar_entry("backup.json", R"({"format": 2})") + codec::tar_end();
  EXPECT_EQ(unpack_backup(codec::stored_gzip(newer)).error().code(), Code::unsupported);
}

TEST_F(BackupTest, CostsOfASealedKeyAreBounded) {
  const std::string greedy = R"({"kdf": "argon2id", "memoryKiB": 99999999, "passes": 3,
                                 "lanes": 1, "salt": "00", "sealed": "00"})";
  EXPECT_EQ(open_under_passphrase(greedy, Secret<std::string>("p")).error().code(), Code::corrupt);
}

}  // namespace
}  // namespace rumbo::store
