// FieldSpecs: which fields of which kinds a transformer changes, and TransformerConfig: all of them
// together, Kustomize's own merged with those of `configurations`.
//
// Threads: immutable once shared.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "render/kustomize/node.h"
#include "render/kustomize/res_id.h"

namespace rumbo::render::kustomize {

struct FieldSpec {
  Gvk gvk;
  std::string_view path;  ///< "spec/template/metadata/labels"; lists on the way are walked through
  bool create = false;
};
using FieldSpecs = std::vector<FieldSpec>;

/// Fields that hold the name of an object of this kind.
struct NameReference {
  Gvk gvk;
  FieldSpecs referrers;
};

struct TransformerConfig {
  FieldSpecs name_prefix, name_suffix, ns, common_labels, labels, template_labels,
      common_annotations, var_reference, images, replicas;
  std::vector<NameReference> name_reference;
};
using ConfigPtr = std::shared_ptr<const TransformerConfig>;

/// Kustomize's own; shared.
ConfigPtr default_config();

/// Both together, sorted. Code::conflict if they disagree about creating a field.
Result<ConfigPtr> merge_configs(const ConfigPtr& base, const ConfigPtr& more);

/// Adds a spec unless one that covers it is there.
Result<> merge_spec(FieldSpecs& specs, const FieldSpec& more);
Result<> merge_specs(FieldSpecs& specs, const FieldSpecs& more);

/// Reads a file of `configurations`; texts are kept in the arena.
Result<ConfigPtr> read_config(Arena& arena, std::string_view text, std::string_view file);
/// Field specs from a plugin's configuration.
Result<FieldSpecs> read_specs(Arena& arena, const Value& value, bool known_only);

/// What a transformer does at a field that a spec names.
struct FieldAction {
  std::function<Result<>(Node&)> set;
  Kind create = Kind::none;  ///< kind of the field if the spec says to create it
  Tag create_tag = Tag::none;
};

/// Applies the action at every place that the spec names in the object.
Result<> apply_spec(Arena& arena, Node& object, const FieldSpec& spec, const FieldAction& action);
Result<> apply_specs(Arena& arena, Node& object, std::span<const FieldSpec> specs,
                     const FieldAction& action);

}  // namespace rumbo::render::kustomize
