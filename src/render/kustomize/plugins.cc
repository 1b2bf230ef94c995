#include "render/kustomize/plugins.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "render/kustomize/generators.h"
#include "render/kustomize/helm_charts.h"
#include "render/kustomize/kustomization_fields.h"
#include "render/kustomize/node_value.h"
#include "render/kustomize/value_add.h"

namespace rumbo::render::kustomize {
namespace {

tl::unexpected<Error> external(const Resource& configuration) {
  return fail(Error(Code::unsupported,
                    fmt::format("external plugins disabled; unable to load external plugin '{}'",
                                printable(configuration.kind(), 128)))
                  .with_hint("a build runs no programs: render what the plugin makes beforehand"));
}

bool is_builtin(const Resource& configuration) {
  return configuration.api_version() == "builtin";
}

struct IamPolicy {
  struct Account {
    std::string name, ns, project;
  };
  std::string cloud;
  Account kubernetes, service;
};

template <class Visit>
void each_field(Visit& visit, IamPolicy::Account& account) {
  visit("name", account.name);
  visit("namespace", account.ns);
  visit("projectId", account.project);
}

template <class Visit>
void each_field(Visit& visit, IamPolicy& policy) {
  visit("cloud", policy.cloud);
  visit("kubernetesService", policy.kubernetes);
  visit("serviceAccount", policy.service);
}

Result<Node*> service_account(Build& build, const IamPolicy& policy) {
  if (policy.cloud != "gke") {
    return fail(Code::unsupported,
                fmt::format("cloud provider {} not supported yet", printable(policy.cloud, 64)));
  }
  Value metadata = Value::object(
      {{"name", policy.kubernetes.name},
       {"annotations", Value::object({{"iam.gke.io/gcp-service-account",
                                       policy.service.name + "@" + policy.service.project +
                                           ".iam.gserviceaccount.com"}})}});
  if (!policy.kubernetes.ns.empty()) metadata = metadata.with("namespace", policy.kubernetes.ns);
  return from_value(build.arena(), Value::object({{"apiVersion", "v1"},
                                                  {"kind", "ServiceAccount"},
                                                  {"metadata", std::move(metadata)}}));
}

/// The fields that more than one transformer has.
class Configuration {
 public:
  Configuration(Build& build, const Loader& loader, Value value)
      : build_(build), loader_(loader), value_(std::move(value)) {}

  Result<Transformer> make(std::string_view kind) {
    if (kind == "NamespaceTransformer") return make_namespace();
    if (kind == "PrefixTransformer" || kind == "SuffixTransformer" ||
        kind == "PrefixSuffixTransformer") {
      return make_affixes(kind);
    }
    if (kind == "LabelTransformer") {
      return labels_transformer(TRY(texts("labels")), TRY(specs()));
    }
    if (kind == "AnnotationsTransformer") {
      return annotations_transformer(TRY(texts("annotations")), TRY(specs()));
    }
    if (kind == "ReplicaCountTransformer") {
      return replica_transformer(TRY(read<Replica>("replica")), TRY(specs()));
    }
    if (kind == "ImageTagTransformer") {
      return image_transformer(TRY(read<Image>("imageTag")), TRY(specs()));
    }
    if (kind == "HashTransformer") return hash_transformer();
    if (kind == "ReplacementTransformer") {
      return replacement_transformer(loader_, TRY(read<std::vector<Replacement>>("replacements")));
    }
    if (kind == "ValueAddTransformer") return value_add_transformer(loader_, value_);
    return make_patch(kind);
  }

 private:
  template <class T>
  Result<T> read(const char* name) const {
    T out{};
    TRY(Decoder::lenient().decode(value_[name], out, name));
    return out;
  }
  Result<std::string> text(const char* name) const { return read<std::string>(name); }
  Result<TextMap> texts(const char* name) const { return read<TextMap>(name); }
  Result<FieldSpecs> specs() const {
    return read_specs(build_.arena(), value_["fieldSpecs"], false);
  }

  Result<Transformer> make_namespace() const {
    NamespaceArgs args;
    TRY(Decoder::lenient().decode(value_["metadata"]["namespace"], args.ns, "namespace"));
    args.specs = TRY(specs());
    args.unset_only = TRY(read<bool>("unsetOnly"));
    args.subjects = TRY(text("setRoleBindingSubjects"));
    return namespace_transformer(std::move(args));
  }

  Result<Transformer> make_affixes(std::string_view kind) const {
    if (value_["fieldSpecs"].is_null()) {
      return fail(Code::invalid, "fieldSpecs is not expected to be nil");
    }
    const FieldSpecs fields = TRY(specs());
    const Transformer prefix = affix_transformer(Affix::prefix, TRY(text("prefix")), fields);
    const Transformer suffix = affix_transformer(Affix::suffix, TRY(text("suffix")), fields);
    if (kind == "PrefixTransformer") return prefix;
    if (kind == "SuffixTransformer") return suffix;
    return Transformer([prefix, suffix](Build& build, ResMap& map) -> Result<> {
      TRY(prefix(build, map));
      return suffix(build, map);
    });
  }

  Result<Transformer> make_patch(std::string_view kind) const {
    Patch patch;
    patch.path = TRY(text("path"));
    patch.target = TRY(read<std::optional<Selector>>("target"));
    patch.options = TRY(read<std::optional<PatchArgs>>("options"));
    if (kind == "PatchTransformer") {
      patch.patch = TRY(text("patch"));
      return patch_transformer(build_, loader_, patch);
    }
    if (kind == "PatchJson6902Transformer") {
      patch.patch = TRY(text("jsonOp"));
      return json_patch_transformer(loader_, patch);
    }
    if (kind == "PatchStrategicMergeTransformer") {
      return strategic_transformer(build_, loader_, TRY(read<std::vector<std::string>>("paths")),
                                   TRY(text("patches")));
    }
    return fail(Code::invalid, fmt::format("unable to load builtin {}", printable(kind, 128)));
  }

  Build& build_;
  const Loader& loader_;
  const Value value_;
};

Error described(Error error, const Resource& configuration) {
  return std::move(error).with_context(fmt::format("plugin {} {} fails configuration",
                                                   printable(configuration.kind(), 128),
                                                   printable(configuration.name(), 128)));
}

}  // namespace

Result<Generator> load_generator(Build& build, std::shared_ptr<const Loader> loader,
                                 const Resource& configuration) {
  if (!is_builtin(configuration)) return external(configuration);
  const Value value = TRY(to_value(configuration.node));
  const std::string_view kind = configuration.kind();
  if (kind == "IAMPolicyGenerator") {
    IamPolicy policy;
    auto decoded = Decoder::lenient().decode(value, policy);
    if (!decoded) return fail(described(std::move(decoded).error(), configuration));
    return Generator([policy](Build& context, ResMap& made) -> Result<> {
      return made.append(context, context.make_resource(TRY(service_account(context, policy))));
    });
  }
  if (kind == "HelmChartInflationGenerator") {
    HelmChart chart;
    HelmGlobals globals;
    auto decoded = Decoder::lenient().decode(value, chart);
    if (decoded) decoded = Decoder::lenient().decode(value, globals);
    chart.home = globals.home;
    if (decoded) decoded = complete_chart(build, chart);
    if (!decoded) return fail(described(std::move(decoded).error(), configuration));
    return Generator([chart, loader = std::move(loader)](Build& context, ResMap& made) -> Result<> {
      for (Resource* one : TRY(inflate_chart(context, *loader, chart))) {
        TRY(made.append(context, one));
      }
      return {};
    });
  }
  const bool secret = kind == "SecretGenerator";
  if (!secret && kind != "ConfigMapGenerator") {
    return fail(Code::unsupported, fmt::format("unable to load builtin {}", printable(kind, 128)));
  }
  GeneratorArgs args;
  auto decoded = Decoder::lenient().decode(value, args);
  if (!decoded) return fail(described(std::move(decoded).error(), configuration));
  if (args.name.empty()) args.name = value["metadata"]["name"].str();
  if (args.ns.empty()) args.ns = value["metadata"]["namespace"].str();
  return Generator(
      [args, secret, loader = std::move(loader)](Build& context, ResMap& made) -> Result<> {
        Resource* one = TRY(secret ? generate_secret(context, *loader, args)
                                   : generate_config_map(context, *loader, args));
        return made.append(context, one);
      });
}

Result<Transformer> load_transformer(Build& build, const Loader& loader,
                                     const Resource& configuration) {
  if (!is_builtin(configuration)) return external(configuration);
  auto made =
      Configuration(build, loader, TRY(to_value(configuration.node))).make(configuration.kind());
  if (!made) return fail(described(std::move(made).error(), configuration));
  return made;
}

}  // namespace rumbo::render::kustomize
