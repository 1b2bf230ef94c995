// Properties and cases of characters, as Go's unicode and strconv packages see them.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rumbo::script {

bool is_print(char32_t rune);
bool is_upper(char32_t rune);
bool is_lower(char32_t rune);
bool is_number(char32_t rune);
bool is_space(char32_t rune);
char32_t to_upper(char32_t rune);
char32_t to_lower(char32_t rune);
char32_t to_title(char32_t rune);

/// Every character; each byte that is not UTF-8 becomes U+FFFD, as in Go's []rune(text).
std::vector<char32_t> runes(std::string_view text);
std::string from_runes(const std::vector<char32_t>& runes);
/// Without white space at both ends, as strings.TrimSpace.
std::string_view trim_space(std::string_view text);

/// strconv.Quote; with `ascii` also characters above 0x7f are escaped.
std::string quote(std::string_view text, bool ascii = false);
/// strconv.QuoteRune.
std::string quote_rune(char32_t rune, bool ascii = false);

}  // namespace rumbo::script
