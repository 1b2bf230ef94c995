// OwnershipComparison: whether an object on a cluster is what was declared. Values cannot tell: the
// server adds defaults, converts versions and writes quantities its own way. Ownership can: every
// write of someone else that changes a field takes it out of Rumbo's entry in managedFields, so an
// object holds what was declared if it was last applied with that declaration and Rumbo still owns
// all it owned then (kubernetes-apply.md 5.1). Secrets are compared by value instead of by a digest
// of the declaration.
//
// Threads: pure.
#pragma once

#include "model/target.h"

namespace rumbo::target::kubernetes {

class OwnershipComparison : public Comparison {
 public:
  bool holds(const Value& live, const Value& want, bool partly) const override;
  Value noted(const Value& write, const Value& declared) const override;
  bool as_before(const Value& now, const Value& before, const Value& want) const override;
  std::vector<std::string> differing(const Value& live, const Value& want) const override;
  Shown shown(const Value& live, const Value& want) const override;
  std::string editors(const Value& live, const Value& want) const override;
};

/// Only the parts of `object` that `shape` has, too; lists as a whole.
Value restricted(const Value& object, const Value& shape);

}  // namespace rumbo::target::kubernetes
