// `rumbo helm …`: what people do with charts besides deploying them.
#include <array>

#include "app/chart_argument.h"
#include "app/handlers.h"
#include "app/overlay_tree.h"
#include "app/render_helm.h"
#include "app/system_host.h"
#include "app/table.h"
#include "base/strings.h"
#include "codec/yaml.h"
#include "render/helm/lint.h"
#include "render/helm/remote_dependencies.h"
#include "render/helm/show.h"
#include "render/helm/stored_release.h"

namespace rumbo::app {
namespace {

namespace helm = render::helm;

constexpr std::uint64_t kMaxRelease = 64ull << 20;

helm::ReadFile reader_of(io::FileSystem& files) {
  return [&files](std::string_view file) { return files.read_all(std::string(file)); };
}

Result<std::string> argument(const Session& session, std::size_t index, const char* what) {
  const auto& arguments = session.invocation().arguments;
  if (index < arguments.size()) return arguments[index];
  return fail(Error(Code::invalid, "`rumbo helm " + join(arguments, " ") + "` needs " + what)
                  .with_hint("`rumbo helm --help` shows examples"));
}

Result<int> show(Session& session) {
  static constexpr std::array<std::string_view, 5> kWhat{"chart", "values", "readme", "crds",
                                                         "all"};
  const std::string what = TRY(argument(session, 1, "chart, values, readme, crds or all"));
  if (std::find(kWhat.begin(), kWhat.end(), what) == kWhat.end()) {
    return fail(Error(Code::invalid, "`" + printable(what, 64) + "` cannot be shown")
                    .with_hint("chart, values, readme, crds or all"));
  }
  const std::string chart = TRY(argument(session, 2, "a CHART"));
  const auto options = TRY(helm_options(session.invocation()));
  const auto files = TRY(read_chart_argument(session, chart, options.limits));
  session.print(
      TRY(helm::show_chart(files, what, options.profile, session.invocation().value("jsonpath"))));
  return kOk;
}

Result<int> lint(Session& session) {
  using Severity = helm::LintMessage::Severity;
  const auto options = TRY(helm_options(session.invocation()));
  const auto& arguments = session.invocation().arguments;
  const std::size_t charts = std::max<std::size_t>(arguments.size(), 2) - 1;
  std::size_t failed = 0, remarkable = 0;
  for (std::size_t i = 1; i <= charts; ++i) {
    const std::string chart = i < arguments.size() ? arguments[i] : ".";
    const auto files = TRY(read_chart_argument(session, chart, options.limits));
    SystemHost host(session.env());
    const auto found =
        helm::lint(files, options, absolute_path(chart), reader_of(session.env().files), host);
    const auto any = [&](Severity least) {
      return std::any_of(found.begin(), found.end(),
                         [&](const auto& one) { return one.severity >= least; });
    };
    if (any(session.invocation().has("strict") ? Severity::warning : Severity::error)) ++failed;
    if (any(Severity::warning)) ++remarkable;
    if (session.quiet() && !any(Severity::warning)) continue;
    std::string out = "==> Linting " + chart + "\n";
    for (const auto& one : found) {
      if (!session.quiet() || one.severity > Severity::info) out += helm::to_string(one) + "\n";
    }
    session.print(out + "\n");
  }
  const std::string summary =
      std::to_string(charts) + " chart(s) linted, " + std::to_string(failed) + " chart(s) failed";
  if (failed > 0) return fail(Code::invalid, summary);
  if (!session.quiet() || remarkable > 0) session.print(summary + "\n");
  return kOk;
}

/// As Helm prints it: cells filled up with blanks, and tabs between them.
std::string dependency_table(const std::vector<std::array<std::string, 4>>& rows) {
  std::array<std::size_t, 4> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], columns(row[i]));
    }
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += '\t';
      out += printable(row[i]);
      out.append(widths[i] - columns(row[i]), ' ');
    }
    out += '\n';
  }
  return out + "\n";
}

Result<int> list_dependencies(Session& session, const OverlayTree& tree, const std::string& path) {
  const auto all =
      TRY(helm::declared_dependencies(*tree.snapshot, tree.directory, helm::Profile::helm4));
  if (all.declared.empty()) {
    session.print("WARNING: no dependencies at " + (path == "." ? "" : path + "/") + "charts\n");
    return kOk;
  }
  const auto listed = TRY(tree.snapshot->list(tree.directory));
  std::vector<std::array<std::string, 4>> rows{{"NAME", "VERSION", "REPOSITORY", "STATUS"}};
  for (const helm::Dependency& one : all.declared) {
    const bool there = helm::has_dependency(listed, tree.directory, one.name);
    rows.push_back({one.name, one.version, one.repository, there ? "ok" : "missing"});
  }
  session.print(dependency_table(rows));
  return kOk;
}

/// Writes what charts/ lacks into it.
Result<int> build_dependencies(Session& session, const OverlayTree& tree, const std::string& path) {
  const Invocation& asked = session.invocation();
  helm::HelmSection section;
  section.repositories.push_back({asked.value("repo"), asked.value("credentials-file"),
                                  asked.value("ca-file"), asked.has("plain-http")});
  const auto missing = TRY(helm::missing_dependencies(*tree.snapshot, tree.directory, section));
  std::map<ChartSpec, FetchedChart> charts;
  for (const auto& one : missing) {
    if (!one.folder.empty()) {
      session.note(one.name + " from " + one.folder + "\n");
      continue;
    }
    FetchedArchive fetched = TRY(fetch_chart(session, one.chart));
    session.note(one.name + " " + fetched.revision + " from " + one.chart.repo + "\n");
    charts.emplace(one.chart, FetchedChart{{"", fetched.revision, ""}, std::move(fetched.bytes)});
  }
  std::vector<helm::ChartFile> files;
  std::vector<std::string> read;
  TRY(helm::add_dependencies(*tree.snapshot, tree.directory, section, charts, files, read));
  for (const helm::ChartFile& file : files) {
    const std::string place = path + "/" + file.name;
    TRY(session.env().files.make_directories(place.substr(0, place.rfind('/')), 0755));
    TRY(session.env().files.write_atomic(place, file.data.as_string(), 0644));
  }
  if (missing.empty()) session.note("charts/ holds all dependencies\n");
  return kOk;
}

Result<int> dependency(Session& session) {
  const std::string what = TRY(argument(session, 1, "list or build"));
  const auto& arguments = session.invocation().arguments;
  const std::string path = arguments.size() > 2 ? arguments[2] : ".";
  const OverlayTree tree = TRY(OverlayTree::open(session.env().files, path));
  if (what == "list" || what == "ls") return list_dependencies(session, tree, path);
  if (what == "build") return build_dependencies(session, tree, path);
  return fail(
      Error(Code::invalid, "`rumbo helm dependency " + printable(what, 64) + "` is not known")
          .with_hint("list or build; `update` is Helm's, as it writes Chart.lock"));
}

Result<int> import_release(Session& session) {
  const std::string file = session.invocation().value("values", "-");
  const std::string text =
      TRY(session.env().files.read_all(file == "-" ? "/dev/stdin" : file, kMaxRelease));
  const Value object = TRY(codec::parse_yaml_value(text, file));
  const auto release = TRY(helm::read_stored_release(object));
  session.note("release " + release.ns + "/" + release.name + ", revision " +
               std::to_string(release.revision) + ", " + release.status + ": chart " +
               release.chart + " " + release.chart_version + "\n");
  if (session.invocation().has("manifest")) {
    session.print(release.manifest);
    return kOk;
  }
  session.print(helm::application_of(release, session.invocation().value("repo"),
                                     session.invocation().value("environment", release.ns)));
  session.note("next: put it into the configuration, then `rumbo plan " + release.name +
               "` shows what differs from what runs; `rumbo sync` takes the objects over\n");
  return kOk;
}

/// `template CHART`, or `template NAME CHART` as people are used to.
Result<int> template_chart(Session& session) {
  const auto& arguments = session.invocation().arguments;
  if (arguments.size() <= 2) return run_render_helm(session, TRY(argument(session, 1, "a CHART")));
  return run_render_helm(session, arguments[2], arguments[1]);
}

struct Subverb {
  std::string_view name;
  Result<int> (*run)(Session& session);
};
constexpr Subverb kSubverbs[] = {{"show", show},      {"template", template_chart},
                                 {"lint", lint},      {"dependency", dependency},
                                 {"dep", dependency}, {"import-release", import_release}};

}  // namespace

Result<int> run_helm(Session& session) {
  const std::string& word = session.invocation().arguments[0];
  std::vector<std::string_view> names;
  for (const Subverb& one : kSubverbs) {
    if (one.name == word) return one.run(session);
    names.push_back(one.name);
  }
  const std::string_view near = closest(word, names);
  return fail(Error(Code::invalid, "`rumbo helm " + printable(word, 64) + "` is not known")
                  .with_hint(near.empty() ? "show, template, lint, dependency or import-release"
                                          : "did you mean `" + std::string(near) + "`?"));
}

}  // namespace rumbo::app
