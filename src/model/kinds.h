// What is known about kinds without asking a target.
//
// Threads: any.
#pragma once

#include <string_view>

namespace rumbo {

/// True for Kubernetes' own kinds that live outside namespaces. Kinds it does not know count as
/// namespaced.
bool is_cluster_scoped(std::string_view group, std::string_view kind);

}  // namespace rumbo
