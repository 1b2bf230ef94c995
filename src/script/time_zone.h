// The zone in force at an instant, from the bytes of a TZif file (RFC 8536).
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "script/go_time.h"

namespace rumbo::script {

/// nullopt if the bytes are no TZif file. Beyond the last transition its zone goes on, unless the
/// footer's rule, which is read for the usual form, says otherwise.
std::optional<GoZone> zone_at(std::string_view tzif, std::int64_t seconds);

}  // namespace rumbo::script
