#include "render/kustomize/list_keys.h"

#include <algorithm>

namespace rumbo::render::kustomize {
namespace {

void add_once(std::vector<KeyValues>& all, KeyValues values) {
  if (values.empty() || std::find(all.begin(), all.end(), values) != all.end()) return;
  all.push_back(std::move(values));
}

/// The entry that stands for both, if they agree in at least one value and differ in none.
bool agree(const KeyValues& a, const KeyValues& b, KeyValues& both) {
  if (a.size() != b.size()) return false;
  bool common = false;
  both.clear();
  for (std::size_t at = 0; at < a.size(); ++at) {
    if (a[at] == b[at]) {
      common = true;
    } else if (!a[at].empty() && !b[at].empty()) {
      return false;
    }
    both.push_back(a[at].empty() ? b[at] : a[at]);
  }
  return common;
}

std::vector<bool> used_keys(const std::vector<KeyValues>& all, std::size_t count) {
  std::vector<bool> used(count, false);
  for (const KeyValues& values : all) {
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (!values[at].empty()) used[at] = true;
    }
  }
  return used;
}

bool any(const std::vector<bool>& used) {
  return std::find(used.begin(), used.end(), true) != used.end();
}

/// What kyaml's FieldMatcher finds: any value if none is asked for.
bool has(const Node* element, std::string_view key, std::string_view value) {
  if (key.empty()) return element->value == value;
  const Node* found = field(element, key);
  return found != nullptr && (value.empty() || found->value == value);
}

}  // namespace

std::vector<KeyValues> element_values(const Node* first, const Node* second,
                                      const KeyValues& keys) {
  std::vector<KeyValues> all;
  if (keys.empty()) return all;
  for (const Node* list : {first, second}) {
    if (list == nullptr) continue;
    for (const Node* element : list->content) {
      KeyValues values;
      for (const auto key : keys) {
        const Node* found = field(element, key);
        values.push_back(is_empty(found) ? std::string_view() : found->value);
      }
      add_once(all, std::move(values));
    }
  }
  return all;
}

std::vector<KeyValues> primitive_values(const Node* first, const Node* second) {
  std::vector<KeyValues> all;
  for (const Node* list : {first, second}) {
    if (list == nullptr) continue;
    for (const Node* element : list->content) add_once(all, {element->value});
  }
  return all;
}

void join_values(std::vector<KeyValues>& all) {
  KeyValues both;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const KeyValues own = all[i];
    for (std::size_t j = 0; j < all.size(); ++j) {
      if (!agree(own, all[j], both)) continue;
      all[i] = both;
      all[j] = both;
    }
  }
}

KeyValues valid_keys(const std::vector<KeyValues>& all, const KeyValues& keys) {
  const auto used = used_keys(all, keys.size());
  if (!any(used)) return keys;
  KeyValues valid;
  for (std::size_t at = 0; at < keys.size(); ++at) {
    if (used[at]) valid.push_back(keys[at]);
  }
  return valid;
}

KeyValues valid_values(const std::vector<KeyValues>& all, const KeyValues& values,
                       const KeyValues& keys) {
  const auto used = used_keys(all, keys.size());
  if (!any(used)) return values;
  KeyValues valid;
  for (std::size_t at = 0; at < values.size(); ++at) {
    if (!values[at].empty() || used[at]) valid.push_back(values[at]);
  }
  return valid;
}

Node* find_element(const Node* list, const KeyValues& keys, const KeyValues& values) {
  if (list == nullptr || !list->is(Kind::sequence)) return nullptr;
  for (Node* element : list->content) {
    if (!keys.front().empty() && !element->is(Kind::mapping)) continue;
    bool all = true;
    for (std::size_t at = 0; at < keys.size() && all; ++at) {
      if (keys[at].empty()) {
        all = element->value == values[at];
      } else {
        const Node* found = field(element, keys[at]);
        all = found != nullptr && found->value == values[at];
      }
    }
    if (all) return element;
  }
  return nullptr;
}

void set_element(Node& list, Node* element, const KeyValues& keys, const KeyValues& values) {
  const bool by_fields =
      !keys.empty() && !keys.front().empty() && !values.empty() && !values.front().empty();
  std::vector<Node*> content;
  bool found = false;
  for (Node* one : list.content) {
    if (is_missing(one) || (one->is(Kind::mapping) && one->content.empty())) continue;
    if (by_fields && !one->is(Kind::mapping)) {
      content.push_back(one);
      continue;
    }
    // kyaml drops what it cannot compare for want of values.
    if (values.empty()) continue;
    bool all = true;
    for (std::size_t at = 0; at < keys.size() && at < values.size() && all; ++at) {
      all = has(one, keys[at], values[at]);
    }
    if (!all) {
      content.push_back(one);
      continue;
    }
    found = true;
    if (element != nullptr) content.push_back(element);
  }
  list.content = std::move(content);
  if (!is_missing(element) && !found) list.content.push_back(element);
}

void append_elements(Node& list, const Node& more, const KeyValues& keys) {
  for (Node* element : more.content) {
    if (keys.front().empty()) {
      set_element(list, element, {""}, {element->value});
      continue;
    }
    KeyValues values;
    for (const auto key : keys) {
      const Node* found = field(element, key);
      if (found == nullptr) {
        list.content.push_back(element);
        continue;
      }
      values.push_back(found->value);
    }
    if (keys.size() > 1) set_element(list, nullptr, keys, values);
    set_element(list, element, keys, values);
  }
}

}  // namespace rumbo::render::kustomize
