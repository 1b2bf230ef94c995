// Small string helpers shared by every layer.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rumbo {

/// The parts between separators; "a,,b" has three. An empty text has one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
/// Without leading and trailing spaces, tabs and line ends.
std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

/// A decimal number with nothing around it; nullopt if it is none or out of range.
std::optional<std::int64_t> parse_int(std::string_view text);

std::string to_hex(std::span<const std::uint8_t> bytes);
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

/// The candidate nearest to `word` by edit distance, or empty if none is near enough to suggest.
std::string_view closest(std::string_view word, std::span<const std::string_view> candidates);

/// RFC 1123 label: lower-case letters, digits and '-', at most 63, alphanumeric at both ends.
bool is_dns_label(std::string_view text);

/// The text with control characters escaped, cut at `most` bytes: outside text made fit to print.
std::string printable(std::string_view text, std::size_t most = 4096);

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace rumbo
