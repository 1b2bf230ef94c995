// Schema: what is known about the fields of kinds: which lists a patch merges, and by what keys.
// Kubernetes' own kinds are built in; a kustomization may bring an OpenAPI document instead.
//
// Threads: belongs to one render at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "render/kustomize/schema_data.h"

namespace rumbo::render::kustomize {

/// Where a walk through an object stands in the schema. Valid as long as the Schema.
struct SchemaPlace {
  data::Shape shape = data::Shape::opaque;
  int definition = -1;
  const Value* custom = nullptr;  ///< the place in a document that was brought along
  bool merges = false;
  std::vector<std::string_view> keys;
};

class Schema {
 public:
  /// Uses this OpenAPI document (JSON or YAML) from now on, unless an earlier one was set.
  /// `replaces`: at the root, where the built-in facts give way to it.
  Result<> set_document(std::string_view text, std::string_view file, bool replaces);
  /// Like set_document, with the name of a built-in one: only v1.21.2.
  Result<> set_version(std::string_view version);
  bool is_set() const { return is_set_; }

  std::optional<SchemaPlace> of_kind(std::string_view api_version, std::string_view kind) const;
  std::optional<SchemaPlace> field(const SchemaPlace& place, std::string_view name) const;
  std::optional<SchemaPlace> elements(const SchemaPlace& place) const;

  /// True if the kind is known to live outside namespaces.
  bool is_cluster_scoped(std::string_view api_version, std::string_view kind) const;

 private:
  std::optional<SchemaPlace> resolve(const Value* place) const;
  static SchemaPlace custom_place(const Value* place);
  void learn_scopes();

  bool is_set_ = false;
  bool with_builtin_ = true;
  mutable bool saw_unknown_ = false;  ///< asked for a kind that is not built in
  Value document_;
  std::vector<std::pair<std::string, const Value*>> custom_kinds_;
  std::vector<std::pair<std::string, bool>> custom_scopes_;
};

}  // namespace rumbo::render::kustomize
