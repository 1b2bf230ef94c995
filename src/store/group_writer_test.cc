// Many threads append at the same time, and one of them leads for all: each gets its own records
// back, durable and told to the feed, and a failed sync is an error to everyone it concerns.
#include "store/group_writer.h"

#include <atomic>
#include <gtest/gtest.h>
#include <set>
#include <thread>

#include "io/fake/manual_clock.h"
#include "io/fake/memory_filesystem.h"
#include "io/fake/seeded_random.h"
#include "store/sqlite_journal.h"

namespace rumbo::store {
namespace {

using io::fake::Keep;

constexpr int kThreads = 16;
constexpr int kEach = 40;

class GroupWriterTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteJournal> open() {
    JournalOptions options;
    options.directory = "/state";
    options.reserve_bytes = 4096;
    options.most_wal_pages = 50;  // so that the log is moved into the database, too
    auto journal = SqliteJournal::open(options, files_, clock_, random_).value();
    epoch_ = journal->take_over("test", "boot").value();
    return journal;
  }
  Draft event(const std::string& text) const {
    Draft draft;
    draft.actor = {"test"};
    draft.epoch = epoch_;
    draft.body = Value::object({{"text", text}});
    return draft;
  }
  /// Appends from all threads, every third without waiting for the disk; the texts of the synced
  /// ones that succeeded.
  std::set<std::string> append_from_all(SqliteJournal& journal) {
    std::vector<std::set<std::string>> acknowledged(kThreads);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const std::string text = std::to_string(t) + "/" + std::to_string(i);
          const bool synced = i % 3 != 2;
          const auto records = journal.append({event(text), event(text + " too")},
                                              synced ? Durability::synced : Durability::batched);
          if (!records) continue;
          ASSERT_EQ(records->size(), 2u);
          EXPECT_EQ((*records)[0].body["text"].str(), text);
          EXPECT_EQ((*records)[1].prev, (*records)[0].hash);
          if (!synced) continue;
          EXPECT_GE(journal.head().seq, records->back().seq);
          EXPECT_GE(told_.load(), records->back().seq) << "the feed came after the answer";
          acknowledged[static_cast<std::size_t>(t)].insert(text);
        }
      });
    }
    for (auto& thread : threads) thread.join();
    std::set<std::string> all;
    for (const auto& part : acknowledged) all.insert(part.begin(), part.end());
    return all;
  }
  void listen(SqliteJournal& journal) {
    told_ = journal.head().seq;
    feed_ = journal.feed([this](const Record& record) {
      EXPECT_EQ(record.seq, told_.load() + 1);
      told_ = record.seq;
    });
  }
  static std::set<std::string> texts(const SqliteJournal& journal) {
    std::set<std::string> out;
    const auto records = journal.read({}, 0, 100'000).value();
    for (const Record& record : records) out.insert(record.body["text"].str());
    return out;
  }

  io::fake::MemoryFileSystem files_;
  io::fake::ManualClock clock_;
  io::fake::SeededRandom random_{1};
  std::uint64_t epoch_ = 0;
  std::atomic<Seq> told_{0};
  std::unique_ptr<Journal::Subscription> feed_;
};

TEST_F(GroupWriterTest, EveryoneIsServed) {
  auto journal = open();
  listen(*journal);
  const auto acknowledged = append_from_all(*journal);
  int synced = 0;
  for (int i = 0; i < kEach; ++i) synced += i % 3 != 2 ? kThreads : 0;
  EXPECT_EQ(acknowledged.size(), static_cast<std::size_t>(synced));
  ASSERT_TRUE(journal->flush());
  EXPECT_EQ(journal->head().seq, 2u * kThreads * kEach);
  EXPECT_TRUE(journal->verify(1, journal->head().seq));
  EXPECT_EQ(texts(*journal).size(), 2u * kThreads * kEach);
}

TEST_F(GroupWriterTest, WhatWasAcknowledgedSurvivesAFailedSyncAndAPowerCut) {
  for (const std::uint64_t nth : {1u, 2u, 7u, 20u}) {
    auto journal = open();
    listen(*journal);
    files_.fail_nth(io::fake::Operation::sync, nth, Error(Code::unavailable, "the disk is ill"));
    const auto acknowledged = append_from_all(*journal);
    EXPECT_TRUE(files_.fault_fired());
    EXPECT_FALSE(journal->append({event("after")}, Durability::synced));
    feed_.reset();
    files_.power_off();
    journal.reset();
    files_.restart(Keep::none);
    journal = open();
    const auto found = texts(*journal);
    for (const std::string& text : acknowledged) EXPECT_TRUE(found.contains(text)) << text;
    EXPECT_FALSE(found.contains("after"));
    EXPECT_TRUE(journal->verify(1, journal->head().seq));
    journal.reset();
    ASSERT_TRUE(files_.remove_tree("/state"));
  }
}

TEST_F(GroupWriterTest, AnErrorOfOneIsNotAnErrorOfTheOthers) {
  auto journal = open();
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        Draft draft = event("x");
        if (t % 2 == 1) draft.blobs = {{"sha256:never-put"}};
        const auto done = journal->append({std::move(draft)}, Durability::synced);
        EXPECT_EQ(done.has_value(), t % 2 == 0);
        if (!done) ++refused;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(refused, kThreads / 2 * kEach);
  EXPECT_EQ(journal->head().seq, static_cast<Seq>(kThreads / 2 * kEach));
}

}  // namespace
}  // namespace rumbo::store
