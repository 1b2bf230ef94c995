// What the fakes add: lost writes, power cuts, faults, a full disk, manual time.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "io/fake/manual_clock.h"
#include "io/fake/memory_filesystem.h"

namespace rumbo::io::fake {
namespace {

class MemoryFileSystemTest : public ::testing::Test {
 protected:
  std::unique_ptr<File> create(const std::string& path) {
    auto file = files_.open(path, {.write = true, .create = true});
    EXPECT_TRUE(file);
    return std::move(*file);
  }
  /// A file that exists durably with this content.
  std::unique_ptr<File> settled(const std::string& path, std::string_view text) {
    auto file = create(path);
    EXPECT_TRUE(file->write_at(0, as_bytes(text)));
    EXPECT_TRUE(file->sync());
    EXPECT_TRUE(files_.sync_directory("/"));
    return file;
  }
  std::string content(const std::string& path) {
    const auto text = files_.read_all(path);
    return text ? *text : "<" + std::string(to_string(text.error().code())) + ">";
  }

  MemoryFileSystem files_;
};

TEST_F(MemoryFileSystemTest, OnlySyncedWritesSurviveWithKeepNone) {
  const auto file = settled("/f", "old");
  ASSERT_TRUE(file->write_at(0, as_bytes("new")));
  EXPECT_EQ(content("/f"), "new");
  files_.crash(Keep::none);
  EXPECT_EQ(content("/f"), "old");
}

TEST_F(MemoryFileSystemTest, EverythingSurvivesTheDeathOfTheProcess) {
  const auto file = create("/f");
  ASSERT_TRUE(file->write_at(0, as_bytes("text")));
  files_.crash(Keep::all);
  EXPECT_EQ(content("/f"), "text");
}

TEST_F(MemoryFileSystemTest, NamesNeedASyncOfTheirDirectory) {
  const auto file = create("/f");
  ASSERT_TRUE(file->write_at(0, as_bytes("text")));
  ASSERT_TRUE(file->sync());
  files_.crash(Keep::none);
  EXPECT_EQ(content("/f"), "<not_found>");

  settled("/a", "A");
  ASSERT_TRUE(files_.rename("/a", "/b"));
  files_.crash(Keep::none);
  EXPECT_EQ(content("/a"), "A");
  ASSERT_TRUE(files_.rename("/a", "/b"));
  ASSERT_TRUE(files_.sync_directory("/"));
  files_.crash(Keep::none);
  EXPECT_EQ(content("/b"), "A");
  EXPECT_EQ(content("/a"), "<not_found>");
}

TEST_F(MemoryFileSystemTest, ARenameSurvivesWhollyOrNotAtAll) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    MemoryFileSystem files;
    ASSERT_TRUE(files.write_atomic("/a", "A"));
    ASSERT_TRUE(files.rename("/a", "/b"));
    files.crash(Keep::random, seed);
    EXPECT_NE(files.read_all("/a").has_value(), files.read_all("/b").has_value());
  }
}

TEST_F(MemoryFileSystemTest, RandomCrashesTearWritesAtSectorsAndDifferBySeed) {
  std::set<std::string> outcomes;
  bool torn = false;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    MemoryFileSystem files;
    ASSERT_TRUE(files.write_atomic("/f", std::string(1024, '.')));
    const auto file = files.open("/f", {.write = true});
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->write_at(0, as_bytes(std::string(1024, '#'))));
    files.crash(Keep::random, seed);
    const std::string after = *files.read_all("/f");
    const auto marks = std::count(after.begin(), after.end(), '#');
    EXPECT_TRUE(marks == 0 || marks == 512 || marks == 1024) << marks;
    torn = torn || marks == 512;
    outcomes.insert(after);
  }
  EXPECT_TRUE(torn);
  EXPECT_EQ(outcomes.size(), 4u) << "none, first, second, both";
}

TEST_F(MemoryFileSystemTest, WriteAtomicIsOldOrNewAfterAnyCrashAtAnyPoint) {
  for (const Keep keep : {Keep::all, Keep::none, Keep::random}) {
    for (std::uint64_t n = 1;; ++n) {
      MemoryFileSystem files;
      ASSERT_TRUE(files.write_atomic("/f", "old"));
      files.arm({.kind = Fault::Kind::power_off, .nth = n, .effect = Effect::half});
      const bool acknowledged = files.write_atomic("/f", "new").has_value();
      const bool fired = files.fault_fired();
      files.power_off();
      files.restart(keep, n);
      const auto text = files.read_all("/f");
      ASSERT_TRUE(text);
      EXPECT_TRUE(*text == "old" || *text == "new") << *text;
      if (acknowledged) {
        EXPECT_EQ(*text, "new");
      }
      if (!fired) break;
    }
  }
}

TEST_F(MemoryFileSystemTest, FilesFromBeforeTheCrashAreDead) {
  const auto file = settled("/f", "old");
  files_.power_off();
  EXPECT_FALSE(file->write_at(0, as_bytes("x")));
  EXPECT_FALSE(files_.stat("/f"));
  files_.restart(Keep::all);
  EXPECT_FALSE(file->write_at(0, as_bytes("x"))) << "belongs to a dead process";
  EXPECT_EQ(content("/f"), "old");
}

TEST_F(MemoryFileSystemTest, ACrashReleasesLocks) {
  const auto file = settled("/lock", "");
  EXPECT_EQ(file->try_lock(), true);
  files_.crash(Keep::all);
  EXPECT_EQ((*files_.open("/lock", {.write = true}))->try_lock(), true);
}

TEST_F(MemoryFileSystemTest, AFailedSyncLosesTheWritesForGood) {
  const auto file = settled("/f", "old");
  ASSERT_TRUE(file->write_at(0, as_bytes("new")));
  files_.fail_nth(Operation::sync, 1, Error(Code::unavailable, "bad disk"));
  EXPECT_FALSE(file->sync());
  EXPECT_EQ(content("/f"), "new") << "still in the page cache";
  EXPECT_TRUE(file->sync()) << "the kernel has marked the pages clean";
  files_.crash(Keep::none);
  EXPECT_EQ(content("/f"), "old");
}

TEST_F(MemoryFileSystemTest, TheNthOperationFailsAndOnlyIt) {
  const auto file = settled("/f", "");
  files_.fail_nth(Operation::write, 2, Error(Code::unavailable, "bad disk"));
  EXPECT_TRUE(file->write_at(0, as_bytes("a")));
  EXPECT_FALSE(files_.fault_fired());
  const auto failed = file->write_at(1, as_bytes("b"));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message(), "bad disk");
  EXPECT_EQ(files_.fault_fired_in(), Operation::write);
  EXPECT_TRUE(file->write_at(1, as_bytes("c")));
  EXPECT_EQ(content("/f"), "ac");
  EXPECT_EQ(files_.counted(Operation::write), 4u);
}

TEST_F(MemoryFileSystemTest, AFailingWriteMayHaveHalfOrFullEffect) {
  const auto file = settled("/f", "....");
  files_.arm({.operation = Operation::write, .effect = Effect::half});
  EXPECT_FALSE(file->write_at(0, as_bytes("####")));
  EXPECT_EQ(content("/f"), "##..");
  files_.arm({.operation = Operation::write, .effect = Effect::full});
  EXPECT_FALSE(file->write_at(0, as_bytes("####")));
  EXPECT_EQ(content("/f"), "####");
}

TEST_F(MemoryFileSystemTest, AFullDiskTakesWhatFits) {
  files_.set_limit(6);
  const auto file = create("/f");
  ASSERT_TRUE(file->write_at(0, as_bytes("1234")));
  const auto refused = file->write_at(4, as_bytes("5678"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::exhausted);
  EXPECT_EQ(content("/f"), "123456");
  EXPECT_TRUE(file->write_at(0, as_bytes("abc"))) << "does not grow";
  EXPECT_EQ(files_.free_bytes("/"), 0u);
  ASSERT_TRUE(files_.remove("/f"));
  EXPECT_EQ(files_.free_bytes("/"), 6u);
}

TEST(ManualClockTest, TimePassesOnlyWhenTold) {
  ManualClock clock;
  const MonoTime start = clock.mono();
  const WallTime wall = clock.wall();
  clock.advance(5s);
  clock.sleep(1s);
  EXPECT_EQ(clock.mono() - start, 6s);
  EXPECT_EQ(clock.wall().since_epoch - wall.since_epoch, 6s);
}

TEST(SeededRandomTest, SameSeedSameBytes) {
  std::array<std::uint8_t, 13> one{}, two{}, other{};
  SeededRandom(7).fill(one);
  SeededRandom(7).fill(two);
  SeededRandom(8).fill(other);
  EXPECT_EQ(one, two);
  EXPECT_NE(one, other);
}

}  // namespace
}  // namespace rumbo::io::fake
