// Transformers: what a kustomization does to all objects, one after the other.
//
// Making one reads its files and checks its configuration; running it changes the objects.
// Threads: belong to one render at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "render/kustomize/field_spec.h"
#include "render/kustomize/kustomization.h"
#include "render/kustomize/loader.h"
#include "render/kustomize/resource.h"

namespace rumbo::render::kustomize {

using Transformer = std::function<Result<>(Build&, ResMap&)>;

/// An entry of `patches`: strategic merge or JSON 6902, as the text looks.
Result<Transformer> patch_transformer(Build& build, const Loader& loader, const Patch& patch);
/// `patchesStrategicMerge`: each a file or the patch itself; and patches in one text.
Result<Transformer> strategic_transformer(Build& build, const Loader& loader,
                                          const std::vector<std::string>& paths,
                                          const std::string& patches);
/// An entry of `patchesJson6902`.
Result<Transformer> json_patch_transformer(const Loader& loader, const Patch& patch);

struct NamespaceArgs {
  std::string ns;
  FieldSpecs specs;
  bool unset_only = false;
  std::string subjects;  ///< defaultOnly (also if empty), allServiceAccounts or none
};
Result<Transformer> namespace_transformer(NamespaceArgs args);

enum class Affix { prefix, suffix };
Transformer affix_transformer(Affix affix, std::string text, FieldSpecs specs);
Transformer labels_transformer(TextMap labels, FieldSpecs specs);
Transformer annotations_transformer(TextMap annotations, FieldSpecs specs);
Transformer replica_transformer(Replica replica, FieldSpecs specs);
Result<Transformer> image_transformer(Image image, FieldSpecs specs);
Result<Transformer> replacement_transformer(const Loader& loader,
                                            std::vector<Replacement> replacements);
Transformer hash_transformer();

/// Points references at what the objects are called now.
Result<> fix_references(Build& build, ResMap& map, const TransformerConfig& config);
/// Puts the values of vars where `$(NAME)` stands.
Result<> resolve_variables(Build& build, ResMap& map, const std::vector<Variable>& variables,
                           const FieldSpecs& specs);
/// Orders the objects as `sortOptions` says.
Result<> sort_resources(Build& build, ResMap& map, const SortOptions& options);

}  // namespace rumbo::render::kustomize
