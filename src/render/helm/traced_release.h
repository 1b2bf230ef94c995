// The objects of a release with what made each of their fields.
//
// Threads: pure functions.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/object.h"
#include "render/helm/chart.h"
#include "render/helm/manifests.h"
#include "render/helm/template_locator.h"

namespace rumbo::render::helm {

/// The texts of a chart's files by name, to find template lines in.
class TemplateSources {
 public:
  /// `folder`: where the chart lies, in front of the names that are told.
  TemplateSources(const std::vector<ChartFile>& files, std::string folder,
                  std::shared_ptr<const ValueSources> values);

  /// Makes the objects, which were read from the document, tell template lines and values.
  void locate(const RenderedDocument& document, std::vector<Object>& objects) const;

 private:
  const std::vector<ChartFile>& files_;
  const std::string folder_;
  const std::shared_ptr<const ValueSources> values_;
};

}  // namespace rumbo::render::helm
