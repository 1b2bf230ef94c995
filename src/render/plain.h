// PlainRenderer: a folder of YAML and JSON files as they are.
//
// Threads: any.
#pragma once

#include "model/renderer.h"

namespace rumbo::render {

/// Every *.yaml, *.yml and *.json under the path, sorted by path, except what `.rumboignore` in
/// that folder names and Rumbo's own configuration. Read strictly, as kubectl reads (YAML v2).
class PlainRenderer : public Renderer {
 public:
  Result<InputsNeeded> inputs_needed(const Snapshot& snapshot, const RenderSpec& spec,
                                     const RenderInputs& inputs) const override;
  Result<Rendered> render(const Snapshot& snapshot, const RenderSpec& spec,
                          const RenderInputs& inputs) const override;
};

}  // namespace rumbo::render
