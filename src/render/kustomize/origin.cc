#include "render/kustomize/origin.h"

#include "base/strings.h"
#include "render/kustomize/node_print.h"
#include "render/kustomize/remote.h"

namespace rumbo::render::kustomize {
namespace {

void put(Arena& arena, Node& map, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  map.content.push_back(arena.string(name));
  map.content.push_back(arena.string(value));
}

}  // namespace

std::string join_path(std::string_view base, std::string_view path) {
  std::vector<std::string_view> parts;
  for (const auto text : {base, path}) {
    for (const auto part : split(text, '/')) {
      if (part.empty() || part == ".") continue;
      if (part == ".." && !parts.empty() && parts.back() != "..") {
        parts.pop_back();
      } else {
        parts.push_back(part);
      }
    }
  }
  std::string joined;
  for (const auto part : parts) {
    if (!joined.empty()) joined += '/';
    joined += part;
  }
  return joined;
}

Origin Origin::append(std::string_view more) const {
  Origin next = *this;
  if (const auto remote = parse_remote(more)) {
    next.repo = remote->repository;
    next.ref = remote->ref;
    next.path = join_path(remote->path, "");
    return next;
  }
  next.path = join_path(path, more);
  return next;
}

std::string Origin::to_yaml() const {
  Arena arena;
  Node& map = *arena.make(Kind::mapping);
  put(arena, map, "path", path);
  put(arena, map, "repo", repo);
  put(arena, map, "ref", ref);
  put(arena, map, "configuredIn", configured_in);
  Node& by = *arena.make(Kind::mapping);
  put(arena, by, "apiVersion", api_version);
  put(arena, by, "kind", kind);
  put(arena, by, "name", name);
  put(arena, by, "namespace", ns);
  if (!by.content.empty()) {
    map.content.push_back(arena.string("configuredBy"));
    map.content.push_back(&by);
  }
  return print_node(map);
}

Result<> add_origin(Build& build, ResMap& map, const Origin& origin) {
  const std::string_view text = build.arena().keep(origin.to_yaml());
  for (Resource* one : map.all()) {
    auto annotations = one->metadata_map("annotations");
    if (!annotations.emplace(kOriginAnnotation, text).second) continue;
    TRY(one->set_metadata_map(build, "annotations", annotations));
  }
  return {};
}

Result<> add_transformation(Build& build, ResMap& map, const Origin& origin) {
  const std::string text = origin.to_yaml();
  // The same as an element of a list.
  std::string item;
  for (const auto line : split(text, '\n')) {
    if (line.empty()) continue;
    item += item.empty() ? "- " : "  ";
    item += line;
    item += '\n';
  }
  for (Resource* one : map.all()) {
    if (one->deleted()) continue;
    auto annotations = one->metadata_map("annotations");
    if (annotations.emplace(kOriginAnnotation, build.arena().keep(text)).second) {
      TRY(one->set_metadata_map(build, "annotations", annotations));
      continue;
    }
    std::string all(annotations[kTransformationsAnnotation]);
    all += item;
    annotations[kTransformationsAnnotation] = build.arena().keep(std::move(all));
    TRY(one->set_metadata_map(build, "annotations", annotations));
  }
  return {};
}

}  // namespace rumbo::render::kustomize
