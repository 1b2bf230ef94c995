// Merging and reading TransformerConfigs.
#include <algorithm>

#include "base/strings.h"
#include "codec/yaml.h"
#include "render/kustomize/decoder.h"
#include "render/kustomize/field_spec.h"

namespace rumbo::render::kustomize {

TransformerConfig make_default_config();  // field_spec_data.cc

namespace {

struct SpecText {
  std::string group, version, kind, path;
  bool create = false;
};

template <class Visit>
void each_field(Visit& visit, SpecText& spec) {
  visit("group", spec.group);
  visit("version", spec.version);
  visit("kind", spec.kind);
  visit("path", spec.path);
  visit("create", spec.create);
}

struct ReferenceText {
  std::string group, version, kind;
  std::vector<SpecText> specs;
};

template <class Visit>
void each_field(Visit& visit, ReferenceText& reference) {
  visit("group", reference.group);
  visit("version", reference.version);
  visit("kind", reference.kind);
  visit("fieldSpecs", reference.specs);
}

struct ConfigText {
  std::vector<SpecText> name_prefix, name_suffix, ns, common_labels, labels, template_labels,
      common_annotations, var_reference, images, replicas;
  std::vector<ReferenceText> name_reference;
};

template <class Visit>
void each_field(Visit& visit, ConfigText& config) {
  visit("namePrefix", config.name_prefix);
  visit("nameSuffix", config.name_suffix);
  visit("namespace", config.ns);
  visit("commonLabels", config.common_labels);
  visit("labels", config.labels);
  visit("templateLabels", config.template_labels);
  visit("commonAnnotations", config.common_annotations);
  visit("nameReference", config.name_reference);
  visit("varReference", config.var_reference);
  visit("images", config.images);
  visit("replicas", config.replicas);
}

bool gvk_before(const Gvk& a, const Gvk& b) {
  const int first = kind_order(a.kind), second = kind_order(b.kind);
  return first != second ? first < second : a.sort_text() < b.sort_text();
}

void sort_specs(FieldSpecs& specs) {
  std::stable_sort(specs.begin(), specs.end(),
                   [](const FieldSpec& a, const FieldSpec& b) { return gvk_before(a.gvk, b.gvk); });
}

FieldSpecs keep(Arena& arena, const std::vector<SpecText>& texts) {
  FieldSpecs specs;
  for (const SpecText& text : texts) {
    specs.push_back({{arena.keep(text.group), arena.keep(text.version), arena.keep(text.kind)},
                     arena.keep(text.path),
                     text.create});
  }
  return specs;
}

Result<> merge_reference(std::vector<NameReference>& all, const NameReference& more) {
  for (NameReference& one : all) {
    if (one.gvk == more.gvk) return merge_specs(one.referrers, more.referrers);
  }
  all.push_back(more);
  return {};
}

using Member = FieldSpecs TransformerConfig::*;
constexpr Member kLists[] = {&TransformerConfig::name_prefix,
                             &TransformerConfig::name_suffix,
                             &TransformerConfig::ns,
                             &TransformerConfig::common_labels,
                             &TransformerConfig::labels,
                             &TransformerConfig::template_labels,
                             &TransformerConfig::common_annotations,
                             &TransformerConfig::var_reference,
                             &TransformerConfig::images,
                             &TransformerConfig::replicas};

void sort_config(TransformerConfig& config) {
  for (const Member list : kLists) sort_specs(config.*list);
  std::stable_sort(
      config.name_reference.begin(), config.name_reference.end(),
      [](const NameReference& a, const NameReference& b) { return gvk_before(a.gvk, b.gvk); });
}

}  // namespace

ConfigPtr default_config() {
  static const ConfigPtr kDefault =
      std::make_shared<const TransformerConfig>(make_default_config());
  return kDefault;
}

Result<> merge_spec(FieldSpecs& specs, const FieldSpec& more) {
  for (const FieldSpec& one : specs) {
    if (!one.gvk.is_selected(more.gvk) || one.path != more.path) continue;
    if (one.create == more.create) return {};
    return fail(Code::conflict, "conflicting fieldspecs: `" + printable(more.path, 256) +
                                    "` shall be created, and shall not be");
  }
  specs.push_back(more);
  return {};
}

Result<> merge_specs(FieldSpecs& specs, const FieldSpecs& more) {
  for (const FieldSpec& one : more) TRY(merge_spec(specs, one));
  return {};
}

Result<ConfigPtr> merge_configs(const ConfigPtr& base, const ConfigPtr& more) {
  if (!more || base == more) return base;
  if (!base && more == default_config()) return more;
  // Also into nothing: a spec for all kinds gives way to one of the same field for some.
  TransformerConfig merged = base ? *base : TransformerConfig();
  for (const Member list : kLists) TRY(merge_specs(merged.*list, (*more).*list));
  for (const NameReference& one : more->name_reference) {
    TRY(merge_reference(merged.name_reference, one));
  }
  sort_config(merged);
  return std::make_shared<const TransformerConfig>(std::move(merged));
}

Result<ConfigPtr> read_config(Arena& arena, std::string_view text, std::string_view file) {
  codec::YamlOptions options;
  const Value value = TRY(codec::parse_yaml_value(text, file, options));
  ConfigText texts;
  auto decoded = Decoder({true, true}).decode(value, texts);
  if (!decoded) return fail(std::move(decoded).error().at({std::string(file)}));
  TransformerConfig config;
  config.name_prefix = keep(arena, texts.name_prefix);
  config.name_suffix = keep(arena, texts.name_suffix);
  config.ns = keep(arena, texts.ns);
  config.common_labels = keep(arena, texts.common_labels);
  config.labels = keep(arena, texts.labels);
  config.template_labels = keep(arena, texts.template_labels);
  config.common_annotations = keep(arena, texts.common_annotations);
  config.var_reference = keep(arena, texts.var_reference);
  config.images = keep(arena, texts.images);
  config.replicas = keep(arena, texts.replicas);
  for (const ReferenceText& one : texts.name_reference) {
    config.name_reference.push_back(
        {{arena.keep(one.group), arena.keep(one.version), arena.keep(one.kind)},
         keep(arena, one.specs)});
  }
  sort_config(config);
  return std::make_shared<const TransformerConfig>(std::move(config));
}

Result<FieldSpecs> read_specs(Arena& arena, const Value& value, bool known_only) {
  std::vector<SpecText> texts;
  TRY(Decoder({known_only, true}).decode(value, texts));
  return keep(arena, texts);
}

}  // namespace rumbo::render::kustomize
