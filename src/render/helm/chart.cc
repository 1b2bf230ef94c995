#include "render/helm/chart.h"

namespace rumbo::render::helm {

void set_paths(Chart& chart, const std::string& path) {
  chart.path = path;
  for (Chart& below : chart.dependencies) set_paths(below, path + "/charts/" + below.name());
}

}  // namespace rumbo::render::helm
