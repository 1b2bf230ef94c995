// How Go prints doubles, since manifests are full of them.
//
// Threads: pure functions.
#pragma once

#include <string>

namespace rumbo::codec {

/// strconv.FormatFloat(x, 'g', -1, 64): shortest text that reads back equal, with an exponent below
/// 1e-4 and from 1e6 on: 3 → "3", 1e6 → "1e+06". NaN, +Inf and -Inf are spelled so.
std::string format_go_g(double number);

/// encoding/json: decimal between 1e-6 and 1e21, else exponent without padding. `number` is finite.
std::string format_go_json(double number);

}  // namespace rumbo::codec
