// Name references: fields that hold names of other objects follow them when they are renamed.
#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <unordered_map>

#include "base/strings.h"
#include "render/kustomize/transformer.h"

namespace rumbo::render::kustomize {
namespace {

using Candidates = std::vector<Resource*>;

struct Rule {
  const FieldSpec* spec;
  Gvk target;
};

/// What every reference asks about all objects, prepared once: names do not change meanwhile.
class Index {
 public:
  Index(const Build& build, const ResMap& map) : build_(build) {
    for (Resource* one : map.all()) {
      std::set<std::string_view> names;
      for (const PreviousName& previous : one->previous) names.insert(previous.name);
      for (const std::string_view name : names) by_name_[name].push_back(one);
      by_original_[one->original_id(build).effective_namespace()].push_back(one);
      ids_.emplace(one, one->current_id(build));
    }
  }

  const Candidates& named(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? none_ : found->second;
  }
  const Candidates& originally_in(std::string_view ns) const {
    const auto found = by_original_.find(ns);
    return found == by_original_.end() ? none_ : found->second;
  }
  const ResId& id(const Resource* resource) const { return ids_.at(resource); }

 private:
  const Build& build_;
  std::unordered_map<std::string_view, Candidates> by_name_, by_original_;
  std::unordered_map<const Resource*, ResId> ids_;
  Candidates none_;
};

bool was_of_kind(const Resource& resource, const Gvk& gvk) {
  const auto ids = resource.previous_ids();
  return std::any_of(ids.begin(), ids.end(),
                     [&](const ResId& id) { return id.gvk.is_selected(gvk); });
}

/// Updates the references of one object.
class Updater {
 public:
  Updater(Build& build, const Index& index, Resource& referrer)
      : build_(build), index_(index), referrer_(referrer), id_(index.id(&referrer)) {}

  /// Finds out which namespaces the object reaches besides its own.
  Result<> prepare() {
    if (id_.cluster_scoped || referrer_.kind() != "RoleBinding") return {};
    const Node* subjects = field(referrer_.node, "subjects");
    if (subjects == nullptr || !subjects->is(Kind::sequence)) return {};
    for (const Node* subject : subjects->content) {
      const Node* ns = field(subject, "namespace");
      if (ns == nullptr || text_of(subject, "kind") != "ServiceAccount") continue;
      if (ns->is_null()) {
        return fail(Code::invalid, "Invalid Input: namespace is blank for resource \"" +
                                       printable(id_.to_string(), 512) + "\"");
      }
      binding_namespaces_.insert(ns->value);
    }
    return {};
  }

  Result<> run(const Rule& rule) {
    rule_ = &rule;
    FieldSpec spec = *rule.spec;
    spec.gvk = {};
    const FieldAction action{[this](Node& node) { return set(node); }};
    auto done = apply_spec(build_.arena(), *referrer_.node, spec, action);
    if (done) return {};
    return fail(std::move(done).error().with_context(
        fmt::format("updating name reference in '{}' field of '{}'", spec.path, id_.to_string())));
  }

 private:
  Result<> set(Node& node) {
    if (is_missing(&node)) return {};
    switch (node.kind) {
      case Kind::scalar:
        return set_name(node);
      case Kind::mapping:
        return set_object(node);
      case Kind::sequence:
        for (Node* element : node.content) {
          if (element->is(Kind::sequence)) {
            return fail(Code::invalid, "a list is expected to be either a string or a map");
          }
          TRY(set(*element));
        }
        return {};
      case Kind::none:
        return fail(Code::invalid, "node must be a scalar, sequence or map");
    }
    return {};
  }

  static Node text(std::string_view value) {
    Node node;
    node.kind = Kind::scalar;
    node.value = value;
    return node;
  }

  Result<> set_name(Node& node) {
    const Resource* found = TRY(select(node.value, nullptr, false));
    if (found == nullptr || found->name() == node.value) return {};
    return set_scalar(node, text(found->name()));
  }

  Result<> set_object(Node& node) {
    const Node* name = field(&node, "name");
    if (name == nullptr) {
      return fail(Code::invalid, "path config error; no 'name' field in node");
    }
    const Node* ns = field(&node, "namespace");
    const Resource* found = TRY(select(name->value, ns, true));
    if (found == nullptr) return {};
    if (found->name() == name->value && found->ns().empty()) return {};
    TRY(set_field(build_.arena(), node, "name", build_.arena().scalar(found->name())));
    if (found->ns().empty()) return {};
    TRY(set_field(build_.arena(), node, "namespace", build_.arena().scalar(found->ns())));
    return {};
  }

  /// True if the referrer may see the object at all.
  bool reaches(const Resource& one) const {
    if (id_.cluster_scoped) return true;
    const ResId& other = index_.id(&one);
    return other.cluster_scoped || other.same_namespace(id_) ||
           binding_namespaces_.contains(one.ns());
  }

  /// True if a reference that names the namespace means the object.
  bool in_namespace(const Resource& one, std::string_view ns) const {
    const Candidates& first = index_.originally_in(ns);
    const bool originally =
        std::any_of(first.begin(), first.end(), [&](const Resource* r) { return reaches(*r); });
    if (ns == "_non_namespaceable_") return false;
    if (originally) return one.original_id(build_).effective_namespace() == ns;
    return index_.id(&one).effective_namespace() == ns;
  }

  bool same_place(const Resource& one) const {
    if (id_.cluster_scoped) return true;
    const ResId& other = index_.id(&one);
    return other.cluster_scoped || one.kind() == "ServiceAccount" || id_.same_namespace(other);
  }

  bool role_fits(const Resource& one) const {
    if (!rule_->spec->path.ends_with("roleRef/name")) return true;
    const Node* role = field(referrer_.node, "roleRef");
    const Node* group = field(role, "apiGroup");
    const Node* kind = field(role, "kind");
    if (group == nullptr || kind == nullptr) return true;
    return was_of_kind(one, {group->value, "", kind->value});
  }

  Result<const Resource*> select(std::string_view name, const Node* ns, bool by_namespace_too) {
    Candidates left;
    for (Resource* one : index_.named(name)) {
      if (!was_of_kind(*one, rule_->target) || !reaches(*one)) continue;
      if (ns != nullptr && !in_namespace(*one, ns->value)) continue;
      if (role_fits(*one) && same_place(*one)) left.push_back(one);
    }
    if (left.size() == 1) return left.front();
    for (const bool lenient : {true, false}) {
      if (!lenient && left.size() <= 1) break;
      std::erase_if(left,
                    [&](const Resource* one) { return !same_ends(*one, referrer_, lenient); });
    }
    if (left.empty()) return nullptr;
    const bool same = std::all_of(left.begin(), left.end(), [&](const Resource* one) {
      return one->name() == left.front()->name() &&
             (!by_namespace_too || one->ns() == left.front()->ns());
    });
    if (same) return left.front();
    std::string ids;
    for (const Resource* one : left) ids += (ids.empty() ? "" : ", ") + index_.id(one).to_string();
    return fail(Code::conflict, "found multiple possible referrals: " + printable(ids, 1024));
  }

  Build& build_;
  const Index& index_;
  Resource& referrer_;
  const ResId id_;
  std::set<std::string_view> binding_namespaces_;
  const Rule* rule_ = nullptr;
};

}  // namespace

Result<> fix_references(Build& build, ResMap& map, const TransformerConfig& config) {
  const Index index(build, map);
  std::map<std::string, std::vector<Rule>> rules;  // by the kind of the referrer
  for (Resource* one : map.all()) {
    if (one->deleted()) continue;
    const Gvk gvk = one->original_id(build).gvk;
    auto [found, is_new] = rules.try_emplace(gvk.to_string());
    if (is_new) {
      for (const NameReference& reference : config.name_reference) {
        for (const FieldSpec& spec : reference.referrers) {
          if (gvk.is_selected(spec.gvk)) found->second.push_back({&spec, reference.gvk});
        }
      }
    }
    if (found->second.empty()) continue;
    Updater updater(build, index, *one);
    TRY(updater.prepare());
    for (const Rule& rule : found->second) TRY(updater.run(rule));
  }
  return {};
}

}  // namespace rumbo::render::kustomize
