#include "target/kubernetes/stuck_pods.h"

#include <algorithm>

#include "base/strings.h"
#include "target/kubernetes/pods.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr Duration kSeenWithin = 10s;  // a controller that is busy; what it misses health will tell
constexpr Duration kLook = 50ms;

const Resource kPods{"", "v1", "Pod", "pods", true, {}, {}};

bool is_ready(const Value& pod) {
  const auto conditions = pod["status"]["conditions"].items();
  return std::any_of(conditions.begin(), conditions.end(), [](const Value& one) {
    return one["type"].as_string() == "Ready" && one["status"].as_string() == "True";
  });
}

bool starts_in_order(const Value& set) {
  const Value& spec = set["spec"];
  return spec["podManagementPolicy"].as_string("OrderedReady") == "OrderedReady" &&
         spec["updateStrategy"]["type"].as_string("RollingUpdate") == "RollingUpdate";
}

/// The number at the end of its name.
std::int64_t ordinal_of(const Value& pod) {
  const std::string_view name = pod["metadata"]["name"].as_string();
  return parse_int(name.substr(name.rfind('-') + 1)).value_or(0);
}

}  // namespace

bool keeps_order(const ObjectKey& key) {
  return key.group == "apps" && key.kind == "StatefulSet";
}

std::vector<Value> pods_in_the_way(const Value& set, const std::vector<Value>& pods,
                                   const Value& before) {
  std::vector<Value> out;
  const std::string_view newest = set["status"]["updateRevision"].as_string();
  if (newest.empty() || !starts_in_order(set)) return out;
  // Pods below the partition keep their revision.
  const std::int64_t from = set["spec"]["updateStrategy"]["rollingUpdate"]["partition"].as_int(0);
  const Value& earlier = before["status"];
  for (const Value& pod : pods) {
    const Value& metadata = pod["metadata"];
    const Value& revision = metadata["labels"]["controller-revision-hash"];
    if (revision.as_string() == newest || is_ready(pod)) continue;
    if (metadata["deletionTimestamp"].is_string() || ordinal_of(pod) < from) continue;
    // What had begun before is left to take its time.
    const bool taken_back = !before.is_null() && revision != earlier["currentRevision"] &&
                            revision != earlier["updateRevision"];
    if (taken_back || (before.is_null() && trouble_of(pod).lasting)) out.push_back(pod);
  }
  return out;
}

Result<std::vector<std::string>> remove_stuck_pods(ApiClient& client, const Resource& resource,
                                                   const Value& written, const Value& before,
                                                   Clock& clock,
                                                   const std::function<void(Duration)>& sleep,
                                                   const Cancel& cancel) {
  std::vector<std::string> removed;
  const Value& metadata = written["metadata"];
  const std::string ns = metadata["namespace"].str();
  const std::int64_t generation = metadata["generation"].as_int();
  const MonoTime until = clock.mono() + kSeenWithin;
  while (true) {
    TRY(cancel.check(clock.mono()));
    const auto now =
        TRY(client.get(resource, ns, metadata["name"].str(), Read::consistent, cancel));
    if (!now || (*now)["metadata"]["uid"] != metadata["uid"]) return removed;
    if ((*now)["status"]["observedGeneration"].as_int() >= generation) {
      // Until it has, a new pod would be made from the old template again.
      for (const Value& pod :
           pods_in_the_way(*now, TRY(owned_pods(client, *now, cancel)), before)) {
        DeleteOptions how;
        how.uid = pod["metadata"]["uid"].str();
        const std::string name = pod["metadata"]["name"].str();
        if (TRY(client.remove(kPods, ns, name, how, cancel))) removed.push_back(name);
      }
      return removed;
    }
    if (clock.mono() >= until) return removed;
    sleep(kLook);
  }
}

}  // namespace rumbo::target::kubernetes
