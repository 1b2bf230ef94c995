// Hashes that only templates ask for (Sprig's sha1sum and sha512sum): never for Rumbo's own data.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

namespace rumbo::crypto {

/// Lower-case hex.
std::string sha1_hex(std::string_view bytes);
std::string sha512_hex(std::string_view bytes);

}  // namespace rumbo::crypto
