// Letters and digits of Unicode 14, as Go's unicode.IsLetter and unicode.IsDigit see them.
//
// Threads: pure functions.
#pragma once

namespace rumbo::codec {

/// General category L*.
bool is_letter(char32_t rune);
/// General category Nd.
bool is_decimal_digit(char32_t rune);

}  // namespace rumbo::codec
