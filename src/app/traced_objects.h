// Objects of a path with what made each of their fields, whatever renders them.
//
// Threads: one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/session.h"
#include "base/result.h"
#include "model/object.h"

namespace rumbo::app {

struct TracedObjects {
  std::vector<Object> objects;
  std::vector<std::string> warnings;
  /// The file of a place as seen from the current directory.
  std::function<std::string(const std::string& file)> shown;

  /// What set a field, the first one first, with files as seen from here.
  std::vector<Layer> layers(const Object& object, std::string_view pointer) const;
};

/// Renders as `rumbo render` with the same flags does.
Result<TracedObjects> trace_objects(Session& session, const std::string& path);

/// "base/web.yaml:7", or the layer's name where there is no file.
std::string place_of(const Layer& layer);

}  // namespace rumbo::app
