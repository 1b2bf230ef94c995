// Putting single fields of an object back to what they were.
//
// Threads: pure functions.
#pragma once

#include "base/value.h"
#include "target/kubernetes/field_set.h"

namespace rumbo::target::kubernetes {

/// `now` with every field of `fields` as it is in `before`: changed back, put back, or taken out if
/// it was not there. Elements of lists are met by their keys. Everything else stays.
Value restore_fields(const Value& now, const Value& before, const FieldSet& fields);

}  // namespace rumbo::target::kubernetes
