#include "render/helm/chart.h"

namespace rumbo::render::helm {

void set_paths(Chart& chart, const std::string& parent) {
  const std::string folder = parent.empty() ? "" : parent + "/charts/";
  chart.path = folder + chart.name();
  const std::string& seen =
      chart.name_for_subcharts.empty() ? chart.name() : chart.name_for_subcharts;
  for (Chart& below : chart.dependencies) set_paths(below, folder + seen);
}

}  // namespace rumbo::render::helm
