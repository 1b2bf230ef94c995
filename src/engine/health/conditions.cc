#include "engine/health/rules.h"

namespace rumbo::engine::health {

Health ready(std::string note) {
  return {HealthStatus::ready, std::move(note)};
}
Health progressing(std::string reason) {
  return {HealthStatus::progressing, std::move(reason)};
}
Health failed(std::string reason) {
  return {HealthStatus::failed, std::move(reason)};
}

const Value* condition(const Value& object, std::string_view type) {
  for (const Value& one : object["status"]["conditions"].items()) {
    if (one["type"].as_string() == type) return &one;
  }
  return nullptr;
}

bool condition_is(const Value& object, std::string_view type, std::string_view status) {
  const Value* found = condition(object, type);
  return found != nullptr && (*found)["status"].as_string() == status;
}

std::string reason_of(const Value& condition) {
  for (const char* field : {"message", "reason", "type"}) {
    if (std::string text = condition[field].str(); !text.empty()) return text;
  }
  return "no reason given";
}

std::string counted(std::int64_t have, std::int64_t want, std::string_view what) {
  return std::to_string(have) + " of " + std::to_string(want) + " " + std::string(what);
}

bool is_unseen(const Value& object) {
  return object["metadata"]["generation"].is_integer() &&
         !object["status"]["observedGeneration"].is_integer();
}

Health by_conditions(const Value& object) {
  // Ready is kstatus's; Available and Succeeded are what many controllers write instead of it.
  for (const std::string_view type : {"Ready", "Succeeded", "Available"}) {
    const Value* found = condition(object, type);
    if (found == nullptr) continue;
    const Value& seen = (*found)["observedGeneration"];
    const Value& generation = object["metadata"]["generation"];
    if (seen.is_integer() && generation.is_integer() && seen != generation) {
      return progressing("condition " + std::string(type) + " is of an older generation");
    }
    const std::string_view status = (*found)["status"].as_string();
    if (status == "True") return ready();
    if (type == "Succeeded" && status == "False") return failed(reason_of(*found));
    return progressing(reason_of(*found));
  }
  return ready();
}

}  // namespace rumbo::engine::health
