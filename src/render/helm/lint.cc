#include "render/helm/lint.h"

#include <algorithm>
#include <set>

#include "base/semver.h"
#include "base/strings.h"
#include "codec/yaml.h"
#include "render/helm/chart_loader.h"
#include "render/object_reader.h"

namespace rumbo::render::helm {
namespace {

using enum LintMessage::Severity;

constexpr std::string_view kTemplateEndings[] = {".yaml", ".yml", ".tpl", ".txt", ".json"};

class Linter {
 public:
  Linter(const std::vector<ChartFile>& files, const ReleaseOptions& options)
      : files_(files), options_(options) {}

  std::vector<LintMessage> run(const ReadFile& read, script::Host& host) {
    check_chart_file();
    check_values_file();
    check_templates();
    check_dependencies();
    render(read, host);
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
    const ChartFile* chart = file("Chart.yaml");
    if (chart == nullptr) return say(error, "Chart.yaml", "file does not exist");
    auto read = read_metadata(chart->data.as_string(), options_.profile);
    if (!read) return say(error, "Chart.yaml", "unable to parse YAML\n\t" + read.error().message());
    metadata_ = *std::move(read);
    const Value raw = codec::parse_yaml_value(chart->data.as_string()).value_or(Value());
    check_names(raw);
    check_people();
    check_links();
    if (metadata_.type.empty() || metadata_.type == "application" || metadata_.library()) return;
    say(error, "Chart.yaml",
        "chart type is not valid in apiVersion 'v2'. Valid values are "
        "'application' or 'library'");
  }

  void check_names(const Value& raw) {
    if (metadata_.name.empty()) say(error, "Chart.yaml", "name is required");
    if (metadata_.name.find_first_of("/\\") != std::string::npos) {
      say(error, "Chart.yaml", "chart name \"" + metadata_.name + "\" is invalid");
    }
    const std::string api = raw["apiVersion"].str();
    if (api.empty()) {
      say(error, "Chart.yaml", "apiVersion is required. The value must be either \"v1\" or \"v2\"");
    } else if (api != "v1" && api != "v2") {
      say(error, "Chart.yaml",
          "apiVersion '" + api + "' is not valid. The value must be either \"v1\" or \"v2\"");
    }
    if (api == "v1" && raw["type"].is_string()) {
      say(error, "Chart.yaml",
          "chart type is not valid in apiVersion '" + api + "'. It is valid in apiVersion 'v2'");
    }
    if (api == "v1" && metadata_.dependencies) {
      say(error, "Chart.yaml",
          "dependencies are not valid in the Chart file with apiVersion '" + api +
              "'. They are valid in apiVersion 'v2'");
    }
    for (const char* field : {"version", "appVersion"}) {
      if (raw[field].is_null() || raw[field].is_string()) continue;
      say(error, "Chart.yaml",
          std::string(field) + " should be of type string but it's of type " +
              std::string(to_string(raw[field].kind())));
    }
    if (metadata_.version.empty()) {
      say(error, "Chart.yaml", "version is required");
    } else if (!Version::parse(metadata_.version)) {
      say(error, "Chart.yaml", "version '" + metadata_.version + "' is not a valid SemVer");
    }
  }

  void check_people() {
    for (const Maintainer& one : metadata_.maintainers) {
      if (one.name.empty()) say(error, "Chart.yaml", "each maintainer requires a name");
      if (!one.email.empty() && one.email.find('@') == std::string::npos) {
        say(error, "Chart.yaml",
            "invalid email '" + one.email + "' for maintainer '" + one.name + "'");
      }
    }
  }

  void check_links() {
    const auto is_url = [](std::string_view text) {
      return text.starts_with("https://") || text.starts_with("http://");
    };
    for (const std::string& source : metadata_.sources) {
      if (!is_url(source)) say(error, "Chart.yaml", "invalid source URL '" + source + "'");
    }
    if (metadata_.icon.empty()) {
      say(info, "Chart.yaml", "icon is recommended");
    } else if (!is_url(metadata_.icon) && !metadata_.icon.starts_with("data:")) {
      say(error, "Chart.yaml", "invalid icon URL '" + metadata_.icon + "'");
    }
  }

  void check_values_file() {
    const ChartFile* values = file("values.yaml");
    if (values == nullptr) return say(info, "values.yaml", "file does not exist");
    if (auto read = load_values(values->data.as_string(), options_.profile); !read) {
      say(error, "values.yaml", "unable to parse YAML: " + read.error().message());
    }
  }

  void check_templates() {
    bool any = false;
    for (const ChartFile& one : files_) {
      if (!one.name.starts_with("templates/")) continue;
      any = true;
      const bool known =
          std::any_of(std::begin(kTemplateEndings), std::end(kTemplateEndings),
                      [&](std::string_view ending) { return one.name.ends_with(ending); });
      if (!known) {
        say(error, one.name,
            "file extension is not valid. Valid extensions are .yaml, .yml, .tpl, "
            ".json or .txt");
      }
      if (one.data.as_string().find("CustomResourceDefinition") != std::string_view::npos) {
        say(info, one.name,
            "a CustomResourceDefinition of templates/ is made with the objects that "
            "need it; crds/ comes first");
      }
      if (one.data.as_string().find(".Release.Time") != std::string_view::npos) {
        say(error, one.name, ".Release.Time has been removed in v3");
      }
    }
    if (!any) say(metadata_.library() ? info : warning, "templates/", "directory does not exist");
  }

  void check_dependencies() {
    std::set<std::string, std::less<>> there;
    for (const ChartFile& one : files_) {
      if (!one.name.starts_with("charts/")) continue;
      const std::string rest = one.name.substr(7);
      there.insert(rest.substr(0, rest.find('/')));
    }
    if (!metadata_.dependencies) return;
    std::vector<std::string> missing;
    for (const Dependency& wanted : *metadata_.dependencies) {
      const bool found = std::any_of(there.begin(), there.end(), [&](const std::string& name) {
        return name == wanted.name || name.starts_with(wanted.name + "-");
      });
      if (!found) missing.push_back(wanted.name);
      if (!VersionRange::parse(wanted.version)) {
        say(error, "Chart.yaml",
            "dependency '" + wanted.name + "': version '" + wanted.version +
                "' is no range of versions");
      }
    }
    incomplete_ = !missing.empty();
    if (!incomplete_) return;
    say(warning, "Chart.yaml",
        "chart directory is missing these dependencies: " + join(missing, ","));
  }

  /// What rendering and reading the objects says; the warnings of both.
  void render(const ReadFile& read, script::Host& host) {
    if (incomplete_ || metadata_.library() || failed()) return;
    Warnings warnings(options_.profile);
    const auto release = render_release(files_, options_, read, host, warnings);
    for (const std::string& line : warnings.lines()) say(warning, "templates/", line);
    if (!release) {
      std::string text = release.error().message();
      if (text.ends_with(kDebugHint)) text.resize(text.size() - kDebugHint.size());
      return say(error, "templates/", text);
    }
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
      return say(error, "templates/", all.error().to_string());
    }
    for (std::string& one : objects.take_warnings()) say(warning, "templates/", std::move(one));
  }

  std::string in_chart(const std::string& path) const {
    const std::string prefix = metadata_.name + "/";
    return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
  }

  bool failed() const {
    return std::any_of(found_.begin(), found_.end(),
                       [](const LintMessage& one) { return one.severity == error; });
  }

  const std::vector<ChartFile>& files_;
  const ReleaseOptions& options_;
  Metadata metadata_;
  bool incomplete_ = false;
  std::vector<LintMessage> found_;
};

}  // namespace

std::string to_string(const LintMessage& message) {
  const char* word = message.severity == LintMessage::Severity::info      ? "INFO"
                     : message.severity == LintMessage::Severity::warning ? "WARNING"
                                                                          : "ERROR";
  return "[" + std::string(word) + "] " + message.path + ": " + message.text;
}

std::vector<LintMessage> lint(const std::vector<ChartFile>& files, const ReleaseOptions& options,
                              const ReadFile& read, script::Host& host) {
  return Linter(files, options).run(read, host);
}

}  // namespace rumbo::render::helm
