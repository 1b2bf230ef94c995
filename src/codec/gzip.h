// gzip (RFC 1952): unpacking within a bound.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rumbo::codec {

/// All members of the stream, unpacked. Code::too_large once more than `most` bytes come out,
/// Code::corrupt for anything that is no gzip stream or is cut off.
Result<std::string> gunzip(std::string_view bytes, std::size_t most);

}  // namespace rumbo::codec
