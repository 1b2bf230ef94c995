// FieldSet: a set of fields as metadata.managedFields writes it (fieldsV1: "f:", "k:", "v:", "i:",
// "."). It needs no schema: the keys of associative lists stand in the set itself.
// Rules: sigs.k8s.io/structured-merge-diff fieldpath (serialize.go, set.go).
//
// Threads: a value type.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::target::kubernetes {

class FieldSet {
 public:
  using Children = std::map<std::string, FieldSet, std::less<>>;

  FieldSet() = default;
  /// Code::invalid on malformed elements; at most 64 deep. Null is the empty set.
  static Result<FieldSet> parse(const Value& fields_v1);
  Value to_value() const;

  bool empty() const { return !member_ && children_.empty(); }
  /// Only the parts of `object` that are in the set, with the keys of list elements it passes
  /// through. A field that is in the set and not in the object is left out. A member without
  /// children stands for all of its value: the set does not tell an atomic map from an owned empty
  /// one.
  Value project(const Value& object) const;
  /// `object` without the parts that are in the set, and without the containers that this empties.
  Value without(const Value& object) const;

  FieldSet union_with(const FieldSet& other) const;
  FieldSet intersection(const FieldSet& other) const;
  FieldSet difference(const FieldSet& other) const;
  /// Reads paths as conflicts print them (`.spec.containers[name="web"].image`); Code::invalid if
  /// it is none. Such a path does not say where a name with dots ends: below `labels`,
  /// `annotations`, `data` and the like the rest is one name. Where the set is at hand, named() is
  /// exact.
  static Result<FieldSet> of_path(std::string_view path);
  /// The members of this set that print as one of these paths.
  FieldSet named(std::span<const std::string> paths) const;
  /// Every leaf as conflicts print it, sorted.
  std::vector<std::string> paths() const;

  // The tree itself, for those who build sets or walk them beside an object.

  /// "f:" and the name.
  static std::string field(std::string_view name);
  /// "k:" and the object of its key fields.
  static std::string key(const Value& key_fields);
  /// "v:" and the element.
  static std::string item(const Value& element);
  /// True if a list's element is the one that `element` ("k:{…}", "v:…") names.
  static bool names(std::string_view element, const Value& item);
  /// An element as conflicts print it: `.spec`, `[name="web"]`, `[="a"]`, `[0]`.
  static std::string printed(std::string_view element);

  bool member() const { return member_; }
  const Children& children() const { return children_; }
  /// The part below an element; nullptr if there is none.
  const FieldSet* below(std::string_view element) const;
  /// Puts the thing itself into the set.
  void insert() { member_ = true; }
  /// The part below an element, made if it is missing; prune() after it if it may stay empty.
  FieldSet& at(std::string_view element);
  /// Drops what is empty.
  void prune();

  friend bool operator==(const FieldSet&, const FieldSet&) = default;

 private:
  bool member_ = false;  ///< "." : the thing itself
  Children children_;    ///< by path element: "f:spec", "k:{\"name\":\"web\"}"
};

}  // namespace rumbo::target::kubernetes
