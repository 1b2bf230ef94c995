// ResId: what names a resource while it is built: group, version, kind, namespace and name.
//
// Threads: as any value.
#pragma once

#include <string>
#include <string_view>

namespace rumbo::render::kustomize {

struct Gvk {
  std::string_view group, version, kind;

  /// True if every part that the selector names is equal.
  bool is_selected(const Gvk& selector) const;
  /// "Deployment.v1.apps", with `[noGrp]` and its like for what is missing.
  std::string to_string() const;
  /// "apps_v1_Deployment", with `~G` and its like: the order of equal kinds.
  std::string sort_text() const;
  friend bool operator==(const Gvk&, const Gvk&) = default;
};

/// "apps/v1" → {"apps", "v1"}; the kind stays empty.
Gvk parse_api_version(std::string_view api_version);

/// Kustomize's order of kinds: below 0 for those that come first, above 0 for the last.
int kind_order(std::string_view kind);

struct ResId {
  Gvk gvk;
  std::string_view name, ns;
  bool cluster_scoped = false;

  /// "default" without a namespace, a word of its own outside namespaces.
  std::string_view effective_namespace() const;
  bool same_namespace(const ResId& other) const {
    return effective_namespace() == other.effective_namespace();
  }
  /// Equal but for the namespace.
  bool same_but_namespace(const ResId& other) const {
    return name == other.name && gvk == other.gvk;
  }
  bool equals(const ResId& other) const {
    return same_but_namespace(other) && same_namespace(other);
  }
  /// True if every part that the selector names is equal.
  bool is_selected_by(const ResId& selector) const;
  /// "Deployment.v1.apps/web.shop".
  std::string to_string() const;
};

}  // namespace rumbo::render::kustomize
