#include "control/target_guard.h"

#include <gtest/gtest.h>

#include "sim/clock.h"
#include "sim/memory_journal.h"

namespace rumbo::control {
namespace {

const TargetId kProd{"prod"};
const Scope kShop{"shop", "prod", kProd};

struct TargetGuardTest : ::testing::Test {
  TargetGuardTest() { EXPECT_TRUE(journal.take_over("test", "boot")); }

  /// Appends a record of transaction `txn` and folds it.
  Record add(RecordType type, const std::string& txn) {
    Draft draft;
    draft.type = type;
    draft.actor = {"test"};
    draft.epoch = 1;
    draft.txn = TxnId{txn};
    if (type == RecordType::begin) {
      draft.body = Value::object({{"scopes", Value::array({to_value(kShop)})}});
    }
    const auto records = journal.append({draft}, Durability::synced);
    EXPECT_TRUE(records) << records.error().to_string();
    facts.apply(records->at(0));
    return records->at(0);
  }
  /// A transaction that wrote something and ended. The record that it left on the target.
  TxnMirror deployed(const std::string& txn) {
    add(RecordType::begin, txn);
    const Record prepared = add(RecordType::prepared, txn);
    add(RecordType::intent, txn);
    add(RecordType::end, txn);
    return mirror(txn, prepared.seq, prepared.hash);
  }
  static TxnMirror mirror(const std::string& txn, Seq seq, const Digest& hash) {
    TxnMirror out;
    out.txn = TxnId{txn};
    out.head = seq;
    out.head_hash = hash;
    out.scopes = {kShop};
    return out;
  }
  void is(const std::string& uid) { facts.identities[kProd] = {uid, clock.wall()}; }
  std::string wrong(const std::string& uid, const std::vector<TxnMirror>& mirrors) {
    const auto checked = check_target(facts, kProd, uid, mirrors, journal);
    if (checked) return "";
    EXPECT_EQ(checked.error().code(), Code::denied);
    EXPECT_FALSE(checked.error().hint().empty());
    return checked.error().message();
  }

  sim::SimClock clock;
  sim::MemoryDisk disk;
  sim::MemoryJournal journal{disk, clock};
  TargetFacts facts;
};

TEST_F(TargetGuardTest, TheClusterThatTheJournalKnowsIsGood) {
  EXPECT_EQ(wrong("a", {}), "") << "nothing is known of it yet";
  is("a");
  const TxnMirror first = deployed("t-1");
  EXPECT_EQ(wrong("a", {first}), "");
  const TxnMirror second = deployed("t-2");
  EXPECT_EQ(wrong("a", {second}), "");
  EXPECT_EQ(wrong("a", {}), "") << "its record may be gone with its namespace";
  EXPECT_EQ(wrong("", {second}), "") << "the account may not see the identity";
}

TEST_F(TargetGuardTest, AnotherClusterIsNot) {
  is("a");
  EXPECT_EQ(wrong("b", {}),
            "frozen: prod is another cluster than before (its identity is b, it was a)");
}

TEST_F(TargetGuardTest, AClusterAheadOfTheStateDirectoryIsNot) {
  const TxnMirror last = deployed("t-1");
  EXPECT_NE(wrong("a", {mirror("t-9", last.head + 100, "x")}).find("ahead of the state directory"),
            std::string::npos);
  // The journal was restored and went on by another way: the place is there, with another record.
  EXPECT_NE(wrong("a", {mirror("t-9", last.head, "another")}).find("is another one in the journal"),
            std::string::npos);
}

TEST_F(TargetGuardTest, APowerCutThatTookTheEndOfTheJournalIsNoBackup) {
  // What is written in batches may be lost after the target was told of it. The transaction's own
  // first record never is.
  const TxnMirror last = deployed("t-1");
  EXPECT_EQ(wrong("a", {mirror("t-1", last.head + 3, "lost")}), "");
  EXPECT_EQ(wrong("a", {mirror("t-1", last.head + 1, "written anew")}), "");
}

TEST_F(TargetGuardTest, AClusterOlderThanTheJournalIsNot) {
  const TxnMirror first = deployed("t-1");
  deployed("t-2");
  EXPECT_NE(wrong("a", {first}).find("is older than the journal"), std::string::npos);
}

TEST_F(TargetGuardTest, OfTwoRecordsOfAScopeTheNewerCounts) {
  const TxnMirror first = deployed("t-1");
  const TxnMirror second = deployed("t-2");
  EXPECT_EQ(wrong("a", {first, second}), "");
  EXPECT_EQ(wrong("a", {second, first}), "");
}

TEST_F(TargetGuardTest, ATransactionThatWroteNothingSaysNothingOfTheTarget) {
  const TxnMirror first = deployed("t-1");
  add(RecordType::begin, "t-2");
  EXPECT_EQ(wrong("a", {first}), "");
  add(RecordType::prepared, "t-2");
  EXPECT_EQ(wrong("a", {first}), "") << "a crash before its record was written there";
  add(RecordType::intent, "t-2");
  EXPECT_NE(wrong("a", {first}), "");
}

TEST_F(TargetGuardTest, WhatAPersonAcceptsIsGood) {
  is("a");
  const TxnMirror first = deployed("t-1");
  deployed("t-2");
  const TxnMirror strange = mirror("t-9", 5000, "x");
  Draft draft;
  draft.type = RecordType::event;
  draft.actor = {"test"};
  draft.epoch = 1;
  draft.body = Value::object(
      {{"event", "target"},
       {"scopes", Value::array()},
       {"target", "prod"},
       {"identity", "b"},
       {"accepted", Value::array({Value::object({{"seq", strange.head}, {"hash", "x"}})})}});
  const auto records = journal.append({draft}, Durability::synced);
  ASSERT_TRUE(records);
  facts.apply(records->at(0));
  EXPECT_EQ(wrong("b", {strange}), "");
  EXPECT_EQ(wrong("b", {first}), "") << "older, and accepted so";
  EXPECT_NE(wrong("a", {}), "");
  EXPECT_NE(wrong("b", {mirror("t-9", 5001, "x")}), "") << "only what was there then";
}

}  // namespace
}  // namespace rumbo::control
