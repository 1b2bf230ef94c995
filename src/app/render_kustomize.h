// `rumbo render` of a Kustomize overlay, printed as `kustomize build` prints it.
//
// Threads: one.
#pragma once

#include <string>

#include "app/session.h"
#include "app/traced_objects.h"
#include "base/result.h"

namespace rumbo::app {

/// Builds the directory and prints its objects; bases may be anywhere in its repository.
Result<int> run_render_kustomize(Session& session, const std::string& path);

/// Builds it and keeps what made each field.
Result<TracedObjects> trace_overlay(Session& session, const std::string& path);

}  // namespace rumbo::app
