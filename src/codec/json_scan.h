// Where a JSON value ends in a text that goes on, with the complaints of Go's encoding/json.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace rumbo::codec {

/// The offset behind the first JSON value of `text`; blanks may stand before it.
///
/// Errors are worded as encoding/json's Decoder words them: "EOF", "unexpected EOF", "invalid
/// character 'x' looking for beginning of value". Nesting is bounded.
Result<std::size_t> json_value_end(std::string_view text);

}  // namespace rumbo::codec
