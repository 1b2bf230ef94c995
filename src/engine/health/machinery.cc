// Kinds of the API server itself and of its controllers.
#include <algorithm>
#include <array>

#include "engine/health/rules.h"

namespace rumbo::engine::health {

Health custom_resource_definition(const Value& object) {
  if (condition_is(object, "Terminating", "True")) return progressing("its objects are deleted");
  if (condition_is(object, "NamesAccepted", "False")) {
    return failed("names not accepted: " + reason_of(*condition(object, "NamesAccepted")));
  }
  if (condition_is(object, "NonStructuralSchema", "True")) {
    return failed(reason_of(*condition(object, "NonStructuralSchema")));
  }
  const Value* established = condition(object, "Established");
  if (established == nullptr) return progressing("not established yet");
  const std::string_view status = (*established)["status"].as_string();
  if (status == "True") return ready();
  if (status == "False" && (*established)["reason"].as_string() != "Installing") {
    return failed(reason_of(*established));
  }
  return progressing("not established yet");
}

Health api_service(const Value& object) {
  const Value* available = condition(object, "Available");
  if (available == nullptr) return progressing("not looked at yet");
  if ((*available)["status"].as_string() == "True") return ready();
  return progressing(reason_of(*available));
}

Health autoscaler(const Value& object) {
  // Of autoscaling/v1 the conditions stand in an annotation; it is not looked at.
  static constexpr std::array<std::string_view, 3> kMistakes{
      "InvalidMetricSourceType", "InvalidSelector", "AmbiguousSelector"};
  for (const std::string_view type : {"ScalingActive", "AbleToScale"}) {
    const Value* found = condition(object, type);
    if (found == nullptr || (*found)["status"].as_string() != "False") continue;
    const std::string_view reason = (*found)["reason"].as_string();
    if (std::find(kMistakes.begin(), kMistakes.end(), reason) != kMistakes.end()) {
      return failed(reason_of(*found));
    }
    // Its target is missing or cannot be scaled.
    if (type == "AbleToScale") return progressing(reason_of(*found));
    // Metrics come late, and not at all in a cluster without a metrics server: the pods run.
    return ready("does not scale: " + reason_of(*found));
  }
  return ready();
}

Health disruption_budget(const Value& object) {
  if (is_unseen(object)) return progressing("no controller has looked at it yet");
  const Value* allowed = condition(object, "DisruptionAllowed");
  if (allowed != nullptr && (*allowed)["status"].as_string() == "False" &&
      (*allowed)["reason"].as_string() == "SyncFailed") {
    return failed(reason_of(*allowed));
  }
  return ready();
}

Health name_space(const Value& object) {
  if (object["status"]["phase"].as_string() != "Terminating") return ready();
  for (const Value& one : object["status"]["conditions"].items()) {
    if (one["status"].as_string() == "True") return progressing("terminating: " + reason_of(one));
  }
  return progressing("terminating");
}

Health signing_request(const Value& object) {
  for (const std::string_view type : {"Denied", "Failed"}) {
    if (condition_is(object, type, "True")) return failed(reason_of(*condition(object, type)));
  }
  if (object["status"]["certificate"].is_string()) return ready();
  return progressing(condition_is(object, "Approved", "True") ? "approved, not signed yet"
                                                              : "not approved yet");
}

}  // namespace rumbo::engine::health
