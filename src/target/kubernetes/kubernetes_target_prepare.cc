// prepare: may this account do all that the transaction and its undo may need?
#include <map>
#include <set>

#include "base/strings.h"
#include "target/kubernetes/target_parts.h"

namespace rumbo::target::kubernetes {

namespace {

/// A kind of object in a namespace, and all that is to be done with it.
struct Rights {
  std::string api_version;  ///< empty: as it is served
  std::set<std::string> verbs;
};

/// Creating and changing go by patch and create; undoing a creation goes by delete, and what was
/// others' is put back as it was by update.
std::map<ObjectKey, Rights> needed(const Outline& outline) {
  std::map<ObjectKey, Rights> out;
  const auto of = [&](const ObjectKey& key) -> Rights& {
    return out[{key.group, key.kind, key.ns, std::string()}];
  };
  for (const Object& object : outline.objects) {
    Rights& rights = of(object.key);
    rights.api_version = object.value["apiVersion"].str();
    rights.verbs.insert({"get", "create", "patch", "delete"});
    if (outline.takes_over.contains(object.key)) rights.verbs.insert("update");
  }
  for (const ObjectKey& key : outline.removes) of(key).verbs.insert({"get", "delete"});
  return out;
}

}  // namespace

Result<Reservation> KubernetesTarget::prepare(const Outline& outline, const Fence&,
                                              const Cancel& cancel) {
  std::vector<std::string> lacking;
  for (const auto& [key, rights] : needed(outline)) {
    const auto resource = parts_->resource(key, cancel, rights.api_version);
    if (!resource) {
      // A kind whose definition this transaction brings is not served yet; the dry-run looks again.
      if (resource.error().failure == ApiFailure::not_served) continue;
      return fail(Error(resource.error()));
    }
    const std::string ns = resource->namespaced ? key.ns : "";
    const auto refused = TRY(
        parts_->access.refused(*resource, ns, {rights.verbs.begin(), rights.verbs.end()}, cancel));
    if (refused.empty()) continue;
    const std::string name =
        resource->group.empty() ? resource->plural : resource->plural + "." + resource->group;
    lacking.push_back(join(refused, ", ") + " " + name + (ns.empty() ? "" : " in namespace " + ns));
  }
  if (!lacking.empty()) {
    return fail(Error(Code::denied, "this account may not " + join(lacking, "; nor "))
                    .with_hint("give it these rights: the transaction and its undo need them (see "
                               "docs/kubernetes.md)"));
  }
  return Reservation{};
}

}  // namespace rumbo::target::kubernetes
