#include "engine/health/rules.h"
#include "model/object.h"

namespace rumbo::engine::health {
namespace {

/// Clusters without a load balancer never give an address: only who asks for it waits.
bool must_have_address(const Value& object) {
  return annotation(object, "rumbo.dev/wait-for-address") == "true";
}

bool has_address(const Value& object) {
  return !object["status"]["loadBalancer"]["ingress"].empty();
}

}  // namespace

Health service(const Value& object) {
  // A host target says whether the Service answers at its virtual address.
  const Value& own = object["status"]["rumbo"];
  if (own.is_object() && !own["reachable"].as_bool()) {
    return progressing(own["message"].str("not reachable at its address"));
  }
  if (object["spec"]["type"].as_string() != "LoadBalancer") return ready();
  const bool real = object["metadata"]["uid"].is_string() && !own.is_object();
  if (real && object["spec"]["clusterIP"].as_string().empty()) {
    return progressing("no cluster address yet");
  }
  if (must_have_address(object) && !has_address(object)) {
    return progressing("no address from the load balancer yet");
  }
  return ready();
}

Health ingress(const Value& object) {
  if (must_have_address(object) && !has_address(object)) return progressing("no address yet");
  return ready();
}

}  // namespace rumbo::engine::health
