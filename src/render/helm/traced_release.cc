#include "render/helm/traced_release.h"

#include <algorithm>

namespace rumbo::render::helm {

TemplateSources::TemplateSources(const std::vector<ChartFile>& files, std::string folder,
                                 std::shared_ptr<const ValueSources> values)
    : files_(files), folder_(std::move(folder)), values_(std::move(values)) {}

void TemplateSources::locate(const RenderedDocument& document, std::vector<Object>& objects) const {
  // Paths in a release begin with the chart's name.
  const std::string name = document.path.substr(document.path.find('/') + 1);
  const auto source = std::find_if(files_.begin(), files_.end(),
                                   [&](const ChartFile& file) { return file.name == name; });
  for (Object& object : objects) {
    object.fields = std::make_shared<const TemplateLocator>(
        object.fields, document.text, folder_.empty() ? name : folder_ + "/" + name,
        source == files_.end() ? "" : source->data.str(), values_);
    object.origin = object.fields->locate("");
  }
}

}  // namespace rumbo::render::helm
