// Paths into nodes: `spec.containers.[name=web].image`, as Kustomize's lookups read them.
//
// Threads: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "render/kustomize/node.h"

namespace rumbo::render::kustomize {

/// Splits at the delimiter; one behind a backslash stays, and an empty first part is dropped.
std::vector<std::string> split_path(std::string_view path, char delimiter);

/// The same, but brackets hold together: `a.[k=x.y].b` has three parts; without `=` the brackets
/// are dropped.
std::vector<std::string> split_smart(std::string_view path, char delimiter);

/// Follows the parts: field names, indices, `-` for the last element and `[key=value]`. nullptr if
/// something on the way is missing.
Result<Node*> lookup(Node* node, std::span<const std::string> path);

/// The same, creating what is missing; the last part with this kind.
Result<Node*> lookup_create(Arena& arena, Node* node, std::span<const std::string> path, Kind kind);

/// Finds every place that a path with `*` and `[key=regex]` names. With `create` other than none,
/// missing fields and elements are made, the last with that kind.
Result<std::vector<Node*>> match_path(Arena& arena, Node* node, std::span<const std::string> path,
                                      Kind create);

/// "[key=value]"
bool is_list_index(std::string_view part);

}  // namespace rumbo::render::kustomize
