// gzip (RFC 1952): packing, and unpacking within a bound.
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

/// One member, without a name or a time: the same bytes for the same input. Code::exhausted without
/// memory, Code::too_large from 4 GiB on.
Result<std::string> gzip(std::string_view bytes);

}  // namespace rumbo::codec
