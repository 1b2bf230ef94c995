// The text in two steps is, to the byte, the one that canonical_value() defines: the chain of every
// journal written before depends on it.
#include "store/record_text.h"

#include <gtest/gtest.h>

#include "codec/json.h"

namespace rumbo::store {
namespace {

Record full() {
  Record record;
  record.type = RecordType::intent;
  record.actor = {"user:\"ana\"\n"};
  record.txn = TxnId{"t-000042"};
  record.step = 7;
  record.participant = {"host-1"};
  record.epoch = 12;
  record.body = Value::object({{"z", 1}, {"a", Value::array({1.5, "\x01", Value()})}});
  record.blobs = {{"sha256:aa"}, {"hmac-sha256:bb"}};
  record.inventory = {
      {InventoryChange::Op::add, {"shop", "dev", {"host-1"}}, {"", "Service", "shop-dev", "web"}},
      {InventoryChange::Op::remove,
       {"shop", "dev", {"host-1"}},
       {"apps", "Deployment", "shop-dev", "web"}}};
  record.seq = 99;
  record.prev = "sha256:cc";
  record.hash = "sha256:dd";
  record.at = {Duration(1'234'567'890'123'456'789)};
  record.boot_id = "boot \\ 1";
  record.schema = 3;
  return record;
}

TEST(RecordTextTest, IsTheCanonicalText) {
  std::vector<Record> records{Record(), full()};
  for (const RecordType type : {RecordType::begin, RecordType::event, RecordType::end}) {
    records.push_back(full());
    records.back().type = type;
    records.back().txn.reset();
    records.back().step = kNoStep;
    records.back().blobs.clear();
    records.back().body = Value();
    records.back().at = {Duration(-5)};
  }
  for (const Record& record : records) {
    EXPECT_EQ(RecordText(record).finish(record), codec::to_json(canonical_value(record)));
  }
}

TEST(RecordTextTest, PlaceAndTimeAreThoseOfTheRecord) {
  Record record = full();
  const RecordText text(record);
  for (Seq seq = 1; seq < 1'000'000'000'000; seq *= 7) {
    record.seq = seq;
    record.prev = "sha256:" + std::to_string(seq * 31);
    record.at = {Duration(static_cast<Duration::rep>(seq))};
    record.boot_id += "x";
    EXPECT_EQ(text.finish(record), codec::to_json(canonical_value(record)));
  }
}

}  // namespace
}  // namespace rumbo::store
