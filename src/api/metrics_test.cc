#include "api/metrics.h"

#include <gtest/gtest.h>

#include "sim/clock.h"
#include "sim/memory_journal.h"

namespace rumbo::api {
namespace {

Draft draft(RecordType type, const char* txn, Value body = Value::object()) {
  Draft out;
  out.type = type;
  out.actor = {"user:test"};
  out.txn = TxnId{txn};
  out.body = std::move(body);
  return out;
}

bool has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, CountsWhatTheJournalTells) {
  sim::SimClock clock;
  sim::MemoryDisk disk;
  sim::MemoryJournal journal(disk, clock);
  ASSERT_TRUE(journal.append({draft(RecordType::begin, "t-000001")}, Durability::synced));
  ASSERT_TRUE(journal.append(
      {draft(RecordType::begin, "t-000002"), draft(RecordType::commit, "t-000002"),
       draft(RecordType::end, "t-000002", Value::object({{"outcome", "committed"}}))},
      Durability::synced));

  Metrics metrics(io::real_filesystem());
  const auto subscription = metrics.attach(journal);
  ASSERT_TRUE(subscription);
  std::string text = metrics.text();
  EXPECT_TRUE(has(text, "rumbo_transactions_open 1")) << text;
  EXPECT_TRUE(has(text, "rumbo_journal_seq 4")) << text;
  EXPECT_TRUE(has(text, "rumbo_transactions_total{outcome=\"committed\"} 0")) << text;
  EXPECT_NE(text.find("rumbo_last_sync_timestamp_seconds "), std::string::npos) << text;

  ASSERT_TRUE(journal.append({draft(RecordType::needs_operator, "t-000001")}, Durability::synced));
  ASSERT_TRUE(
      journal.append({draft(RecordType::end, "t-000001", Value::object({{"outcome", "restored"}}))},
                     Durability::synced));
  text = metrics.text();
  EXPECT_TRUE(has(text, "rumbo_transactions_open 0")) << text;
  EXPECT_TRUE(has(text, "rumbo_journal_seq 6")) << text;
  EXPECT_TRUE(has(text, "rumbo_transactions_total{outcome=\"restored\"} 1")) << text;
  EXPECT_TRUE(has(text, "rumbo_transactions_total{outcome=\"needs-operator\"} 1")) << text;
  EXPECT_TRUE(has(text, "# TYPE rumbo_transactions_total counter")) << text;
  EXPECT_NE(text.find("process_resident_memory_bytes "), std::string::npos) << text;
}

}  // namespace
}  // namespace rumbo::api
