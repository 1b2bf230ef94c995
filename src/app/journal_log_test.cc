#include "app/journal_log.h"

#include <gtest/gtest.h>
#include <vector>

#include "sim/clock.h"
#include "sim/memory_journal.h"

namespace rumbo::app {
namespace {

const char* const kTxn = "t-000007";

Draft draft(RecordType type, Value body, bool in_txn = true) {
  Draft out;
  out.type = type;
  out.actor = {"automation"};
  if (in_txn) out.txn = TxnId{kTxn};
  out.body = std::move(body);
  return out;
}

Value scoped(std::vector<Member> more = {}) {
  more.emplace_back(
      "scopes", Value::array({Value::object({{"application", "shop"}, {"environment", "dev"}})}));
  return Value::object(std::move(more));
}

Draft event(const char* name, const char* message) {
  return draft(RecordType::event, scoped({{"event", name}, {"message", message}}), false);
}

/// What log_journal() writes for these records: "warn transaction: text".
std::vector<std::string> lines_of(std::vector<Draft> drafts) {
  sim::SimClock clock;
  sim::MemoryDisk disk;
  sim::MemoryJournal journal(disk, clock);
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel level, std::string_view component, std::string_view text) {
    lines.push_back(std::string(to_string(level)) + " " + std::string(component) + ": " +
                    std::string(text));
  });
  {
    const auto logged = log_journal(journal);
    EXPECT_TRUE(journal.append(std::move(drafts), Durability::synced));
  }
  EXPECT_TRUE(journal.append({event("drift", "after the subscription")}, Durability::synced));
  set_log_sink({});
  return lines;
}

using Lines = std::vector<std::string>;

TEST(JournalLog, ACommitIsToldOnce) {
  EXPECT_EQ(lines_of({draft(RecordType::begin, scoped({{"cause", "sync"}})),
                      draft(RecordType::prepared, Value::object()),
                      draft(RecordType::intent, Value::object()),
                      draft(RecordType::done, Value::object()), draft(RecordType::commit, scoped()),
                      draft(RecordType::end, Value::object({{"outcome", "committed"}}))}),
            (Lines{"info transaction: t-000007: sync of shop@dev to its revision began",
                   "info transaction: t-000007: shop@dev committed at its revision"}));
}

TEST(JournalLog, AFailureIsToldWithItsCauseAndItsEnd) {
  EXPECT_EQ(lines_of({draft(RecordType::abort,
                            Value::object({{"class", "unhealthy"}, {"cause", "web crashes"}})),
                      draft(RecordType::undo_intent, Value::object()),
                      draft(RecordType::quarantine,
                            scoped({{"revision", "main@1a2b3c4"}, {"reason", "web crashes"}})),
                      draft(RecordType::end, Value::object({{"outcome", "restored"}}))}),
            (Lines{"warn transaction: t-000007: aborted (unhealthy): web crashes",
                   "warn transaction: t-000007: shop@dev: main@1a2b3c4 quarantined: web crashes",
                   "warn transaction: t-000007: restored"}));
}

TEST(JournalLog, WhoeverMustActIsTold) {
  EXPECT_EQ(lines_of({draft(RecordType::needs_operator, Value::object({{"cause", "disk full"}}))}),
            (Lines{"error transaction: t-000007: needs an operator: disk full"}));
}

TEST(JournalLog, ARefusalIsCalledSo) {
  EXPECT_EQ(lines_of({draft(RecordType::end,
                            Value::object({{"outcome", "unchanged"}, {"note", "no such image"}}))}),
            (Lines{"warn transaction: t-000007: refused: no such image"}));
}

TEST(JournalLog, EventsHaveTheWeightOfTheirNews) {
  EXPECT_EQ(
      lines_of({event("drift", "Pod web was deleted"), event("source-ok", "it answers again"),
                event("contested", "replicas is edited again and again"), event("contested", ""),
                event("config-refused", "logged by the daemon")}),
      (Lines{"warn event: shop@dev: Pod web was deleted", "info event: shop@dev: it answers again",
             "warn event: shop@dev: replicas is edited again and again",
             "info event: shop@dev is healed again"}));
}

}  // namespace
}  // namespace rumbo::app
