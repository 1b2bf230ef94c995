#include "render/kustomize/target.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/strings.h"
#include "render/kustomize/crd_config.h"
#include "render/kustomize/generators.h"
#include "render/kustomize/helm_charts.h"
#include "render/kustomize/node_print.h"
#include "render/kustomize/resource_reader.h"

namespace rumbo::render::kustomize {

Result<Target> Target::load(Build& build, std::shared_ptr<const Loader> loader) {
  Target target(build, loader);
  const Loader::File file = TRY(loader->kustomization());
  target.file_ = file.name;
  std::vector<std::string> warnings;
  target.kustomization_ =
      TRY(read_kustomization(file.text, loader->locate(file.name), loader->shown(), warnings));
  const std::string folder = loader->shown() == "." ? "" : loader->shown() + "/";
  for (const std::string& warning : warnings) build.warn(folder + file.name + ": " + warning);
  if (build.tracer() != nullptr) {
    codec::YamlOptions options;
    options.strict = false;
    options.first_only = true;
    auto documents = codec::parse_yaml(file.text, file.name, options);
    if (documents && !documents->empty()) target.text_ = std::move(documents->front());
  }
  return target;
}

Location Target::place(std::initializer_list<std::string_view> path) const {
  const std::string file = loader_->locate(file_);
  if (!text_) return {file};
  const codec::YamlNode* at = &*text_;
  Location found = Location{file};
  for (const std::string_view name : path) {
    const codec::YamlEntry* entry = at->is_mapping() ? at->find_entry(name) : nullptr;
    if (entry == nullptr) break;
    found = entry->key.location(file);
    at = &entry->value;
  }
  return found;
}

Location Target::place_of_entry(std::string_view field, std::size_t index) const {
  if (!text_) return place({});
  const codec::YamlNode* list = text_->is_mapping() ? text_->find(field) : nullptr;
  if (list == nullptr || index >= list->items().size()) return place({field});
  return list->items()[index].location(loader_->locate(file_));
}

void Target::trace(const ResMap& map, const Layer& layer) {
  if (build_.tracer() == nullptr) return;
  for (const Resource* one : map.all()) build_.tracer()->look(build_.arena(), *one, layer);
}

Result<> Target::set_schema(bool is_root) {
  const auto& openapi = kustomization_.openapi;
  const auto path = openapi.find("path"), version = openapi.find("version");
  if (path == openapi.end()) {
    return version == openapi.end() ? Result<>() : build_.schema().set_version(version->second);
  }
  const std::string text = TRY(loader_->load(path->second));
  if (version != openapi.end() && !build_.schema().is_set()) {
    return fail(Code::invalid, "builtin version and custom schema provided, cannot use both");
  }
  return build_.schema().set_document(text, loader_->locate(path->second), is_root);
}

Result<> Target::accumulate(Accumulator& into) {
  auto added = add_resources(into, kustomization_.resources);
  if (!added) return fail(std::move(added).error().with_context("accumulating resources"));
  ConfigPtr config = default_config();
  ConfigPtr own;
  for (const std::string& path : kustomization_.configurations) {
    const std::string text = TRY(loader_->load(path));
    const ConfigPtr one = TRY(read_config(build_.arena(), text, loader_->locate(path)));
    own = TRY(merge_configs(own, one));
  }
  config = TRY(merge_configs(config, own));
  into.config = TRY(merge_configs(into.config, config));
  const ConfigPtr crds = TRY(load_crds(build_.arena(), *loader_, kustomization_.crds));
  into.config = TRY(merge_configs(into.config, crds));
  TRY(run_generators(into));
  for (const std::string& path : kustomization_.components) {
    auto done = add_directory(into, path, true);
    if (!done) return fail(std::move(done).error().with_context("accumulating components"));
  }
  TRY(run_transformers(into));
  TRY(run_validators(into));
  TRY(into.add_variables(build_, kustomization_.variables));
  return build_.arena().check();
}

Result<> Target::add_resources(Accumulator& into, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    auto file = add_file(into, path);
    if (file) continue;
    auto directory = add_directory(into, path, false);
    if (directory) continue;
    // What could be read as a file deserves its own message.
    const bool was_file =
        file.error().code() != Code::not_found &&
        directory.error().message().find("file is not directory") != std::string::npos;
    if (was_file) return fail(std::move(file).error());
    return fail(std::move(directory).error());
  }
  return {};
}

Result<> Target::add_file(Accumulator& into, const std::string& path) {
  const std::string text = TRY(loader_->load(path));
  const auto read = TRY(read_resources(build_, text, loader_->locate(path)));
  ResMap map;
  ResMap all;
  all.all() = read;
  TRY(map.append_all(build_, all));
  if (origin_) {
    const std::string_view origin = build_.arena().keep(origin_->append(path).to_yaml());
    for (Resource* one : map.all()) {
      Node* metadata = TRY(field_or_create(build_.arena(), *one->node, "metadata", Kind::mapping));
      if (metadata == nullptr) continue;
      Node* annotations =
          TRY(field_or_create(build_.arena(), *metadata, "annotations", Kind::mapping));
      if (annotations == nullptr) continue;
      TRY(set_field(build_.arena(), *annotations, kOriginAnnotation,
                    build_.arena().string(origin)));
    }
  }
  trace(map, {"file", {loader_->locate(path)}});
  auto merged = into.resources.append_all(build_, map);
  if (merged) return {};
  return fail(std::move(merged).error().with_context("merging resources from '" +
                                                     printable(path, 256) + "'"));
}

Result<> Target::add_directory(Accumulator& into, const std::string& path, bool is_component) {
  const auto loader = TRY(loader_->open(path));
  Target sub = TRY(Target::load(build_, loader));
  sub.kustomization_.build_metadata = kustomization_.build_metadata;
  if (origin_) sub.origin_ = origin_->append(path);
  sub.helm_namespace_ = kustomization_.ns.empty() ? helm_namespace_ : kustomization_.ns;
  TRY(sub.set_schema(false));
  if (is_component != sub.kustomization_.is_component()) {
    return fail(
        Error(Code::invalid, fmt::format("expected kind {} 'Component' for path '{}' but got '{}'",
                                         is_component ? "=" : "!=", loader->shown(),
                                         printable(sub.kustomization_.kind, 64)))
            .at({loader->locate(sub.file_)})
            .with_hint(is_component ? "list it under `resources`" : "list it under `components`"));
  }
  if (is_component) return sub.accumulate(into);
  Accumulator gathered;
  auto done = sub.accumulate(gathered);
  if (!done) {
    return fail(std::move(done).error().with_context("recursed accumulation of path '" +
                                                     loader->shown() + "'"));
  }
  return into.merge(build_, gathered);
}

std::optional<Origin> Target::builtin_origin(std::string_view kind) const {
  if (!origin_) return std::nullopt;
  Origin origin;
  origin.repo = origin_->repo;
  origin.ref = origin_->ref;
  origin.configured_in = join_path(origin_->path, file_);
  origin.api_version = "builtin";
  origin.kind = kind;
  return origin;
}

std::optional<Origin> Target::plugin_origin(const Resource& configuration) const {
  if (!origin_) return std::nullopt;
  Origin origin;
  origin.repo = origin_->repo;
  origin.ref = origin_->ref;
  origin.configured_in = origin_->append(file_).path;
  // The configuration's own origin tells the file if it stands in one.
  const auto annotations = configuration.metadata_map("annotations");
  if (const auto found = annotations.find(kOriginAnnotation); found != annotations.end()) {
    constexpr std::string_view kPath = "path: ";
    for (const auto line : split(found->second, '\n')) {
      if (line.starts_with(kPath)) origin.configured_in = line.substr(kPath.size());
    }
  }
  origin.api_version = configuration.api_version();
  origin.kind = configuration.kind();
  origin.name = configuration.name();
  origin.ns = configuration.ns();
  return origin;
}

Layer Target::plugin_layer(const Resource& configuration) const {
  Location place{std::string(configuration.file), configuration.line};
  if (place.file.empty()) place = this->place({});
  return {std::string(configuration.kind()), std::move(place)};
}

Result<> Target::generate(Accumulator& into, const Generator& generator,
                          const std::optional<Origin>& origin, const Layer& layer) {
  ResMap made;
  TRY(generator(build_, made));
  const std::string_view file = build_.arena().keep(loader_->locate(file_));
  for (Resource* one : made.all()) {
    if (one->file.empty()) one->file = file;
  }
  if (origin) TRY(add_origin(build_, made, *origin));
  trace(made, layer);
  TRY(into.resources.absorb_all(build_, made));
  trace(into.resources, layer);
  return {};
}

Result<> Target::run_generators(Accumulator& into) {
  for (const bool secret : {false, true}) {
    const auto& entries = secret ? kustomization_.secrets : kustomization_.config_maps;
    for (std::size_t index = 0; index < entries.size(); ++index) {
      const GeneratorArgs& entry = entries[index];
      const char* field = secret ? "secretGenerator" : "configMapGenerator";
      const GeneratorArgs args = with_options(entry, kustomization_.generator_options);
      const Generator generator = [&](Build& build, ResMap& made) -> Result<> {
        Resource* one = TRY(secret ? generate_secret(build, *loader_, args)
                                   : generate_config_map(build, *loader_, args));
        return made.append(build, one);
      };
      auto done = generate(into, generator,
                           builtin_origin(secret ? "SecretGenerator" : "ConfigMapGenerator"),
                           {field, place_of_entry(field, index)});
      if (!done) {
        return fail(std::move(done).error().with_context(
            fmt::format("generating {} `{}` of {}", secret ? "Secret" : "ConfigMap",
                        printable(entry.name, 128), loader_->locate(file_))));
      }
    }
  }
  TRY(inflate_charts(into));
  for (const Resource* one : TRY(plugin_resources(kustomization_.generators))) {
    const Generator generator = TRY(load_generator(build_, loader_, *one));
    TRY(generate(into, generator, plugin_origin(*one), plugin_layer(*one)));
  }
  return {};
}

Result<> Target::inflate_charts(Accumulator& into) {
  const std::string& ns = kustomization_.ns.empty() ? helm_namespace_ : kustomization_.ns;
  auto charts = charts_of(kustomization_, ns);
  for (HelmChart& chart : charts) {
    auto complete = complete_chart(build_, chart);
    if (!complete) {
      return fail(std::move(complete)
                      .error()
                      .at({loader_->locate(file_)})
                      .with_context("helmCharts entry '" + printable(chart.name, 128) + "'"));
    }
  }
  for (const HelmChart& chart : charts) {
    const Generator generator = [&](Build& build, ResMap& made) -> Result<> {
      for (Resource* one : TRY(inflate_chart(build, *loader_, chart))) {
        TRY(made.append(build, one));
      }
      return {};
    };
    auto done = generate(into, generator, builtin_origin("HelmChartInflationGenerator"),
                         {"helmCharts", place({"helmCharts"})});
    if (!done) {
      Error error = std::move(done).error();
      if (!error.location()) error = Error(std::move(error).at({loader_->locate(file_)}));
      return fail(std::move(error));
    }
  }
  return {};
}

Result<std::vector<Resource*>> Target::plugin_resources(const std::vector<std::string>& entries) {
  Accumulator gathered;
  std::vector<std::string> paths;
  for (const std::string& entry : entries) {
    auto read = read_resources(build_, entry, "");
    ResMap one;
    if (!read) {
      paths.push_back(entry);
      continue;
    }
    one.all() = std::move(*read);
    TRY(gathered.resources.append_all(build_, one));
  }
  TRY(add_resources(gathered, paths));
  return gathered.resources.all();
}

Result<> Target::run_transformers(Accumulator& into) {
  auto steps = TRY(builtin_steps(*into.config));
  for (const Resource* one : TRY(plugin_resources(kustomization_.transformers))) {
    steps.push_back(
        {TRY(load_transformer(build_, *loader_, *one)), plugin_origin(*one), plugin_layer(*one)});
  }
  for (const Step& step : steps) {
    auto done = step.run(build_, into.resources);
    if (!done) {
      Error error = std::move(done).error();
      if (error.location()) return fail(std::move(error));
      return fail(std::move(error).at({loader_->locate(file_)}));
    }
    if (step.origin) TRY(add_transformation(build_, into.resources, *step.origin));
    trace(into.resources, step.layer);
    into.resources.drop_deleted();
  }
  return {};
}

Result<> Target::run_validators(Accumulator& into) {
  for (const Resource* one : TRY(plugin_resources(kustomization_.validators))) {
    const Transformer validator = TRY(load_transformer(build_, *loader_, *one));
    ResMap copy;
    for (const Resource* resource : into.resources.all()) {
      copy.all().push_back(resource->copy(build_));
    }
    TRY(validator(build_, copy));
    bool same = copy.all().size() == into.resources.all().size();
    for (std::size_t at = 0; same && at < copy.all().size(); ++at) {
      same = print_node(*copy.all()[at]->node) == print_node(*into.resources.all()[at]->node);
    }
    if (!same) {
      return fail(Error(Code::invalid, "validator shouldn't modify the resource map")
                      .at({loader_->locate(file_)}));
    }
  }
  return {};
}

}  // namespace rumbo::render::kustomize
