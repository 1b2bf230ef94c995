#include "app/system_host.h"

#include "io/time_zone_file.h"

namespace rumbo::app {

std::optional<std::string> SystemHost::time_zone(std::string_view name) {
  return io::time_zone_file(env_.files, name);
}

}  // namespace rumbo::app
