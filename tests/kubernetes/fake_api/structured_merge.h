// Structured merge: what an API server does with two objects of one type field by field.
// Rules: sigs.k8s.io/structured-merge-diff typed (merge.go, compare.go, remove.go, tofieldset.go).
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>

#include "base/value.h"
#include "target/kubernetes/field_set.h"
#include "type_table.h"

namespace rumbo::fake_api {

using target::kubernetes::FieldSet;

struct Comparison {
  FieldSet removed, modified, added;  ///< no field is in two of them
};

/// The fields an applied object claims.
FieldSet field_set(const Value& object, const Type& type);
Comparison compare(const Value& before, const Value& after, const Type& type);
/// `live` with `applied` laid over it.
Value merged(const Value& live, const Value& applied, const Type& type);
/// `object` without the members of `set`; what becomes empty becomes null.
Value without_items(const Value& object, const FieldSet& set, const Type& type);
/// The set with every declared field that leads to a member made a member too.
FieldSet with_named_fields(const FieldSet& set, const Type& type);
/// Why an object does not fit its type ("field not declared in schema"), or empty.
std::string misfit(const Value& object, const Type& type, bool allow_duplicates);
/// The object without null members, as decoding into a struct leaves it.
Value without_nulls(const Value& object, const Type& type);
/// The object without fields its type does not know; their paths are appended to `unknown`.
Value pruned(const Value& object, const Type& type, const std::string& path,
             std::vector<std::string>& unknown);

}  // namespace rumbo::fake_api
