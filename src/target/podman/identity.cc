#include "target/podman/identity.h"

#include <fmt/core.h>

#include "target/podman/pod_spec.h"
#include "target/podman/shape.h"

namespace rumbo::target::podman {
namespace {

std::string claim_name(const Value& claim_template, const Value& workload, int ordinal) {
  return fmt::format("{}-{}-{}", claim_template["metadata"]["name"].as_string(),
                     workload["metadata"]["name"].as_string(), ordinal);
}

bool is_stateful(const Value& workload) {
  return workload["kind"].as_string() == "StatefulSet";
}

}  // namespace

std::string identity_of(const ObjectKey& workload, const std::string& pod, int ordinal) {
  if (workload.kind == "StatefulSet") return fmt::format("{}-{}", workload.name, ordinal);
  return workload.kind == "Pod" ? workload.name : pod;
}

Value pod_template_of(const Value& workload, int ordinal) {
  Value plain = pod_template_of(workload);
  const Value& templates = workload["spec"]["volumeClaimTemplates"];
  if (!is_stateful(workload) || templates.empty()) return plain;
  const auto& own = plain["spec"]["volumes"].items();
  std::vector<Value> volumes(own.begin(), own.end());
  for (const Value& one : templates.items()) {
    volumes.push_back(
        Value::object({{"name", one["metadata"]["name"]},
                       {"persistentVolumeClaim",
                        Value::object({{"claimName", claim_name(one, workload, ordinal)}})}}));
  }
  return plain.with_path({"spec", "volumes"}, Value::array(std::move(volumes)));
}

std::vector<std::string> template_claims(const Value& workload) {
  std::vector<std::string> out;
  if (!is_stateful(workload)) return out;
  for (const Value& one : workload["spec"]["volumeClaimTemplates"].items()) {
    for (int ordinal = 0; ordinal < wanted_replicas(workload); ++ordinal) {
      out.push_back(claim_name(one, workload, ordinal));
    }
  }
  return out;
}

bool starts_in_order(const Value& workload) {
  return is_stateful(workload) &&
         workload["spec"]["podManagementPolicy"].as_string("OrderedReady") == "OrderedReady";
}

}  // namespace rumbo::target::podman
