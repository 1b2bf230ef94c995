#include "render/kustomize/crd_config.h"

#include "base/strings.h"
#include "codec/yaml.h"

namespace rumbo::render::kustomize {
namespace {

constexpr int kMostDepth = 32;

class Definitions {
 public:
  Definitions(Arena& arena, const Value& all) : arena_(arena), all_(all) {}

  Result<ConfigPtr> read() {
    ConfigPtr merged = std::make_shared<const TransformerConfig>();
    for (const Member& definition : all_.members()) {
      const Value& properties = schema_of(definition.value)["properties"];
      if (!properties.contains("kind") || !properties.contains("apiVersion") ||
          !properties.contains("metadata")) {
        continue;
      }
      config_ = {};
      const std::string_view name = definition.key();
      gvk_ = {"", "", arena_.keep(name.substr(name.rfind('.') + 1))};
      TRY(walk(properties, "", 0));
      merged = TRY(merge_configs(merged, std::make_shared<const TransformerConfig>(config_)));
    }
    return merged;
  }

 private:
  static const Value& schema_of(const Value& definition) {
    const Value* schema = definition.find("Schema");
    if (schema == nullptr) schema = definition.find("schema");
    static const Value kNone;
    return schema == nullptr ? kNone : *schema;
  }

  Result<> walk(const Value& properties, const std::string& path, int depth) {
    if (depth > kMostDepth) {
      return fail(Code::too_large, "definitions that refer to each other more than 32 deep");
    }
    for (const Member& member : properties.members()) {
      const Value& property = member.value;
      const std::string here = (path.empty() ? "" : path + "/") + std::string(member.key());
      if (property["x-kubernetes-annotation"].is_string()) {
        TRY(merge_spec(config_.common_annotations, spec(here)));
      }
      if (property["x-kubernetes-label-selector"].is_string()) {
        TRY(merge_spec(config_.common_labels, spec(here)));
      }
      if (property["x-kubernetes-identity"].is_string()) {
        TRY(merge_spec(config_.name_prefix, spec(here)));
      }
      reference(property, here);
      const Value& more = property["$ref"];
      if (!more.is_string()) continue;
      const Value* target = all_.find(more.as_string());
      if (target != nullptr) TRY(walk(schema_of(*target)["properties"], here, depth + 1));
    }
    return {};
  }

  void reference(const Value& property, const std::string& path) {
    const Value& version = property["x-kubernetes-object-ref-api-version"];
    const Value& kind = property["x-kubernetes-object-ref-kind"];
    if (!version.is_string() || !kind.is_string()) return;
    const std::string key = property["x-kubernetes-object-ref-name-key"].str("name");
    config_.name_reference.push_back(
        {{"", arena_.keep(version.as_string()), arena_.keep(kind.as_string())},
         {spec(path + "/" + key)}});
  }

  FieldSpec spec(const std::string& path) { return {gvk_, arena_.keep(path), false}; }

  Arena& arena_;
  const Value& all_;
  Gvk gvk_;
  TransformerConfig config_;
};

}  // namespace

Result<ConfigPtr> load_crds(Arena& arena, const Loader& loader,
                            const std::vector<std::string>& paths) {
  ConfigPtr all;
  for (const std::string& path : paths) {
    const std::string text = TRY(loader.load(path));
    codec::YamlOptions options;
    options.strict = false;
    const Value value = TRY(codec::parse_yaml_value(text, loader.locate(path), options));
    auto one = Definitions(arena, value).read();
    if (!one) return fail(std::move(one).error().at({loader.locate(path)}));
    all = TRY(merge_configs(all, *one));
  }
  return all;
}

}  // namespace rumbo::render::kustomize
