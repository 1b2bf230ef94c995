#include "render/kustomize/kustomization.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/strings.h"
#include "codec/yaml.h"
#include "render/kustomize/kustomization_fields.h"

namespace rumbo::render::kustomize {
namespace {

constexpr std::string_view kVersion = "kustomize.config.k8s.io/v1beta1";
constexpr std::string_view kComponentVersion = "kustomize.config.k8s.io/v1alpha1";

void warn_deprecated(const Value& value, std::vector<std::string>& warnings) {
  constexpr std::pair<std::string_view, std::string_view> kOld[] = {
      {"bases", "resources"},
      {"commonLabels", "labels"},
      {"imageTags", "images"},
      {"patchesJson6902", "patches"},
      {"patchesStrategicMerge", "patches"},
      {"vars", "replacements"}};
  for (const auto& [old, now] : kOld) {
    if (value[old].is_null()) continue;
    warnings.push_back(fmt::format("'{}' is deprecated. Please use '{}' instead", old, now));
  }
}

bool says_anything(const Value& value) {
  for (const Member& member : value.members()) {
    if (member.key() == "apiVersion" || member.key() == "kind") continue;
    const bool empty =
        member.value.is_null() || (member.value.is_string() && member.value.as_string().empty());
    if (!empty) return true;
  }
  return false;
}

/// Old names become the present ones.
void modernize(Kustomization& k) {
  if (k.kind.empty()) k.kind = "Kustomization";
  if (k.api_version.empty()) k.api_version = k.is_component() ? kComponentVersion : kVersion;
  k.resources.insert(k.resources.end(), k.bases.begin(), k.bases.end());
  k.images.insert(k.images.end(), k.image_tags.begin(), k.image_tags.end());
  for (auto* generators : {&k.config_maps, &k.secrets}) {
    for (GeneratorArgs& args : *generators) {
      if (!args.env.empty()) args.envs.push_back(args.env);
    }
  }
}

Result<> check_kind(const Kustomization& k, const std::string& folder) {
  std::string wrong;
  if (k.kind != "Kustomization" && k.kind != "Component") {
    wrong += "\nkind should be Kustomization or Component";
  }
  const std::string_view version = k.is_component() ? kComponentVersion : kVersion;
  if (k.api_version != version) {
    wrong += fmt::format("\napiVersion for {} should be {}", printable(k.kind, 64), version);
  }
  if (wrong.empty()) return {};
  return fail(Code::invalid, "Failed to read kustomization file under " + folder + ":" + wrong);
}

}  // namespace

Result<Kustomization> read_kustomization(std::string_view text, const std::string& file,
                                         const std::string& folder,
                                         std::vector<std::string>& warnings) {
  codec::YamlOptions options;
  options.go_exact = true;
  options.strict = false;
  options.first_only = true;
  auto documents = codec::parse_yaml(text, file, options);
  if (!documents) {
    return fail(std::move(documents).error().with_context("invalid Kustomization"));
  }
  const Value value = documents->empty() ? Value() : documents->front().value;
  Kustomization k;
  auto decoded = Decoder::strict().decode(value, k);
  if (!decoded) {
    return fail(std::move(decoded).error().at({file}).with_context("invalid Kustomization"));
  }
  warn_deprecated(value, warnings);
  modernize(k);
  if (!says_anything(value)) {
    return fail(Error(Code::invalid, "kustomization.yaml is empty").at({file}));
  }
  TRY(check_kind(k, folder));
  return k;
}

Result<> apply_overrides(Kustomization& k, const Value& overrides) {
  Kustomization over;
  TRY(Decoder::strict().decode(overrides, over));
  const auto add = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  // An image that is named again is meant anew, as `kustomize edit set image` does.
  for (const Image& image : over.images) {
    std::erase_if(k.images, [&](const Image& one) { return one.name == image.name; });
    k.images.push_back(image);
  }
  for (const Replica& replica : over.replicas) {
    std::erase_if(k.replicas, [&](const Replica& one) { return one.name == replica.name; });
    k.replicas.push_back(replica);
  }
  add(k.patches, over.patches);
  add(k.components, over.components);
  add(k.labels, over.labels);
  for (const auto& [key, text] : over.common_labels) k.common_labels[key] = text;
  for (const auto& [key, text] : over.common_annotations) k.common_annotations[key] = text;
  if (!over.name_prefix.empty()) k.name_prefix = over.name_prefix;
  if (!over.name_suffix.empty()) k.name_suffix = over.name_suffix;
  if (!over.ns.empty()) k.ns = over.ns;
  return {};
}

}  // namespace rumbo::render::kustomize
