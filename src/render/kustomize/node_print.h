// Nodes as YAML text in the way of kyaml: key order and styles kept, lists not indented below their
// key, nothing folded. Comments are not kept.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "render/kustomize/node.h"

namespace rumbo::render::kustomize {

/// The tree as a document; ends with a newline.
std::string print_node(const Node& node);

}  // namespace rumbo::render::kustomize
