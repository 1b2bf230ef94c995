#include "render/helm/show.h"

#include "base/strings.h"
#include "codec/yaml.h"
#include "render/helm/builtin_objects.h"
#include "render/helm/chart_loader.h"
#include "render/helm/json_path.h"
#include "render/helm/release.h"

namespace rumbo::render::helm {
namespace {

std::string_view text_of(const std::vector<ChartFile>& files, std::string_view name) {
  for (const ChartFile& file : files) {
    if (file.name == name) return file.data.as_string();
  }
  return {};
}

const ChartFile* readme_of(const std::vector<ChartFile>& files) {
  for (const std::string_view name : {"readme.md", "readme.txt", "readme"}) {
    for (const ChartFile& file : files) {
      if (to_lower(file.name) == name) return &file;
    }
  }
  return nullptr;
}

}  // namespace

Result<std::string> show_chart(const std::vector<ChartFile>& files, std::string_view what,
                               Profile profile, std::string_view json_path) {
  std::vector<std::string> ignored;
  const Chart chart = TRY(load_chart(files, {.profile = profile}, ignored));
  const bool all = what == "all";
  std::string out;
  if (all || what == "chart") out += codec::emit_yaml(metadata_json(chart.metadata)) + "\n";
  if ((all || what == "values") && !text_of(files, "values.yaml").empty()) {
    if (all) out += "---\n";
    out += json_path.empty() ? std::string(text_of(files, "values.yaml")) + "\n"
                             : TRY(print_json_path(json_path, chart.values));
  }
  if (const ChartFile* readme = readme_of(files); readme != nullptr && (all || what == "readme")) {
    if (all) out += "---\n";
    out += readme->data.str() + "\n";
  }
  if (all || what == "crds") {
    std::vector<RenderedDocument> crds;
    collect_crds(chart, crds);
    for (const RenderedDocument& crd : crds) {
      if (!crd.text.starts_with("---")) out += "---\n";
      out += crd.text + "\n";
    }
  }
  return out;
}

}  // namespace rumbo::render::helm
