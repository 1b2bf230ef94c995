#include "model/record.h"

#include <array>
#include <utility>

namespace rumbo {
namespace {

struct Row {
  RecordType type;
  std::string_view word;
  bool synced;
};

constexpr std::array<Row, 21> kRows{{
    {RecordType::begin, "begin", true},
    {RecordType::plan, "plan", false},
    {RecordType::prepared, "prepared", true},
    {RecordType::intent, "intent", true},
    {RecordType::done, "done", false},
    {RecordType::failed, "failed", false},
    {RecordType::wave_healthy, "wave_healthy", false},
    {RecordType::commit, "commit", true},
    {RecordType::abort, "abort", true},
    {RecordType::undo_intent, "undo_intent", true},
    {RecordType::undo_done, "undo_done", false},
    {RecordType::reap_intent, "reap_intent", true},
    {RecordType::reap_done, "reap_done", false},
    {RecordType::suspended, "suspended", true},
    {RecordType::resumed, "resumed", true},
    {RecordType::quarantine, "quarantine", true},
    {RecordType::hold, "hold", true},
    {RecordType::event, "event", false},
    {RecordType::checkpoint, "checkpoint", true},
    {RecordType::end, "end", true},
    {RecordType::needs_operator, "needs_operator", true},
}};

}  // namespace

std::string_view to_string(RecordType type) {
  for (const Row& row : kRows) {
    if (row.type == type) return row.word;
  }
  return "event";
}

std::optional<RecordType> record_type_from(std::string_view word) {
  for (const Row& row : kRows) {
    if (row.word == word) return row.type;
  }
  return std::nullopt;
}

bool always_synced(RecordType type) {
  for (const Row& row : kRows) {
    if (row.type == type) return row.synced;
  }
  return true;
}

Value canonical_value(const Record& record) {
  std::vector<Value> blobs;
  for (const BlobRef& blob : record.blobs) blobs.emplace_back(blob.digest);
  std::vector<Value> inventory;
  for (const InventoryChange& change : record.inventory) {
    inventory.push_back(
        Value::object({{"op", change.op == InventoryChange::Op::add ? "add" : "remove"},
                       {"scope", to_value(change.scope)},
                       {"key", to_value(change.key)}}));
  }
  return Value::object({
      {"type", to_string(record.type)},
      {"actor", record.actor.name},
      {"txn", record.txn ? Value(record.txn->value) : Value()},
      {"step", record.step == kNoStep ? Value() : Value(record.step)},
      {"participant", record.participant.value},
      {"epoch", record.epoch},
      {"body", record.body},
      {"blobs", Value::array(std::move(blobs))},
      {"inventory", Value::array(std::move(inventory))},
      {"seq", record.seq},
      {"prev", record.prev},
      {"at", record.at.since_epoch.count()},
      {"boot", record.boot_id},
      {"schema", record.schema},
  });
}

Result<Record> record_from(const Value& value) {
  const auto type = record_type_from(value["type"].as_string());
  if (!type) {
    return fail(Code::corrupt, "journal record of unknown type `" + value["type"].str() + "`");
  }
  if (!value["seq"].is_integer() || !value["at"].is_integer()) {
    return fail(Code::corrupt, "journal record without seq or time");
  }
  Record record;
  record.type = *type;
  record.actor = {value["actor"].str()};
  if (value["txn"].is_string()) record.txn = TxnId{value["txn"].str()};
  record.step = static_cast<StepId>(value["step"].as_uint(kNoStep));
  record.participant = {value["participant"].str()};
  record.epoch = value["epoch"].as_uint();
  record.body = value["body"];
  for (const Value& blob : value["blobs"].items()) record.blobs.push_back({blob.str()});
  for (const Value& change : value["inventory"].items()) {
    record.inventory.push_back(
        {change["op"].as_string() == "add" ? InventoryChange::Op::add : InventoryChange::Op::remove,
         scope_from(change["scope"]), key_from(change["key"])});
  }
  record.seq = value["seq"].as_uint();
  record.prev = value["prev"].str();
  record.at = {Duration(value["at"].as_int())};
  record.boot_id = value["boot"].str();
  record.schema = static_cast<std::uint32_t>(value["schema"].as_uint(1));
  return record;
}

}  // namespace rumbo
