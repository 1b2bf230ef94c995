#include "render/kustomize/options.h"

#include <algorithm>

#include "base/strings.h"

namespace rumbo::render::kustomize {
namespace {

/// Fields of the section that are no fields of a kustomization.
constexpr std::string_view kOwn[] = {"loadRestrictor",
                                     "reorder",
                                     "remotes",
                                     "enableHelm",
                                     "kubeVersion",
                                     "apiVersions",
                                     "ignoreMissingComponents",
                                     "labelWithoutSelector",
                                     "labelIncludeTemplates"};
constexpr std::string_view kOverrides[] = {
    "images",     "patches",   "replicas", "components",   "namePrefix",
    "nameSuffix", "namespace", "labels",   "commonLabels", "commonAnnotations"};

/// "name=new/name:tag@digest", "name:tag" or "name@digest" as an entry of `images`.
Value parse_image(std::string_view text) {
  const std::size_t equals = text.find('=');
  const bool renamed = equals != text.npos;
  std::string_view rest = renamed ? text.substr(equals + 1) : text;
  std::string digest, tag;
  if (const std::size_t at = rest.find('@'); at != rest.npos) {
    digest = rest.substr(at + 1);
    rest = rest.substr(0, at);
  }
  const std::size_t slash = rest.rfind('/');
  const std::size_t colon = rest.find(':', slash == rest.npos ? 0 : slash);
  if (colon != rest.npos) {
    tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  }
  Value image = Value::object({{"name", renamed ? text.substr(0, equals) : rest}});
  if (renamed) image = image.with("newName", rest);
  if (!tag.empty()) image = image.with("newTag", tag);
  if (!digest.empty()) image = image.with("digest", digest);
  return image;
}

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

Result<Options> read_options(const Value& section) {
  Options options;
  if (section.is_null()) return options;
  if (!section.is_object()) return fail(Code::invalid, "`kustomize` must be a map");
  const std::string_view restrictor =
      section["loadRestrictor"].as_string("LoadRestrictionsRootOnly");
  if (restrictor != "LoadRestrictionsRootOnly" && restrictor != "LoadRestrictionsNone") {
    return fail(Code::invalid,
                "`kustomize.loadRestrictor` must be LoadRestrictionsRootOnly or "
                "LoadRestrictionsNone");
  }
  options.files_from_anywhere = restrictor == "LoadRestrictionsNone";
  if (const Value& order = section["reorder"]; !order.is_null()) {
    if (order.as_string() != "legacy" && order.as_string() != "none") {
      return fail(Code::invalid, "`kustomize.reorder` must be legacy or none");
    }
    options.legacy_order = order.as_string() == "legacy";
  }
  options.helm.enabled = section["enableHelm"].as_bool();
  options.helm.kube_version = section["kubeVersion"].as_string();
  for (const Value& version : section["apiVersions"].items()) {
    options.helm.api_versions.push_back(version.str());
  }
  Value overrides;
  for (const Member& member : section.members()) {
    if (is_one_of(member.key(), kOwn)) continue;
    if (!is_one_of(member.key(), kOverrides)) {
      return fail(Code::invalid, "`kustomize." + printable(member.key(), 64) +
                                     "` is no field that an application "
                                     "may set");
    }
    overrides = overrides.with(member.key(), member.value);
  }
  if (overrides["images"].is_array()) {
    std::vector<Value> images;
    for (const Value& image : overrides["images"].items()) {
      images.push_back(image.is_string() ? parse_image(image.as_string()) : image);
    }
    overrides = overrides.with("images", Value::array(std::move(images)));
  }
  const bool apart = section["labelWithoutSelector"].as_bool();
  if (apart && overrides["commonLabels"].is_object()) {
    std::vector<Value> labels(overrides["labels"].items().begin(),
                              overrides["labels"].items().end());
    labels.push_back(Value::object({{"pairs", overrides["commonLabels"]},
                                    {"includeTemplates", section["labelIncludeTemplates"]}}));
    overrides = overrides.without("commonLabels").with("labels", Value::array(std::move(labels)));
  }
  options.ignore_missing_components = section["ignoreMissingComponents"].as_bool();
  options.overrides = std::move(overrides);
  return options;
}

}  // namespace rumbo::render::kustomize
