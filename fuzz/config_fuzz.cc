// The configuration is written by people, and read from repositories: any bytes give a Config or
// an error with words, never a crash, and the same bytes give the same answer.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "control/config_loader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = rumbo::control::parse_config(text, "rumbo.yaml");
  const auto again = rumbo::control::parse_config(text, "rumbo.yaml");
  if (config.has_value() != again.has_value()) std::abort();
  if (!config) {
    if (config.error().to_string().empty()) std::abort();
    if (config.error().to_string() != again.error().to_string()) std::abort();
    return 0;
  }
  // What was accepted has no dangling references: everybody after this relies on it.
  for (const auto& application : config->applications) {
    if (application.name.empty()) std::abort();
    for (const auto& deployment : application.environments) {
      if (config->environment(deployment.environment) == nullptr) std::abort();
    }
  }
  return 0;
}
