// Numbers and quoted strings as Go's strconv reads them.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rumbo::script {

enum class NumberFault { none, syntax, range };

template <class T>
struct Parsed {
  T value{};  ///< for range faults the nearest value of the type
  NumberFault fault = NumberFault::none;
  bool ok() const { return fault == NumberFault::none; }
};

/// base 0: by prefix (0x, 0o, 0b, 0), underscores between digits allowed.
Parsed<std::int64_t> parse_go_int(std::string_view text, int base);
Parsed<std::uint64_t> parse_go_uint(std::string_view text, int base);
Parsed<double> parse_go_float(std::string_view text);

/// strconv.Unquote of "…" and `…`; nullopt: "invalid syntax".
std::optional<std::string> unquote(std::string_view text);
/// The character in '…'; nullopt: "invalid syntax". `rest` is what follows it.
std::optional<char32_t> unquote_char(std::string_view text, char quote, std::string_view& rest);

}  // namespace rumbo::script
