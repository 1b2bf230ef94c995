// What only the journal on a disk can promise: every operation of the file system may fail or be
// the last before the power goes; secrets; a full disk; damage; newer schemas.
#include "store/sqlite_journal.h"

#include <gtest/gtest.h>
#include <memory>

#include "io/fake/manual_clock.h"
#include "io/fake/memory_filesystem.h"
#include "io/fake/seeded_random.h"
#include "store/migrations.h"
#include "store/vfs.h"

namespace rumbo::store {
namespace {

using io::fake::Effect;
using io::fake::Keep;
using Failure = io::fake::Fault;

class SqliteJournalTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<SqliteJournal>> open() {
    JournalOptions options;
    options.directory = "/state";
    options.reserve_bytes = 256 << 10;
    auto journal = SqliteJournal::open(options, files_, clock_, random_);
    if (journal) epoch_ = (*journal)->take_over("test", "boot").value_or(0);
    return journal;
  }
  Draft event(const std::string& text, RecordType type = RecordType::event) const {
    Draft draft;
    draft.type = type;
    draft.actor = {"test"};
    draft.epoch = epoch_;
    draft.body = Value::object({{"text", text}});
    return draft;
  }
  static std::vector<std::string> texts(const SqliteJournal& journal) {
    std::vector<std::string> out;
    const auto records = journal.read({}, 0, 100'000).value();
    for (const Record& record : records) {
      out.push_back(record.body["text"].str());
    }
    return out;
  }
  bool on_disk(std::string_view needle) {
    const auto names = files_.list("/state").value();
    for (const std::string& name : names) {
      if (files_.read_all("/state/" + name)->find(needle) != std::string::npos) return true;
    }
    return false;
  }

  io::fake::MemoryFileSystem files_;
  io::fake::ManualClock clock_;
  io::fake::SeededRandom random_{1};
  std::uint64_t epoch_ = 0;
};

TEST_F(SqliteJournalTest, SecretsAreNeverOnTheDiskInClear) {
  auto journal = open().value();
  const BlobRef secret = journal->put_blob("correct horse battery staple", Secrecy::secret).value();
  const BlobRef plain = journal->put_blob("a plain manifest", Secrecy::plain).value();
  Draft draft = event("names both");
  draft.blobs = {secret, plain};
  ASSERT_TRUE(journal->append({draft}, Durability::synced));
  EXPECT_TRUE(on_disk("a plain manifest"));
  EXPECT_FALSE(on_disk("correct horse"));
  journal.reset();
  EXPECT_EQ(open().value()->get_blob(secret).value(), "correct horse battery staple");
  EXPECT_EQ(files_.stat("/state/key")->mode & 0777, 0600u);
}

TEST_F(SqliteJournalTest, ALostKeyFreezes) {
  {
    auto journal = open().value();
    Draft draft = event("secret");
    draft.blobs = {journal->put_blob("s3cret", Secrecy::secret).value()};
    ASSERT_TRUE(journal->append({draft}, Durability::synced));
  }
  ASSERT_TRUE(files_.remove("/state/key"));
  const auto frozen = open();
  ASSERT_FALSE(frozen);
  EXPECT_EQ(frozen.error().code(), Code::denied);
  EXPECT_NE(frozen.error().to_string().find("frozen"), std::string::npos);
  EXPECT_FALSE(files_.stat("/state/key")) << "a new key would make the loss final";
}

TEST_F(SqliteJournalTest, TwoProcessesCannotHoldOneDirectory) {
  auto journal = open().value();
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), Code::conflict);
}

TEST_F(SqliteJournalTest, AFullDiskLeavesRoomForTheUndo) {
  auto journal = open().value();
  ASSERT_TRUE(journal->append({event("before")}, Durability::synced));
  EXPECT_FALSE(journal->low_on_space());
  files_.set_limit(files_.used());
  // The reserve is given back, and what must be written can be.
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(journal->append({event("undo " + std::to_string(i))}, Durability::synced)) << i;
  }
  EXPECT_TRUE(journal->low_on_space());
  EXPECT_FALSE(journal->restore_reserve()) << "there is no space";
  files_.set_limit(std::nullopt);
  EXPECT_TRUE(journal->restore_reserve());
  EXPECT_FALSE(journal->low_on_space());
}

TEST_F(SqliteJournalTest, AFlippedBitStopsWritingUntilAnOperatorAccepts) {
  {
    auto journal = open().value();
    for (const char* text : {"one", "two is long enough to find", "three"}) {
      ASSERT_TRUE(journal->append({event(text)}, Durability::synced));
    }
  }
  // Change a byte of the second record's text where SQLite itself notices nothing.
  bool changed = false;
  const auto names = files_.list("/state").value();
  for (const std::string& name : names) {
    std::string bytes = files_.read_all("/state/" + name).value();
    const std::size_t at = bytes.find("two is long");
    if (at == std::string::npos || name.ends_with("-wal")) continue;
    bytes[at] = 'T';
    ASSERT_TRUE(files_.write_atomic("/state/" + name, bytes));
    changed = true;
  }
  ASSERT_TRUE(changed) << "closing did not move the log into the database";
  auto journal = open().value();
  ASSERT_TRUE(journal->damage());
  EXPECT_EQ(journal->damage()->code(), Code::corrupt);
  EXPECT_FALSE(journal->append({event("four")}, Durability::synced));
  EXPECT_FALSE(journal->verify(1, 3));
  ASSERT_TRUE(journal->accept_up_to(1));
  EXPECT_FALSE(journal->damage());
  ASSERT_TRUE(journal->append({event("four")}, Durability::synced));
  EXPECT_TRUE(journal->verify(1, journal->head().seq));
  const auto left = texts(*journal);
  EXPECT_EQ(left.front(), "one");
  EXPECT_EQ(left.back(), "four");
}

TEST_F(SqliteJournalTest, ANewerSchemaIsRefusedAndAnOlderOneIsLed) {
  { ASSERT_TRUE(open()); }
  Vfs vfs(files_, clock_, random_);
  auto database = Database::open("/state/journal.db", vfs).value();
  const auto known = static_cast<std::int64_t>(migrations().size());
  std::vector<Migration> more(migrations().begin(), migrations().end());
  more.push_back("CREATE TABLE later(x INTEGER) STRICT");
  ASSERT_TRUE(migrate(*database, vfs, more));
  EXPECT_EQ(database->integer("PRAGMA user_version").value(), known + 1);
  ASSERT_TRUE(migrate(*database, vfs, more)) << "a second time there is nothing to do";
  more.push_back("CREATE TABLE records(x)");
  EXPECT_FALSE(migrate(*database, vfs, more));
  EXPECT_EQ(database->integer("PRAGMA user_version").value(), known + 1)
      << "a failed step is undone";
  database.reset();
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::unsupported);
}

TEST_F(SqliteJournalTest, AfterAFailedSyncNothingMoreIsWritten) {
  auto journal = open().value();
  ASSERT_TRUE(journal->append({event("one")}, Durability::synced));
  files_.fail_nth(io::fake::Operation::sync, 1, Error(Code::unavailable, "input/output error"));
  EXPECT_FALSE(journal->append({event("two")}, Durability::synced));
  EXPECT_FALSE(journal->append({event("three")}, Durability::synced));
  journal.reset();
  journal = open().value();
  const auto left = texts(*journal);
  EXPECT_TRUE(left == std::vector<std::string>({"one"}) ||
              left == std::vector<std::string>({"one", "two"}));
  EXPECT_TRUE(journal->append({event("four")}, Durability::synced));
}

/// A journal on a file system with one fault armed, as far as it gets.
struct Attempt {
  std::vector<std::string> acknowledged;
  std::size_t attempted = 0;
};

JournalOptions small_journal() {
  JournalOptions options;
  options.directory = "/state";
  options.reserve_bytes = 4096;
  options.most_wal_pages = 12;  // so that moving the log into the database is hit too
  return options;
}

class FaultyDisk : public SqliteJournalTest {
 protected:
  Attempt write_six(io::fake::MemoryFileSystem& files) {
    Attempt out;
    auto journal = SqliteJournal::open(small_journal(), files, clock_, random_);
    if (!journal) return out;
    const auto epoch = (*journal)->take_over("test", "boot");
    for (int i = 0; epoch && i < 6; ++i) {
      Draft draft = event("record " + std::to_string(i));
      draft.epoch = *epoch;
      ++out.attempted;
      if (!(*journal)->append({draft}, Durability::synced)) break;
      out.acknowledged.push_back(draft.body["text"].str());
    }
    return out;
  }

  /// What was acknowledged before the fault is there after it; what was not may be.
  void expect_sound(io::fake::MemoryFileSystem& files, const Attempt& attempt,
                    const std::string& where) {
    auto journal = SqliteJournal::open(small_journal(), files, clock_, random_);
    ASSERT_TRUE(journal) << where << ": " << journal.error().to_string();
    EXPECT_FALSE((*journal)->damage()) << where;
    EXPECT_TRUE((*journal)->verify(1, (*journal)->head().seq)) << where;
    const std::vector<std::string> found = texts(**journal);
    EXPECT_GE(found.size(), attempt.acknowledged.size()) << where;
    EXPECT_LE(found.size(), attempt.attempted) << where;
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i], "record " + std::to_string(i)) << where;
    }
  }
};

TEST_F(FaultyDisk, PowerMayGoInEveryOperation) {
  std::size_t fired = 0;
  for (const Effect effect : {Effect::none, Effect::half, Effect::full}) {
    for (const Keep keep : {Keep::all, Keep::none, Keep::random}) {
      for (std::uint64_t nth = 1; nth < 400; ++nth) {
        io::fake::MemoryFileSystem files;
        Failure fault;
        fault.kind = Failure::Kind::power_off;
        fault.nth = nth;
        fault.effect = effect;
        files.arm(fault);
        const Attempt attempt = write_six(files);
        if (!files.fault_fired()) break;
        ++fired;
        files.restart(keep, nth);
        expect_sound(files, attempt,
                     "operation " + std::to_string(nth) + ", effect " +
                         std::to_string(static_cast<int>(effect)) + ", keep " +
                         std::to_string(static_cast<int>(keep)));
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
  EXPECT_GT(fired, 300u);
}

TEST_F(FaultyDisk, EveryOperationMayFailOnce) {
  std::size_t fired = 0;
  for (const Effect effect : {Effect::none, Effect::half}) {
    for (std::uint64_t nth = 1; nth < 400; ++nth) {
      io::fake::MemoryFileSystem files;
      Failure fault;
      fault.nth = nth;
      fault.effect = effect;
      files.arm(fault);
      const Attempt attempt = write_six(files);
      if (!files.fault_fired()) break;
      ++fired;
      expect_sound(files, attempt, "operation " + std::to_string(nth));
      if (::testing::Test::HasFailure()) return;
    }
  }
  EXPECT_GT(fired, 80u);
}

}  // namespace
}  // namespace rumbo::store
