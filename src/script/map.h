// Map: Go's map[string]interface {}, in key order. It reads through to a Value until it is changed.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "script/any.h"

namespace rumbo::script {

class Map final : public Object {
 public:
  Map() = default;
  /// Reads through to an object.
  explicit Map(Value base) : base_(std::move(base)), own_(false) {}

  std::size_t size() const { return own_ ? entries_.size() : base_.size(); }
  bool contains(std::string_view key) const { return position(key).has_value(); }
  /// The member, or nullopt; a member that is a map or list is the same object every time.
  std::optional<Any> find(std::string_view key) const;
  std::string_view key(std::size_t index) const;
  Any at(std::size_t index) const;

  void set(std::string_view key, Any value);
  bool erase(std::string_view key);
  void clear();

  /// The Value behind it, if neither it nor anything below was changed; else nullptr.
  const Value* pristine() const;

 private:
  struct Entry {
    Value key;
    Any value;
  };
  std::optional<std::size_t> position(std::string_view key) const;
  void detach();

  Value base_;                        ///< while own_ is false
  mutable std::vector<Any> wrapped_;  ///< of base_: the members handed out that are containers
  std::vector<Entry> entries_;        ///< once own_ is true; sorted by key
  bool own_ = true;
};

}  // namespace rumbo::script
