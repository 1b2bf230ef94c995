// What an apply touches of a live object, to show it beside what is declared.
//
// Threads: pure.
#pragma once

#include "base/value.h"
#include "target/kubernetes/field_set.h"

namespace rumbo::target::kubernetes {

/// The parts of `live` that `want` names or that are in `own`: without defaults, and without what
/// others added. Elements of lists are told apart by the keys that stand in `own`, else by name;
/// where neither tells, lists of one length go element by element, others count as a whole.
Value touched_part(const Value& live, const Value& want, const FieldSet& own);

/// The part of `fields` that `declared` names, too.
FieldSet declared_part(const FieldSet& fields, const Value& declared);

}  // namespace rumbo::target::kubernetes
