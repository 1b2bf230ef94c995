#include "render/kustomize/helm_charts.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "codec/yaml.h"
#include "render/helm/chart_files.h"
#include "render/helm/release.h"
#include "render/kustomize/remote.h"
#include "render/kustomize/resource_reader.h"

namespace rumbo::render::kustomize {
namespace {

constexpr std::string_view kValues = "values of the kustomization";
constexpr std::string_view kSource = "# Source: ";
constexpr std::string_view kOci = "oci://";

std::string home_of(const HelmChart& chart) {
  const std::string home = chart.home.empty() ? "charts" : chart.home;
  if (chart.version.empty() || chart.repo.empty()) return home;
  return fmt::format("{}/{}-{}", home, chart.name, chart.version);
}

bool is_here(const Loader& loader, const std::string& folder) {
  const auto listed = loader.tree().list(folder);
  return listed && !listed->empty();
}

/// Registries of this machine have no certificates; Kustomize has no field to say so.
bool is_loopback(std::string_view repo) {
  if (!repo.starts_with(kOci)) return false;
  repo.remove_prefix(kOci.size());
  const std::string_view host = repo.substr(0, repo.find_first_of(":/"));
  return host == "localhost" || host == "127.0.0.1";
}

/// The files of one chart: a folder of the tree, or what was fetched.
struct ChartFolder {
  std::string place;                   ///< where it is in the tree, or would be
  std::string shown;                   ///< as provenance names it
  std::vector<helm::ChartFile> files;  ///< names below the folder
  bool pulled = false;
};

Result<ChartFolder> open_chart(const Build& build, const Loader& loader, const HelmChart& chart,
                               const helm::ChartLimits& limits) {
  ChartFolder folder;
  folder.place = TRY(loader.place(home_of(chart) + "/" + chart.name));
  if (is_here(loader, folder.place)) {
    folder.files = TRY(helm::read_chart_folder(loader.tree(), folder.place, limits));
    for (const helm::ChartFile& file : folder.files) loader.note(folder.place + "/" + file.name);
    folder.shown = loader.in_tree(folder.place);
    return folder;
  }
  const auto wanted = pulled_chart(loader, chart);
  if (!wanted) {
    return fail(Code::not_found,
                fmt::format("no chart found at '{}'", printable(folder.place, 512)));
  }
  const std::string location = location_of(*wanted);
  const auto fetched = build.inputs().charts.find(*wanted);
  if (fetched == build.inputs().charts.end()) {
    return fail(Error(Code::unsupported,
                      fmt::format("the chart `{}` was not fetched", printable(location, 512)))
                    .with_hint(fmt::format("a build never uses the network: keep a copy at '{}'",
                                           printable(folder.place, 512))));
  }
  folder.files = TRY(helm::read_chart_archive(fetched->second.archive, limits));
  folder.shown = location;
  folder.pulled = true;
  return folder;
}

/// A file of values: of the chart if it lies in its folder, which the tree need not have.
Result<std::string> load_values(const Loader& loader, const ChartFolder& folder,
                                const std::string& path) {
  if (folder.pulled && !is_remote_file(path)) {
    const std::string place = TRY(loader.place(path));
    for (const helm::ChartFile& file : folder.files) {
      if (place == folder.place + "/" + file.name) return file.data.str();
    }
  }
  return loader.load(path);
}

/// One tree of values over another: maps merge, null removes, all else replaces.
Value merged(const Value& base, const Value& over) {
  if (!base.is_object() || !over.is_object()) return over;
  Value out = base;
  for (const Member& member : over.members()) {
    if (member.value.is_null()) {
      out = out.without(member.key());
    } else if (const Value* below = base.find(member.key())) {
      out = out.with(member.key(), merged(*below, member.value));
    } else {
      out = out.with(member.key(), member.value);
    }
  }
  return out;
}

/// The text of the chart's first values file.
Result<std::string> values_of(const Loader& loader, const ChartFolder& folder,
                              const HelmChart& chart) {
  if (chart.merge == "replace" && !chart.inline_values.empty()) {
    return codec::emit_yaml(chart.inline_values);
  }
  std::string text = TRY(load_values(loader, folder, chart.values_file));
  if (chart.inline_values.empty()) return text;
  codec::YamlOptions options;
  options.strict = false;
  options.first_only = true;
  const auto documents = TRY(codec::parse_yaml(text, loader.locate(chart.values_file), options));
  const Value base = documents.empty() ? Value() : documents.front().value;
  return codec::emit_yaml(chart.merge == "merge" ? merged(chart.inline_values, base)
                                                 : merged(base, chart.inline_values));
}

/// The template that made the document at a line: Helm names it in a comment above.
class Sources {
 public:
  Sources(std::string_view text, const std::string& home) {
    int line = 0;
    for (const auto one : split(text, '\n')) {
      ++line;
      if (one.starts_with(kSource)) {
        places_.emplace(line, home + "/" + std::string(one.substr(kSource.size())));
      }
    }
  }
  std::string at(int line) const {
    const auto next = places_.upper_bound(line);
    return next == places_.begin() ? std::string() : std::prev(next)->second;
  }

 private:
  std::map<int, std::string> places_;
};

Result<helm::ReleaseOptions> options_of(const HelmChart& chart) {
  if (!chart.release.empty() && !chart.name_template.empty()) {
    return fail(Code::invalid, "cannot set --name-template and also specify a name");
  }
  helm::ReleaseOptions options;
  if (!chart.release.empty()) options.release.name = chart.release;
  if (!chart.ns.empty()) options.release.ns = chart.ns;
  options.name_template = chart.name_template;
  options.kube_version = chart.kube_version;
  options.api_versions = chart.api_versions;
  options.include_crds = chart.include_crds;
  options.skip_tests = chart.skip_tests;
  options.no_hooks = chart.skip_hooks;
  options.values.files.emplace_back(kValues);
  for (const std::string& file : chart.more_values) options.values.files.push_back(file);
  return options;
}

}  // namespace

Result<> complete_chart(const Build& build, HelmChart& chart) {
  const HelmBuild& helm = build.options().helm;
  if (!helm.enabled || helm.host == nullptr) {
    return fail(Error(Code::denied, "must specify --enable-helm")
                    .with_hint("in an application: `kustomize: {enableHelm: true}`"));
  }
  if (chart.kube_version.empty()) chart.kube_version = helm.kube_version;
  if (chart.api_versions.empty()) chart.api_versions = helm.api_versions;
  if (chart.name.empty()) return fail(Code::invalid, "chart name cannot be empty");
  if (chart.home.empty()) chart.home = "charts";
  if (chart.values_file.empty()) {
    chart.values_file = home_of(chart) + "/" + chart.name + "/values.yaml";
  }
  if (chart.merge.empty()) chart.merge = "override";
  if (chart.merge != "override" && chart.merge != "merge" && chart.merge != "replace") {
    return fail(Code::invalid, "valuesMerge must be one of [merge override replace]");
  }
  return {};
}

std::optional<ChartSpec> pulled_chart(const Loader& loader, const HelmChart& chart) {
  if (chart.repo.empty()) return std::nullopt;
  const auto place = loader.place(home_of(chart) + "/" + chart.name);
  if (!place || is_here(loader, *place)) return std::nullopt;
  ChartSpec spec;
  spec.repo = chart.repo;
  spec.chart = chart.name;
  spec.version = chart.version.empty() && chart.devel ? ">0.0.0-0" : chart.version;
  spec.plain_http = is_loopback(chart.repo);
  return spec;
}

Result<std::vector<Resource*>> inflate_chart(Build& build, const Loader& loader,
                                             const HelmChart& chart) {
  helm::ReleaseOptions options = TRY(options_of(chart));
  const ChartFolder folder = TRY(open_chart(build, loader, chart, options.limits));
  if (options.kube_version.empty()) options.kube_version = build.inputs().kube_version;
  options.served = build.inputs().api_versions;
  const std::string values = TRY(values_of(loader, folder, chart));
  const bool asks =
      helm::may_ask_capabilities(folder.files) || values.find("Capabilities") != std::string::npos;
  if (asks) build.note_capabilities();
  const auto read = [&](std::string_view path) -> Result<std::string> {
    if (path == kValues) return values;
    return load_values(loader, folder, std::string(path));
  };
  helm::Warnings warnings(options.profile);
  const auto release =
      helm::render_release(folder.files, options, read, *build.options().helm.host, warnings);
  for (std::string& line : warnings.take()) build.warn(std::move(line));
  if (!release) {
    return fail(
        Error(release.error()).with_context("chart '" + printable(folder.shown, 256) + "'"));
  }
  const std::string text = TRY(helm::print_release(*release, options));
  const auto made = TRY(read_resources(build, text, ""));
  const Sources sources(text, folder.shown.substr(0, folder.shown.rfind('/')));
  for (Resource* one : made) {
    one->file = build.arena().keep(sources.at(one->line));
    one->line = 0;
    one->helm_generated = true;
  }
  return made;
}

std::vector<HelmChart> charts_of(const Kustomization& kustomization, const std::string& ns) {
  std::vector<HelmChart> charts = kustomization.helm_charts;
  HelmGlobals globals = kustomization.helm_globals.value_or(HelmGlobals{});
  for (const OldHelmChart& old : kustomization.helm_inflation) {
    charts.push_back(old.chart);
    if (!kustomization.helm_globals && !old.home.empty()) globals.home = old.home;
  }
  for (HelmChart& chart : charts) {
    chart.home = globals.home;
    if (chart.ns.empty()) chart.ns = ns;
  }
  return charts;
}

}  // namespace rumbo::render::kustomize
