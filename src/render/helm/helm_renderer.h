// HelmRenderer: a Helm chart as an application's manifest.
//
// Threads: any.
#pragma once

#include "model/renderer.h"
#include "render/helm/release.h"

namespace rumbo::render {

/// The chart is a folder of the snapshot or a .tgz in it.
class HelmRenderer : public Renderer {
 public:
  /// Dependencies that charts/ lacks, and the objects of `valuesFrom`.
  Result<InputsNeeded> inputs_needed(const Snapshot& snapshot, const RenderSpec& spec,
                                     const RenderInputs& inputs) const override;
  /// Hooks of installing and upgrading become PreSync and PostSync hooks; those of tests, rollbacks
  /// and deletion are left out with a remark.
  Result<Rendered> render(const Snapshot& snapshot, const RenderSpec& spec,
                          const RenderInputs& inputs) const override;
};

}  // namespace rumbo::render
