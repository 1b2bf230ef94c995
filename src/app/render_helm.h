// `rumbo render` of Helm charts: `helm template` with its flags.
//
// Threads: one at a time.
#pragma once

#include "app/session.h"
#include "app/traced_objects.h"
#include "base/result.h"
#include "render/helm/release.h"

namespace rumbo::app {

/// The flags of `helm template` as options.
Result<render::helm::ReleaseOptions> helm_options(const Invocation& asked);

/// Prints what `helm template` prints; with -o json or name the objects; with --output-dir it
/// writes files. `name`: the release's, if not empty.
Result<int> run_render_helm(Session& session, const std::string& path,
                            const std::string& name = {});

/// Renders it and keeps where each object's fields stand in the templates and values.
Result<TracedObjects> trace_chart(Session& session, const std::string& path);

}  // namespace rumbo::app
