// Accumulator: what a kustomization has gathered: objects, field specs and vars.
//
// Threads: belongs to one render at a time.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "render/kustomize/field_spec.h"
#include "render/kustomize/kustomization.h"
#include "render/kustomize/resource.h"

namespace rumbo::render::kustomize {

struct Accumulator {
  ResMap resources;
  ConfigPtr config;
  std::map<std::string, Variable> variables;

  /// Takes over all of another.
  Result<> merge(const Build& build, const Accumulator& other);
  /// Adds vars and marks the objects that they read.
  Result<> add_variables(Build& build, const std::vector<Variable>& more);
  std::vector<Variable> sorted_variables() const;
};

}  // namespace rumbo::render::kustomize
