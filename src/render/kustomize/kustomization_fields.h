// The names of the fields of kustomizations and of plugin configurations.
//
// Threads: pure functions.
#pragma once

#include "render/kustomize/decoder.h"
#include "render/kustomize/kustomization.h"

namespace rumbo::render::kustomize {

template <class Visit>
void each_field(Visit& visit, Selector& selector) {
  visit("group", selector.group);
  visit("version", selector.version);
  visit("kind", selector.kind);
  visit("name", selector.name);
  visit("namespace", selector.ns);
  visit("annotationSelector", selector.annotations);
  visit("labelSelector", selector.labels);
}

template <class Visit>
void each_field(Visit& visit, GeneratorOptions& options) {
  visit("labels", options.labels);
  visit("annotations", options.annotations);
  visit("disableNameSuffixHash", options.disable_hash);
  visit("immutable", options.immutable);
}

template <class Visit>
void each_field(Visit& visit, GeneratorArgs& args) {
  visit("name", args.name);
  visit("namespace", args.ns);
  visit("behavior", args.behavior);
  visit("literals", args.literals);
  visit("files", args.files);
  visit("envs", args.envs);
  visit("env", args.env);
  visit("options", args.options);
  visit("type", args.type);
}

template <class Visit>
void each_field(Visit& visit, PatchArgs& args) {
  visit("allowNameChange", args.allow_name_change);
  visit("allowKindChange", args.allow_kind_change);
}

template <class Visit>
void each_field(Visit& visit, Patch& patch) {
  visit("path", patch.path);
  visit("patch", patch.patch);
  visit("target", patch.target);
  visit("options", patch.options);
}

template <class Visit>
void each_field(Visit& visit, Label& label) {
  visit("pairs", label.pairs);
  visit("includeSelectors", label.include_selectors);
  visit("includeTemplates", label.include_templates);
  visit("fields", label.fields);
}

template <class Visit>
void each_field(Visit& visit, Image& image) {
  visit("name", image.name);
  visit("newName", image.new_name);
  visit("tagSuffix", image.tag_suffix);
  visit("newTag", image.new_tag);
  visit("digest", image.digest);
}

template <class Visit>
void each_field(Visit& visit, Replica& replica) {
  visit("name", replica.name);
  visit("count", replica.count);
}

template <class Visit>
void each_field(Visit& visit, FieldOptions& options) {
  visit("delimiter", options.delimiter);
  visit("index", options.index);
  visit("encoding", options.encoding);
  visit("create", options.create);
}

template <class Visit>
void each_field(Visit& visit, ReplacementSource& source) {
  visit("group", source.id.group);
  visit("version", source.id.version);
  visit("kind", source.id.kind);
  visit("name", source.id.name);
  visit("namespace", source.id.ns);
  visit("fieldPath", source.field_path);
  visit("options", source.options);
}

template <class Visit>
void each_field(Visit& visit, ReplacementTarget& target) {
  visit("select", target.select);
  visit("reject", target.reject);
  visit("fieldPaths", target.field_paths);
  visit("options", target.options);
}

template <class Visit>
void each_field(Visit& visit, Replacement& replacement) {
  visit("path", replacement.path);
  visit("source", replacement.source);
  visit("sourceValue", replacement.source_value);
  visit("targets", replacement.targets);
}

template <class Visit>
void each_field(Visit& visit, Variable::Target& target) {
  visit("apiVersion", target.api_version);
  visit("group", target.group);
  visit("version", target.version);
  visit("kind", target.kind);
  visit("name", target.name);
  visit("namespace", target.ns);
}

template <class Visit>
void each_field(Visit& visit, Variable::FieldReference& reference) {
  visit("fieldPath", reference.field_path);
}

template <class Visit>
void each_field(Visit& visit, Variable& variable) {
  visit("name", variable.name);
  visit("objref", variable.object);
  visit("fieldref", variable.field);
}

template <class Visit>
void each_field(Visit& visit, LegacySortOptions& options) {
  visit("orderFirst", options.first);
  visit("orderLast", options.last);
}

template <class Visit>
void each_field(Visit& visit, SortOptions& options) {
  visit("order", options.order);
  visit("legacySortOptions", options.legacy);
}

template <class Visit>
void each_field(Visit& visit, HelmGlobals& globals) {
  visit("chartHome", globals.home);
  visit("configHome", globals.config_home);
}

template <class Visit>
void each_field(Visit& visit, HelmChart& chart) {
  visit("name", chart.name);
  visit("version", chart.version);
  visit("repo", chart.repo);
  visit("releaseName", chart.release);
  visit("namespace", chart.ns);
  visit("additionalValuesFiles", chart.more_values);
  visit("valuesFile", chart.values_file);
  visit("valuesInline", chart.inline_values);
  visit("valuesMerge", chart.merge);
  visit("includeCRDs", chart.include_crds);
  visit("skipHooks", chart.skip_hooks);
  visit("apiVersions", chart.api_versions);
  visit("kubeVersion", chart.kube_version);
  visit("nameTemplate", chart.name_template);
  visit("skipTests", chart.skip_tests);
  visit("debug", chart.debug);
  visit("devel", chart.devel);
}

template <class Visit>
void each_field(Visit& visit, OldHelmChart& old) {
  visit("chartName", old.chart.name);
  visit("chartVersion", old.chart.version);
  visit("chartRepoUrl", old.chart.repo);
  visit("chartHome", old.home);
  visit("chartRepoName", old.repo_name);
  visit("helmBin", old.helm_program);
  visit("helmHome", old.helm_home);
  visit("values", old.chart.values_file);
  visit("valuesLocal", old.chart.inline_values);
  visit("valuesMerge", old.chart.merge);
  visit("releaseName", old.chart.release);
  visit("releaseNamespace", old.ns);
  visit("extraArgs", old.more_arguments);
}

template <class Visit>
void each_field(Visit& visit, Kustomization& k) {
  visit("apiVersion", k.api_version);
  visit("kind", k.kind);
  visit("metadata", k.metadata);
  visit("openapi", k.openapi);
  visit("namePrefix", k.name_prefix);
  visit("nameSuffix", k.name_suffix);
  visit("namespace", k.ns);
  visit("commonLabels", k.common_labels);
  visit("labels", k.labels);
  visit("commonAnnotations", k.common_annotations);
  visit("patchesStrategicMerge", k.strategic_patches);
  visit("patchesJson6902", k.json_patches);
  visit("patches", k.patches);
  visit("images", k.images);
  visit("imageTags", k.image_tags);
  visit("replacements", k.replacements);
  visit("replicas", k.replicas);
  visit("vars", k.variables);
  visit("sortOptions", k.sort_options);
  visit("resources", k.resources);
  visit("components", k.components);
  visit("crds", k.crds);
  visit("bases", k.bases);
  visit("configMapGenerator", k.config_maps);
  visit("secretGenerator", k.secrets);
  visit("helmGlobals", k.helm_globals);
  visit("helmCharts", k.helm_charts);
  visit("helmChartInflationGenerator", k.helm_inflation);
  visit("generatorOptions", k.generator_options);
  visit("configurations", k.configurations);
  visit("generators", k.generators);
  visit("transformers", k.transformers);
  visit("validators", k.validators);
  visit("buildMetadata", k.build_metadata);
}

}  // namespace rumbo::render::kustomize
