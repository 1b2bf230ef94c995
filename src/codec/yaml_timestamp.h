// The dates and times that go-yaml recognises in plain scalars.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rumbo::codec {

/// Reads "2024-1-2", "2024-01-02 03:04:05.5" or RFC 3339 with `T` or `t`, and gives RFC 3339 with
/// the offset as written ("Z" if none): "2024-01-02T00:00:00Z". nullopt if it is no such time.
std::optional<std::string> parse_yaml_timestamp(std::string_view text);

}  // namespace rumbo::codec
