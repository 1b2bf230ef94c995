#include "target/podman/image_keep.h"

#include <algorithm>

namespace rumbo::target::podman {
namespace {

/// Every reference with its pin that something needs.
template <class F>
void each_needed(const Record& record, F&& take) {
  for (const Thing* thing : record.things()) {
    for (const auto& [reference, pin] : thing->pins) take(reference, pin);
  }
  for (const auto& [txn, reservation] : record.reservations) {
    for (const Member& pin : reservation["pins"].members())
      take(std::string(pin.key()), pin.value.str());
  }
  for (const ImageGeneration& one : record.generations) {
    for (const auto& [reference, pin] : one.pins) take(reference, pin);
  }
}

bool same_scope(const ImageGeneration& a, const ImageGeneration& b) {
  return a.application == b.application && a.environment == b.environment;
}

}  // namespace

void note_generation(Record& record, const TxnId& txn, int most) {
  // What the transaction left running is what it committed: an undo leaves nothing of it.
  std::map<std::pair<std::string, std::string>, ImageGeneration> made;
  for (const auto& [key, thing] : record.current) {
    if (thing.owner.txn != txn || thing.pins.empty()) continue;
    ImageGeneration& one = made[{thing.owner.application, thing.owner.environment}];
    one.txn = txn;
    one.application = thing.owner.application;
    one.environment = thing.owner.environment;
  }
  for (auto& [scope, one] : made) {
    // All that runs of the application, not only what this transaction changed.
    for (const auto& [key, thing] : record.current) {
      if (thing.owner.application != one.application) continue;
      if (thing.owner.environment != one.environment) continue;
      one.pins.insert(thing.pins.begin(), thing.pins.end());
    }
    std::erase_if(record.generations, [&, made_one = one](const ImageGeneration& other) {
      return same_scope(other, made_one) && (other.txn == txn || other.pins == made_one.pins);
    });
    record.generations.push_back(one);
    auto kept = std::count_if(
        record.generations.begin(), record.generations.end(),
        [&, made_one = one](const ImageGeneration& other) { return same_scope(other, made_one); });
    std::erase_if(record.generations, [&, made_one = one](const ImageGeneration& other) {
      return same_scope(other, made_one) && kept > most && kept-- > most;
    });
  }
}

std::set<std::string> wanted_pins(const Record& record) {
  std::set<std::string> out;
  each_needed(record, [&](const std::string&, const std::string& pin) { out.insert(pin); });
  return out;
}

std::set<std::string> pulled_for_nothing(const Record& record) {
  std::set<std::string> needed, out;
  each_needed(record,
              [&](const std::string& reference, const std::string&) { needed.insert(reference); });
  for (const auto& [reference, pin] : record.pulled) {
    if (!needed.contains(reference)) out.insert(reference);
  }
  return out;
}

}  // namespace rumbo::target::podman
