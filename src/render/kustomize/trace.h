// Tracer: what made every field of every object: the file it was read from, and each patch,
// generator and transformer that changed it since.
//
// It compares an object before and after each step, so the steps themselves know nothing of it.
// Without a tracer a build spends no time on this.
//
// Threads: belongs to one render at a time; the locators it hands out are immutable.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "model/object.h"
#include "render/kustomize/node.h"

namespace rumbo::render::kustomize {

struct Resource;
struct TraceNode;

class Tracer {
 public:
  Tracer();
  ~Tracer();

  /// Notes what the last step made of an object. `layer` names the step; a field whose node was
  /// read from another file than before is that file's.
  void look(const Arena& arena, const Resource& resource, const Layer& layer);

  /// What is known of an object at the end of the build.
  std::shared_ptr<const Locator> locator(const Resource& resource) const;

 private:
  std::unordered_map<const Resource*, std::shared_ptr<TraceNode>> traces_;
};

}  // namespace rumbo::render::kustomize
