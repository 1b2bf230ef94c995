#include "render/helm/chart_loader.h"

#include <fmt/format.h>
#include <map>

#include "base/strings.h"
#include "render/helm/go_json.h"

namespace rumbo::render::helm {
namespace {

tl::unexpected<Error> while_loading(std::string_view what, Error error) {
  return fail(error.code(), fmt::format("cannot load {}: {}", what, error.message()));
}

/// The documents as Kubernetes' YAMLReader cuts them: at lines of `---`, blanks and a comment.
std::vector<std::string> documents_of(std::string_view text) {
  std::vector<std::string> documents;
  std::string current;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("---")) {
      const std::string_view rest = trim(line.substr(3));
      if ((rest.empty() || rest.starts_with('#')) && !current.empty()) {
        documents.push_back(std::move(current));
        current.clear();
        continue;
      }
    }
    current += line;
    current += '\n';
  }
  if (!current.empty()) documents.push_back(std::move(current));
  return documents;
}

class Loader {
 public:
  Loader(const LoadOptions& options, std::vector<std::string>& warnings)
      : options_(options), warnings_(warnings) {}

  Result<Chart> load(const std::vector<ChartFile>& files, int depth) {
    if (depth > options_.limits.max_depth) {
      return fail(Code::too_large,
                  fmt::format("charts nest deeper than {} levels", options_.limits.max_depth));
    }
    Chart chart;
    bool found = false;
    for (const ChartFile& file : files) {
      if (file.name != "Chart.yaml") continue;
      auto metadata = read_metadata(file.data.as_string(), options_.profile);
      if (!metadata) return while_loading(file.name, std::move(metadata).error());
      chart.metadata = *std::move(metadata);
      found = true;
    }
    if (depth == 0 && options_.profile == Profile::helm4) TRY(check_api_version(chart.metadata));
    std::map<std::string, std::vector<ChartFile>> below;
    for (const ChartFile& file : files) TRY(take(file, chart, below));
    if (!found) return fail(Code::invalid, "Chart.yaml file is missing");
    TRY(validate(chart.metadata));
    for (const auto& [name, its_files] : below) TRY(load_below(chart, name, its_files, depth));
    return chart;
  }

 private:
  static Result<> check_api_version(const Metadata& metadata) {
    if (metadata.api_version == "v1" || metadata.api_version == "v2") return {};
    return fail(Code::invalid, "unsupported chart version");
  }

  Result<> take(const ChartFile& file, Chart& chart,
                std::map<std::string, std::vector<ChartFile>>& below) {
    const std::string& name = file.name;
    if (name == "Chart.yaml") return {};
    if (name == "values.yaml") {
      auto values = load_values(file.data.as_string(), options_.profile);
      if (!values) return while_loading(name, std::move(values).error());
      chart.values = *std::move(values);
    } else if (name == "values.schema.json") {
      chart.schema = file.data.str();
    } else if (name == "Chart.lock" || name == "requirements.lock") {
      if (auto lock = yaml_to_json(file.data.as_string()); !lock) {
        return while_loading(name, std::move(lock).error());
      }
      if (name == "requirements.lock") take_old(file, chart);
    } else if (name == "requirements.yaml") {
      if (auto read = read_requirements(file.data.as_string(), chart.metadata, options_.profile);
          !read) {
        return while_loading(name, std::move(read).error());
      }
      take_old(file, chart);
    } else if (name.starts_with("templates/")) {
      chart.templates.push_back(file);
    } else if (name.starts_with("charts/") && !name.ends_with(".prov")) {
      const std::string rest = name.substr(7);
      below[rest.substr(0, rest.find('/'))].push_back({rest, file.data});
    } else {
      chart.files.push_back(file);
    }
    return {};
  }

  /// requirements.yaml and .lock are files of the chart only under the first API version.
  void take_old(const ChartFile& file, Chart& chart) {
    if (chart.metadata.api_version == "v1") {
      chart.files.push_back(file);
      return;
    }
    const bool lock = file.name.ends_with(".lock");
    warnings_.push_back(fmt::format(
        "Warning: {} are handled in {} since apiVersion \"v2\". We recommend migrating {} to {}.",
        lock ? "Dependency locking" : "Dependencies", lock ? "Chart.lock" : "Chart.yaml",
        lock ? "to Chart.lock" : "dependencies", lock ? "Chart.lock" : "Chart.yaml"));
  }

  Result<> load_below(Chart& chart, const std::string& name, const std::vector<ChartFile>& files,
                      int depth) {
    if (name.starts_with('_') || name.starts_with('.')) return {};
    auto loaded = load_named(name, files, depth);
    if (!loaded) {
      return fail(loaded.error().code(), fmt::format("error unpacking subchart {} in {}: {}", name,
                                                     chart.name(), loaded.error().message()));
    }
    chart.dependencies.push_back(*std::move(loaded));
    return {};
  }

  Result<Chart> load_named(const std::string& name, const std::vector<ChartFile>& files,
                           int depth) {
    if (name.ends_with(".tgz")) {
      const ChartFile& archive = files.front();
      if (archive.name != name) {
        return fail(Code::invalid, fmt::format("expected {}, got {}", name, archive.name));
      }
      return load(TRY(read_chart_archive(archive.data.as_string(), options_.limits)), depth + 1);
    }
    std::vector<ChartFile> inside;
    for (const ChartFile& file : files) {
      const std::size_t slash = file.name.find('/');
      if (slash != std::string::npos) inside.push_back({file.name.substr(slash + 1), file.data});
    }
    return load(inside, depth + 1);
  }

  const LoadOptions& options_;
  std::vector<std::string>& warnings_;
};

}  // namespace

Value merge_maps(const Value& under, const Value& over) {
  std::vector<Member> members(under.members().begin(), under.members().end());
  for (const Member& member : over.members()) {
    const Value* below = under.find(member.key());
    const bool both = below != nullptr && below->is_object() && member.value.is_object();
    members.emplace_back(member.key(), both ? merge_maps(*below, member.value) : member.value);
  }
  return Value::object(std::move(members));  // of equal keys the last wins
}

Result<Value> load_values(std::string_view text, Profile profile) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (profile == Profile::helm3) {
    Value values = TRY(yaml_to_map(text));
    return values.is_null() ? Value::object() : values;
  }
  Value values = Value::object();
  for (const std::string& document : documents_of(text)) {
    auto read = yaml_to_map(document);
    if (!read) {
      return fail(read.error().code(), "cannot unmarshal yaml document: " + read.error().message());
    }
    values = values.empty() && read->is_object() ? *std::move(read) : merge_maps(values, *read);
  }
  return values;
}

Result<Chart> load_chart(const std::vector<ChartFile>& files, const LoadOptions& options,
                         std::vector<std::string>& warnings) {
  Chart chart = TRY(Loader(options, warnings).load(files, 0));
  set_paths(chart, "");
  return chart;
}

}  // namespace rumbo::render::helm
