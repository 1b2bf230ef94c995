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

/// What is logged of these records, after those of before: "warn transaction: text".
std::vector<std::string> lines_of(std::vector<Draft> drafts, std::vector<Draft> before = {}) {
  sim::SimClock clock;
  sim::MemoryDisk disk;
  sim::MemoryJournal journal(disk, clock);
  EXPECT_TRUE(journal.append(std::move(before), Durability::synced));
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel level, std::string_view component, std::string_view text) {
    lines.push_back(std::string(to_string(level)) + " " + std::string(component) + ": " +
                    std::string(text));
  });
  {
    JournalLog log;
    const auto logged = log.attach(journal);
    EXPECT_TRUE(logged);
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

// Whoever looks for an application in the log finds what became of it.
TEST(JournalLog, LinesNameTheApplicationsAlsoOfWhatBeganBeforeTheStart) {
  const auto begin = [] { return draft(RecordType::begin, scoped({{"cause", "sync"}})); };
  const auto end = [] { return draft(RecordType::end, Value::object({{"outcome", "restored"}})); };
  const std::string line = "warn transaction: t-000007 (shop@dev): restored";
  EXPECT_EQ(lines_of({begin(), end()}).back(), line);
  EXPECT_EQ(lines_of({end()}, {begin()}), Lines{line});
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
