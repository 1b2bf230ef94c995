// prepare: may this account do all that the transaction and its undo may need?
#include <map>
#include <set>

#include "base/strings.h"
#include "target/kubernetes/target_parts.h"

namespace rumbo::target::kubernetes {

Result<Reservation> KubernetesTarget::prepare(const Outline& outline, const Fence&,
                                              const Cancel& cancel) {
  // Creating and changing go by patch and create; undoing a creation goes by delete.
  static const std::vector<std::string> kVerbs{"get", "create", "patch", "delete"};
  std::set<std::tuple<std::string, std::string, std::string>> asked;
  std::vector<std::string> lacking;
  for (const Object& object : outline.objects) {
    const ObjectKey& key = object.key;
    if (!asked.emplace(key.group, key.kind, key.ns).second) continue;
    const auto resource = parts_->resource(key, cancel, object.value["apiVersion"].as_string());
    if (!resource) {
      // A kind whose definition this transaction brings is not served yet; the dry-run looks again.
      if (resource.error().failure == ApiFailure::not_served) continue;
      return fail(Error(resource.error()));
    }
    const std::string ns = resource->namespaced ? key.ns : "";
    const auto refused = TRY(parts_->access.refused(*resource, ns, kVerbs, cancel));
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
