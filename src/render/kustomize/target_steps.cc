// The built-in transformers of a kustomization, in Kustomize's order.
#include "render/kustomize/target.h"

namespace rumbo::render::kustomize {

Result<std::vector<Target::Step>> Target::builtin_steps(const TransformerConfig& config) {
  std::vector<Step> steps;
  const Kustomization& k = kustomization_;
  const auto add = [&](Transformer step, std::string_view kind, Layer layer) {
    steps.push_back({std::move(step), builtin_origin(kind), std::move(layer)});
  };
  const auto of_field = [&](std::string_view field) {
    return Layer{std::string(field), place({field})};
  };
  // A patch in a file of its own is that file's.
  const auto of_patch = [&](std::string_view field, std::size_t index, const std::string& path) {
    if (path.empty()) return Layer{"patch", place_of_entry(field, index)};
    return Layer{"patch", {loader_->locate(path)}};
  };
  if (!k.strategic_patches.empty()) {
    add(TRY(strategic_transformer(build_, *loader_, k.strategic_patches, "")),
        "PatchStrategicMergeTransformer", {"patch", place({"patchesStrategicMerge"})});
  }
  for (std::size_t at = 0; at < k.patches.size(); ++at) {
    const Patch& patch = k.patches[at];
    auto made = patch_transformer(build_, *loader_, patch);
    if (!made) {
      Error error = std::move(made).error();
      if (error.location()) return fail(std::move(error));
      return fail(std::move(error).at({loader_->locate(file_)}));
    }
    add(std::move(*made), "PatchTransformer", of_patch("patches", at, patch.path));
  }
  if (!k.ns.empty()) {
    NamespaceArgs args;
    args.ns = k.ns;
    args.specs = config.ns;
    add(TRY(namespace_transformer(std::move(args))), "NamespaceTransformer", of_field("namespace"));
  }
  if (!k.name_prefix.empty()) {
    add(affix_transformer(Affix::prefix, k.name_prefix, config.name_prefix), "PrefixTransformer",
        of_field("namePrefix"));
  }
  if (!k.name_suffix.empty()) {
    add(affix_transformer(Affix::suffix, k.name_suffix, config.name_suffix), "SuffixTransformer",
        of_field("nameSuffix"));
  }
  TRY(label_steps(config, steps));
  if (!k.common_annotations.empty()) {
    add(annotations_transformer(k.common_annotations, config.common_annotations),
        "AnnotationsTransformer", of_field("commonAnnotations"));
  }
  for (std::size_t at = 0; at < k.json_patches.size(); ++at) {
    const Patch& patch = k.json_patches[at];
    add(TRY(json_patch_transformer(*loader_, patch)), "PatchJson6902Transformer",
        of_patch("patchesJson6902", at, patch.path));
  }
  for (const Replica& replica : k.replicas) {
    add(replica_transformer(replica, config.replicas), "ReplicaCountTransformer",
        of_field("replicas"));
  }
  for (const Image& image : k.images) {
    add(TRY(image_transformer(image, config.images)), "ImageTagTransformer", of_field("images"));
  }
  if (!k.replacements.empty()) {
    add(TRY(replacement_transformer(*loader_, k.replacements)), "ReplacementTransformer",
        of_field("replacements"));
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
    steps.push_back({labels_transformer(label.pairs, std::move(specs)), origin,
                     Layer{"labels", place({"labels"})}});
  }
  // Kustomize adds this one even if it does nothing.
  steps.push_back({labels_transformer(k.common_labels, config.common_labels), origin,
                   Layer{"commonLabels", place({"commonLabels"})}});
  return {};
}

}  // namespace rumbo::render::kustomize
