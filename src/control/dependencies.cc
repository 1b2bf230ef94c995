#include "control/dependencies.h"

#include <algorithm>

namespace rumbo::control {
namespace {

bool is_named(const Application& application, const std::string& name) {
  return application.name == name ||
         std::find(application.aliases.begin(), application.aliases.end(), name) !=
             application.aliases.end();
}

bool holds(const std::vector<Placement>& batch, const Scope& scope) {
  return std::any_of(batch.begin(), batch.end(),
                     [&](const Placement& one) { return one.scope == scope; });
}

}  // namespace

std::vector<Scope> dependencies_of(const std::vector<Placement>& batch,
                                   const std::vector<Placement>& all) {
  std::vector<Scope> out;
  for (const Placement& one : batch) {
    for (const std::string& name : one.application->depends_on) {
      for (const Placement& other : all) {
        if (other.scope.environment != one.scope.environment) continue;
        if (!is_named(*other.application, name) || holds(batch, other.scope)) continue;
        if (std::find(out.begin(), out.end(), other.scope) == out.end()) {
          out.push_back(other.scope);
        }
      }
    }
  }
  return out;
}

std::vector<std::vector<std::size_t>> layers_of(const std::vector<std::vector<Placement>>& batches,
                                                const std::vector<Placement>& all) {
  std::vector<std::size_t> layer(batches.size(), 0);
  // The loader refuses cycles; passes are bounded all the same.
  for (std::size_t pass = 0; pass < batches.size(); ++pass) {
    for (std::size_t i = 0; i < batches.size(); ++i) {
      for (const Scope& needed : dependencies_of(batches[i], all)) {
        for (std::size_t j = 0; j < batches.size(); ++j) {
          if (i != j && holds(batches[j], needed)) layer[i] = std::max(layer[i], layer[j] + 1);
        }
      }
    }
  }
  std::vector<std::vector<std::size_t>> out;
  const std::size_t most = layer.empty() ? 0 : *std::max_element(layer.begin(), layer.end());
  for (std::size_t at = 0; at <= most && !batches.empty(); ++at) {
    std::vector<std::size_t> one;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      if (layer[i] == at) one.push_back(i);
    }
    if (!one.empty()) out.push_back(std::move(one));
  }
  return out;
}

}  // namespace rumbo::control
