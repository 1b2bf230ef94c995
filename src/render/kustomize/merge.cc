#include "render/kustomize/merge.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/strings.h"
#include "render/kustomize/list_keys.h"

namespace rumbo::render::kustomize {
namespace {

constexpr std::string_view kDirective = "$patch";

Kind kind_of(const Node* object, const Node* patch) {
  if (!is_missing(object)) return object->kind;
  return is_missing(patch) ? Kind::none : patch->kind;
}

std::vector<std::string_view> field_names(const Node* object, const Node* patch) {
  std::vector<std::string_view> names;
  for (const Node* node : {object, patch}) {
    if (node == nullptr || !node->is(Kind::mapping)) continue;
    for (std::size_t at = 0; at < node->fields(); ++at) names.push_back(node->key(at)->value);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

Result<Node*> Merger::merge(Node* object, Node* patch) {
  return walk(object, patch, std::nullopt);
}

Merger::Place Merger::find_place(const Node* object, const Node* patch, Place place) const {
  if (place) return place;
  for (const Node* node : {object, patch}) {
    if (is_missing(node)) continue;
    const auto kind = text_of(node, "kind"), version = text_of(node, "apiVersion");
    if (kind.empty() || version.empty()) continue;
    if (auto found = schema_.of_kind(version, kind)) return found;
  }
  return std::nullopt;
}

Result<Node*> Merger::walk(Node* object, Node* patch, Place place) {
  // An empty collection looks like what is put into it.
  if (object != nullptr && patch != nullptr && !object->is(Kind::scalar) &&
      object->content.empty()) {
    object->style = patch->style;
  }
  place = find_place(object, patch, std::move(place));
  const Kind kind = kind_of(object, patch);
  switch (kind) {
    case Kind::mapping:
    case Kind::none:
      if (kind == Kind::mapping) {
        TRY(expect(object, kind));
        TRY(expect(patch, kind));
      }
      return walk_map(object, patch, place);
    case Kind::sequence:
      TRY(expect(object, kind));
      TRY(expect(patch, kind));
      if (place && place->merges) return walk_list(object, patch, place);
      return patch != nullptr ? patch : object;
    case Kind::scalar:
      TRY(expect(object, kind));
      TRY(expect(patch, kind));
      return patch != nullptr ? patch : object;
  }
  return nullptr;
}

/// What `$patch` says; the directive is taken out.
Result<Merger::Directive> Merger::directive(Node& patch) const {
  Node* holder = &patch;
  if (patch.is(Kind::sequence)) {
    holder = nullptr;
    for (Node* element : patch.content) {
      if (field(element, kDirective) != nullptr) {
        holder = element;
        break;
      }
    }
    if (holder == nullptr || holder->content.size() > 2) return Directive::merge;
  } else if (!patch.is(Kind::mapping)) {
    return fail(Code::invalid, "no implemented strategic merge patch strategy for a scalar");
  }
  const Node* found = field(holder, kDirective);
  if (found == nullptr) return Directive::merge;
  const std::string_view word = found->value;
  Directive meant = Directive::merge;
  if (word == "delete") {
    meant = Directive::remove;
  } else if (word == "replace") {
    meant = Directive::replace;
  } else if (word != "merge") {
    return fail(Code::invalid, fmt::format("unknown patch strategy '{}'", printable(word, 64)));
  }
  if (holder == &patch) {
    remove_field(patch, kDirective);
  } else {
    set_element(patch, nullptr, {kDirective}, {word});
  }
  return meant;
}

/// The node that the merge goes on in; nullptr if it goes.
Result<Node*> Merger::visit(Node* object, Node* patch) {
  if (is_missing(object)) {
    if (patch == nullptr) {
      // A null of the object stays.
      return object != nullptr && !object->value.empty() ? object : nullptr;
    }
    if (!patch->is_null() && patch->is(Kind::mapping)) {
      const auto said = directive(*patch);
      if (said && *said == Directive::remove) return nullptr;
    }
    return patch;
  }
  if (patch == nullptr) return object;
  if (patch->is_null()) return nullptr;
  switch (TRY(directive(*patch))) {
    case Directive::remove:
      return nullptr;
    case Directive::replace:
      return patch;
    case Directive::merge:
      return object;
  }
  return object;
}

Result<Node*> Merger::walk_map(Node* object, Node* patch, const Place& place) {
  const bool was_null = object != nullptr && object->is_null();
  object = TRY(visit(object, patch));
  if (object == nullptr || (was_null && patch == nullptr)) return object;
  if (!object->is(Kind::mapping)) return object;
  for (const std::string_view name : field_names(object, patch)) {
    Node* before = field(object, name);
    Node* over = field(patch, name);
    Place inner;
    if (place) inner = schema_.field(*place, name);
    Node* merged = TRY(walk(before, over, std::move(inner)));
    // A null of the object itself stays.
    if (merged != nullptr && merged->is_null() && over == nullptr) continue;
    TRY(set_field(arena_, *object, name, merged));
  }
  return object;
}

Result<Node*> Merger::walk_list(Node* object, Node* patch, const Place& place) {
  object = TRY(visit(object, patch));
  if (object == nullptr) return nullptr;
  std::vector<Values> values = element_values(patch, object, place->keys);
  if (!values.empty() || !place->keys.empty()) {
    return merge_elements(object, patch, std::move(values), place->keys, place);
  }
  return merge_elements(object, patch, primitive_values(patch, object), {""}, place);
}

Result<> Merger::merge_element(Node& merged, Node* object, Node* patch, const Values& keys,
                               const Values& values, const Place& place) {
  const Values only = valid_keys({values}, keys);
  const Values wanted = valid_values({values}, values, keys);
  Place inner;
  if (place) inner = schema_.elements(*place);
  Node* element = TRY(walk(find_element(object, only, wanted), find_element(patch, only, wanted),
                           std::move(inner)));
  const bool gone = is_missing(element) || (element->is(Kind::mapping) && element->content.empty());
  if (gone) {
    for (std::size_t at = 0; at < keys.size(); ++at) set_element(*object, nullptr, keys, values);
    return {};
  }
  for (std::size_t at = 0; at < keys.size(); ++at) {
    if (element->is(Kind::mapping) && field(element, keys[at]) == nullptr && !values[at].empty()) {
      TRY(set_field(arena_, *element, keys[at], arena_.scalar(values[at])));
    }
  }
  set_element(merged, element, keys, values);
  return {};
}

Result<Node*> Merger::merge_elements(Node* object, Node* patch, std::vector<Values> all,
                                     const Values& keys, const Place& place) {
  Node* merged = arena_.make(Kind::sequence, Tag::none);
  if (keys.size() > 1) join_values(all);
  Values valid;
  for (const Values& values : all) {
    if (values.empty()) continue;
    valid = valid_keys(all, keys);
    const Values wanted = valid_values(all, values, keys);
    TRY(merge_element(*merged, object, patch, valid, wanted, place));
  }
  Node* result = object;
  if (!all.empty()) {
    if (!valid.empty()) append_elements(*merged, *object, valid);
    result = merged;
  }
  return is_missing(result) ? nullptr : result;
}

}  // namespace rumbo::render::kustomize
