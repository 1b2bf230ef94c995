// The transformers that set one thing: namespace, prefix, suffix, labels, annotations, replicas.
#include <fmt/format.h>
#include <unordered_set>

#include "base/strings.h"
#include "render/kustomize/generators.h"
#include "render/kustomize/transformer.h"

namespace rumbo::render::kustomize {
namespace {

Node scalar_of(std::string_view text, Tag tag) {
  Node node;
  node.kind = Kind::scalar;
  node.tag = tag;
  node.value = text;
  return node;
}

/// Sets the namespace of one object.
class NamespaceSetter {
 public:
  NamespaceSetter(Build& build, const NamespaceArgs& args)
      : build_(build), args_(args), text_(build.arena().keep(args.ns)) {}

  Result<> run(Resource& resource) {
    Node& node = *resource.node;
    const std::string_view kind = resource.kind();
    const bool cluster = resource.current_id(build_).cluster_scoped;
    if (!cluster) {
      const FieldAction own{set(), Kind::scalar, Tag::none};
      TRY(apply_spec(build_.arena(), node, {{}, "metadata/namespace", true}, own));
    }
    const bool binding = kind == "RoleBinding" || kind == "ClusterRoleBinding";
    if (binding) TRY(set_subjects(node));
    const FieldAction action{set(), Kind::scalar, Tag::string};
    for (const FieldSpec& spec : args_.specs) {
      if (spec.path == "metadata/namespace") continue;
      if (spec.path == "metadata/name" && resource.api_version() != "v1") continue;
      const bool of_subjects =
          spec.path == "subjects/namespace" &&
          (spec.gvk.kind == "RoleBinding" || spec.gvk.kind == "ClusterRoleBinding");
      if (binding && of_subjects) continue;
      auto done = apply_spec(build_.arena(), node, spec, action);
      if (!done) {
        return fail(std::move(done).error().with_context("namespace transformation failed"));
      }
    }
    return {};
  }

 private:
  std::function<Result<>(Node&)> set() const {
    return [this](Node& field) -> Result<> {
      if (args_.unset_only && field.is(Kind::scalar) && !field.value.empty()) return {};
      return set_scalar(field, scalar_of(text_, Tag::string));
    };
  }

  Result<> set_subjects(Node& object) {
    if (args_.subjects == "none") return {};
    const bool all = args_.subjects == "allServiceAccounts";
    const Node* subjects = field(&object, "subjects");
    if (is_missing(subjects)) return {};
    TRY(expect(subjects, Kind::sequence));
    for (Node* subject : subjects->content) {
      TRY(expect(subject, Kind::mapping));
      const Node* told_by = field(subject, all ? "kind" : "name");
      if (is_missing(told_by) || told_by->value != (all ? "ServiceAccount" : "default")) continue;
      Node* ns = TRY(field_or_create(build_.arena(), *subject, "namespace", Kind::scalar));
      if (ns != nullptr) TRY(set()(*ns));
    }
    return {};
  }

  Build& build_;
  const NamespaceArgs& args_;
  std::string_view text_;
};

Result<> check_unique(const Build& build, const ResMap& map) {
  std::unordered_set<std::string> seen;
  for (const Resource* one : map.all()) {
    if (one->deleted()) continue;
    const ResId id = one->current_id(build);
    std::string key = id.gvk.to_string() + "/";
    key += id.effective_namespace();
    key += "/";
    key += id.name;
    if (seen.insert(std::move(key)).second) continue;
    return fail(Code::conflict,
                "namespace transformation produces ID conflict: " + printable(id.to_string(), 512));
  }
  return {};
}

/// CustomResourceDefinitions, APIServices and Namespaces keep their names.
bool keeps_name(const Gvk& gvk) {
  return gvk.kind == "CustomResourceDefinition" || gvk.kind == "Namespace" ||
         (gvk.kind == "APIService" && gvk.group == "apiregistration.k8s.io");
}

/// Sets keys of a map field, creating it. One node serves all places of an object, as in
/// Kustomize: a later change of its text shows in all of them.
Result<> set_entries(Build& build, ResMap& map, const TextMap& texts, const FieldSpecs& specs) {
  Arena& arena = build.arena();
  std::vector<std::pair<std::string_view, std::string_view>> kept;
  for (const auto& [key, text] : texts) kept.emplace_back(arena.keep(key), arena.keep(text));
  for (Resource* one : map.all()) {
    if (one->deleted()) continue;
    for (const auto& [key, text] : kept) {
      Node* value = arena.make(Kind::scalar, Tag::string);
      value->value = text;
      const FieldAction action{[&arena, key = key, value](Node& at) -> Result<> {
                                 TRY(set_field(arena, at, key, value));
                                 return {};
                               },
                               Kind::mapping, Tag::map};
      TRY(apply_specs(arena, *one->node, specs, action));
    }
  }
  return {};
}

}  // namespace

Result<Transformer> namespace_transformer(NamespaceArgs args) {
  constexpr std::string_view kModes[] = {"", "defaultOnly", "allServiceAccounts", "none"};
  if (std::find(std::begin(kModes), std::end(kModes), args.subjects) == std::end(kModes)) {
    return fail(Code::invalid,
                fmt::format("invalid value \"{}\" for setRoleBindingSubjects: must be one of "
                            "\"defaultOnly\", \"none\" or \"allServiceAccounts\"",
                            printable(args.subjects, 64)));
  }
  return Transformer([args = std::move(args)](Build& build, ResMap& map) -> Result<> {
    if (args.ns.empty()) return {};
    NamespaceSetter setter(build, args);
    for (Resource* one : map.all()) {
      if (one->deleted() || one->helm_generated) continue;
      one->store_previous(build);
      TRY(setter.run(*one));
    }
    return check_unique(build, map);
  });
}

Transformer affix_transformer(Affix affix, std::string text, FieldSpecs specs) {
  return [affix, text = std::move(text), specs = std::move(specs)](Build& build,
                                                                   ResMap& map) -> Result<> {
    const std::string_view kept = build.arena().keep(text);
    const FieldAction action{[&build, affix, kept](Node& node) -> Result<> {
                               std::string name = affix == Affix::prefix ? std::string(kept) : "";
                               name += node.value;
                               if (affix == Affix::suffix) name += kept;
                               return set_scalar(
                                   node, scalar_of(build.arena().keep(std::move(name)), Tag::none));
                             },
                             Kind::scalar, Tag::string};
    for (Resource* one : map.all()) {
      if (one->deleted()) continue;
      const ResId id = one->original_id(build);
      if (keeps_name(id.gvk)) continue;
      for (const FieldSpec& spec : specs) {
        if (!id.gvk.is_selected(spec.gvk)) continue;
        if (spec.path == "metadata/name" && !kept.empty()) {
          (affix == Affix::prefix ? one->prefixes : one->suffixes).push_back(kept);
          one->store_previous(build);
        }
        TRY(apply_spec(build.arena(), *one->node, spec, action));
      }
    }
    return {};
  };
}

Transformer labels_transformer(TextMap labels, FieldSpecs specs) {
  return [labels = std::move(labels), specs = std::move(specs)](Build& build, ResMap& map) {
    return set_entries(build, map, labels, specs);
  };
}

Transformer annotations_transformer(TextMap annotations, FieldSpecs specs) {
  return labels_transformer(std::move(annotations), std::move(specs));
}

Transformer replica_transformer(Replica replica, FieldSpecs specs) {
  return [replica = std::move(replica), specs = std::move(specs)](Build& build,
                                                                  ResMap& map) -> Result<> {
    bool found = false;
    const std::string_view count = build.arena().keep(std::to_string(replica.count));
    const FieldAction action{
        [count](Node& node) { return set_scalar(node, scalar_of(count, Tag::integer)); },
        Kind::scalar, Tag::integer};
    for (const FieldSpec& spec : specs) {
      const auto matched = map.by_any_id(build, [&](const ResId& id) {
        return id.name == replica.name && id.gvk.is_selected(spec.gvk);
      });
      found |= !matched.empty();
      for (Resource* one : matched) TRY(apply_spec(build.arena(), *one->node, spec, action));
    }
    if (found) return {};
    std::string kinds;
    for (const FieldSpec& spec : specs) kinds += (kinds.empty() ? "" : " ") + spec.gvk.to_string();
    return fail(Code::not_found,
                fmt::format("resource with name {} does not match a config with the following GVK "
                            "[{}]",
                            printable(replica.name, 128), kinds));
  };
}

Transformer hash_transformer() {
  return [](Build& build, ResMap& map) -> Result<> {
    for (Resource* one : map.all()) {
      if (!one->needs_hash || one->deleted()) continue;
      const std::string hash = TRY(content_hash(*one->node));
      one->store_previous(build);
      TRY(one->set_name(build, std::string(one->name()) + "-" + hash));
    }
    return {};
  };
}

Result<> sort_resources(Build& build, ResMap& map, const SortOptions& options) {
  if (options.order != "legacy" && options.order != "fifo") {
    return fail(Code::invalid, "the field 'sortOptions.order' must be one of [fifo, legacy]");
  }
  if (options.order == "fifo") {
    if (!options.legacy) return {};
    return fail(Code::invalid,
                "the field 'sortOptions.legacySortOptions' is set but the selected "
                "sort order is 'fifo', not 'legacy'");
  }
  std::map<std::string_view, int> given;
  if (options.legacy) {
    const auto& [first, last] = *options.legacy;
    for (std::size_t at = 0; at < first.size(); ++at) {
      given[first[at]] = static_cast<int>(at) - static_cast<int>(first.size());
    }
    for (std::size_t at = 0; at < last.size(); ++at) given[last[at]] = static_cast<int>(at) + 1;
  }
  struct Sorted {
    int order;
    std::string kind, id;
    bool core_namespace;
    Gvk gvk;
    Resource* resource;
  };
  std::vector<Sorted> all;
  for (Resource* one : map.all()) {
    const ResId id = one->current_id(build);
    const auto found = given.find(id.gvk.kind);
    const int order = !options.legacy        ? kind_order(id.gvk.kind)
                      : found != given.end() ? found->second
                                             : 0;
    std::string text = id.gvk.to_string() + "|";
    text += id.ns.empty() ? "~X" : id.ns;
    text += "|";
    text += id.name.empty() ? "~N" : id.name;
    all.push_back({order, id.gvk.sort_text(), std::move(text),
                   id.gvk.kind == "Namespace" && id.gvk.group.empty(), id.gvk, one});
  }
  std::stable_sort(all.begin(), all.end(), [](const Sorted& a, const Sorted& b) {
    if (a.gvk == b.gvk) return a.id < b.id;
    if (a.order != b.order) return a.order < b.order;
    const bool namespaces = a.gvk.kind == "Namespace" && b.gvk.kind == "Namespace";
    // Kubernetes' own Namespace goes before others of that name.
    if (namespaces && (a.core_namespace || b.core_namespace)) return a.kind > b.kind;
    return a.kind < b.kind;
  });
  map.all().clear();
  for (const Sorted& one : all) map.all().push_back(one.resource);
  return {};
}

}  // namespace rumbo::render::kustomize
