#include <algorithm>
#include <fmt/format.h>
#include <unordered_set>

#include "base/strings.h"
#include "render/kustomize/data_map.h"
#include "render/kustomize/origin.h"
#include "render/kustomize/resource.h"

namespace rumbo::render::kustomize {
namespace {

/// Equal for ids that are equal.
std::string key_of(const ResId& id) {
  std::string key;
  for (const auto part : {id.gvk.group, id.gvk.version, id.gvk.kind, id.effective_namespace()}) {
    key += part;
    key += '\n';
  }
  key += id.name;
  return key;
}

tl::unexpected<Error> registered(const Resource& resource, const ResId& id) {
  Error error(Code::conflict, "may not add resource with an already registered id: " +
                                  printable(id.to_string(), 512));
  if (resource.file.empty()) return fail(std::move(error));
  return fail(std::move(error).at({std::string(resource.file), resource.line}));
}

std::string_view word_of(Behavior behavior) {
  switch (behavior) {
    case Behavior::unspecified:
      return "unspecified";
    case Behavior::create:
      return "create";
    case Behavior::replace:
      return "replace";
    case Behavior::merge:
      return "merge";
  }
  return "unspecified";
}

Resource::Texts merged(Resource::Texts below, const Resource::Texts& above) {
  for (const auto& [key, value] : above) below[key] = value;
  return below;
}

/// What a generated object takes over from the one it replaces or extends.
Result<> take_over(Build& build, Resource& resource, const Resource& old) {
  TRY(resource.set_metadata_map(
      build, "labels", merged(old.metadata_map("labels"), resource.metadata_map("labels"))));
  TRY(resource.set_metadata_map(
      build, "annotations",
      merged(old.metadata_map("annotations"), resource.metadata_map("annotations"))));
  resource.previous = old.previous;
  resource.prefixes = old.prefixes;
  resource.suffixes = old.suffixes;
  resource.behavior = old.behavior;
  resource.needs_hash = old.needs_hash && resource.needs_hash;
  TRY(resource.set_name(build, old.name()));
  TRY(resource.set_namespace(build, old.ns()));
  resource.variables = old.variables;
  return {};
}

}  // namespace

Result<> ResMap::append(const Build& build, Resource* resource) {
  const ResId id = resource->current_id(build);
  for (const Resource* one : all_) {
    if (one->name() == id.name && one->current_id(build).equals(id)) {
      return registered(*resource, id);
    }
  }
  all_.push_back(resource);
  return {};
}

Result<> ResMap::append_all(const Build& build, const ResMap& more) {
  if (more.all_.empty()) return {};
  if (more.all_.size() == 1) return append(build, more.all_.front());
  if (all_.size() + more.all_.size() > Build::kMostResources) {
    return fail(Code::too_large, fmt::format("more than {} objects", Build::kMostResources));
  }
  std::unordered_set<std::string> seen;
  for (const Resource* one : all_) seen.insert(key_of(one->current_id(build)));
  for (Resource* one : more.all_) {
    const ResId id = one->current_id(build);
    if (!seen.insert(key_of(id)).second) return registered(*one, id);
    all_.push_back(one);
  }
  return {};
}

Result<> ResMap::absorb_all(Build& build, const ResMap& generated) {
  for (Resource* one : generated.all_) TRY(absorb(build, one));
  return {};
}

Result<> ResMap::absorb(Build& build, Resource* resource) {
  const ResId id = resource->current_id(build);
  const auto found = by_any_id(build, [&](const ResId& other) { return id.equals(other); });
  const bool changes =
      resource->behavior == Behavior::merge || resource->behavior == Behavior::replace;
  if (found.empty()) {
    if (!changes) return append(build, resource);
    return fail(Code::not_found, fmt::format("id {} does not exist; cannot merge or replace",
                                             printable(id.to_string(), 512)));
  }
  if (found.size() > 1) {
    return fail(Code::conflict, "found multiple objects that could accept merge of " +
                                    printable(id.to_string(), 512));
  }
  if (!changes) {
    return fail(Code::conflict,
                fmt::format("id {} exists; can not use behavior: '{}', behavior must be merge or "
                            "replace",
                            printable(id.to_string(), 512), word_of(resource->behavior)));
  }
  Resource& old = *found.front();
  const bool merges = resource->behavior == Behavior::merge;
  const auto annotations = old.metadata_map("annotations");
  TRY(take_over(build, *resource, old));
  if (merges) {
    for (const std::string_view name : {"data", "binaryData"}) {
      DataMap map = data_map(old.node, name);
      for (const auto& [key, value] : data_map(resource->node, name)) map[key] = value;
      TRY(name == "data" ? set_data(build.arena(), *resource->node, map)
                         : set_binary_data(build.arena(), *resource->node, map));
    }
    const auto origin = annotations.find(kOriginAnnotation);
    if (origin != annotations.end()) {
      auto own = resource->metadata_map("annotations");
      own[kOriginAnnotation] = origin->second;
      TRY(resource->set_metadata_map(build, "annotations", own));
    }
  }
  *std::find(all_.begin(), all_.end(), &old) = resource;
  return {};
}

std::vector<Resource*> ResMap::by_any_id(const Build& build,
                                         const std::function<bool(const ResId&)>& matches) const {
  std::vector<Resource*> found;
  for (Resource* one : all_) {
    if (one->deleted()) continue;
    bool any = matches(one->current_id(build));
    for (const ResId& id : one->previous_ids()) {
      if (any) break;
      any = matches(id);
    }
    if (any) found.push_back(one);
  }
  return found;
}

Result<Resource*> ResMap::by_id(const Build& build, const ResId& id) const {
  const auto found = by_any_id(
      build, [&](const ResId& other) { return other.name == id.name && id.equals(other); });
  if (found.size() == 1) return found.front();
  const std::string name = printable(id.to_string(), 512);
  return fail(found.empty() ? Code::not_found : Code::conflict,
              fmt::format("{} for Id {}; failed to find unique target for patch {}",
                          found.empty() ? "no matches" : "multiple matches", name, name));
}

Result<std::vector<Resource*>> ResMap::select(const Build& build, const Selector& selector) const {
  const SelectorRegex regex = TRY(SelectorRegex::compile(selector));
  const LabelSelector labels = TRY(LabelSelector::parse(selector.labels));
  const LabelSelector annotations = TRY(LabelSelector::parse(selector.annotations));
  std::vector<Resource*> found;
  for (Resource* one : all_) {
    const ResId now = one->current_id(build), first = one->original_id(build);
    if (!regex.matches_namespace(first.effective_namespace()) &&
        !regex.matches_namespace(now.effective_namespace())) {
      continue;
    }
    if (!regex.matches_name(first.name) && !regex.matches_name(now.name)) continue;
    if (!regex.matches_gvk(now.gvk)) continue;
    if (!selector.labels.empty() && !labels.matches(one->metadata_map("labels"))) continue;
    if (!selector.annotations.empty() && !annotations.matches(one->metadata_map("annotations"))) {
      continue;
    }
    found.push_back(one);
  }
  return found;
}

void ResMap::drop_deleted() {
  std::erase_if(all_, [](const Resource* one) { return one->deleted(); });
}

}  // namespace rumbo::render::kustomize
