// Build: what one run of Kustomize shares: nodes, schema, options and bounds.
//
// Threads: belongs to one render at a time.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/renderer.h"
#include "render/kustomize/node.h"
#include "render/kustomize/options.h"
#include "render/kustomize/schema.h"
#include "render/kustomize/trace.h"

namespace rumbo::render::kustomize {

struct Resource;

/// Declared by Build, defined where resources are.
struct ResourceStore;

class Build {
 public:
  Build(const Snapshot& tree, const RenderInputs& inputs, Options options);
  ~Build();
  Build(const Build&) = delete;
  Build& operator=(const Build&) = delete;

  static constexpr std::size_t kMostResources = 20'000;
  static constexpr int kMostDepth = 64;
  static constexpr std::size_t kMostDirectories = 2'000;

  Arena& arena() { return arena_; }
  Schema& schema() { return schema_; }
  const Schema& schema() const { return schema_; }
  const Options& options() const { return options_; }
  const Snapshot& tree() const { return tree_; }
  const RenderInputs& inputs() const { return inputs_; }

  /// Null unless the options ask for traces.
  Tracer* tracer() { return tracer_.get(); }

  Resource* make_resource(Node* node);

  void warn(std::string warning);
  std::vector<std::string> take_warnings() { return std::move(warnings_); }
  void note_file(const std::string& path) { files_read_.insert(path); }
  /// A chart may depend on what the target serves.
  void note_capabilities() { used_capabilities_ = true; }
  bool used_capabilities() const { return used_capabilities_; }
  std::vector<std::string> files_read() const { return {files_read_.begin(), files_read_.end()}; }

  /// Counts one more directory; Code::too_large beyond the bound. Checks the arena too.
  Result<> enter_directory();

 private:
  const Snapshot& tree_;
  const RenderInputs& inputs_;
  const Options options_;
  Arena arena_;
  Schema schema_;
  std::unique_ptr<Tracer> tracer_;
  std::unique_ptr<ResourceStore> resources_;
  std::vector<std::string> warnings_;
  std::set<std::string> files_read_;
  std::size_t directories_ = 0;
  bool used_capabilities_ = false;
};

}  // namespace rumbo::render::kustomize
