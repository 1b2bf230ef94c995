#include "target/kubernetes/volume_binding.h"

namespace rumbo::target::kubernetes {

bool may_wait_for_consumer(const Value& claim) {
  return claim["kind"].as_string() == "PersistentVolumeClaim" &&
         claim["apiVersion"].as_string() == "v1" &&
         claim["status"]["phase"].as_string() == "Pending" &&
         !claim["spec"]["storageClassName"].as_string().empty() &&
         annotation(claim, "volume.kubernetes.io/selected-node").empty();
}

Value with_binding(Value claim, ApiClient& client, Discovery& discovery, const Cancel& cancel) {
  if (!may_wait_for_consumer(claim)) return claim;
  const auto classes = discovery.find("storage.k8s.io", "", "StorageClass", cancel);
  if (!classes) return claim;
  const auto found =
      client.get(*classes, "", claim["spec"]["storageClassName"].as_string(), Read::cached, cancel);
  if (!found || !*found) return claim;
  if ((**found)["volumeBindingMode"].as_string() != "WaitForFirstConsumer") return claim;
  return claim.with_path({"status", "rumbo", "waitsForConsumer"}, true);
}

}  // namespace rumbo::target::kubernetes
