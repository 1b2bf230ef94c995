// Strategic merge patches: a patch laid over an object, lists merged as the schema says.
//
// Threads: from one at a time.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "render/kustomize/node.h"
#include "render/kustomize/schema.h"

namespace rumbo::render::kustomize {

/// Merges as Kustomize's `merge2` does: new list elements go first, `$patch` directives are obeyed,
/// null deletes. The result (nullptr if all was deleted) shares nodes with both trees.
class Merger {
 public:
  Merger(Arena& arena, const Schema& schema) : arena_(arena), schema_(schema) {}

  Result<Node*> merge(Node* object, Node* patch);

 private:
  using Place = std::optional<SchemaPlace>;
  using Values = std::vector<std::string_view>;
  enum class Directive { merge, replace, remove };

  Result<Node*> walk(Node* object, Node* patch, Place place);
  Result<Node*> walk_map(Node* object, Node* patch, const Place& place);
  Result<Node*> walk_list(Node* object, Node* patch, const Place& place);
  Result<Node*> merge_elements(Node* object, Node* patch, std::vector<Values> all,
                               const Values& keys, const Place& place);
  Result<> merge_element(Node& merged, Node* object, Node* patch, const Values& keys,
                         const Values& values, const Place& place);
  Result<Node*> visit(Node* object, Node* patch);
  Result<Directive> directive(Node& patch) const;
  Place find_place(const Node* object, const Node* patch, Place place) const;

  Arena& arena_;
  const Schema& schema_;
};

}  // namespace rumbo::render::kustomize
