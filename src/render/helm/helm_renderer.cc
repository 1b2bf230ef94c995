#include "render/helm/helm_renderer.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/strings.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "render/helm/chart_loader.h"
#include "render/helm/helm_section.h"
#include "render/helm/hook_objects.h"
#include "render/helm/recorded_host.h"
#include "render/helm/remote_dependencies.h"
#include "render/helm/traced_release.h"
#include "render/object_reader.h"
#include "render/tree_path.h"

namespace rumbo::render {
namespace {

using helm::HelmSection;
using helm::ReleaseOptions;

constexpr std::string_view kCapabilities = "Capabilities";

/// The error of a chart in an application: there is no command line with a --debug flag here.
Error in_application(const Error& error, const std::string& path) {
  std::string message = error.message();
  std::string hint = error.hint();
  if (message.ends_with(helm::kDebugHint)) {
    message.resize(message.size() - helm::kDebugHint.size());
    hint = "`rumbo render CHART --debug` prints what the templates print";
  }
  Error out(error.code(), std::move(message), error.retry());
  if (!path.empty()) out = Error(std::move(out).with_context("chart `" + path + "`"));
  return Error(std::move(out).with_hint(std::move(hint)));
}

/// The chart's files, and how files that its values name are read.
class ChartTree {
 public:
  ChartTree(const Snapshot& snapshot, std::string path, const helm::ChartLimits& limits)
      : snapshot_(snapshot), path_(std::move(path)), limits_(limits) {}

  bool archive() const { return path_.ends_with(".tgz"); }
  const std::string& folder() const { return path_; }

  Result<std::vector<helm::ChartFile>> files() const {
    if (!archive()) return helm::read_chart_folder(snapshot_, path_, limits_);
    const std::string bytes = TRY(snapshot_.read(path_));
    return helm::read_chart_archive(bytes, limits_);
  }

 private:
  const Snapshot& snapshot_;
  const std::string path_;
  const helm::ChartLimits limits_;
};

/// Files of values: of the tree, of the archive, or of the second repository.
class ValuesReader {
 public:
  ValuesReader(const Snapshot& snapshot, const ChartTree& tree,
               const std::vector<helm::ChartFile>& files, const RenderSpec& spec,
               const RenderInputs& inputs, std::vector<std::string>& read)
      : snapshot_(snapshot),
        tree_(tree),
        files_(files),
        spec_(spec),
        inputs_(inputs),
        read_(read) {}

  Result<std::string> operator()(std::string_view path) const {
    const std::string prefix = std::string(kValuesSource) + "/";
    if (path.starts_with(prefix)) return of_second(path.substr(prefix.size()));
    if (tree_.archive()) return of_archive(path);
    const std::string place = inside_tree(tree_.folder(), path);
    if (place.empty()) return outside(path);
    read_.push_back(place);
    return snapshot_.read(place);
  }

 private:
  static tl::unexpected<Error> outside(std::string_view path) {
    return fail(Code::denied, "values file `" + printable(path, 256) + "` lies outside the tree");
  }

  Result<std::string> of_second(std::string_view path) const {
    const auto found = inputs_.snapshots.find(std::string(kValuesSource));
    if (found == inputs_.snapshots.end()) {
      return fail(Error(Code::invalid, "values file `$values/" + printable(path, 256) +
                                           "` is of a second repository, and there is none")
                      .with_hint("name it in source.values"));
    }
    const std::string place = inside_tree(spec_.values_path, path);
    if (place.empty()) return outside(path);
    return found->second->read(place);
  }

  Result<std::string> of_archive(std::string_view path) const {
    const std::string name = inside_tree("", path);
    for (const helm::ChartFile& file : files_) {
      if (file.name == name) return file.data.str();
    }
    return fail(Error(Code::not_found, "the chart has no file `" + printable(path, 256) + "`")
                    .with_hint("values files of a second repository: source.values, and "
                               "$values/FILE"));
  }

  const Snapshot& snapshot_;
  const ChartTree& tree_;
  const std::vector<helm::ChartFile>& files_;
  const RenderSpec& spec_;
  const RenderInputs& inputs_;
  std::vector<std::string>& read_;
};

/// What a ConfigMap or Secret of the target holds under a key.
std::optional<std::string> text_in(const Value& object, const std::string& key) {
  for (const char* plain : {"stringData", object["kind"].as_string() == "Secret" ? "" : "data"}) {
    if (const Value& text = object[plain][key]; text.is_string()) return text.str();
  }
  const Value& packed = object["data"][key];
  if (!packed.is_string()) return std::nullopt;
  const auto bytes = codec::base64_decode(packed.as_string());
  if (!bytes) return std::nullopt;
  return *bytes;
}

/// The values of `valuesFrom`, merged in their order.
Result<Value> live_values(const HelmSection& section, const RenderInputs& inputs) {
  Value all;
  for (const helm::ValuesReference& one : section.values_from) {
    const auto found = inputs.live.find(one.object);
    const bool there = found != inputs.live.end() && found->second.is_object();
    const auto text = there ? text_in(found->second, one.key) : std::nullopt;
    if (!text) {
      if (one.optional) continue;
      return fail(Error(Code::not_found, "helm.valuesFrom: " + one.object.to_string() +
                                             (there ? " has no key `" + printable(one.key, 80) + "`"
                                                    : " is not there"))
                      .with_hint("make it, or set `optional: true`"));
    }
    auto values = helm::load_values(*text, section.release.profile);
    if (!values) {
      return fail(
          std::move(values).error().with_context("helm.valuesFrom: " + one.object.to_string()));
    }
    all = all.is_null() ? *values : helm::merge_maps(all, *values);
  }
  return all;
}

/// The values of an application's chart, weakest first.
std::shared_ptr<const helm::ValueSources> value_sources(const std::vector<helm::ChartFile>& files,
                                                        const ReleaseOptions& options,
                                                        const RenderSpec& spec,
                                                        const ValuesReader& read) {
  auto sources = std::make_shared<helm::ValueSources>();
  for (const helm::ChartFile& file : files) {
    if (file.name == "values.yaml") sources->files.emplace_back(file.name, file.data.str());
  }
  for (const std::string& file : options.values.files) {
    if (auto text = read(file)) sources->files.emplace_back(file, *std::move(text));
  }
  if (!options.values.over_files.is_null()) {
    sources->files.emplace_back("helm.valuesFrom", codec::emit_yaml(options.values.over_files));
  }
  if (spec.options["values"].is_object()) {
    sources->files.emplace_back("helm.values", codec::emit_yaml(spec.options["values"]));
  }
  sources->set = options.values.set;
  for (const std::string& one : options.values.set_string) sources->set.push_back(one);
  return sources;
}

/// Makes the objects tell the templates and values behind their fields.
void tell_templates(std::vector<Object>& objects, const helm::Release& release,
                    const std::vector<helm::ChartFile>& files, const std::string& folder,
                    std::shared_ptr<const helm::ValueSources> values) {
  const helm::TemplateSources sources(files, folder, std::move(values));
  for (const auto* list : {&release.manifests.objects, &release.manifests.hooks}) {
    for (const helm::RenderedDocument& document : *list) {
      std::vector<Object> mine;
      std::vector<std::size_t> places;
      for (std::size_t i = 0; i < objects.size(); ++i) {
        const bool same = objects[i].key.kind == document.kind &&
                          objects[i].key.name == document.name &&
                          objects[i].origin.file == document.path;
        if (!same) continue;
        mine.push_back(objects[i]);
        places.push_back(i);
      }
      sources.locate(document, mine);
      for (std::size_t i = 0; i < mine.size(); ++i) objects[places[i]] = std::move(mine[i]);
    }
  }
}

/// With the policy `create`, what is there already is wanted as it is.
void keep_live_crds(std::vector<Object>& objects, const RenderInputs& inputs,
                    std::vector<ObjectKey>& unknown) {
  for (Object& object : objects) {
    if (object.key.kind != "CustomResourceDefinition") continue;
    const auto found = inputs.live.find(object.key);
    if (found == inputs.live.end()) {
      unknown.push_back(object.key);
    } else if (found->second.is_object()) {
      object.value = semantic(found->second);
    }
  }
}

}  // namespace

Result<InputsNeeded> HelmRenderer::inputs_needed(const Snapshot& snapshot, const RenderSpec& spec,
                                                 const RenderInputs&) const {
  InputsNeeded needed;
  const std::string folder = TRY(folder_of(spec.path));
  const HelmSection section = TRY(helm::read_helm_section(spec.options, spec.ns));
  for (const auto& one : section.values_from) needed.live_reads.push_back(one.object);
  if (folder.ends_with(".tgz")) return needed;
  for (const auto& one : TRY(helm::missing_dependencies(snapshot, folder, section))) {
    if (!one.folder.empty()) continue;
    needed.charts.push_back(one.chart);
    if (one.locked) continue;
    needed.warnings.push_back("dependency " + one.name + ": no Chart.lock fixes its version, so " +
                              "that the same commit may render otherwise later");
  }
  return needed;
}

Result<Rendered> HelmRenderer::render(const Snapshot& snapshot, const RenderSpec& spec,
                                      const RenderInputs& inputs) const {
  const ChartTree tree(snapshot, TRY(folder_of(spec.path)), {});
  HelmSection section = TRY(helm::read_helm_section(spec.options, spec.ns));
  ReleaseOptions& options = section.release;
  auto files = TRY(tree.files());
  Rendered rendered;
  std::vector<std::string>& files_read = rendered.manifest.files_read;
  for (const helm::ChartFile& file : files) {
    files_read.push_back(tree.archive() ? tree.folder() : inside_tree(tree.folder(), file.name));
    if (tree.archive()) break;
  }
  if (!tree.archive()) {
    TRY(helm::add_dependencies(snapshot, tree.folder(), section, inputs.charts, files, files_read));
  }
  if (options.kube_version.empty()) options.kube_version = inputs.kube_version;
  options.served = inputs.api_versions;
  options.values.over_files = TRY(live_values(section, inputs));
  rendered.used_capabilities =
      helm::may_ask_capabilities(files) ||
      codec::to_json(spec.options).find(kCapabilities) != std::string::npos;
  const ValuesReader read(snapshot, tree, files, spec, inputs, files_read);
  helm::RecordedHost host(
      inputs,
      {.renew = section.renew_certificates,
       .lookup_namespace = section.lookup ? std::optional(options.release.ns) : std::nullopt});
  helm::Warnings warnings(options.profile);
  auto release = helm::render_release(files, options, read, host, warnings);
  rendered.live_reads = host.wanted();
  if (!rendered.live_reads.empty()) return rendered;  // an error may come of what is not read yet
  rendered.warnings = warnings.take();
  if (!release) return fail(in_application(release.error(), spec.path));
  ObjectReader reader;
  if (section.crds != helm::CrdPolicy::skip) {
    for (const auto& crd : release->crds) TRY(reader.read(crd.path, crd.text));
  }
  for (const auto& object : release->manifests.objects) TRY(reader.read(object.path, object.text));
  if (!options.no_hooks) {
    for (const auto& hook : release->manifests.hooks) {
      if (options.skip_tests && helm::is_test_hook(hook)) continue;
      TRY(helm::read_hook(hook, reader, rendered.warnings));
    }
  }
  rendered.manifest.objects = TRY(reader.finish(spec.ns));
  if (inputs.trace) {
    tell_templates(rendered.manifest.objects, *release, files, tree.folder(),
                   value_sources(files, options, spec, read));
  }
  helm::mark_hooks(rendered.manifest.objects);
  if (section.crds == helm::CrdPolicy::create) {
    keep_live_crds(rendered.manifest.objects, inputs, rendered.live_reads);
  }
  for (const auto& warning : host.warnings()) rendered.warnings.push_back(warning);
  for (auto& warning : reader.take_warnings()) rendered.warnings.push_back(std::move(warning));
  for (auto& warning : snapshot.warnings()) rendered.warnings.push_back(std::move(warning));
  rendered.to_record = host.recorded();
  return rendered;
}

}  // namespace rumbo::render
