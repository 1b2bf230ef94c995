// Lists whose elements are told apart by key fields, as strategic merges see them. Primitive
// elements have the one key "", their text.
//
// Threads: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "render/kustomize/node.h"

namespace rumbo::render::kustomize {

using KeyValues = std::vector<std::string_view>;

/// The key values of every element of both lists, the first list's first, each once. A missing key
/// is "".
std::vector<KeyValues> element_values(const Node* first, const Node* second, const KeyValues& keys);
std::vector<KeyValues> primitive_values(const Node* first, const Node* second);

/// Entries that agree where both have a value become the same entry.
void join_values(std::vector<KeyValues>& all);

/// The keys for which any entry has a value; all keys if none has.
KeyValues valid_keys(const std::vector<KeyValues>& all, const KeyValues& keys);
/// The part of `values` that belongs to valid_keys.
KeyValues valid_values(const std::vector<KeyValues>& all, const KeyValues& values,
                       const KeyValues& keys);

Node* find_element(const Node* list, const KeyValues& keys, const KeyValues& values);

/// Replaces the elements with these key values by `element`, appends it if there are none, or
/// removes them if it is nullptr. Null elements and empty maps are dropped on the way.
void set_element(Node& list, Node* element, const KeyValues& keys, const KeyValues& values);

/// Appends the elements of `more` whose key values `list` does not hold; replaces those it holds.
void append_elements(Node& list, const Node& more, const KeyValues& keys);

}  // namespace rumbo::render::kustomize
