// Release: all of `helm template`: from a chart's files and what the user set to the text that Helm
// prints, and to the documents behind it.
//
// Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "render/helm/chart_files.h"
#include "render/helm/engine.h"
#include "render/helm/manifests.h"
#include "render/helm/value_options.h"

namespace rumbo::render::helm {

struct ReleaseOptions {
  Profile profile = Profile::helm4;
  ReleaseFacts release;
  std::string name_template;
  ValueOptions values;
  std::string kube_version;
  std::vector<std::string> api_versions;
  std::vector<std::string> served;  ///< by the target, instead of what Helm assumes without one
  std::vector<std::string> show_only;
  bool include_crds = false;
  bool skip_tests = false;
  bool no_hooks = false;
  bool skip_schema_validation = false;
  ChartLimits limits;
  script::SessionOptions session;
  bool lint = false;  ///< missing subcharts, `required` and `fail` stop nothing
  std::map<std::string, std::string>* rendered = nullptr;  ///< gets the text of each template
  std::string* printed = nullptr;  ///< gets what the templates printed, also if it is no YAML
};

struct Release {
  std::vector<RenderedDocument> crds;  ///< also without include_crds
  SortedManifests manifests;
  std::string notes;  ///< NOTES.txt of the chart itself
};

/// What Helm's command line appends to an error of a template.
inline constexpr std::string_view kDebugHint = "\n\nUse --debug flag to render out invalid YAML";

/// Renders. Warnings are filled also when it fails.
Result<Release> render_release(const std::vector<ChartFile>& files, const ReleaseOptions& options,
                               const ReadFile& read, script::Host& host, Warnings& warnings);

/// The files of crds/ of the chart and its subcharts.
void collect_crds(const Chart& chart, std::vector<RenderedDocument>& into);

/// What `helm template` prints of it. Fails if a file of `show_only` is not among it.
Result<std::string> print_release(const Release& release, const ReleaseOptions& options);

/// What `--output-dir` writes.
struct OutputFiles {
  std::map<std::string, std::string> files;  ///< "chart/templates/a.yaml" → its text
  std::vector<std::string> writes;           ///< the name of the file, for each document in turn
};
OutputFiles output_files(const Release& release, const ReleaseOptions& options);

}  // namespace rumbo::render::helm
