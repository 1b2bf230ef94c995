// The condensed facts of Kubernetes' own OpenAPI document.
//
// Threads: constant data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rumbo::render::kustomize::data {

enum class Shape : std::uint8_t { opaque, object, list, map };

struct SchemaField {
  std::string_view name;
  Shape shape;
  std::int16_t definition;  ///< of the object, the elements or the values; -1: nothing of interest
  bool merges;              ///< a list that patches merge
  std::string_view keys;    ///< the fields that tell its elements apart, with commas
};

struct SchemaKind {
  std::string_view name;  ///< "apps/v1/Deployment"
  std::int16_t definition;
};

struct SchemaScope {
  std::string_view name;
  bool namespaced;
};

/// Sorted by name.
std::span<const SchemaField> fields_of(int definition);
/// Names by number: "io.k8s.api.core.v1.PodSpec".
std::span<const std::string_view> definitions();
std::span<const SchemaKind> kinds();
std::span<const SchemaScope> scopes();

}  // namespace rumbo::render::kustomize::data
