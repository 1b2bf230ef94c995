#include "target/kubernetes/touched_part.h"

#include <algorithm>
#include <optional>

#include "codec/json.h"

namespace rumbo::target::kubernetes {
namespace {

const FieldSet kNothing;

bool is_key(std::string_view element) {
  return element.starts_with("k:") || element.starts_with("v:");
}

/// The part of `own` that is about this element of a list; nullptr if nothing is.
const FieldSet* owned_element(const FieldSet& own, const Value& item) {
  for (const auto& [element, below] : own.children()) {
    if (is_key(element) && FieldSet::names(element, item)) return &below;
  }
  return nullptr;
}

/// True if `want` declares the element of a list that `element` names. Keys that have defaults may
/// be missing in it.
bool declares(const Value& want, std::string_view element) {
  if (element.starts_with("v:")) return FieldSet::names(element, want);
  const auto keys = codec::parse_json(element.substr(2)).value_or(Value());
  const auto all = keys.members();
  return std::all_of(all.begin(), all.end(), [&](const Member& key) {
    const Value* found = want.find(key.key());
    return found == nullptr || *found == key.value;
  });
}

/// True if `want` is the declaration of `item`.
bool declares(const Value& want, const Value& item, const FieldSet& own) {
  for (const auto& [element, below] : own.children()) {
    if (is_key(element) && FieldSet::names(element, item)) return declares(want, element);
  }
  return want == item || (item["name"].is_string() && item["name"] == want["name"]);
}

Value touched_list(const Value& live, const Value& want, const FieldSet& own) {
  const auto items = live.items();
  const auto wanted = want.items();
  const bool keyed = std::any_of(own.children().begin(), own.children().end(),
                                 [](const auto& child) { return is_key(child.first); });
  const bool named = std::all_of(items.begin(), items.end(),
                                 [](const Value& one) { return one["name"].is_string(); });
  std::vector<Value> out;
  if (!keyed && !named) {
    if (items.size() != wanted.size()) return live;
    for (std::size_t i = 0; i < items.size(); ++i) {
      out.push_back(touched_part(items[i], wanted[i], kNothing));
    }
    return Value::array(std::move(out));
  }
  for (const Value& item : items) {
    const FieldSet* below = owned_element(own, item);
    const auto partner = std::find_if(wanted.begin(), wanted.end(),
                                      [&](const Value& one) { return declares(one, item, own); });
    if (partner != wanted.end()) {
      out.push_back(touched_part(item, *partner, below == nullptr ? kNothing : *below));
    } else if (below != nullptr) {
      out.push_back(item.is_object() && !below->children().empty() ? below->project(item) : item);
    } else if (!keyed) {
      out.push_back(item);  // nobody tells whose it is
    }
  }
  return Value::array(std::move(out));
}

}  // namespace

Value touched_part(const Value& live, const Value& want, const FieldSet& own) {
  if (live.is_array() && want.is_array()) return touched_list(live, want, own);
  if (!live.is_object() || !want.is_object()) return live;
  std::vector<Member> out;
  for (const Member& member : live.members()) {
    const FieldSet* below = own.below(FieldSet::field(member.key()));
    if (const Value* wanted = want.find(member.key())) {
      out.emplace_back(member.key(),
                       touched_part(member.value, *wanted, below == nullptr ? kNothing : *below));
    } else if (below != nullptr) {
      out.emplace_back(member.key(),
                       below->children().empty() ? member.value : below->project(member.value));
    }
  }
  return Value::object(std::move(out));
}

FieldSet declared_part(const FieldSet& fields, const Value& declared) {
  if (fields.children().empty()) return fields;
  FieldSet out;
  for (const auto& [element, below] : fields.children()) {
    const Value* found = nullptr;
    if (element.starts_with("f:")) {
      found = declared.find(std::string_view(element).substr(2));
    } else if (is_key(element)) {
      const auto items = declared.items();
      const auto place =
          std::find_if(items.begin(), items.end(),
                       [&, name = element](const Value& one) { return declares(one, name); });
      if (place != items.end()) found = &*place;
    }
    FieldSet part = found == nullptr ? FieldSet() : declared_part(below, *found);
    if (!part.empty()) out.at(element) = std::move(part);
  }
  return out;
}

}  // namespace rumbo::target::kubernetes
