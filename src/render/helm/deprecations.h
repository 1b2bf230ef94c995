// Which API versions of Kubernetes' own kinds are on their way out.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace rumbo::render::helm {

/// "policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+; use …" for a
/// cluster of version 1.MINOR_VERSION; empty if nothing is known against it.
std::string deprecation_of(std::string_view api_version, std::string_view kind, int minor_version);

}  // namespace rumbo::render::helm
