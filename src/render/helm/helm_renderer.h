// HelmRenderer: a Helm chart as an application's manifest.
//
// Threads: any.
#pragma once

#include "model/renderer.h"
#include "render/helm/release.h"

namespace rumbo::render {

/// The application's `helm:` section as options; unknown fields and wrong types are errors that
/// name them. `ns` is the release's namespace.
Result<helm::ReleaseOptions> read_helm_section(const Value& section, const std::string& ns);

class HelmRenderer : public Renderer {
 public:
  Result<InputsNeeded> inputs_needed(const Snapshot& snapshot, const RenderSpec& spec,
                                     const RenderInputs& inputs) const override;
  /// Hooks of installing and upgrading become PreSync and PostSync hooks; those of tests, rollbacks
  /// and deletion are left out with a remark.
  Result<Rendered> render(const Snapshot& snapshot, const RenderSpec& spec,
                          const RenderInputs& inputs) const override;
};

}  // namespace rumbo::render
