#include "target/kubernetes/restore_fields.h"

#include <algorithm>
#include <optional>

#include "codec/json.h"

namespace rumbo::target::kubernetes {
namespace {

using Maybe = std::optional<Value>;

Maybe restored(const Maybe& now, const Maybe& before, const FieldSet& fields);

Maybe find_element(const std::vector<Value>& items, std::string_view element) {
  const auto it = std::find_if(items.begin(), items.end(),
                               [&](const Value& item) { return FieldSet::names(element, item); });
  return it == items.end() ? std::nullopt : Maybe(*it);
}

Maybe restored_list(const Maybe& now, const Maybe& before, const FieldSet& fields) {
  const auto items_of = [](const Maybe& list) {
    if (!list) return std::vector<Value>();
    return std::vector<Value>(list->items().begin(), list->items().end());
  };
  std::vector<Value> items = items_of(now);
  const std::vector<Value> old = items_of(before);
  for (const auto& [element, below] : fields.children()) {
    if (element.starts_with("f:") || element.starts_with("i:")) continue;
    const Maybe mine = find_element(items, element);
    const Maybe was = find_element(old, element);
    const Maybe result = restored(mine, was, below);
    const auto place = std::find_if(items.begin(), items.end(), [&](const Value& item) {
      return FieldSet::names(element, item);
    });
    if (result && place != items.end()) *place = *result;
    if (result && place == items.end()) items.push_back(*result);
    if (!result && place != items.end()) items.erase(place);
  }
  if (items.empty() && !before) return std::nullopt;
  return Value::array(std::move(items));
}

Maybe restored_map(const Maybe& now, const Maybe& before, const FieldSet& fields) {
  Value out = now ? *now : Value::object();
  for (const auto& [element, below] : fields.children()) {
    if (!element.starts_with("f:")) continue;
    const std::string_view name = std::string_view(element).substr(2);
    const auto member = [&](const Maybe& map) {
      const Value* found = map ? map->find(name) : nullptr;
      return found == nullptr ? Maybe() : Maybe(*found);
    };
    const Maybe result = restored(member(now), member(before), below);
    out = result ? out.with(name, *result) : out.without(name);
  }
  if (out.empty() && !before) return std::nullopt;
  return out;
}

Maybe restored(const Maybe& now, const Maybe& before, const FieldSet& fields) {
  if (fields.children().empty()) return before;
  // It is not there to be put back in parts: the parts are gone with it.
  if (!before && !now) return std::nullopt;
  const bool is_list = (now && now->is_array()) || (before && before->is_array());
  return is_list ? restored_list(now, before, fields) : restored_map(now, before, fields);
}

}  // namespace

Value restore_fields(const Value& now, const Value& before, const FieldSet& fields) {
  return restored(now, before, fields).value_or(Value::object());
}

}  // namespace rumbo::target::kubernetes
