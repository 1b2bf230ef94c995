// List: Go's slice, which no template function changes after it was made. It reads through to a
// Value, or holds its elements.
//
// Threads: one at a time.
#pragma once

#include <vector>

#include "script/any.h"

namespace rumbo::script {

class List final : public Object {
 public:
  explicit List(std::vector<Any> items) : items_(std::move(items)) {}
  /// Reads through to an array.
  explicit List(Value base) : base_(std::move(base)), own_(false) {}

  std::size_t size() const { return own_ ? items_.size() : base_.size(); }
  /// An element that is a map or list is the same object every time.
  Any at(std::size_t index) const;
  std::vector<Any> copy() const;

  /// The Value behind it, if nothing below was changed; else nullptr.
  const Value* pristine() const;

 private:
  Value base_;                      ///< while own_ is false
  mutable std::vector<Any> items_;  ///< the elements, or of base_ those that are containers
  bool own_ = true;
};

}  // namespace rumbo::script
