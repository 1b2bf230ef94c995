// What every Journal promises, asked of the one in memory and of SQLite on a simulated disk.
#include <gtest/gtest.h>
#include <memory>
#include <thread>

#include "rig.h"
#include "sqlite_maker.h"

namespace rumbo::simtest {
namespace {

const Scope kShop{"shop", "dev", {"host"}};
const Scope kCart{"cart", "dev", {"host"}};
const ObjectKey kWeb{"apps", "Deployment", "ns", "web"};

class JournalContract : public ::testing::TestWithParam<int> {
 protected:
  JournalContract()
      : maker_(GetParam() == 0 ? memory_journal_maker(clock_) : sqlite_journal_maker(clock_)) {
    reopen();
  }

  void reopen() {
    journal_.reset();
    journal_ = maker_->open();
    ASSERT_NE(journal_, nullptr);
    const auto epoch = journal_->take_over("test", "boot-1");
    ASSERT_TRUE(epoch) << epoch.error().to_string();
    epoch_ = *epoch;
  }
  /// The process dies, and with it everything that was not synced.
  void crash() {
    maker_->crash();
    reopen();
  }

  Draft draft(RecordType type, std::optional<TxnId> txn = {}, const Scope& scope = kShop) const {
    Draft out;
    out.type = type;
    out.actor = {"user:test"};
    out.txn = std::move(txn);
    out.epoch = epoch_;
    out.body = Value::object({{"scopes", Value::array({to_value(scope)})}});
    return out;
  }
  TxnId begin(const Scope& scope = kShop) {
    TxnId txn = journal_->new_txn().value();
    EXPECT_TRUE(journal_->append({draft(RecordType::begin, txn, scope)}, Durability::synced));
    return txn;
  }

  sim::SimClock clock_;
  std::unique_ptr<JournalMaker> maker_;
  std::unique_ptr<Journal> journal_;
  std::uint64_t epoch_ = 0;
};

TEST_P(JournalContract, RecordsComeBackInOrderWithAnUnbrokenChain) {
  const TxnId txn = begin();
  const auto written = journal_->append(
      {draft(RecordType::intent, txn), draft(RecordType::done, txn)}, Durability::synced);
  ASSERT_TRUE(written) << written.error().to_string();
  ASSERT_EQ(written->size(), 2u);
  EXPECT_EQ((*written)[1].seq, (*written)[0].seq + 1);
  EXPECT_EQ((*written)[1].prev, (*written)[0].hash);
  EXPECT_EQ(journal_->head(), (Head{(*written)[1].seq, (*written)[1].hash}));
  RecordFilter filter;
  filter.txn = txn;
  const auto read = journal_->read(filter, 0, 100);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 3u);
  EXPECT_EQ((*read)[2].hash, (*written)[1].hash);
  EXPECT_EQ((*read)[2].boot_id, "boot-1");
  EXPECT_TRUE(journal_->verify(1, journal_->head().seq));
}

TEST_P(JournalContract, WhatWasAcknowledgedSurvivesACrash) {
  const TxnId txn = begin();
  Draft widen = draft(RecordType::intent, txn);
  widen.inventory = {{InventoryChange::Op::add, kShop, kWeb}};
  const BlobRef blob = journal_->put_blob("a manifest", Secrecy::plain).value();
  widen.blobs = {blob};
  ASSERT_TRUE(journal_->append({widen}, Durability::batched));  // an intent is always synced
  const Head head = journal_->head();
  crash();
  EXPECT_EQ(journal_->head(), head);
  EXPECT_EQ(journal_->open_txns().value(), std::vector<TxnId>{txn});
  EXPECT_EQ(journal_->inventory(kShop).value(), std::vector<ObjectKey>{kWeb});
  EXPECT_EQ(journal_->get_blob(blob).value(), "a manifest");
}

TEST_P(JournalContract, BatchedRecordsComeWithTheNextSyncedOne) {
  const TxnId txn = begin();
  ASSERT_TRUE(journal_->append({draft(RecordType::done, txn)}, Durability::batched));
  ASSERT_TRUE(journal_->append({draft(RecordType::commit, txn)}, Durability::synced));
  const Seq seq = journal_->head().seq;
  crash();
  EXPECT_EQ(journal_->head().seq, seq);
}

TEST_P(JournalContract, NamesOfTransactionsAreNeverGivenTwice) {
  std::set<TxnId> seen;
  for (int life = 0; life < 4; ++life) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(seen.insert(journal_->new_txn().value()).second);
    const TxnId named = begin();
    EXPECT_TRUE(seen.insert(named).second);
    crash();
  }
}

TEST_P(JournalContract, AnEndClosesATransaction) {
  const TxnId first = begin();
  const TxnId second = begin(kCart);
  EXPECT_EQ(journal_->open_txns().value(), (std::vector<TxnId>{first, second}));
  ASSERT_TRUE(journal_->append({draft(RecordType::end, first)}, Durability::synced));
  EXPECT_EQ(journal_->open_txns().value(), std::vector<TxnId>{second});
}

TEST_P(JournalContract, TheInventoryIsAFoldOfItsChanges) {
  const TxnId txn = begin();
  Draft add = draft(RecordType::intent, txn);
  add.inventory = {{InventoryChange::Op::add, kShop, kWeb},
                   {InventoryChange::Op::add, kCart, {"", "Service", "ns", "cart"}}};
  Draft remove = draft(RecordType::reap_done, txn);
  remove.inventory = {{InventoryChange::Op::remove, kShop, kWeb}};
  ASSERT_TRUE(journal_->append({add}, Durability::synced));
  EXPECT_EQ(journal_->inventories().value().size(), 2u);
  ASSERT_TRUE(journal_->append({remove}, Durability::synced));
  EXPECT_TRUE(journal_->inventory(kShop).value().empty());
  EXPECT_EQ(journal_->inventory(kCart).value().size(), 1u);
}

TEST_P(JournalContract, AnOlderEpochIsRefused) {
  const TxnId txn = begin();
  const Draft old = draft(RecordType::commit, txn);
  ASSERT_TRUE(journal_->take_over("another", "boot-1"));
  const Seq seq = journal_->head().seq;
  const auto refused = journal_->append({old}, Durability::synced);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::conflict);
  EXPECT_EQ(journal_->head().seq, seq);
}

TEST_P(JournalContract, SecretsAreNamedByHmacAndPlainBlobsByDigest) {
  const BlobRef secret = journal_->put_blob("hunter2", Secrecy::secret).value();
  const BlobRef plain = journal_->put_blob("hunter2", Secrecy::plain).value();
  EXPECT_TRUE(secret.digest.starts_with("hmac-sha256:"));
  EXPECT_TRUE(plain.digest.starts_with("sha256:"));
  EXPECT_EQ(journal_->digest("hunter2", Secrecy::secret), secret.digest);
  EXPECT_EQ(journal_->get_blob(secret).value(), "hunter2");
  const auto missing = journal_->get_blob({"sha256:00"});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::not_found);
}

TEST_P(JournalContract, ALockNamesItsHolderAndEndsWithIt) {
  auto held = journal_->lock({kShop}, {"t-1"});
  ASSERT_TRUE(held);
  const auto refused = journal_->lock({kCart, kShop}, {"t-2"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::conflict);
  EXPECT_NE(refused.error().to_string().find("t-1"), std::string::npos);
  EXPECT_TRUE(journal_->lock({kCart}, {"t-2"})) << "all or none: cart must be free";
  held->reset();
  EXPECT_TRUE(journal_->lock({kShop, kCart}, {"t-3"}));
}

TEST_P(JournalContract, FiltersByScopeTypeAndPlace) {
  const TxnId shop = begin();
  const TxnId cart = begin(kCart);
  ASSERT_TRUE(journal_->append({draft(RecordType::end, shop), draft(RecordType::end, cart, kCart)},
                               Durability::synced));
  RecordFilter by_scope;
  by_scope.scope = kCart;
  const auto of_cart = journal_->read(by_scope, 0, 100).value();
  EXPECT_EQ(of_cart.size(), 2u);
  for (const Record& record : of_cart) EXPECT_TRUE(record.txn == cart);
  RecordFilter ends;
  ends.types = {RecordType::end};
  EXPECT_EQ(journal_->read(ends, 0, 100).value().size(), 2u);
  EXPECT_EQ(journal_->read(ends, 0, 1).value().size(), 1u);
  const Seq first = journal_->read(ends, 0, 1).value()[0].seq;
  EXPECT_EQ(journal_->read(ends, first, 100).value().size(), 1u);
}

TEST_P(JournalContract, TheFeedTellsDurableRecordsInOrder) {
  std::vector<Seq> told;
  auto subscription = journal_->feed([&](const Record& record) { told.push_back(record.seq); });
  const TxnId txn = begin();
  ASSERT_TRUE(journal_->append({draft(RecordType::intent, txn), draft(RecordType::end, txn)},
                               Durability::synced));
  const Seq last = journal_->head().seq;
  EXPECT_EQ(told, (std::vector<Seq>{last - 2, last - 1, last}));
  subscription.reset();
  begin();
  EXPECT_EQ(told.size(), 3u);
}

TEST_P(JournalContract, CompactionKeepsWhatIsNeededAndTheChain) {
  Retention retention;
  retention.transactions_per_scope = 2;
  retention.events = Duration(0);
  std::vector<TxnId> txns;
  for (int i = 0; i < 6; ++i) {
    const TxnId txn = begin();
    txns.push_back(txn);
    Draft commit = draft(RecordType::commit, txn);
    commit.blobs = {journal_->put_blob("manifest " + std::to_string(i), Secrecy::plain).value()};
    commit.inventory = {{InventoryChange::Op::add, kShop, {"", "ConfigMap", "ns", txn.value}}};
    ASSERT_TRUE(journal_->append({commit, draft(RecordType::end, txn)}, Durability::synced));
  }
  const TxnId open = begin(kCart);
  const Head before = journal_->head();
  ASSERT_TRUE(journal_->compact(before.seq + 1, retention));
  EXPECT_GE(journal_->head().seq, before.seq);
  const auto verified = journal_->verify(1, journal_->head().seq);
  EXPECT_TRUE(verified) << verified.error().to_string();
  EXPECT_EQ(journal_->open_txns().value(), std::vector<TxnId>{open});
  EXPECT_EQ(journal_->inventory(kShop).value().size(), 6u);
  const auto records_of = [&](const TxnId& txn) {
    RecordFilter filter;
    filter.txn = txn;
    return journal_->read(filter, 0, 100).value().size();
  };
  EXPECT_EQ(records_of(txns[5]), 3u);
  EXPECT_EQ(records_of(txns[4]), 3u);
  EXPECT_TRUE(journal_->get_blob({journal_->digest("manifest 5", Secrecy::plain)}));
  crash();
  EXPECT_TRUE(journal_->verify(1, journal_->head().seq));
  EXPECT_EQ(journal_->inventory(kShop).value().size(), 6u);
}

// A pause of last year still holds, and the configuration that was last seen is still known.
TEST_P(JournalContract, CompactionKeepsTheNewestEventOfEachName) {
  const auto event = [&](const std::string& name, int number) {
    Draft out = draft(RecordType::event);
    out.body = Value::object({{"event", name}, {"number", number}});
    return out;
  };
  ASSERT_TRUE(journal_->append({event("pause", 1), event("config", 2), event("pause", 3)},
                               Durability::synced));
  const TxnId txn = begin();
  ASSERT_TRUE(journal_->append({draft(RecordType::end, txn)}, Durability::synced));
  Retention retention;
  retention.events = Duration(0);
  ASSERT_TRUE(journal_->compact(journal_->head().seq + 1, retention));
  std::vector<std::int64_t> left;
  const std::vector<Record> kept = journal_->read({}, 0, 100).value();
  for (const Record& record : kept) {
    if (record.type == RecordType::event) left.push_back(record.body["number"].as_int());
  }
  const std::vector<std::int64_t> newest = {2, 3};
  EXPECT_TRUE(std::includes(left.begin(), left.end(), newest.begin(), newest.end()));
  EXPECT_TRUE(journal_->verify(1, journal_->head().seq));
}

TEST_P(JournalContract, ManyThreadsShareTheLog) {
  constexpr int kThreads = 8;
  constexpr int kEach = 25;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        EXPECT_TRUE(journal_->append({draft(RecordType::event)}, Durability::synced));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(journal_->read({}, 0, 10'000).value().size(), std::size_t{kThreads} * kEach);
  EXPECT_TRUE(journal_->verify(1, journal_->head().seq));
}

std::string kind_of(const ::testing::TestParamInfo<int>& param) {
  return param.param == 0 ? "memory" : "sqlite";
}
INSTANTIATE_TEST_SUITE_P(Journals, JournalContract, ::testing::Values(0, 1), kind_of);

}  // namespace
}  // namespace rumbo::simtest
