// time_zone_file: the machine's own data of a time zone.
//
// Threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "io/filesystem.h"

namespace rumbo::io {

/// The TZif bytes of an IANA time zone ("Europe/Berlin"); nullopt if this machine has none of that
/// name, or the name could lead elsewhere.
std::optional<std::string> time_zone_file(FileSystem& files, std::string_view name);

}  // namespace rumbo::io
