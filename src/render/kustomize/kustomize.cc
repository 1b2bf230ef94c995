#include "render/kustomize/kustomize.h"

#include <algorithm>
#include <unordered_set>

#include "base/strings.h"
#include "codec/yaml.h"
#include "render/kustomize/node_value.h"
#include "render/kustomize/target.h"

namespace rumbo::render::kustomize {
namespace {

constexpr std::string_view kManagedBy = "app.kubernetes.io/managed-by";
constexpr std::string_view kVersion = "kustomize-v5.8.1";
constexpr std::string_view kLocalConfig = "config.kubernetes.io/local-config";

/// Annotations by which Kustomize and its functions talk among themselves.
constexpr std::string_view kInternal[] = {
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/prefixes",
    "internal.config.kubernetes.io/suffixes",
    "internal.config.kubernetes.io/previousNamespaces",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/needsHashSuffix",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/id",
    "internal.config.kubernetes.io/helm-generated",
};

bool wants(const Kustomization& k, std::string_view what) {
  return std::find(k.build_metadata.begin(), k.build_metadata.end(), what) !=
         k.build_metadata.end();
}

/// Leaves out objects that are only configuration for tools.
Result<> drop_local(ResMap& map) {
  std::vector<Resource*> kept;
  for (Resource* one : map.all()) {
    if (one->deleted()) continue;
    if (one->kind().empty()) {
      return fail(Code::invalid, "missing kind in object " + printable(one->name(), 128));
    }
    if (one->name().empty() && !one->kind().ends_with("List")) {
      return fail(Code::invalid,
                  "missing metadata.name in object of kind " + printable(one->kind(), 128));
    }
    const auto annotations = one->metadata_map("annotations");
    const auto local = annotations.find(kLocalConfig);
    if (local == annotations.end() || local->second == "false") kept.push_back(one);
  }
  map.all() = std::move(kept);
  return {};
}

Result<> order(Build& build, ResMap& map, const Kustomization& k) {
  if (k.sort_options) {
    if (build.options().legacy_order) {
      build.warn(
          "Sorting order is set both in 'kustomization.yaml' ('sortOptions') and in a CLI "
          "flag ('--reorder'). Using the kustomization file over the CLI flag.");
    }
    return sort_resources(build, map, *k.sort_options);
  }
  if (!build.options().legacy_order.value_or(true)) return {};
  return sort_resources(build, map, {"legacy", std::nullopt});
}

Result<> label_managed_by(Build& build, ResMap& map) {
  const Transformer label = labels_transformer({{std::string(kManagedBy), std::string(kVersion)}},
                                               {{{}, "metadata/labels", true}});
  return label(build, map);
}

/// Every annotation becomes a text; those of the build go.
Result<> tidy_annotations(Build& build, Resource& resource, const Kustomization& k) {
  auto annotations = resource.metadata_map("annotations");
  const bool keeps_empty = wants(k, "originAnnotations") && wants(k, "transformerAnnotations") &&
                           annotations.empty() && !resource.is_marked();
  if (keeps_empty) return {};
  for (const std::string_view name : kInternal) annotations.erase(name);
  if (!wants(k, "originAnnotations")) annotations.erase(kOriginAnnotation);
  if (!wants(k, "transformerAnnotations")) annotations.erase(kTransformationsAnnotation);
  return resource.set_metadata_map(build, "annotations", annotations);
}

/// Notes what a step made of all objects.
void trace(Build& build, const ResMap& map, const std::string& what, const Location& place) {
  if (build.tracer() == nullptr) return;
  for (const Resource* one : map.all()) build.tracer()->look(build.arena(), *one, {what, place});
}

Result<Accumulator> run(Build& build, Target& root) {
  Accumulator all;
  const bool tracks = !root.kustomization().build_metadata.empty();
  if (tracks) root.track({});
  TRY(root.set_schema(true));
  TRY(root.accumulate(all));
  const Location place = root.place({});
  TRY(hash_transformer()(build, all.resources));
  trace(build, all.resources, "hash suffix", place);
  TRY(fix_references(build, all.resources, *all.config));
  trace(build, all.resources, "name reference", place);
  TRY(resolve_variables(build, all.resources, all.sorted_variables(), all.config->var_reference));
  trace(build, all.resources, "vars", root.place({"vars"}));
  TRY(drop_local(all.resources));
  TRY(order(build, all.resources, root.kustomization()));
  if (build.options().managed_by_label || wants(root.kustomization(), "managedByLabel")) {
    TRY(label_managed_by(build, all.resources));
    trace(build, all.resources, "managed-by label", root.place({"buildMetadata"}));
  }
  for (Resource* one : all.resources.all()) {
    TRY(tidy_annotations(build, *one, root.kustomization()));
  }
  trace(build, all.resources, "annotations", root.place({"buildMetadata"}));
  return all;
}

/// The overrides without components that are not there.
Value with_found_components(const Loader& loader, const Value& overrides) {
  std::vector<Value> found;
  for (const Value& path : overrides["components"].items()) {
    const auto opened = loader.open(path.str());
    if (opened && !(*opened)->kustomization()) continue;
    found.push_back(path);
  }
  return overrides.with("components", Value::array(std::move(found)));
}

}  // namespace

Result<Built> build(const Snapshot& tree, std::string_view directory, const RenderInputs& inputs,
                    const Options& options) {
  Build build(tree, inputs, options);
  const auto loader = TRY(Loader::start(build, directory));
  Target root = TRY(Target::load(build, loader));
  if (!options.overrides.is_null()) {
    Value overrides = options.overrides;
    if (options.ignore_missing_components) overrides = with_found_components(*loader, overrides);
    TRY(apply_overrides(root.kustomization(), overrides));
  }
  const Accumulator all = TRY(run(build, root));
  Built built;
  built.objects.reserve(all.resources.all().size());
  for (const Resource* one : all.resources.all()) {
    auto value = to_value(one->node);
    if (!value) {
      Error error = std::move(value).error();
      const std::string id = one->current_id(build).to_string();
      if (one->file.empty()) return fail(std::move(error).with_context(id));
      return fail(std::move(error).at({std::string(one->file), one->line}).with_context(id));
    }
    built.objects.push_back({std::move(*value), std::string(one->file), one->line,
                             build.tracer() ? build.tracer()->locator(*one) : nullptr});
  }
  built.files_read = build.files_read();
  built.used_capabilities = build.used_capabilities();
  built.warnings = build.take_warnings();
  return built;
}

std::string print(const Built& built) {
  std::string out;
  for (const BuiltObject& object : built.objects) {
    if (!out.empty()) out += "---\n";
    out += codec::emit_yaml(object.value);
  }
  return out;
}

bool has_kustomization(const Snapshot& tree, std::string_view directory) {
  const std::string prefix = directory.empty() ? "" : std::string(directory) + "/";
  for (const char* name : {"kustomization.yaml", "kustomization.yml", "Kustomization"}) {
    if (tree.read(prefix + name)) return true;
  }
  return false;
}

}  // namespace rumbo::render::kustomize
