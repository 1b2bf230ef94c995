#include "engine/health/rules.h"
#include "engine/hooks.h"

namespace rumbo::engine::health {
namespace {

constexpr const char* kStatusLists[] = {"initContainerStatuses", "containerStatuses"};

std::string with_message(std::string reason, const Value& state) {
  const std::string message = state["message"].str();
  return message.empty() ? reason : reason + ": " + message;
}

/// A container that waits for a reason it will not get over by itself.
std::string stuck_container(const Value& pod) {
  for (const char* list : kStatusLists) {
    for (const Value& status : pod["status"][list].items()) {
      const Value& waiting = status["state"]["waiting"];
      const std::string reason = waiting["reason"].str();
      const bool stuck = reason.starts_with("Err") || reason.ends_with("Error") ||
                         reason.ends_with("BackOff") || reason == "InvalidImageName";
      if (!stuck) continue;
      std::string out = "container " + status["name"].str() + ": " + with_message(reason, waiting);
      const Value& last = status["lastState"]["terminated"];
      if (last.is_object()) {
        out += " (it exited " + std::to_string(last["exitCode"].as_int()) + ")";
      }
      return out;
    }
  }
  return {};
}

/// The container that made the pod fail.
std::string ended_container(const Value& pod) {
  for (const char* list : kStatusLists) {
    for (const Value& status : pod["status"][list].items()) {
      const Value& ended = status["state"]["terminated"];
      if (!ended.is_object() || ended["exitCode"].as_int() == 0) continue;
      const std::string reason = ended["reason"].str();
      return with_message("container " + status["name"].str() + " exited " +
                              std::to_string(ended["exitCode"].as_int()) +
                              (reason.empty() || reason == "Error" ? "" : " (" + reason + ")"),
                          ended);
    }
  }
  return {};
}

/// What a pod that is not ready waits for.
std::string waits_for(const Value& pod) {
  if (condition_is(pod, "PodScheduled", "False")) {
    return "not scheduled: " + reason_of(*condition(pod, "PodScheduled"));
  }
  for (const char* list : kStatusLists) {
    for (const Value& status : pod["status"][list].items()) {
      if (status["ready"].as_bool() || status["state"]["terminated"].is_object()) continue;
      const Value& waiting = status["state"]["waiting"];
      const std::string name = "container " + status["name"].str();
      if (waiting.is_object()) {
        const std::string reason = waiting["reason"].str();
        return name + ": " + with_message(reason.empty() ? "waiting" : reason, waiting);
      }
      return name + " is not ready";
    }
  }
  return {};
}

}  // namespace

Health pod(const Value& object) {
  const Value& status = object["status"];
  const std::string phase = status["phase"].str();
  if (phase == "Succeeded") return ready();
  if (phase == "Failed") {
    std::string why = status["message"].str();
    if (why.empty()) why = status["reason"].str();
    if (std::string ended = ended_container(object); !ended.empty()) {
      why = why.empty() ? ended : why + ": " + ended;
    }
    return failed(why.empty() ? "the pod failed" : why);
  }
  if (std::string stuck = stuck_container(object); !stuck.empty()) return failed(stuck);
  // A hook is over when it has ended, not when it has begun.
  if (phase == "Running" && is_hook(object)) return progressing("running");
  if (phase == "Running" && condition_is(object, "Ready", "True")) return ready();
  if (phase.empty()) return progressing("no status yet");
  const std::string waits = waits_for(object);
  return progressing(waits.empty() ? phase + ", not ready" : waits);
}

}  // namespace rumbo::engine::health
