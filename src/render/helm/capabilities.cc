#include "render/helm/capabilities.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "render/helm/go_value.h"

namespace rumbo::render::helm {
namespace {

// What client-go knows without a cluster.
constexpr std::string_view kApiVersions[] = {"v1",
                                             "admissionregistration.k8s.io/v1",
                                             "admissionregistration.k8s.io/v1alpha1",
                                             "admissionregistration.k8s.io/v1beta1",
                                             "internal.apiserver.k8s.io/v1alpha1",
                                             "apps/v1",
                                             "apps/v1beta1",
                                             "apps/v1beta2",
                                             "authentication.k8s.io/v1",
                                             "authentication.k8s.io/v1alpha1",
                                             "authentication.k8s.io/v1beta1",
                                             "authorization.k8s.io/v1",
                                             "authorization.k8s.io/v1beta1",
                                             "autoscaling/v1",
                                             "autoscaling/v2",
                                             "batch/v1",
                                             "batch/v1beta1",
                                             "certificates.k8s.io/v1",
                                             "certificates.k8s.io/v1beta1",
                                             "certificates.k8s.io/v1alpha1",
                                             "coordination.k8s.io/v1alpha2",
                                             "coordination.k8s.io/v1beta1",
                                             "coordination.k8s.io/v1",
                                             "discovery.k8s.io/v1",
                                             "discovery.k8s.io/v1beta1",
                                             "events.k8s.io/v1",
                                             "events.k8s.io/v1beta1",
                                             "extensions/v1beta1",
                                             "flowcontrol.apiserver.k8s.io/v1",
                                             "flowcontrol.apiserver.k8s.io/v1beta1",
                                             "flowcontrol.apiserver.k8s.io/v1beta2",
                                             "flowcontrol.apiserver.k8s.io/v1beta3",
                                             "networking.k8s.io/v1",
                                             "networking.k8s.io/v1beta1",
                                             "node.k8s.io/v1",
                                             "node.k8s.io/v1alpha1",
                                             "node.k8s.io/v1beta1",
                                             "policy/v1",
                                             "policy/v1beta1",
                                             "rbac.authorization.k8s.io/v1",
                                             "rbac.authorization.k8s.io/v1beta1",
                                             "rbac.authorization.k8s.io/v1alpha1",
                                             "resource.k8s.io/v1",
                                             "resource.k8s.io/v1beta2",
                                             "resource.k8s.io/v1beta1",
                                             "resource.k8s.io/v1alpha3",
                                             "scheduling.k8s.io/v1alpha2",
                                             "scheduling.k8s.io/v1beta1",
                                             "scheduling.k8s.io/v1",
                                             "storage.k8s.io/v1beta1",
                                             "storage.k8s.io/v1",
                                             "storage.k8s.io/v1alpha1",
                                             "storagemigration.k8s.io/v1beta1",
                                             "apiextensions.k8s.io/v1beta1",
                                             "apiextensions.k8s.io/v1"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

Result<KubeVersion> KubeVersion::parse(std::string_view text, Profile profile) {
  std::string_view rest = trim(text);
  if (rest.starts_with('v')) rest.remove_prefix(1);
  std::vector<std::string> numbers;
  while (!rest.empty() && is_digit(rest[0])) {
    std::size_t end = 0;
    while (end < rest.size() && is_digit(rest[end])) ++end;
    numbers.emplace_back(rest.substr(0, end));
    const bool goes_on = end + 1 < rest.size() && rest[end] == '.' && is_digit(rest[end + 1]);
    rest.remove_prefix(goes_on ? end + 1 : end);
    if (!goes_on) break;
  }
  const auto refuse = [&](const std::string& why) {
    return fail(Code::invalid, fmt::format("invalid kube version '{}': {}", text, why));
  };
  if (numbers.empty()) return refuse(fmt::format("could not parse {} as version", go_quote(text)));
  if (numbers.size() < 2) return refuse("illegal version string " + go_quote(text));
  for (const std::string& number : numbers) {
    if (number.size() > 1 && number[0] == '0') {
      return refuse(
          fmt::format("illegal version component {} in {}", go_quote(number), go_quote(text)));
    }
  }
  KubeVersion version;
  version.normalized = "v" + join(numbers, ".");
  version.version = version.normalized;
  if (profile == Profile::helm4) version.version += rest;
  version.major_number = numbers[0];
  version.minor_number = numbers[1];
  return version;
}

Capabilities Capabilities::defaults(Profile profile) {
  Capabilities made;
  made.kube_version = {"v1.36.0", "v1.36.0", "1", "36"};
  made.api_versions.assign(std::begin(kApiVersions), std::end(kApiVersions));
  made.helm_version = profile == Profile::helm4 ? "v4.2.4" : "v3.21.4";
  made.kube_client_version = profile == Profile::helm4 ? "v1.36" : "";
  return made;
}

}  // namespace rumbo::render::helm
