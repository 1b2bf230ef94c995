// The named Go types that Helm puts into a template's data.
//
// Threads: constants.
#pragma once

#include "script/any.h"

namespace rumbo::script::types {

/// common.Values: `.`, `.Values` and what they merge; a map with AsMap, Table, PathValue, YAML.
extern const Type helm_values;

}  // namespace rumbo::script::types
