#include "target/kubernetes/recent_objects.h"

#include <algorithm>
#include <charconv>

namespace rumbo::target::kubernetes {
namespace {

constexpr Duration kKept = 30s;

/// 0 if it is no number: then nothing is believed.
std::uint64_t number_of(const std::string& version) {
  std::uint64_t number = 0;
  const char* const end = version.data() + version.size();
  const auto read = std::from_chars(version.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? number : 0;
}

KindName kind_of(const ObjectKey& key) {
  return {key.group, key.kind};
}

}  // namespace

void RecentObjects::expect(const ObjectKey& key, MonoTime now) {
  known_.with([&](Known& known) {
    if (known.live.contains(kind_of(key))) known.entries[key].asked = now;
  });
}

void RecentObjects::put(const ObjectKey& key, const Value& object, MonoTime now) {
  const std::uint64_t version = number_of(object["metadata"]["resourceVersion"].str());
  known_.with([&](Known& known) {
    if (version == 0 || !known.live.contains(kind_of(key))) return;
    Entry& entry = known.entries[key];
    entry.asked = now;
    if (entry.object && version < entry.version) return;
    entry.object = object;
    entry.version = version;
    entry.at = now;
  });
}

std::optional<Value> RecentObjects::current(const ObjectKey& key, MonoTime now) const {
  return known_.with([&](const Known& known) -> std::optional<Value> {
    const auto it = known.entries.find(key);
    if (it == known.entries.end() || !known.live.contains(kind_of(key))) return std::nullopt;
    const Entry& entry = it->second;
    if (!entry.object || entry.newest > entry.version || now - entry.at > kBelieved) {
      return std::nullopt;
    }
    return entry.object;
  });
}

void RecentObjects::watched(const KindName& kind, bool live) {
  known_.with([&](Known& known) {
    std::erase_if(known.entries, [&](const auto& one) { return kind_of(one.first) == kind; });
    if (live) {
      known.live.insert(kind);
    } else {
      known.live.erase(kind);
    }
  });
}

void RecentObjects::moved(const ObjectKey& key, const std::string& version, const Value* whole,
                          MonoTime now) {
  const std::uint64_t told = number_of(version);
  known_.with([&](Known& known) {
    const auto it = known.entries.find(key);
    if (it == known.entries.end()) return;
    Entry& entry = it->second;
    if (told == 0) {
      known.entries.erase(it);
      return;
    }
    entry.newest = std::max(entry.newest, told);
    const bool fits =
        whole != nullptr && entry.object && (*whole)["apiVersion"] == (*entry.object)["apiVersion"];
    if (fits && told >= entry.version) {
      entry.object = *whole;
      entry.version = told;
    }
    if (entry.newest == entry.version) entry.at = now;
  });
}

void RecentObjects::gone(const ObjectKey& key) {
  known_.with([&](Known& known) { known.entries.erase(key); });
}

void RecentObjects::sweep(MonoTime now) {
  known_.with([&](Known& known) {
    std::erase_if(known.entries, [&](const auto& one) { return now - one.second.asked > kKept; });
  });
}

}  // namespace rumbo::target::kubernetes
