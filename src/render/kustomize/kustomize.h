// Kustomize 5.8.1, byte for byte, without a process, a network or files outside the tree.
//
// Threads: any.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/renderer.h"
#include "render/kustomize/options.h"

namespace rumbo::render::kustomize {

struct BuiltObject {
  Value value;
  std::string file;  ///< where it came from; empty if it came from no file
  int line = 0;
  std::shared_ptr<const Locator> fields = nullptr;  ///< with Options::traces
};

struct Built {
  std::vector<BuiltObject> objects;
  std::vector<std::string> files_read, warnings;
  bool used_capabilities = false;  ///< a chart may depend on what the target serves
};

/// Builds the kustomization in a directory of the tree ("" is the root).
Result<Built> build(const Snapshot& tree, std::string_view directory, const RenderInputs& inputs,
                    const Options& options);

/// The objects as `kustomize build` prints them.
std::string print(const Built& built);

/// True if the directory holds a kustomization file.
bool has_kustomization(const Snapshot& tree, std::string_view directory);

}  // namespace rumbo::render::kustomize

namespace rumbo::render {

/// `spec.options` is the application's `kustomize:` section.
class KustomizeRenderer : public Renderer {
 public:
  /// With `traces` the objects know what made each of their fields; it costs time.
  explicit KustomizeRenderer(bool traces = false) : traces_(traces) {}

  Result<InputsNeeded> inputs_needed(const Snapshot& snapshot, const RenderSpec& spec,
                                     const RenderInputs& inputs) const override;
  Result<Rendered> render(const Snapshot& snapshot, const RenderSpec& spec,
                          const RenderInputs& inputs) const override;

 private:
  const bool traces_;
};

}  // namespace rumbo::render
