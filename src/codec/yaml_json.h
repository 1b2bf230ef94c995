// sigs.k8s.io/yaml prints YAML by way of JSON text that it reads as YAML. These are the traces
// which that detour leaves.
//
// Threads: pure functions.
#pragma once

#include "base/result.h"
#include "base/value.h"

namespace rumbo::codec {

/// The value after the detour: bytes that are not UTF-8 become U+FFFD, and U+0085, a line end to
/// YAML but not to JSON, is folded. Shares everything that does not change.
Value as_json_reads_in_yaml(const Value& value);

/// Fails where the detour fails: NaN, infinities, control characters that JSON leaves bare, keys
/// that become longer than 1024 characters or hold a line end.
Result<> check_json_reads_in_yaml(const Value& value);

}  // namespace rumbo::codec
