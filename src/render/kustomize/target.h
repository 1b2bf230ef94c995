// Target: one kustomization being built: its resources, generators, components and transformers.
//
// Threads: belongs to one render at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "codec/yaml.h"
#include "render/kustomize/accumulator.h"
#include "render/kustomize/kustomization.h"
#include "render/kustomize/loader.h"
#include "render/kustomize/origin.h"
#include "render/kustomize/plugins.h"

namespace rumbo::render::kustomize {

class Target {
 public:
  /// Reads the directory's kustomization file.
  static Result<Target> load(Build& build, std::shared_ptr<const Loader> loader);

  Kustomization& kustomization() { return kustomization_; }
  /// Where the objects come from is noted in annotations from here on.
  void track(Origin origin) { origin_ = std::move(origin); }
  /// Sets the schema that the kustomization asks for.
  Result<> set_schema(bool is_root);

  /// Where a field of the kustomization file stands, for traces; the file without them.
  Location place(std::initializer_list<std::string_view> path) const;
  /// The same for an entry of a list.
  Location place_of_entry(std::string_view field, std::size_t index) const;

  /// Gathers everything and transforms it.
  Result<> accumulate(Accumulator& into);

 private:
  Target(Build& build, std::shared_ptr<const Loader> loader) : build_(build), loader_(loader) {}

  Result<> add_resources(Accumulator& into, const std::vector<std::string>& paths);
  Result<> add_file(Accumulator& into, const std::string& path);
  Result<> add_directory(Accumulator& into, const std::string& path, bool is_component);
  Result<> run_generators(Accumulator& into);
  Result<> inflate_charts(Accumulator& into);
  Result<> generate(Accumulator& into, const Generator& generator,
                    const std::optional<Origin>& origin, const Layer& layer);
  Result<> run_transformers(Accumulator& into);
  Result<> run_validators(Accumulator& into);
  /// Inline objects and files of `generators`, `transformers` and `validators`.
  Result<std::vector<Resource*>> plugin_resources(const std::vector<std::string>& entries);
  struct Step {
    Transformer run;
    std::optional<Origin> origin;
    Layer layer;  ///< what traces call it
  };
  Result<std::vector<Step>> builtin_steps(const TransformerConfig& config);
  Result<> label_steps(const TransformerConfig& config, std::vector<Step>& steps);
  void trace(const ResMap& map, const Layer& layer);
  std::optional<Origin> builtin_origin(std::string_view kind) const;
  Layer plugin_layer(const Resource& configuration) const;
  std::optional<Origin> plugin_origin(const Resource& configuration) const;

  Build& build_;
  std::shared_ptr<const Loader> loader_;
  Kustomization kustomization_;
  std::string file_;                     ///< name of the kustomization file
  std::optional<codec::YamlNode> text_;  ///< of it, for traces
  std::optional<Origin> origin_;
  std::string helm_namespace_;  ///< of the kustomizations above: for charts that name none
};

}  // namespace rumbo::render::kustomize
