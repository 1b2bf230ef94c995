#include "app/paths.h"

#include <cstdlib>
#include <unistd.h>

namespace rumbo::app {
namespace {
std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}
}  // namespace

std::string default_state_directory() {
  if (const auto state = variable("RUMBO_STATE")) return *state;
  if (::geteuid() == 0) return "/var/lib/rumbo";
  if (const auto xdg = variable("XDG_STATE_HOME")) return *xdg + "/rumbo";
  return variable("HOME").value_or("") + "/.local/state/rumbo";
}

std::string cache_directory() {
  if (const auto cache = variable("RUMBO_CACHE")) return *cache;
  if (const auto xdg = variable("XDG_CACHE_HOME")) return *xdg + "/rumbo";
  return variable("HOME").value_or("") + "/.cache/rumbo";
}

Result<std::string> find_config(io::FileSystem& files, const std::string& given,
                                const std::string& state) {
  if (!given.empty()) return given;
  const std::string candidates[] = {"rumbo.yaml", "/etc/rumbo/rumbo.yaml", state + "/config.yaml"};
  for (const std::string& path : candidates) {
    if (files.stat(path)) return path;
  }
  return fail(Error(Code::not_found, "no configuration: none of ./rumbo.yaml, " + candidates[1] +
                                         " and " + candidates[2] + " exists")
                  .with_hint("name one with --config, or write a first one with `rumbo init`"));
}

}  // namespace rumbo::app
