#include "target/kubernetes/watch_table.h"

#include <functional>

#include "codec/json.h"
#include "target/kubernetes/ownership.h"

namespace rumbo::target::kubernetes {
namespace {

/// Of the owned fields and when they were applied: it moves with every apply under Rumbo's name and
/// with every foreign write of an owned field, and with nothing else.
std::uint64_t entry_digest(const Value& object) {
  for (const Value& entry : object["metadata"]["managedFields"].items()) {
    if (entry["manager"].as_string() != kManager || entry["operation"].as_string() != "Apply" ||
        !entry["subresource"].as_string().empty()) {
      continue;
    }
    return std::hash<std::string>()(codec::to_json(entry));
  }
  return 0;
}

}  // namespace

std::optional<TargetEvent> WatchTable::put(const ObjectKey& key, const Value& object) {
  const auto [it, fresh] = rows_.try_emplace(key);
  Row& row = it->second;
  const std::uint64_t fields = entry_digest(object);
  const bool leaving = object["metadata"]["deletionTimestamp"].is_string();
  const bool moved = row.fields != fields;
  const bool left = leaving && !row.leaving;
  row.fields = fields;
  row.leaving = leaving;
  row.round = round_;
  if (fresh || (!moved && !left)) return std::nullopt;
  if (is_intact(object) && !left) return std::nullopt;
  return TargetEvent{TargetEvent::Kind::changed, key};
}

std::optional<TargetEvent> WatchTable::remove(const ObjectKey& key) {
  if (rows_.erase(key) == 0) return std::nullopt;
  return TargetEvent{TargetEvent::Kind::gone, key};
}

void WatchTable::begin_list() {
  ++round_;
}

void WatchTable::end_list(const EventSink& sink) {
  for (auto it = rows_.begin(); it != rows_.end();) {
    if (it->second.round == round_) {
      ++it;
      continue;
    }
    sink({TargetEvent::Kind::gone, it->first});
    it = rows_.erase(it);
  }
}

}  // namespace rumbo::target::kubernetes
