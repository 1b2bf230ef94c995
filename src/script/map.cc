#include "script/map.h"

#include <algorithm>

#include "script/list.h"

namespace rumbo::script {
namespace {

bool is_container(const Value& value) {
  return value.is_object() || value.is_array();
}

}  // namespace

std::optional<std::size_t> Map::position(std::string_view key) const {
  if (!own_) {
    const Value* value = base_.find(key);
    if (value == nullptr) return std::nullopt;
    const auto* first = reinterpret_cast<const char*>(&base_.members().data()->value);
    const auto* found = reinterpret_cast<const char*>(value);
    return static_cast<std::size_t>(found - first) / sizeof(Member);
  }
  const auto at = std::lower_bound(
      entries_.begin(), entries_.end(), key,
      [](const Entry& entry, std::string_view k) { return entry.key.as_string() < k; });
  if (at == entries_.end() || at->key.as_string() != key) return std::nullopt;
  return static_cast<std::size_t>(at - entries_.begin());
}

std::optional<Any> Map::find(std::string_view key) const {
  const auto index = position(key);
  if (!index) return std::nullopt;
  return at(*index);
}

std::string_view Map::key(std::size_t index) const {
  return own_ ? entries_[index].key.as_string() : base_.members()[index].key();
}

Any Map::at(std::size_t index) const {
  if (own_) return entries_[index].value;
  const Value& value = base_.members()[index].value;
  if (!is_container(value)) return Any::from(value);
  if (wrapped_.empty()) wrapped_.resize(base_.size());
  if (wrapped_[index].is_nil()) wrapped_[index] = Any::from(value);
  return wrapped_[index];
}

void Map::detach() {
  if (own_) return;
  std::vector<Entry> entries;
  entries.reserve(base_.size() + 1);
  for (std::size_t i = 0; i < base_.size(); ++i) {
    entries.push_back({base_.members()[i].name, at(i)});
  }
  entries_ = std::move(entries);
  base_ = Value();
  wrapped_.clear();
  own_ = true;
}

void Map::set(std::string_view key, Any value) {
  detach();
  const auto at = std::lower_bound(
      entries_.begin(), entries_.end(), key,
      [](const Entry& entry, std::string_view k) { return entry.key.as_string() < k; });
  if (at != entries_.end() && at->key.as_string() == key) {
    at->value = std::move(value);
  } else {
    entries_.insert(at, {Value(key), std::move(value)});
  }
}

bool Map::erase(std::string_view key) {
  if (!contains(key)) return false;
  detach();
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(*position(key)));
  return true;
}

void Map::clear() {
  base_ = Value();
  wrapped_.clear();
  entries_.clear();
  own_ = true;
}

const Value* Map::pristine() const {
  if (own_) return nullptr;
  for (const Any& child : wrapped_) {
    if (child.map() != nullptr && child.map()->pristine() == nullptr) return nullptr;
    if (child.list() != nullptr && child.list()->pristine() == nullptr) return nullptr;
  }
  return &base_;
}

}  // namespace rumbo::script
