// Reads YAML text into nodes, as kyaml reads resources: documents split at `---` lines, anchors and
// merge keys expanded.
//
// Threads: pure functions; nodes belong to the arena's render.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "render/kustomize/node.h"

namespace rumbo::render::kustomize {

struct Document {
  Node* node = nullptr;
  int line = 1;  ///< where it begins in its file
};

/// The documents of a file of resources, empty ones left out. `List` objects stay as they are.
Result<std::vector<Document>> read_documents(Arena& arena, std::string_view text,
                                             std::string_view file);

/// The first document of a text; nullptr if it is empty.
Result<Node*> read_node(Arena& arena, std::string_view text, std::string_view file);

}  // namespace rumbo::render::kustomize
