// JSON text to Value and back (RFC 8259).
//
// Printing is canonical: one Value has one text, so texts can be hashed and compared.
// Threads: every function may be called from any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::codec {

/// Bounds on text from outside.
struct JsonLimits {
  std::size_t max_bytes = std::size_t{64} << 20;
  int max_depth = 256;  ///< nested arrays and objects
};

/// Reads one document; nothing but white space may follow it.
///
/// Integers are exact as int64 or uint64, other numbers are doubles; of equal keys the last wins;
/// text must be UTF-8. Errors: Code::invalid with file:line:column, Code::too_large for a bound.
Result<Value> parse_json(std::string_view text, const JsonLimits& limits = {},
                         std::string_view file = {});

/// Compact, keys in Value's order, only `"`, `\` and control characters escaped. A real number
/// stays one when read again (`3.0`); NaN and infinities, which JSON lacks, become null.
std::string to_json(const Value& value);

/// The same over several lines, two spaces a level, without a final newline.
std::string to_json_pretty(const Value& value);

/// Appends `text` in double quotes, escaped as to_json does; bytes that are not UTF-8 become
/// U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace rumbo::codec
