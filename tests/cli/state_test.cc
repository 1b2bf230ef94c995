// Backup, restore and the remedies of `recover`, on the command line.
#include <gtest/gtest.h>

#include "io/fake/seeded_random.h"
#include "rig.h"
#include "store/backup.h"
#include "store/sqlite_journal.h"

namespace rumbo::cli_test {
namespace {

/// A state directory /s with a journal of three records, and its snapshot as a daemon would make
/// it.
void make_state(Rig& rig) {
  io::fake::SeededRandom random{7};
  store::JournalOptions options;
  options.directory = "/s";
  options.reserve_bytes = 4096;
  auto journal = store::SqliteJournal::open(options, rig.files, rig.clock, random).value();
  const auto epoch = journal->take_over("test", "boot").value();
  for (int i = 0; i < 3; ++i) {
    Draft draft;
    draft.epoch = epoch;
    draft.body = Value::object({{"number", i}});
    ASSERT_TRUE(journal->append({draft}, Durability::synced));
  }
  ASSERT_TRUE(rig.files.make_directories("/s/backup", 0700));
  ASSERT_TRUE(journal->copy_to("/s/backup/journal.db"));
  rig.answer("snapshot", R"({"directory": "/s/backup", "files": ["journal.db"],
                             "head": {"seq": 3}, "installation": ")" +
                             journal->installation().value + "\"}");
}

TEST(Backup, IsAFileThatRestoresAndTheCopyIsRemoved) {
  Rig rig;
  make_state(rig);
  ASSERT_TRUE(rig.files.write_atomic("/pass", "secret words\n"));
  const Ran made =
      rig.run({"backup", "--state", "/s", "--out", "/b.tar.gz", "--passphrase-file", "/pass"});
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_EQ(rig.need, app::Need::journal) << "a backup needs no target and no configuration";
  EXPECT_EQ(made.out.find("/b.tar.gz: "), 0u) << made.out;
  EXPECT_NE(made.out.find("up to record 3"), std::string::npos) << made.out;
  EXPECT_EQ(made.err, "");
  EXPECT_FALSE(rig.files.stat("/s/backup"));
  EXPECT_EQ(rig.files.stat("/b.tar.gz")->mode & 0777, 0600u);

  const Ran full = rig.run({"restore", "/b.tar.gz", "--state", "/s", "--passphrase-file", "/pass"});
  EXPECT_EQ(full.exit, 2);
  EXPECT_NE(full.err.find("`/s` is not empty"), std::string::npos) << full.err;
  const Ran done = rig.run({"restore", "/b.tar.gz", "--state", "/n", "--passphrase-file", "/pass"});
  ASSERT_EQ(done.exit, 0) << done.err;
  EXPECT_NE(done.out.find("/n: restored as of 2023-11-14T22:13:20.000Z"), std::string::npos)
      << done.out;
  EXPECT_NE(done.err.find("--from-target"), std::string::npos) << done.err;
  EXPECT_EQ(rig.files.read_all("/n/key").value(), rig.files.read_all("/s/key").value());
}

TEST(Backup, WithoutAPassphraseItSaysThatTheKeyIsApart) {
  Rig rig;
  make_state(rig);
  const Ran made = rig.run({"backup", "--state", "/s", "-o", "name"});
  ASSERT_EQ(made.exit, 0) << made.err;
  EXPECT_EQ(made.out, "rumbo-backup-20231114T221320Z.tar.gz\n");
  EXPECT_NE(made.err.find("keep a copy of /s/key apart"), std::string::npos) << made.err;
  const Ran wrong = rig.run({"restore", "/s/key", "--state", "/n"});
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_NE(wrong.err.find("this is no backup of rumbo"), std::string::npos) << wrong.err;
}

TEST(Recover, RemediesReachTheOperation) {
  Rig rig;
  rig.answer("remedy", R"({"done": ["Deployment/web of shop@dev is in the inventory"],
                           "paused": ["shop@dev"], "next": "look at `rumbo plan`"})");
  const Ran ran = rig.run({"recover", "--from-target"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out, "Deployment/web of shop@dev is in the inventory\nshop@dev: paused\n");
  EXPECT_EQ(ran.err, "next: look at `rumbo plan`\n");
  EXPECT_EQ(rig.script.calls.back(), "remedy from-target ");
  rig.run({"recover", "--recreate-volume", "shop@dev", "data"});
  EXPECT_EQ(rig.script.calls.back(), "remedy recreate-volume data");
  EXPECT_EQ(rig.script.select.applications, std::vector<std::string>{"shop"});
  rig.run({"recover", "--forget", "shop"});
  EXPECT_EQ(rig.script.calls.back(), "remedy forget ");
  rig.run({"recover", "--adopt", "-e", "dev"});
  EXPECT_EQ(rig.script.calls.back(), "remedy adopt ");
  EXPECT_EQ(rig.script.select.environment, "dev");
}

TEST(Recover, ADamagedJournalIsAcceptedWithoutADaemon) {
  Rig rig;
  const Ran none = rig.run({"recover", "--accept-journal-up-to", "2", "--state", "/none"});
  EXPECT_EQ(none.exit, 2);
  EXPECT_NE(none.err.find("there is no journal"), std::string::npos) << none.err;
  make_state(rig);
  const Ran whole = rig.run({"recover", "--accept-journal-up-to", "2", "--state", "/s"});
  EXPECT_EQ(whole.exit, 2);
  EXPECT_NE(whole.err.find("there is nothing to accept"), std::string::npos) << whole.err;

  std::string bytes = rig.files.read_all("/s/journal.db").value();
  const std::size_t at = bytes.find("\"number\":1");
  ASSERT_NE(at, std::string::npos);
  bytes[at + 9] = '7';
  ASSERT_TRUE(rig.files.write_atomic("/s/journal.db", bytes));
  const Ran done = rig.run({"recover", "--accept-journal-up-to", "1", "--state", "/s"});
  EXPECT_EQ(done.exit, 0) << done.err;
  EXPECT_NE(done.out.find("accepted up to record 1"), std::string::npos) << done.out;
  EXPECT_TRUE(rig.script.calls.empty());
}

}  // namespace
}  // namespace rumbo::cli_test
