#include "model/config.h"

#include "model/source.h"

namespace rumbo {
namespace {

template <class T>
const T* find_named(const std::vector<T>& all, std::string_view name) {
  for (const T& one : all) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace

const Application* Config::application(std::string_view name) const {
  return find_named(applications, name);
}

const Environment* Config::environment(std::string_view name) const {
  return find_named(environments, name);
}

std::string GitRef::to_string() const {
  if (!branch.empty()) return "branch " + branch;
  if (!tag.empty()) return "tag " + tag;
  if (!semver.empty()) return "semver " + semver;
  if (!commit.empty()) return "commit " + commit;
  return "ref " + (name.empty() ? std::string("HEAD") : name);
}

std::string location_of(const SourceSpec& spec) {
  if (const auto* git = std::get_if<GitSpec>(&spec)) return git->url;
  const auto& chart = std::get<ChartSpec>(spec);
  return chart.repo + (chart.repo.ends_with('/') ? "" : "/") + chart.chart;
}

std::string reference_of(const SourceSpec& spec) {
  if (const auto* git = std::get_if<GitSpec>(&spec)) return git->ref.to_string();
  const auto& chart = std::get<ChartSpec>(spec);
  return chart.version.empty() ? "newest version" : "version " + chart.version;
}

std::string path_of(const SourceSpec& spec) {
  if (const auto* git = std::get_if<GitSpec>(&spec)) return git->path;
  return std::string(kChartFile);
}

}  // namespace rumbo
