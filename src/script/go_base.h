// Base64 and base32 as Go decodes them: line ends are skipped, errors name the byte.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "script/failure.h"

namespace rumbo::script {

/// "illegal base64 data at input byte 3".
Outcome<std::string> decode_base64(std::string_view text);
Outcome<std::string> decode_base32(std::string_view text);
std::string encode_base32(std::string_view bytes);

}  // namespace rumbo::script
