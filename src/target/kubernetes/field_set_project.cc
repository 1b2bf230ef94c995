// FieldSet beside an object: which parts of the object are in the set, and which are not.
#include <optional>
#include <set>

#include "codec/json.h"
#include "target/kubernetes/field_set.h"

namespace rumbo::target::kubernetes {
namespace {

/// What a list's element matched in a set.
struct Match {
  const FieldSet* set = nullptr;
  Value key;  ///< the key fields that tell the element apart; null for v: and i:
};

/// Finds the elements of one list in one set.
class ListMatcher {
 public:
  ListMatcher(const FieldSet& set, std::span<const Value> items) : set_(set) {
    for (const auto& [element, child] : set.children()) {
      if (!element.starts_with("k:")) continue;
      auto fields = codec::parse_json(std::string_view(element).substr(2));
      if (!fields) continue;  // parse() does not let it in
      std::vector<std::string> names;
      for (const Member& member : fields->members()) names.emplace_back(member.key());
      shapes_.insert(std::move(names));
      keys_.emplace_back(&element, std::move(*fields));
    }
    for (const Value& item : items) {
      if (const std::string* element = exact(item)) claimed_.insert(*element);
    }
  }

  /// The part of the set that speaks of this element; its set is nullptr if none does.
  Match find(const Value& item, std::size_t index) const {
    if (const std::string* element = exact(item)) return by_key(*element);
    if (const std::string* element = by_some_keys(item)) return by_key(*element);
    if (!item.is_object()) {
      if (const FieldSet* found = set_.below(FieldSet::item(item))) return {found, {}};
    }
    return {set_.below("i:" + std::to_string(index)), {}};
  }

 private:
  const std::string* exact(const Value& item) const {
    if (!item.is_object()) return nullptr;
    for (const std::vector<std::string>& names : shapes_) {
      std::vector<Member> fields;
      for (const std::string& name : names) {
        if (const Value* value = item.find(name)) fields.emplace_back(name, *value);
      }
      if (fields.size() != names.size()) continue;
      const auto found = set_.children().find(FieldSet::key(Value::object(std::move(fields))));
      if (found != set_.children().end()) return &found->first;
    }
    return nullptr;
  }

  /// A manifest may leave out key fields that have a default (a port's `protocol`): such an element
  /// is the one whose other keys agree, if no other element of the list is it exactly.
  const std::string* by_some_keys(const Value& item) const {
    if (!item.is_object()) return nullptr;
    for (const auto& [element, fields] : keys_) {
      if (claimed_.contains(*element)) continue;
      bool any = false;
      bool all = true;
      for (const Member& field : fields.members()) {
        const Value* value = item.find(field.key());
        if (value == nullptr) continue;
        any = true;
        all = all && *value == field.value;
      }
      if (any && all) return element;
    }
    return nullptr;
  }

  Match by_key(const std::string& element) const {
    for (const auto& [name, fields] : keys_) {
      if (*name == element) return {set_.below(element), fields};
    }
    return {};
  }

  const FieldSet& set_;
  std::vector<std::pair<const std::string*, Value>> keys_;
  std::set<std::vector<std::string>> shapes_;  ///< names of key fields; one for nearly every list
  std::set<std::string, std::less<>> claimed_;
};

Value with_keys(Value element, const Value& key) {
  for (const Member& field : key.members()) {
    if (!element.contains(field.key())) element = element.with(field.key(), field.value);
  }
  return element;
}

std::optional<Value> inside(const Value& value, const FieldSet& set);

std::optional<Value> members_inside(const Value& value, const FieldSet& set) {
  std::vector<Member> members;
  for (const Member& member : value.members()) {
    const FieldSet* below = set.below(FieldSet::field(member.key()));
    if (below == nullptr) continue;
    if (auto part = inside(member.value, *below)) {
      members.emplace_back(member.key(), std::move(*part));
    }
  }
  if (members.empty() && !set.member()) return std::nullopt;
  return Value::object(std::move(members));
}

std::optional<Value> items_inside(const Value& value, const FieldSet& set) {
  std::vector<Value> items;
  const ListMatcher matcher(set, value.items());
  for (std::size_t i = 0; i < value.size(); ++i) {
    const Match match = matcher.find(value[i], i);
    if (match.set == nullptr) continue;
    if (auto part = inside(value[i], *match.set)) {
      items.push_back(with_keys(std::move(*part), match.key));
    }
  }
  if (items.empty() && !set.member()) return std::nullopt;
  return Value::array(std::move(items));
}

std::optional<Value> inside(const Value& value, const FieldSet& set) {
  if (set.children().empty()) return set.member() ? std::optional(value) : std::nullopt;
  if (value.is_object()) return members_inside(value, set);
  if (value.is_array()) return items_inside(value, set);
  return set.member() ? std::optional(value) : std::nullopt;
}

std::optional<Value> outside(const Value& value, const FieldSet& set);

std::optional<Value> members_outside(const Value& value, const FieldSet& set) {
  std::vector<Member> members;
  bool took = false;
  for (const Member& member : value.members()) {
    const FieldSet* below = set.below(FieldSet::field(member.key()));
    if (below == nullptr) {
      members.push_back(member);
    } else if (auto rest = outside(member.value, *below)) {
      members.emplace_back(member.key(), std::move(*rest));
    } else {
      took = true;
    }
  }
  if (members.empty() && (took || set.member())) return std::nullopt;
  return Value::object(std::move(members));
}

/// What stays of a keyed element: nothing, if the set has the element itself and only its key is
/// left.
std::optional<Value> element_outside(const Value& element, const Match& match) {
  auto rest = outside(element, *match.set);
  if (match.key.is_null()) return rest;
  const Value fields = rest ? *rest : Value::object();
  if (match.set->member()) {
    bool more = false;
    for (const Member& member : fields.members()) more |= !match.key.contains(member.key());
    if (!more) return std::nullopt;
  }
  return with_keys(fields, match.key);
}

std::optional<Value> items_outside(const Value& value, const FieldSet& set) {
  std::vector<Value> items;
  bool took = false;
  const ListMatcher matcher(set, value.items());
  for (std::size_t i = 0; i < value.size(); ++i) {
    const Match match = matcher.find(value[i], i);
    if (match.set == nullptr) {
      items.push_back(value[i]);
    } else if (auto rest = element_outside(value[i], match)) {
      items.push_back(std::move(*rest));
    } else {
      took = true;
    }
  }
  if (items.empty() && (took || set.member())) return std::nullopt;
  return Value::array(std::move(items));
}

std::optional<Value> outside(const Value& value, const FieldSet& set) {
  if (set.children().empty()) return set.member() ? std::nullopt : std::optional(value);
  if (value.is_object()) return members_outside(value, set);
  if (value.is_array()) return items_outside(value, set);
  return set.member() ? std::nullopt : std::optional(value);
}

}  // namespace

Value FieldSet::project(const Value& object) const {
  return inside(object, *this).value_or(Value::object());
}

Value FieldSet::without(const Value& object) const {
  return outside(object, *this).value_or(Value::object());
}

}  // namespace rumbo::target::kubernetes
