#include "app/chart_argument.h"

#include "app/overlay_tree.h"
#include "base/strings.h"
#include "source/chart_http.h"
#include "source/chart_source.h"
#include "source/directory_snapshot.h"

namespace rumbo::app {
namespace {

namespace helm = render::helm;

bool is_url(std::string_view text) {
  return text.starts_with("oci://") || text.starts_with("https://") || text.starts_with("http://");
}

ChartSpec spec_of(const Invocation& asked, const std::string& chart) {
  ChartSpec spec;
  spec.repo = asked.value("repo");
  spec.chart = chart;
  if (spec.repo.empty()) {
    const std::size_t slash = chart.rfind('/');
    spec.repo = chart.substr(0, slash);
    spec.chart = chart.substr(slash + 1);
  }
  spec.version = asked.value("version");
  spec.credentials_file = asked.value("credentials-file");
  spec.ca_file = asked.value("ca-file");
  spec.keyring = asked.value("keyring");
  spec.plain_http = asked.has("plain-http");
  return spec;
}

/// The archive at a URL of its own.
Result<std::string> download(Session& session, const ChartSpec& spec, const std::string& url,
                             std::uint64_t most) {
  if (!spec.keyring.empty()) {
    return fail(Error(Code::unsupported, "--keyring needs a repository")
                    .with_hint("name the repository with --repo, or an oci:// URL"));
  }
  const auto location = TRY(source::chart_location(spec));
  const auto http = TRY(source::ChartHttp::open(spec, location, session.env()));
  return http.get({.url = url, .max_body = most}, Cancel());
}

}  // namespace

bool is_remote_chart(const Invocation& asked, const std::string& chart) {
  return asked.has("repo") || is_url(chart);
}

Result<FetchedArchive> fetch_chart(Session& session, const ChartSpec& spec) {
  source::ChartSource charts(session.state_directory() + "/charts", session.env());
  const Revision revision = TRY(charts.resolve(spec, Cancel()));
  const auto snapshot = TRY(charts.fetch(spec, revision, SourceBounds{}, Cancel()));
  return FetchedArchive{TRY(snapshot->read(kChartFile)), revision.name};
}

Result<std::vector<helm::ChartFile>> read_chart_argument(Session& session, const std::string& chart,
                                                         const helm::ChartLimits& limits) {
  const Invocation& asked = session.invocation();
  if (is_remote_chart(asked, chart)) {
    const ChartSpec spec = spec_of(asked, chart);
    if (!asked.has("repo") && !chart.starts_with("oci://")) {
      const std::string bytes = TRY(download(session, spec, chart, limits.max_bytes));
      return helm::read_chart_archive(bytes, limits);
    }
    const FetchedArchive fetched = TRY(fetch_chart(session, spec));
    session.note("chart " + spec.chart + " " + fetched.revision + "\n");
    return helm::read_chart_archive(fetched.bytes, limits);
  }
  io::FileSystem& files = session.env().files;
  if (chart.ends_with(".tgz")) {
    const std::string bytes = TRY(files.read_all(chart, limits.max_bytes));
    return helm::read_chart_archive(bytes, limits);
  }
  const auto snapshot = TRY(source::DirectorySnapshot::open(files, chart));
  auto found = helm::read_chart_folder(*snapshot, "", limits);
  if (found || found.error().code() != Code::denied) return found;
  // Links may lead to other folders of its repository, as in an application.
  const OverlayTree tree = TRY(OverlayTree::open(files, chart));
  if (tree.snapshot->root() == "/") return found;
  return helm::read_chart_folder(*tree.snapshot, tree.directory, limits);
}

}  // namespace rumbo::app
