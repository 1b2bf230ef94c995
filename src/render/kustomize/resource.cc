#include "render/kustomize/resource.h"

#include <algorithm>
#include <unordered_set>

#include "base/strings.h"

namespace rumbo::render::kustomize {
namespace {

std::string_view metadata_text(const Node* node, std::string_view name) {
  const Node* metadata = field(node, "metadata");
  if (is_empty(metadata)) return {};
  const Node* found = field(metadata, name);
  return is_empty(found) ? std::string_view() : found->value;
}

bool ends_agree(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  const std::size_t count = std::min(a.size(), b.size());
  if (count == 0) return a.size() == b.size();
  return std::equal(a.end() - static_cast<std::ptrdiff_t>(count), a.end(),
                    b.end() - static_cast<std::ptrdiff_t>(count));
}

}  // namespace

std::string_view Resource::name() const {
  return metadata_text(node, "name");
}

std::string_view Resource::ns() const {
  return metadata_text(node, "namespace");
}

Gvk Resource::gvk() const {
  Gvk gvk = parse_api_version(api_version());
  gvk.kind = kind();
  return gvk;
}

ResId Resource::current_id(const Build& build) const {
  return {gvk(), name(), ns(), build.schema().is_cluster_scoped(api_version(), kind())};
}

ResId Resource::original_id(const Build& build) const {
  if (previous.empty()) return current_id(build);
  const PreviousName& first = previous.front();
  Gvk gvk = parse_api_version(api_version());
  gvk.kind = first.kind;
  return {gvk, first.name, first.ns, false};
}

std::vector<ResId> Resource::previous_ids() const {
  std::vector<ResId> ids;
  ids.reserve(previous.size());
  for (const PreviousName& one : previous) {
    Gvk gvk = parse_api_version(api_version());
    gvk.kind = one.kind;
    ids.push_back({gvk, one.name, one.ns, false});
  }
  return ids;
}

bool Resource::is_marked() const {
  return !previous.empty() || !prefixes.empty() || !suffixes.empty() || needs_hash || generated ||
         helm_generated || behavior != Behavior::unspecified || allow_name_change ||
         allow_kind_change;
}

void Resource::store_previous(const Build& build) {
  const ResId id = current_id(build);
  // Texts of nodes may be replaced, but the arena keeps them.
  previous.push_back({id.gvk.kind, id.name, id.effective_namespace()});
}

Result<> Resource::set_name(Build& build, std::string_view name) {
  Node* metadata = TRY(field_or_create(build.arena(), *node, "metadata", Kind::mapping));
  if (metadata != nullptr) {
    TRY(set_field(build.arena(), *metadata, "name", build.arena().scalar(name)));
  }
  return {};
}

Result<> Resource::set_namespace(Build& build, std::string_view ns) {
  if (ns.empty()) {
    if (Node* metadata = field(node, "metadata")) {
      TRY(expect(metadata, Kind::mapping));
      remove_field(*metadata, "namespace");
    }
    return {};
  }
  Node* metadata = TRY(field_or_create(build.arena(), *node, "metadata", Kind::mapping));
  if (metadata != nullptr) {
    TRY(set_field(build.arena(), *metadata, "namespace", build.arena().scalar(ns)));
  }
  return {};
}

Result<> Resource::set_kind(Build& build, std::string_view kind) {
  TRY(set_field(build.arena(), *node, "kind", build.arena().scalar(kind)));
  return {};
}

Resource::Texts Resource::metadata_map(std::string_view name) const {
  Texts texts;
  const Node* metadata = field(node, "metadata");
  if (is_empty(metadata)) return texts;
  const Node* map = field(metadata, name);
  if (map == nullptr || !map->is(Kind::mapping)) return texts;
  for (std::size_t at = 0; at < map->fields(); ++at) {
    texts[map->key(at)->value] = map->field_value(at)->value;
  }
  return texts;
}

Result<> Resource::set_metadata_map(Build& build, std::string_view name, const Texts& map) {
  Node* metadata = TRY(field_or_create(build.arena(), *node, "metadata", Kind::mapping));
  if (metadata == nullptr) return {};
  TRY(expect(metadata, Kind::mapping));
  remove_field(*metadata, name);
  if (map.empty()) return {};
  Node* made = TRY(field_or_create(build.arena(), *metadata, name, Kind::mapping));
  for (const auto& [key, value] : map) {
    TRY(set_field(build.arena(), *made, key, build.arena().string(value)));
  }
  return {};
}

Resource* Resource::copy(Build& build) const {
  Resource* made = build.make_resource(build.arena().copy(node));
  Node* const node_copy = made->node;
  *made = *this;
  made->node = node_copy;
  return made;
}

bool same_ends(const Resource& a, const Resource& b, bool lenient) {
  const auto fits = [lenient](const auto& x, const auto& y) {
    if (lenient && (x.empty() || y.empty())) return true;
    return ends_agree(x, y);
  };
  return fits(a.prefixes, b.prefixes) && fits(a.suffixes, b.suffixes);
}

}  // namespace rumbo::render::kustomize
