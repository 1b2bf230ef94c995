#include "render/helm/lint.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/semver.h"
#include "base/strings.h"
#include "render/helm/capabilities.h"
#include "render/helm/chart_loader.h"
#include "render/helm/lint_parts.h"
#include "render/object_reader.h"

namespace rumbo::render::helm {
namespace {

constexpr const char* kTemplates = "templates/";
constexpr const char* kValuesFile = "values.yaml";

class Linter {
 public:
  Linter(const std::vector<ChartFile>& files, const ReleaseOptions& options,
         std::string_view directory)
      : files_(files), options_(options), directory_(directory) {
    options_.lint = options_.session.lenient = true;
    options_.release.name = "test-release";
    options_.name_template.clear();
  }

  Messages run(const ReadFile& read, script::Host& host) {
    check_chart_file();
    check_values_file();
    check_templates(read, host);
    check_dependencies();
    check_definitions();
    check_deployment(read, host);
    return std::move(found_);
  }

 private:
  void say(LintMessage::Severity severity, std::string path, std::string text) {
    found_.push_back({severity, std::move(path), std::move(text)});
  }

  const ChartFile* file(std::string_view name) const {
    for (const ChartFile& one : files_) {
      if (one.name == name) return &one;
    }
    return nullptr;
  }

  void check_chart_file() {
    const ChartFile* chart = file(kChartFile);
    if (chart == nullptr) return say(error, kChartFile, "file does not exist");
    auto read = read_metadata(chart->data.as_string(), options_.profile);
    if (!read) return say(error, kChartFile, "unable to parse YAML\n\t" + read.error().message());
    lint_chart_file(chart->data.as_string(), *read, found_);
    std::vector<std::string> warnings;
    auto loaded = load_chart(files_, {options_.profile, options_.limits}, warnings);
    if (loaded) {
      chart_ = *std::move(loaded);
    } else {
      not_loaded_ = loaded.error().message();
    }
  }

  void check_values_file() {
    const ChartFile* values = file(kValuesFile);
    if (values == nullptr) return say(info, kValuesFile, "file does not exist");
    if (auto read = load_values(values->data.as_string(), options_.profile); !read) {
      say(error, kValuesFile, "unable to parse YAML: " + read.error().message());
    }
  }

  int kubernetes_minor() const {
    const auto kube = KubeVersion::parse(options_.kube_version, options_.profile);
    const std::string minor =
        kube ? kube->minor_number
             : Capabilities::defaults(options_.profile).kube_version.minor_number;
    return static_cast<int>(parse_int(minor).value_or(0));
  }

  void check_templates(const ReadFile& read, script::Host& host) {
    const bool any = std::any_of(files_.begin(), files_.end(), [](const ChartFile& one) {
      return one.name.starts_with(kTemplates);
    });
    if (!any) return say(warning, kTemplates, "directory does not exist");
    if (!not_loaded_.empty()) return say(error, kTemplates, not_loaded_);
    if (!chart_) return;
    std::map<std::string, std::string> rendered;
    ReleaseOptions options = options_;
    options.rendered = &rendered;
    Warnings warnings(options.profile);
    const auto release = render_release(files_, options, read, host, warnings);
    warnings_ = warnings.take();
    if (!release && rendered.empty()) {
      return say(error, kTemplates, without_hint(release.error().message()));
    }
    for (const ChartFile& one : chart_->templates) {
      const std::string ending = one.name.substr(std::min(one.name.rfind('.'), one.name.size()));
      if (ending != ".yaml" && ending != ".yml" && ending != ".tpl" && ending != ".txt") {
        say(error, one.name,
            fmt::format("file extension '{}' not valid. Valid extensions are .yaml, .yml, .tpl, "
                        "or .txt",
                        ending));
      }
      if (to_lower(ending) != ".yaml" && to_lower(ending) != ".yml") continue;
      const auto text = rendered.find(chart_->name() + "/" + one.name);
      if (text == rendered.end()) continue;
      if (!lint_objects(one.name, text->second, kubernetes_minor(), found_)) return;
    }
  }

  void check_dependencies() {
    if (!chart_) {
      if (!not_loaded_.empty()) say(error, "", "unable to load chart\n\t" + not_loaded_);
      return;
    }
    std::set<std::string, std::less<>> there, declared, keys;
    std::vector<std::string> undeclared, missing, shadowing;
    for (const Chart& one : chart_->dependencies) there.insert(one.name());
    const auto wanted = chart_->metadata.dependencies.value_or(std::vector<Dependency>{});
    for (const Dependency& one : wanted) {
      declared.insert(one.name);
      if (!there.contains(one.name)) missing.push_back(one.name);
      const std::string& key = one.alias.empty() ? one.name : one.alias;
      if (!keys.insert(key).second) shadowing.push_back(key);
    }
    for (const Chart& one : chart_->dependencies) {
      if (!declared.contains(one.name())) undeclared.push_back(one.name());
    }
    const auto tell = [&](LintMessage::Severity severity, const char* what,
                          const std::vector<std::string>& names) {
      if (!names.empty()) say(severity, directory_, what + join(names, ","));
    };
    tell(error, "chart metadata is missing these dependencies: ", undeclared);
    tell(error, "multiple dependencies with name or alias: ", shadowing);
    tell(warning, "chart directory is missing these dependencies: ", missing);
    incomplete_ = !missing.empty();
    for (const Dependency& one : wanted) {
      if (VersionRange::parse(one.version)) continue;
      say(error, kChartFile,
          fmt::format("dependency '{}': version '{}' is no range of versions", one.name,
                      one.version));
    }
  }

  void check_definitions() {
    for (const ChartFile& one : files_) {
      const bool definition = one.name.starts_with("crds/") &&
                              (one.name.ends_with(".yaml") || one.name.ends_with(".yml") ||
                               one.name.ends_with(".json"));
      if (definition && !lint_definitions(one.name, one.data.as_string(), found_)) return;
    }
  }

  /// What a deployment of it would refuse: rendered as it would be there.
  void check_deployment(const ReadFile& read, script::Host& host) {
    for (const std::string& line : warnings_) say(warning, kTemplates, line);
    if (!chart_ || incomplete_ || chart_->metadata.library() || failed()) return;
    Warnings warnings(options_.profile);
    const auto release = render_release(files_, options_, read, host, warnings);
    if (!release) return say(error, kTemplates, without_hint(release.error().message()));
    ObjectReader objects;
    for (const auto* list :
         {&release->crds, &release->manifests.objects, &release->manifests.hooks}) {
      for (const RenderedDocument& one : *list) {
        if (auto done = objects.read(one.path, one.text); !done) {
          return say(error, in_chart(one.path), done.error().to_string());
        }
      }
    }
    if (auto all = objects.finish(options_.release.ns); !all) {
      return say(error, kTemplates, all.error().to_string());
    }
    for (std::string& one : objects.take_warnings()) say(warning, kTemplates, std::move(one));
  }

  static std::string without_hint(std::string text) {
    if (text.ends_with(kDebugHint)) text.resize(text.size() - kDebugHint.size());
    return text;
  }

  std::string in_chart(const std::string& path) const {
    const std::string prefix = chart_->name() + "/";
    return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
  }

  bool failed() const {
    return std::any_of(found_.begin(), found_.end(),
                       [](const LintMessage& one) { return one.severity == error; });
  }

  const std::vector<ChartFile>& files_;
  ReleaseOptions options_;
  const std::string directory_;
  std::optional<Chart> chart_;
  std::string not_loaded_;  ///< why not
  std::vector<std::string> warnings_;
  bool incomplete_ = false;
  Messages found_;
};

}  // namespace

std::string to_string(const LintMessage& message) {
  const char* word = message.severity == info      ? "INFO"
                     : message.severity == warning ? "WARNING"
                                                   : "ERROR";
  return "[" + std::string(word) + "] " + message.path + ": " + message.text;
}

std::vector<LintMessage> lint(const std::vector<ChartFile>& files, const ReleaseOptions& options,
                              std::string_view directory, const ReadFile& read,
                              script::Host& host) {
  return Linter(files, options, directory).run(read, host);
}

}  // namespace rumbo::render::helm
