#include "engine/health/rules.h"

namespace rumbo::engine::health {

Health claim(const Value& object) {
  const Value& status = object["status"];
  for (const Member& resize : status["allocatedResourceStatuses"].members()) {
    const std::string word = resize.value.str();
    if (word.ends_with("ResizeInfeasible")) {
      return failed(std::string(resize.key()) + ": " + word);
    }
  }
  const std::string phase = status["phase"].str();
  if (phase == "Bound") return ready();
  if (phase == "Lost") return failed("the volume is lost");
  // Its volume is only made for the first pod that uses it: waiting for that could be for ever. The
  // claim does not tell; the target looks the class up.
  if (status["rumbo"]["waitsForConsumer"].as_bool()) return ready("bound when it is first used");
  return progressing(phase.empty() ? "no status yet" : phase);
}

Health volume(const Value& object) {
  const Value& status = object["status"];
  if (status["phase"].as_string() != "Failed") return ready();
  const std::string message = status["message"].str();
  return failed(message.empty() ? "the volume failed" : message);
}

}  // namespace rumbo::engine::health
