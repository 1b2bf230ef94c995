#include "render/kustomize/remote_locations.h"

#include <set>

#include "codec/yaml.h"
#include "render/kustomize/helm_charts.h"
#include "render/kustomize/kustomization.h"
#include "render/kustomize/kustomization_fields.h"
#include "render/kustomize/loader.h"
#include "render/kustomize/remote.h"

namespace rumbo::render::kustomize {
namespace {

/// Walks kustomizations and gathers what they name.
class Finder {
 public:
  Finder(const RenderInputs& inputs, bool with_charts)
      : inputs_(inputs), with_charts_(with_charts) {}

  /// `overrides` are laid over this kustomization alone. What it makes may be configurations of
  /// generators.
  Result<> look(const std::shared_ptr<const Loader>& loader, const Value& overrides,
                bool generators = false) {
    const auto file = loader->kustomization();
    if (!file) return {};
    std::vector<std::string> warnings;
    auto read = read_kustomization(file->text, file->name, loader->shown(), warnings);
    if (!read) return {};
    if (!overrides.is_null() && !apply_overrides(*read, overrides)) return {};
    add_all_files(*read);
    for (const HelmChart& chart : charts_of(*read, "")) add_chart(*loader, chart);
    for (const std::string& path : read->generators) TRY(enter(*loader, path, true));
    for (const std::string& path : read->resources) TRY(enter(*loader, path, generators));
    for (const auto* paths : {&read->components, &read->transformers, &read->validators}) {
      for (const std::string& path : *paths) TRY(enter(*loader, path));
    }
    return {};
  }

  InputsNeeded missing() const {
    InputsNeeded needed;
    needed.snapshots = {missing_.begin(), missing_.end()};
    needed.charts = {charts_.begin(), charts_.end()};
    return needed;
  }

 private:
  void add_file(const std::string& path) {
    if (is_remote_file(path) && !inputs_.snapshots.contains(path)) missing_.insert(path);
  }

  void add_files(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) add_file(path);
  }

  void add_chart(const Loader& loader, const HelmChart& chart) {
    if (!with_charts_) return;
    add_file(chart.values_file);
    add_files(chart.more_values);
    const auto wanted = pulled_chart(loader, chart);
    if (wanted && !inputs_.charts.contains(*wanted)) charts_.insert(*wanted);
  }

  /// Charts of HelmChartInflationGenerators.
  void add_charts(const Loader& loader, const std::string& text) {
    if (text.find("HelmChartInflationGenerator") == text.npos) return;
    codec::YamlOptions options;
    options.strict = false;
    const auto documents = codec::parse_yaml(text, "generator", options);
    if (!documents) return;
    for (const codec::YamlNode& document : *documents) {
      if (document.value["kind"].str() != "HelmChartInflationGenerator") continue;
      HelmChart chart;
      HelmGlobals globals;
      if (!Decoder::lenient().decode(document.value, chart)) continue;
      if (!Decoder::lenient().decode(document.value, globals)) continue;
      chart.home = globals.home;
      add_chart(loader, chart);
    }
  }

  void add_generators(const std::vector<GeneratorArgs>& generators) {
    for (const GeneratorArgs& args : generators) {
      add_files(args.envs);
      add_file(args.env);
      for (const std::string& source : args.files) {
        add_file(source.substr(source.find('=') + 1));
      }
    }
  }

  void add_all_files(const Kustomization& k) {
    add_files(k.crds);
    add_files(k.configurations);
    add_files(k.strategic_patches);
    for (const Patch& patch : k.patches) add_file(patch.path);
    for (const Patch& patch : k.json_patches) add_file(patch.path);
    for (const Replacement& replacement : k.replacements) add_file(replacement.path);
    if (const auto path = k.openapi.find("path"); path != k.openapi.end()) add_file(path->second);
    add_generators(k.config_maps);
    add_generators(k.secrets);
  }

  /// What `resources` and its like name: a file or a directory, here or elsewhere.
  Result<> enter(const Loader& loader, const std::string& path, bool generators = false) {
    // Lines of an inline object are no location.
    if (path.find('\n') != path.npos) {
      if (generators) add_charts(loader, path);
      return {};
    }
    if (is_remote(path)) {
      if (!inputs_.snapshots.contains(path)) {
        missing_.insert(path);
        return {};
      }
      if (is_remote_file(path) && is_one_file(*inputs_.snapshots.at(path))) return {};
    }
    auto opened = loader.open(path);
    if (opened) return look(*opened, {}, generators);
    if (opened.error().code() == Code::too_large) return fail(std::move(opened).error());
    if (!generators || !with_charts_) return {};
    if (const auto text = loader.load(path)) add_charts(loader, *text);
    return {};
  }

  const RenderInputs& inputs_;
  const bool with_charts_;
  std::set<std::string> missing_;
  std::set<ChartSpec> charts_;
};

}  // namespace

Result<InputsNeeded> remote_locations(const Snapshot& tree, std::string_view directory,
                                      const RenderInputs& inputs, Options options) {
  options.generates_missing = true;
  const Value overrides = options.overrides;
  Finder finder(inputs, options.helm.enabled);
  Build build(tree, inputs, std::move(options));
  const auto loader = TRY(Loader::start(build, directory));
  TRY(finder.look(loader, overrides));
  return finder.missing();
}

}  // namespace rumbo::render::kustomize
