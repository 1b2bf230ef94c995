// FieldSet: a set of fields as metadata.managedFields writes it (fieldsV1: "f:", "k:", "v:", "i:",
// "."). It needs no schema: the keys of associative lists stand in the set itself.
// Rules: sigs.k8s.io/structured-merge-diff fieldpath (serialize.go, set.go).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::target::kubernetes {

class FieldSet {
 public:
  FieldSet() = default;
  /// Code::invalid on malformed elements; at most 64 deep.
  static Result<FieldSet> parse(const Value& fields_v1);
  Value to_value() const;

  bool empty() const { return !member_ && children_.empty(); }
  /// Only the parts of `object` that are in the set, with the keys of list elements it passes
  /// through. A field that is in the set and not in the object is left out.
  Value project(const Value& object) const;
  /// `object` without the parts that are in the set.
  Value without(const Value& object) const;

  FieldSet union_with(const FieldSet& other) const;
  FieldSet intersection(const FieldSet& other) const;
  FieldSet difference(const FieldSet& other) const;
  /// Reads paths as conflicts print them (".spec.containers[name=\"web\"].image"); nullopt if not.
  static Result<FieldSet> of_path(std::string_view path);
  /// Every leaf as conflicts print it, sorted.
  std::vector<std::string> paths() const;

  friend bool operator==(const FieldSet&, const FieldSet&) = default;

 private:
  bool member_ = false;                       ///< "." : the thing itself
  std::map<std::string, FieldSet> children_;  ///< by path element: "f:spec", "k:{\"name\":\"web\"}"
};

}  // namespace rumbo::target::kubernetes
