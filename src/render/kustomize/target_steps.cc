// The built-in transformers of a kustomization, in Kustomize's order.
#include "render/kustomize/target.h"

namespace rumbo::render::kustomize {

Result<std::vector<Target::Step>> Target::builtin_steps(const TransformerConfig& config) {
  std::vector<Step> steps;
  const Kustomization& k = kustomization_;
  const auto add = [&](Transformer step, std::string_view kind) {
    steps.push_back({std::move(step), builtin_origin(kind)});
  };
  if (!k.strategic_patches.empty()) {
    add(TRY(strategic_transformer(build_, *loader_, k.strategic_patches, "")),
        "PatchStrategicMergeTransformer");
  }
  for (const Patch& patch : k.patches) {
    auto made = patch_transformer(build_, *loader_, patch);
    if (!made) {
      Error error = std::move(made).error();
      if (error.location()) return fail(std::move(error));
      return fail(std::move(error).at({loader_->locate(file_)}));
    }
    add(std::move(*made), "PatchTransformer");
  }
  if (!k.ns.empty()) {
    NamespaceArgs args;
    args.ns = k.ns;
    args.specs = config.ns;
    add(TRY(namespace_transformer(std::move(args))), "NamespaceTransformer");
  }
  if (!k.name_prefix.empty()) {
    add(affix_transformer(Affix::prefix, k.name_prefix, config.name_prefix), "PrefixTransformer");
  }
  if (!k.name_suffix.empty()) {
    add(affix_transformer(Affix::suffix, k.name_suffix, config.name_suffix), "SuffixTransformer");
  }
  TRY(label_steps(config, steps));
  if (!k.common_annotations.empty()) {
    add(annotations_transformer(k.common_annotations, config.common_annotations),
        "AnnotationsTransformer");
  }
  for (const Patch& patch : k.json_patches) {
    add(TRY(json_patch_transformer(*loader_, patch)), "PatchJson6902Transformer");
  }
  for (const Replica& replica : k.replicas) {
    add(replica_transformer(replica, config.replicas), "ReplicaCountTransformer");
  }
  for (const Image& image : k.images) {
    add(TRY(image_transformer(image, config.images)), "ImageTagTransformer");
  }
  if (!k.replacements.empty()) {
    add(TRY(replacement_transformer(*loader_, k.replacements)), "ReplacementTransformer");
  }
  return steps;
}

Result<> Target::label_steps(const TransformerConfig& config, std::vector<Step>& steps) {
  const Kustomization& k = kustomization_;
  if (k.labels.empty() && k.common_labels.empty()) return {};
  const auto origin = builtin_origin("LabelTransformer");
  for (const Label& label : k.labels) {
    FieldSpecs specs = TRY(read_specs(build_.arena(), label.fields, true));
    TRY(merge_specs(specs, config.labels));
    if (label.include_selectors) {
      TRY(merge_specs(specs, config.common_labels));
    } else {
      if (label.include_templates) TRY(merge_specs(specs, config.template_labels));
      TRY(merge_spec(specs, {{}, "metadata/labels", true}));
    }
    steps.push_back({labels_transformer(label.pairs, std::move(specs)), origin});
  }
  // Kustomize adds this one even if it does nothing.
  steps.push_back({labels_transformer(k.common_labels, config.common_labels), origin});
  return {};
}

}  // namespace rumbo::render::kustomize
