// Kustomization: what a kustomization file says.
//
// Threads: as any value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "render/kustomize/selector.h"

namespace rumbo::render::kustomize {

using TextMap = std::map<std::string, std::string>;

struct GeneratorOptions {
  TextMap labels, annotations;
  bool disable_hash = false;
  bool immutable = false;
};

/// One entry of configMapGenerator or secretGenerator.
struct GeneratorArgs {
  std::string name, ns, behavior, type;
  std::vector<std::string> literals, files, envs;
  std::string env;
  std::optional<GeneratorOptions> options;
};

struct PatchArgs {
  bool allow_name_change = false, allow_kind_change = false;
};

struct Patch {
  std::string path, patch;
  std::optional<Selector> target;
  std::optional<PatchArgs> options;
};

struct Label {
  TextMap pairs;
  bool include_selectors = false, include_templates = false;
  Value fields;  ///< field specs
};

struct Image {
  std::string name, new_name, tag_suffix, new_tag, digest;
};

struct Replica {
  std::string name;
  std::int64_t count = 0;
};

struct FieldOptions {
  std::string delimiter, encoding;
  std::int64_t index = 0;
  bool create = false;
};

struct ReplacementSource {
  Selector id;  ///< exact texts, no expressions
  std::string field_path;
  std::optional<FieldOptions> options;
};

struct ReplacementTarget {
  std::optional<Selector> select;
  std::vector<Selector> reject;
  std::vector<std::string> field_paths;
  std::optional<FieldOptions> options;
};

struct Replacement {
  std::string path;
  std::optional<ReplacementSource> source;
  std::optional<std::string> source_value;
  std::optional<std::vector<ReplacementTarget>> targets;
};

struct Variable {
  struct Target {
    std::string api_version, group, version, kind, name, ns;
  };
  struct FieldReference {
    std::string field_path;
  };
  std::string name;
  Target object;
  std::optional<FieldReference> field;
};

struct LegacySortOptions {
  std::vector<std::string> first, last;
};

struct SortOptions {
  std::string order;
  std::optional<LegacySortOptions> legacy;
};

struct HelmGlobals {
  std::string home;         ///< `chartHome`, relative to the kustomization
  std::string config_home;  ///< a folder of the helm program: nothing here
};

/// One entry of helmCharts.
struct HelmChart {
  std::string name, version, repo, release, ns, name_template, kube_version;
  std::string values_file, merge;  ///< of the inline values into the file's
  std::vector<std::string> more_values, api_versions;
  Value inline_values;
  bool include_crds = false, skip_hooks = false, skip_tests = false;
  bool debug = false, devel = false;  ///< flags of the helm program: nothing here
  std::string home;                   ///< filled in from HelmGlobals
};

/// One entry of helmChartInflationGenerator, which helmCharts replaced.
struct OldHelmChart {
  HelmChart chart;
  std::string home, repo_name, helm_program, helm_home, ns;
  std::vector<std::string> more_arguments;
};

struct Kustomization {
  std::string api_version, kind;
  Value metadata;
  TextMap openapi;
  std::string name_prefix, name_suffix, ns;
  TextMap common_labels, common_annotations;
  std::vector<Label> labels;
  std::vector<std::string> strategic_patches;
  std::vector<Patch> json_patches, patches;
  std::vector<Image> images, image_tags;
  std::vector<Replacement> replacements;
  std::vector<Replica> replicas;
  std::vector<Variable> variables;
  std::optional<SortOptions> sort_options;
  std::vector<std::string> resources, components, crds, bases;
  std::vector<GeneratorArgs> config_maps, secrets;
  std::optional<HelmGlobals> helm_globals;
  std::vector<HelmChart> helm_charts;
  std::vector<OldHelmChart> helm_inflation;
  std::optional<GeneratorOptions> generator_options;
  std::vector<std::string> configurations, generators, transformers, validators, build_metadata;

  bool is_component() const { return kind == "Component"; }
};

/// Reads a kustomization file; `folder` is for messages. Warnings tell of deprecated fields.
Result<Kustomization> read_kustomization(std::string_view text, const std::string& file,
                                         const std::string& folder,
                                         std::vector<std::string>& warnings);

/// An application's fields laid over those of the root kustomization.
Result<> apply_overrides(Kustomization& kustomization, const Value& overrides);

}  // namespace rumbo::render::kustomize
