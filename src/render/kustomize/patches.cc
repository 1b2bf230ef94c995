// Patches of both kinds.
#include <fmt/format.h>
#include <set>

#include "base/strings.h"
#include "render/kustomize/json_patch.h"
#include "render/kustomize/merge.h"
#include "render/kustomize/node_value.h"
#include "render/kustomize/resource_reader.h"
#include "render/kustomize/transformer.h"

namespace rumbo::render::kustomize {
namespace {

/// Lays one patch over one object; it keeps its kind, name and namespace unless the patch may
/// change them.
Result<> apply_strategic(Build& build, Resource& target, const Resource& patch) {
  TRY(build.arena().check());
  const std::string_view name = target.name(), ns = target.ns(), kind = target.kind();
  if (patch.allow_name_change || patch.allow_kind_change) target.store_previous(build);
  Node* merged = TRY(Merger(build.arena(), build.schema()).merge(target.node, patch.node));
  if (merged == nullptr) target.node = nullptr;
  if (target.deleted()) return {};
  if (!patch.allow_kind_change) TRY(target.set_kind(build, kind));
  if (!patch.allow_name_change) TRY(target.set_name(build, name));
  return target.set_namespace(build, ns);
}

/// A copy of the patch made to fit the target: with its apiVersion, and metadata made texts.
Result<Resource*> fitted(Build& build, const Resource& patch, const Resource& target) {
  Resource* copy = patch.copy(build);
  for (const std::string_view name : {"labels", "annotations"}) {
    TRY(copy->set_metadata_map(build, name, copy->metadata_map(name)));
  }
  TRY(copy->set_name(build, patch.name()));
  TRY(copy->set_namespace(build, patch.ns()));
  TRY(set_field(build.arena(), *copy->node, "apiVersion",
                build.arena().scalar(target.api_version())));
  TRY(copy->set_kind(build, patch.kind()));
  return copy;
}

Result<> apply_to_selected(Build& build, ResMap& map, const std::vector<Resource*>& selected,
                           const Resource& patch) {
  for (Resource* target : selected) {
    const Resource* copy = TRY(fitted(build, patch, *target));
    auto done = apply_strategic(build, *target, *copy);
    if (!done) {
      return fail(std::move(done).error().with_context("while patching " +
                                                       target->current_id(build).to_string()));
    }
  }
  ResMap rest;
  map.drop_deleted();
  TRY(rest.append_all(build, map));
  map = std::move(rest);
  return {};
}

Result<> apply_json(Build& build, Resource& target, const JsonPatch& patch) {
  TRY(build.arena().check());
  // With its own notes Kustomize writes all annotations anew: then their keys are texts.
  Node* const annotations = field(target.node, {"metadata", "annotations"});
  if (annotations != nullptr && annotations->is(Kind::mapping) && target.is_marked()) {
    for (std::size_t at = 0; at < annotations->fields(); ++at) {
      annotations->key(at)->tag = Tag::string;
    }
  }
  Value value = TRY(to_value(target.node));
  // Kustomize's own notes are annotations: where it made some, the field is there.
  const Value& metadata = value["metadata"];
  if (target.is_marked() && metadata.is_object() && !metadata["annotations"].is_object()) {
    value = value.with_path({"metadata", "annotations"}, Value::object());
  }
  value = TRY(patch.apply(std::move(value)));
  if (!value.is_object()) {
    return fail(Code::invalid, "a patch may not make an object something else");
  }
  target.node = from_value(build.arena(), value);
  return {};
}

struct PatchText {
  std::string text, source, file;
};

Result<PatchText> text_of_patch(const Loader& loader, const Patch& patch) {
  const std::string inline_text(trim(patch.patch));
  if (inline_text.empty() && patch.path.empty()) {
    return fail(Code::invalid, "must specify one of patch and path");
  }
  if (!inline_text.empty() && !patch.path.empty()) {
    return fail(Code::invalid,
                "patch and path can't be set at the same time: " + printable(patch.path, 256));
  }
  if (!inline_text.empty()) {
    return PatchText{inline_text, "[patch: \"" + printable(inline_text, 512) + "\"]", ""};
  }
  auto text = loader.load(patch.path);
  if (!text) {
    return fail(std::move(text).error().with_context("failed to get the patch file from path(" +
                                                     printable(patch.path, 256) + ")"));
  }
  return PatchText{std::move(*text), "[path: \"" + printable(patch.path, 256) + "\"]",
                   loader.locate(patch.path)};
}

Transformer strategic_entry(std::vector<Resource*> patches, std::optional<Selector> target,
                            std::string source) {
  return [patches = std::move(patches), target = std::move(target), source = std::move(source)](
             Build& build, ResMap& map) -> Result<> {
    if (patches.empty()) return {};
    if (!target) {
      for (const Resource* patch : patches) {
        const ResId id = patch->original_id(build);
        auto found = map.by_id(build, id);
        if (!found) {
          return fail(std::move(found).error().with_context(
              "no resource matches strategic merge patch \"" + id.to_string() + "\""));
        }
        auto done = apply_strategic(build, **found, *patch);
        if (!done) return fail(std::move(done).error().with_context("while applying " + source));
      }
      return {};
    }
    if (patches.size() > 1) {
      return fail(Code::invalid,
                  "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set "
                  "`patches.target` field: " +
                      source);
    }
    const auto selected = TRY(map.select(build, *target));
    return apply_to_selected(build, map, selected, *patches.front());
  };
}

Transformer json_entry(JsonPatch patch, std::optional<Selector> target, std::string source,
                       bool stores_previous) {
  return [patch = std::move(patch), target = std::move(target), source = std::move(source),
          stores_previous](Build& build, ResMap& map) -> Result<> {
    if (patch.empty()) return {};
    if (!target) return fail(Code::invalid, "must specify a target for JSON patch " + source);
    for (Resource* one : TRY(map.select(build, *target))) {
      if (stores_previous) one->store_previous(build);
      auto done = apply_json(build, *one, patch);
      if (!done) {
        return fail(std::move(done).error().with_context("while applying " + source + " to " +
                                                         one->current_id(build).to_string()));
      }
    }
    return {};
  };
}

}  // namespace

Result<Transformer> patch_transformer(Build& build, const Loader& loader, const Patch& patch) {
  PatchText text = TRY(text_of_patch(loader, patch));
  auto strategic = read_resources(build, text.text, text.file);
  auto json = JsonPatch::parse(text.text);
  if (!strategic && !json) {
    Error error = is_malformed(strategic.error()) ? strategic.error() : json.error();
    return fail(
        std::move(error).with_context("unable to parse SM or JSON patch from " + text.source));
  }
  if (strategic && json && !strategic->empty() && !json->empty()) {
    return fail(Code::invalid, "illegally qualifies as both an SM and JSON patch: " + text.source);
  }
  if (!strategic) return json_entry(std::move(*json), patch.target, text.source, true);
  if (patch.options) {
    for (Resource* one : *strategic) {
      one->allow_name_change = patch.options->allow_name_change;
      one->allow_kind_change = patch.options->allow_kind_change;
      if (!one->allow_name_change && !one->allow_kind_change) continue;
      // Kustomize notes the options among the annotations and writes all of them anew as texts: a
      // null deletes no more.
      const auto annotations = one->metadata_map("annotations");
      if (!annotations.empty()) TRY(one->set_metadata_map(build, "annotations", annotations));
    }
  }
  return strategic_entry(std::move(*strategic), patch.target, text.source);
}

Result<Transformer> strategic_transformer(Build& build, const Loader& loader,
                                          const std::vector<std::string>& paths,
                                          const std::string& patches) {
  if (paths.empty() && patches.empty()) {
    return fail(Code::invalid, "empty file path and empty patch content");
  }
  std::vector<Resource*> all;
  for (const std::string& path : paths) {
    auto read = read_resources(build, path, "");
    if (!read) {
      const std::string text = TRY(loader.load(path));
      read = read_resources(build, text, loader.locate(path));
      if (!read) return fail(std::move(read).error());
    }
    all.insert(all.end(), read->begin(), read->end());
  }
  if (!patches.empty()) {
    const auto read = TRY(read_resources(build, patches, ""));
    all.insert(all.end(), read.begin(), read.end());
  }
  if (all.empty()) return fail(Code::invalid, "patch appears to be empty");
  return Transformer([all = std::move(all)](Build& context, ResMap& map) -> Result<> {
    for (const Resource* patch : all) {
      Resource* target = TRY(map.by_id(context, patch->original_id(context)));
      TRY(apply_to_selected(context, map, {target}, *patch));
    }
    return {};
  });
}

Result<Transformer> json_patch_transformer(const Loader& loader, const Patch& patch) {
  if (!patch.target || patch.target->name.empty()) {
    return fail(Code::invalid, "must specify the target name");
  }
  if (patch.path.empty() && patch.patch.empty()) {
    return fail(Code::invalid, "empty file path and empty jsonOp");
  }
  if (!patch.path.empty() && !patch.patch.empty()) {
    return fail(Code::invalid, "must specify a file path or jsonOp, not both");
  }
  const std::string text = patch.path.empty() ? patch.patch : TRY(loader.load(patch.path));
  auto operations = JsonPatch::parse(text);
  if (!operations) {
    return fail(std::move(operations)
                    .error()
                    .with_context("decoding the patch " + printable(patch.path, 256)));
  }
  if (operations->empty()) {
    return fail(Code::invalid, "patch appears to be empty; file=" + printable(patch.path, 256));
  }
  return json_entry(std::move(*operations), patch.target, "[path: " + patch.path + "]", false);
}

}  // namespace rumbo::render::kustomize
