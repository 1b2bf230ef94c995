// Any to Value, as Go's encoding/json sees it.
//
// Threads: as its arguments.
#pragma once

#include "script/any.h"
#include "script/failure.h"

namespace rumbo::script {

/// Floats stay doubles, bytes become base64 text, times RFC 3339. What was wrapped and not changed
/// costs O(1). Fails for functions and for values that hold themselves, with encoding/json's text.
Outcome<Value> to_value(const Any& value);

}  // namespace rumbo::script
