// The zone in force at an instant, from the bytes of a TZif file (RFC 8536).
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rumbo {

struct TimeZone {
  std::string name;  ///< "CEST"
  int offset = 0;    ///< seconds east of Greenwich
};

/// The zone at `seconds` since 1970; nullopt if the bytes are no TZif file. Beyond the last
/// transition its zone goes on, unless the footer's rule, which is read for the usual form, says
/// otherwise.
std::optional<TimeZone> zone_at(std::string_view tzif, std::int64_t seconds);

/// True for a name that is a plain path below a directory of zones: "Europe/Berlin", "Etc/GMT+1".
bool is_zone_name(std::string_view name);

}  // namespace rumbo
