#include "script/list.h"

#include "script/map.h"

namespace rumbo::script {

Any List::at(std::size_t index) const {
  if (own_) return items_[index];
  const Value& value = base_.items()[index];
  if (!value.is_object() && !value.is_array()) return Any::from(value);
  if (items_.empty()) items_.resize(base_.size());
  if (items_[index].is_nil()) items_[index] = Any::from(value);
  return items_[index];
}

std::vector<Any> List::copy() const {
  if (own_) return items_;
  std::vector<Any> out;
  out.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) out.push_back(at(i));
  return out;
}

const Value* List::pristine() const {
  if (own_) return nullptr;
  for (const Any& child : items_) {
    if (child.map() != nullptr && child.map()->pristine() == nullptr) return nullptr;
    if (child.list() != nullptr && child.list()->pristine() == nullptr) return nullptr;
  }
  return &base_;
}

}  // namespace rumbo::script
