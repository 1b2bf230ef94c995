#include "store/record_text.h"

#include "codec/json.h"

namespace rumbo::store {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  codec::append_json_string(out, text);
  return out;
}

std::string blobs_of(const Draft& draft) {
  std::string out = "[";
  for (const BlobRef& blob : draft.blobs) {
    if (out.size() > 1) out += ",";
    codec::append_json_string(out, blob.digest);
  }
  return out + "]";
}

std::string inventory_of(const Draft& draft) {
  std::string out = "[";
  for (const InventoryChange& change : draft.inventory) {
    if (out.size() > 1) out += ",";
    out += "{\"key\":" + codec::to_json(to_value(change.key)) + ",\"op\":\"";
    out += change.op == InventoryChange::Op::add ? "add" : "remove";
    out += "\",\"scope\":" + codec::to_json(to_value(change.scope)) + "}";
  }
  return out + "]";
}

}  // namespace

RecordText::RecordText(const Draft& draft)
    : actor_("{\"actor\":" + quoted(draft.actor.name)),
      content_("\"blobs\":" + blobs_of(draft) + ",\"body\":" + codec::to_json(draft.body)),
      epoch_("\"epoch\":" + std::to_string(draft.epoch) + ",\"inventory\":" + inventory_of(draft) +
             ",\"participant\":" + quoted(draft.participant.value)),
      place_("\"step\":" + (draft.step == kNoStep ? "null" : std::to_string(draft.step)) +
             ",\"txn\":" + (draft.txn ? quoted(draft.txn->value) : "null") + ",\"type\":\"" +
             std::string(to_string(draft.type)) + "\"}") {}

std::string RecordText::finish(const Record& record) const {
  std::string out;
  out.reserve(actor_.size() + content_.size() + epoch_.size() + place_.size() + 256);
  out += actor_;
  out += ",\"at\":";
  out += std::to_string(record.at.since_epoch.count());
  out += ",";
  out += content_;
  out += ",\"boot\":";
  codec::append_json_string(out, record.boot_id);
  out += ",";
  out += epoch_;
  out += ",\"prev\":";
  codec::append_json_string(out, record.prev);
  out += ",\"schema\":";
  out += std::to_string(record.schema);
  out += ",\"seq\":";
  out += std::to_string(record.seq);
  out += ",";
  out += place_;
  return out;
}

}  // namespace rumbo::store
