// Go's time.Duration: nanoseconds as text ("1h30m0s") and back.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "script/failure.h"

namespace rumbo::script {

std::string print_go_duration(std::int64_t nanoseconds);
/// The error is Go's text: `time: unknown unit "d" in duration "1d"`.
Outcome<std::int64_t> parse_go_duration(std::string_view text);

}  // namespace rumbo::script
