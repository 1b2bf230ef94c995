#include "structured_merge.h"

#include <algorithm>
#include <set>

namespace rumbo::fake_api {
namespace {

enum class Shape { leaf, map, list };

/// How a value of this type merges.
Shape shape_of(const Type& type, const Value* value) {
  switch (type.kind) {
    case Type::Kind::map:
      return type.atomic ? Shape::leaf : Shape::map;
    case Type::Kind::list:
      return type.atomic ? Shape::leaf : Shape::list;
    case Type::Kind::deduced:
      return value != nullptr && value->is_object() ? Shape::map : Shape::leaf;
    default:
      return Shape::leaf;
  }
}

const Type& type_of(const Type& parent, std::string_view field) {
  static const Type kUnknown{.kind = Type::Kind::untyped};
  if (parent.kind == Type::Kind::deduced) return parent;
  const Type* type = parent.field(field);
  return type == nullptr ? kUnknown : *type;
}

/// An element of an associative list as a path element.
std::string element_of(const Type& list, const Value& element) {
  if (list.keys.empty()) return FieldSet::item(element);
  std::vector<Member> fields;
  for (const std::string& key : list.keys) {
    if (const Value* value = element.find(key)) {
      fields.emplace_back(key, *value);
    } else if (const auto preset = list.element->defaults.find(key);
               preset != list.element->defaults.end()) {
      fields.emplace_back(key, preset->second);
    }
  }
  return FieldSet::key(Value::object(std::move(fields)));
}

std::vector<std::string> elements_of(const Type& list, const Value* value) {
  std::vector<std::string> elements;
  if (value == nullptr) return elements;
  for (const Value& item : value->items()) elements.push_back(element_of(list, item));
  return elements;
}

bool void_of(const Value* value) {
  return value == nullptr || value->empty();
}

void add_fields(const Value& value, const Type& type, FieldSet& set) {
  const Shape shape = shape_of(type, &value);
  if (shape == Shape::leaf) {
    set.insert();
    return;
  }
  if (shape == Shape::map) {
    for (const Member& member : value.members()) {
      FieldSet& child = set.at(FieldSet::field(member.key()));
      add_fields(member.value, type_of(type, member.key()), child);
      const bool blank =
          member.value.is_null() || (member.value.is_object() && member.value.empty());
      if (blank || !type.declares(member.key())) child.insert();
    }
    return;
  }
  const std::vector<std::string> elements = elements_of(type, &value);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    FieldSet& child = set.at(elements[i]);
    if (std::ranges::count(elements, elements[i]) == 1) add_fields(value[i], *type.element, child);
    child.insert();
  }
}

void compare_into(const Value* before, const Value* after, const Type& type, FieldSet& removed,
                  FieldSet& modified, FieldSet& added);

void compare_lists(const Value* before, const Value* after, const Type& type, FieldSet& removed,
                   FieldSet& modified, FieldSet& added) {
  const std::vector<std::string> old_elements = elements_of(type, before);
  const std::vector<std::string> new_elements = elements_of(type, after);
  const auto all_of = [](const std::vector<std::string>& elements, const Value* list,
                         const std::string& element) {
    std::vector<const Value*> found;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (elements[i] == element) found.push_back(&(*list)[i]);
    }
    return found;
  };
  std::set<std::string> all(old_elements.begin(), old_elements.end());
  all.insert(new_elements.begin(), new_elements.end());
  for (const std::string& element : all) {
    const auto was = all_of(old_elements, before, element);
    const auto is = all_of(new_elements, after, element);
    const auto one = [&](const Value* old_value, const Value* new_value) {
      compare_into(old_value, new_value, *type.element, removed.at(element), modified.at(element),
                   added.at(element));
    };
    if (was.size() <= 1 && is.size() <= 1) {
      one(was.empty() ? nullptr : was[0], is.empty() ? nullptr : is[0]);
    } else if (was.size() >= 2 && is.size() >= 2) {
      const bool same =
          std::ranges::equal(was, is, [](const Value* a, const Value* b) { return *a == *b; });
      if (!same) modified.at(element).insert();
    } else if (was.size() >= 2) {
      if (!is.empty()) one(nullptr, is[0]);
      removed.at(element).insert();
    } else {
      if (!was.empty()) one(was[0], nullptr);
      added.at(element).insert();
    }
  }
}

void compare_into(const Value* before, const Value* after, const Type& type, FieldSet& removed,
                  FieldSet& modified, FieldSet& added) {
  const Shape shape = shape_of(type, after != nullptr ? after : before);
  const bool differs = before != nullptr && after != nullptr && shape != shape_of(type, before);
  if (shape == Shape::leaf || differs || (void_of(before) && void_of(after))) {
    if (before == nullptr) {
      added.insert();
    } else if (after == nullptr) {
      removed.insert();
    } else if (*before != *after) {
      modified.insert();
    }
    return;
  }
  if (before != nullptr && after != nullptr && before->same(*after)) return;
  if (shape == Shape::list) {
    compare_lists(before, after, type, removed, modified, added);
  } else {
    std::set<std::string_view> names;
    for (const Value* side : {before, after}) {
      if (side == nullptr) continue;
      for (const Member& member : side->members()) names.insert(member.key());
    }
    for (const std::string_view name : names) {
      const std::string element = FieldSet::field(name);
      compare_into(before == nullptr ? nullptr : before->find(name),
                   after == nullptr ? nullptr : after->find(name), type_of(type, name),
                   removed.at(element), modified.at(element), added.at(element));
    }
  }
  if (before == nullptr) added.insert();
  if (after == nullptr) removed.insert();
}

std::optional<Value> merge(const Value* live, const Value* applied, const Type& type);

/// Elements keep the applied order; those that only the live list has keep their place between.
std::optional<Value> merge_lists(const Value* live, const Value* applied, const Type& type) {
  const std::vector<std::string> left = elements_of(type, live);
  const std::vector<std::string> right = elements_of(type, applied);
  const auto in = [](const std::vector<std::string>& all, const std::string& one) {
    return std::ranges::find(all, one) != all.end();
  };
  const auto value_of = [&](const std::vector<std::string>& elements, const Value* list,
                            const std::string& element) -> const Value* {
    if (std::ranges::count(elements, element) != 1) return nullptr;  // duplicates are not merged
    return &(
        *list)[static_cast<std::size_t>(std::ranges::find(elements, element) - elements.begin())];
  };
  std::vector<std::string> shared;
  for (const std::string& element : right) {
    if (in(left, element)) shared.push_back(element);
  }
  std::size_t next = 0;
  std::vector<Value> out;
  std::set<std::string> done;
  const auto take = [&](const std::string& element) {
    done.insert(element);
    if (auto item = merge(value_of(left, live, element), value_of(right, applied, element),
                          *type.element)) {
      out.push_back(std::move(*item));
    }
  };
  for (std::size_t l = 0, r = 0; l < left.size() || r < right.size();) {
    if (l < left.size() && r < right.size()) {
      if (left[l] == right[r]) {
        take(left[l]);
        ++l, ++r, ++next;
        continue;
      }
      if (in(right, left[l]) && next < shared.size() && shared[next] != left[l]) {
        ++l;  // a shared element, but not the one due now
        continue;
      }
    }
    if (l < left.size()) {
      if (!in(right, left[l])) {
        if (auto item = merge(&(*live)[l], nullptr, *type.element)) out.push_back(std::move(*item));
        ++l;
        continue;
      }
      if (done.contains(left[l])) ++l;
    }
    if (r < right.size()) {
      const std::string& element = right[r];
      take(element);
      ++r;
      if (next < shared.size() && shared[next] == element) ++next;
    }
  }
  if (out.empty()) return std::nullopt;
  return Value::array(std::move(out));
}

std::optional<Value> merge(const Value* live, const Value* applied, const Type& type) {
  if (live == nullptr && applied == nullptr) return std::nullopt;
  const Shape shape = shape_of(type, applied != nullptr ? applied : live);
  const bool differs = live != nullptr && applied != nullptr && shape != shape_of(type, live);
  if (shape == Shape::leaf || differs || (void_of(live) && void_of(applied))) {
    return applied != nullptr ? *applied : *live;
  }
  if (shape == Shape::list) return merge_lists(live, applied, type);
  std::vector<Member> members;
  std::set<std::string_view> names;
  for (const Value* side : {live, applied}) {
    if (side == nullptr) continue;
    for (const Member& member : side->members()) names.insert(member.key());
  }
  for (const std::string_view name : names) {
    auto value = merge(live == nullptr ? nullptr : live->find(name),
                       applied == nullptr ? nullptr : applied->find(name), type_of(type, name));
    if (value) members.emplace_back(name, std::move(*value));
  }
  if (members.empty()) return std::nullopt;
  return Value::object(std::move(members));
}

}  // namespace

FieldSet field_set(const Value& object, const Type& type) {
  FieldSet set;
  add_fields(object, type, set);
  set.prune();
  return set;
}

Comparison compare(const Value& before, const Value& after, const Type& type) {
  Comparison result;
  compare_into(&before, &after, type, result.removed, result.modified, result.added);
  for (FieldSet* set : {&result.removed, &result.modified, &result.added}) set->prune();
  return result;
}

Value merged(const Value& live, const Value& applied, const Type& type) {
  return merge(&live, &applied, type).value_or(Value::object());
}

Value without_items(const Value& object, const FieldSet& set, const Type& type) {
  const Shape shape = shape_of(type, &object);
  if (!object.is_object() && !object.is_array()) return object;
  if (object.empty() || shape == Shape::leaf) return {};
  if (shape == Shape::map && object.is_object()) {
    std::vector<Member> members;
    for (const Member& member : object.members()) {
      const FieldSet* below = set.below(FieldSet::field(member.key()));
      if (below == nullptr) {
        members.push_back(member);
      } else if (!below->member()) {
        members.emplace_back(member.key(),
                             without_items(member.value, *below, type_of(type, member.key())));
      }
    }
    return members.empty() ? Value() : Value::object(std::move(members));
  }
  if (shape == Shape::list && object.is_array()) {
    std::vector<Value> items;
    for (const Value& item : object.items()) {
      const FieldSet* below = set.below(element_of(type, item));
      if (below == nullptr) {
        items.push_back(item);
      } else if (!below->member()) {
        items.push_back(without_items(item, *below, *type.element));
      }
    }
    return items.empty() ? Value() : Value::array(std::move(items));
  }
  return object;
}

FieldSet with_named_fields(const FieldSet& set, const Type& type) {
  FieldSet result;
  if (set.member()) result.insert();
  for (const auto& [element, child] : set.children()) {
    FieldSet& copy = result.at(element);
    const std::string_view name = std::string_view(element).substr(2);
    const bool named = element.starts_with("f:");
    static const Type kUnknown{.kind = Type::Kind::untyped};
    const Type* below = named ? &type_of(type, name) : type.element;
    copy = with_named_fields(child, below == nullptr ? kUnknown : *below);
    if (child.member() || (named && type.declares(name))) copy.insert();
  }
  return result;
}

}  // namespace rumbo::fake_api
