#include "control/remotes.h"

#include <algorithm>

#include "base/semver.h"
#include "base/strings.h"
#include "render/kustomize/remote.h"
#include "source/git_url.h"

namespace rumbo::control {
namespace {

using render::kustomize::parse_remote;
using render::kustomize::Remote;

constexpr std::string_view kFileDigest = "sha256:";

std::string shown(const std::string& location) {
  return printable(source::without_credentials(location), 512);
}

bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == text.npos;
}

/// "https://host:port" of a URL, empty without one.
std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == url.npos) return {};
  return to_lower(url.substr(0, url.find('/', scheme + 3)));
}

/// True if the location's own marks say that it is a repository: a reference, `//`, `.git`.
bool looks_like_repository(std::string_view location) {
  const std::size_t scheme = location.find("://");
  const std::string_view rest = location.substr(scheme == location.npos ? 0 : scheme + 3);
  for (const std::string_view mark : {"//", ".git", "_git/", "?ref=", "&ref=", "?version="}) {
    if (rest.find(mark) != rest.npos) return true;
  }
  return !render::kustomize::is_remote_file(location);
}

/// The prefix ends where the location has a separator, so that "https://host/acme" permits no
/// "https://host/acme-evil".
bool begins_with(std::string_view location, std::string_view prefix) {
  if (!location.starts_with(prefix) || prefix.empty()) return false;
  if (location.size() == prefix.size()) return true;
  constexpr std::string_view kSeparators = "/:?.";
  return kSeparators.find(prefix.back()) != kSeparators.npos ||
         kSeparators.find(location[prefix.size()]) != kSeparators.npos;
}

bool is_listed(const RemotePolicy& policy, std::string_view location) {
  // What `..` makes of a location is not what its prefix says.
  if (location.find("/../") != location.npos || location.find('%') != location.npos) return false;
  return policy.allowed &&
         std::any_of(policy.allowed->begin(), policy.allowed->end(),
                     [&](const std::string& prefix) { return begins_with(location, prefix); });
}

/// True for a URL with a user or password; ssh needs the user's name.
bool holds_credentials(const std::string& location) {
  const std::size_t scheme = location.find("://");
  if (scheme == location.npos) return false;
  return !to_lower(location.substr(0, scheme)).ends_with("ssh") &&
         source::without_credentials(location) != location;
}

Result<> check_allowed(const RemotePolicy& policy, const std::string& location) {
  if (holds_credentials(location)) {
    return fail(
        Error(Code::denied, "the remote location `" + shown(location) + "` holds credentials")
            .with_hint("it would be recorded with them: use ssh, or the credentials file "
                       "of the application's source"));
  }
  if (policy.allowed && !is_listed(policy, location)) {
    return fail(Error(Code::denied, "the remote location `" + shown(location) +
                                        "` is not among those the application may use")
                    .with_hint("add it to `kustomize.remotes` of the application"));
  }
  const auto remote = parse_remote(location);
  const bool here = remote && (to_lower(remote->repository.substr(0, 7)) == "file://" ||
                               remote->repository.starts_with('/'));
  if (here && !policy.local_repositories) {
    return fail(Error(Code::denied, "the remote location `" + shown(location) +
                                        "` is a repository of this machine")
                    .with_hint("use a URL of a Git server"));
  }
  return {};
}

/// A page about something is no file that anyone means.
bool is_web_page(const Snapshot& snapshot) {
  const auto files = snapshot.list("");
  if (!files || files->size() != 1) return false;
  const auto text = snapshot.read(files->front().path);
  if (!text) return false;
  const std::string start = to_lower(trim(std::string_view(*text).substr(0, 512)));
  return start.starts_with("<!doctype html") || start.starts_with("<html");
}

/// "https://host" that a chart repository's credentials are for.
std::string host_of_repository(const std::string& repo) {
  constexpr std::string_view kOci = "oci://";
  return host_of(repo.starts_with(kOci) ? "https://" + repo.substr(kOci.size()) : repo);
}

/// The chart as its server is asked for it, by the same rule.
ChartSpec spec_of(const ChartSpec& chart, const RemotePolicy& policy) {
  ChartSpec spec = chart;
  const std::string host = host_of_repository(chart.repo);
  if (is_listed(policy, location_of(chart)) && !host.empty() && host == host_of(policy.own.url)) {
    if (spec.credentials_file.empty()) spec.credentials_file = policy.own.credentials_file;
    if (spec.ca_file.empty()) spec.ca_file = policy.own.ca_file;
  }
  return spec;
}

/// The repository as git knows it. Its credentials are those of the application's own host, if the
/// configuration lists this location.
GitSpec spec_of(const Remote& remote, const std::string& location, const RemotePolicy& policy) {
  GitSpec spec;
  spec.url = remote.repository;
  spec.path = remote.path;
  if (is_listed(policy, location) && !host_of(spec.url).empty() &&
      host_of(spec.url) == host_of(policy.own.url)) {
    spec.credentials_file = policy.own.credentials_file;
    spec.credentials_env = policy.own.credentials_env;
    spec.ca_file = policy.own.ca_file;
    spec.known_hosts_file = policy.own.known_hosts_file;
    spec.proxy = policy.own.proxy;
  }
  return spec;
}

}  // namespace

Result<Remotes::Tree> Remotes::look_up_repository(const std::string& location,
                                                  const RemotePolicy& policy,
                                                  const Cancel& cancel) {
  const auto remote = parse_remote(location);
  if (!remote) return fail(Code::invalid, "it names no Git repository");
  GitSpec spec = spec_of(*remote, location, policy);
  // As `git fetch origin REF` reads it: a commit, a full name, else a tag before a branch.
  std::vector<GitRef> candidates(1);
  if (is_commit(remote->ref)) {
    candidates.front().commit = remote->ref;
  } else if (remote->ref.starts_with("refs/")) {
    candidates.front().name = remote->ref;
  } else if (!remote->ref.empty()) {
    candidates.front().tag = remote->ref;
    candidates.emplace_back().branch = remote->ref;
  }
  for (std::size_t at = 0;; ++at) {
    spec.ref = candidates[at];
    const auto revision = source_.resolve(spec, cancel);
    if (revision) return source_.fetch(spec, *revision, SourceBounds{}, cancel);
    const bool last = at + 1 == candidates.size();
    if (last || revision.error().code() != Code::not_found) return fail(Error(revision.error()));
  }
}

Result<Remotes::Tree> Remotes::look_up_file(const std::string& location, const Cancel& cancel) {
  if (files_ == nullptr) return fail(Code::unsupported, "files by URL cannot be fetched here");
  auto file = TRY(files_->fetch(location, cancel));
  if (is_web_page(*file)) return fail(Code::not_found, "there is a web page, no file");
  return file;
}

Result<Remotes::Tree> Remotes::look_up(const std::string& location, const RemotePolicy& policy,
                                       const Cancel& cancel) {
  const auto repository = [&] { return look_up_repository(location, policy, cancel); };
  const auto file = [&] { return look_up_file(location, cancel); };
  if (!render::kustomize::is_remote_file(location)) return repository();
  if (!parse_remote(location)) return file();
  if (looks_like_repository(location)) {
    auto found = repository();
    if (found || found.error().code() != Code::not_found) return found;
    auto other = file();
    return other ? other : found;
  }
  auto found = file();
  if (found) return found;
  auto other = repository();
  return other ? other : found;
}

Result<Remotes::Tree> Remotes::fetch(const std::string& location, const Pin* known,
                                     const RemotePolicy& policy, const Cancel& cancel) {
  TRY(check_allowed(policy, location));
  if (known == nullptr) return look_up(location, policy, cancel);
  if (known->id.starts_with(kFileDigest)) {
    if (files_ == nullptr) return fail(Code::unsupported, "files by URL cannot be fetched here");
    return files_->pinned(location, known->id, cancel);
  }
  const auto remote = parse_remote(location);
  if (!remote) return fail(Code::invalid, "it names no Git repository");
  GitSpec spec = spec_of(*remote, location, policy);
  spec.ref.commit = known->id;
  return source_.fetch(spec, {known->id, known->name, ""}, SourceBounds{}, cancel);
}

Result<Fetched> Remotes::fetch_all(const Missing& missing, const std::vector<Pin>& known,
                                   const RemotePolicy& policy, const Cancel& cancel) {
  Fetched fetched;
  for (int round = 0; round < kMostRounds; ++round) {
    const auto wanted = TRY(missing(fetched.snapshots));
    if (wanted.empty()) return fetched;
    for (const std::string& location : wanted) {
      if (fetched.snapshots.size() >= kMostLocations) {
        return fail(Code::too_large, "more than 256 remote locations in one build");
      }
      const auto pin = std::find_if(known.begin(), known.end(),
                                    [&](const Pin& one) { return one.location == location; });
      auto snapshot = fetch(location, pin == known.end() ? nullptr : &*pin, policy, cancel);
      if (!snapshot) {
        return fail(std::move(snapshot).error().with_context(
            "while fetching the remote location `" + shown(location) + "`"));
      }
      const Revision& revision = (*snapshot)->revision();
      const Pin made{location, revision.id, revision.name};
      fetched.pins.insert(
          std::upper_bound(fetched.pins.begin(), fetched.pins.end(), made,
                           [](const Pin& a, const Pin& b) { return a.location < b.location; }),
          made);
      fetched.snapshots[location] = std::move(*snapshot);
    }
  }
  return fail(Code::too_large, "remote bases that name remote bases, more than 64 deep");
}

Result<Revision> Remotes::resolve_chart(const ChartSpec& spec, const Cancel& cancel) {
  const auto known = charts_.with([&](auto& all) -> std::optional<Revision> {
    const auto it = all.find(spec);
    return it == all.end() ? std::nullopt : std::optional(it->second);
  });
  if (known) return *known;
  const Revision revision = TRY(source_.resolve(spec, cancel));
  if (Version::parse(spec.version)) charts_.with([&](auto& all) { all[spec] = revision; });
  return revision;
}

Result<> Remotes::fetch_charts(const std::vector<ChartSpec>& wanted, const std::vector<Pin>& known,
                               const RemotePolicy& policy, RenderInputs& inputs,
                               std::vector<Pin>& pins, const Cancel& cancel) {
  if (wanted.size() > kMostLocations) {
    return fail(Code::too_large, "more than 256 charts of repositories in one build");
  }
  for (const ChartSpec& chart : wanted) {
    TRY(check_allowed(policy, location_of(chart)));
    const ChartSpec spec = spec_of(chart, policy);
    const std::string location = location_of(chart) + " " + reference_of(chart);
    const auto pin = std::find_if(known.begin(), known.end(),
                                  [&](const Pin& one) { return one.location == location; });
    const Revision revision =
        pin != known.end() ? Revision{pin->id, pin->name, ""} : TRY(resolve_chart(spec, cancel));
    const auto snapshot = TRY(source_.fetch(spec, revision, SourceBounds{}, cancel));
    inputs.charts.emplace(chart, FetchedChart{revision, TRY(snapshot->read(kChartFile))});
    pins.push_back({location, revision.id, revision.name});
  }
  std::sort(pins.begin(), pins.end(),
            [](const Pin& a, const Pin& b) { return a.location < b.location; });
  return {};
}

}  // namespace rumbo::control
