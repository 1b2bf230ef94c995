#include "source/chart_source.h"

#include <algorithm>

#include "base/semver.h"
#include "base/strings.h"
#include "crypto/digest.h"
#include "model/memory_snapshot.h"
#include "source/chart_http.h"
#include "source/chart_location.h"
#include "source/chart_release.h"
#include "source/git_url.h"
#include "source/helm_index.h"
#include "source/oci_registry.h"
#include "source/provenance.h"

namespace rumbo::source {
namespace {

constexpr std::uint64_t kMaxIndex = 128ull << 20;
constexpr std::uint64_t kMaxProvenance = 1 << 20;

Revision revision_of(const ChartRelease& release) {
  Revision revision;
  revision.id = release.digest;
  revision.name = release.version + "@" + release.digest.substr(7, 7);
  if (!release.app_version.empty()) revision.subject = "app " + release.app_version;
  return revision;
}

/// The version in a revision's name.
std::string version_in(const Revision& revision) {
  return revision.name.substr(0, revision.name.rfind('@'));
}

tl::unexpected<Error> no_version(const ChartSpec& spec, const std::vector<ChartRelease>& all) {
  Error error(Code::not_found,
              "chart `" + spec.chart + "` has no " +
                  (spec.version.empty() ? "version that is no prerelease"
                                        : "version `" + printable(spec.version, 64) + "`"));
  const ChartRelease* newest = choose_release(all, "");
  if (newest == nullptr) newest = choose_release(all, "*-0");
  if (newest == nullptr) return fail(std::move(error));
  return fail(std::move(error).with_hint("the newest is " + printable(newest->version, 64)));
}

Result<OciRegistry> registry_of(const ChartSpec& spec, io::Env& env) {
  const ChartLocation location = TRY(chart_location(spec));
  return OciRegistry(TRY(ChartHttp::open(spec, location, env)), location);
}

/// An `oci://host/path/chart:tag` that stands in an index. The index's credentials are for
/// another host.
Result<ChartSpec> spec_of_oci_url(const std::string& url) {
  const std::size_t slash = url.rfind('/'), colon = url.rfind(':');
  if (slash == std::string::npos || colon == std::string::npos || colon < slash) {
    return fail(Code::invalid, "`" + printable(url, 256) + "` in the index names no tag");
  }
  ChartSpec spec;
  spec.repo = url.substr(0, slash);
  spec.chart = url.substr(slash + 1, colon - slash - 1);
  spec.version = version_of(url.substr(colon + 1));
  return spec;
}

template <class T>
Result<T> in_context(Result<T> result, const char* doing, const ChartSpec& spec) {
  if (result) return result;
  return fail(std::move(result).error().with_context(
      std::string(doing) + " " + printable(without_credentials(location_of(spec)), 512)));
}

}  // namespace

/// index.yaml, from the cache if the server says it is the same.
Result<std::string> ChartSource::index_text(const ChartSpec& spec, const Cancel& cancel) {
  const ChartLocation location = TRY(chart_location(spec));
  const ChartHttp http = TRY(ChartHttp::open(spec, location, env_));
  ChartHttp::Ask ask;
  ask.url = location.base + "index.yaml";
  ask.max_body = kMaxIndex;
  auto known = cache_.index(ask.url);
  if (known && !known->etag.empty()) ask.headers.emplace_back("If-None-Match", known->etag);
  if (known && !known->last_modified.empty()) {
    ask.headers.emplace_back("If-Modified-Since", known->last_modified);
  }
  io::HttpResponse response = TRY(http.send(ask, cancel));
  if (response.status == 304 && known) return std::move(known->text);
  if (response.status != 200) {
    return fail(http_error(response, "GET " + printable(without_credentials(ask.url), 512)));
  }
  ChartCache::Index fresh{header(response, "etag"), header(response, "last-modified"),
                          std::move(response.body)};
  // A cache that cannot be written costs time only.
  static_cast<void>(cache_.keep_index(ask.url, fresh));
  return std::move(fresh.text);
}

Result<Revision> ChartSource::resolve_in_repository(const ChartSpec& spec, const Cancel& cancel) {
  const std::string text = TRY(index_text(spec, cancel));
  const auto releases = TRY(read_index(text, spec.chart));
  const ChartRelease* found = choose_release(releases, spec.version);
  if (found == nullptr) return no_version(spec, releases);
  if (!found->digest.empty()) return revision_of(*found);
  if (found->urls.front().starts_with("oci://")) {
    const ChartSpec elsewhere = TRY(spec_of_oci_url(found->urls.front()));
    return resolve_in_registry(elsewhere, cancel);
  }
  // Nobody says what the archive is: it has to be looked at.
  Revision unknown;
  unknown.name = found->version + "@";
  ChartRelease named = *found;
  const std::string bytes = TRY(download(spec, unknown, SourceBounds{}, cancel));
  named.digest = TRY(cache_.keep_archive(bytes));
  return revision_of(named);
}

Result<Revision> ChartSource::resolve_in_registry(const ChartSpec& spec, const Cancel& cancel) {
  OciRegistry registry = TRY(registry_of(spec, env_));
  ChartRelease release;
  release.version = spec.version;
  if (!Version::parse(spec.version)) {
    std::vector<ChartRelease> all;
    for (const std::string& tag : TRY(registry.tags(cancel))) {
      ChartRelease one;
      one.version = version_of(tag);
      all.push_back(std::move(one));
    }
    const ChartRelease* found = choose_release(all, spec.version);
    if (found == nullptr) return no_version(spec, all);
    release = *found;
  }
  const OciChart chart = TRY(registry.chart(tag_of(release.version), cancel));
  release.digest = chart.digest;
  release.app_version = chart.app_version;
  return revision_of(release);
}

Result<Revision> ChartSource::resolve(const ChartSpec& spec, const Cancel& cancel) {
  const ChartLocation location = TRY(chart_location(spec));
  if (const std::string digest = normal_digest(spec.version); !digest.empty()) {
    return Revision{digest, "@" + digest.substr(7, 7), ""};
  }
  return in_context(
      location.oci ? resolve_in_registry(spec, cancel) : resolve_in_repository(spec, cancel),
      "looking at", spec);
}

Result<std::string> ChartSource::download(const ChartSpec& spec, const Revision& revision,
                                          const SourceBounds& bounds, const Cancel& cancel) {
  const ChartLocation location = TRY(chart_location(spec));
  if (location.oci) {
    OciRegistry registry = TRY(registry_of(spec, env_));
    return registry.blob(revision.id, bounds.max_file_bytes, cancel);
  }
  const std::string text = TRY(index_text(spec, cancel));
  const auto releases = TRY(read_index(text, spec.chart));
  const std::string version = version_in(revision);
  const auto found = std::find_if(releases.begin(), releases.end(), [&](const auto& one) {
    return version.empty() ? one.digest == revision.id : one.version == version;
  });
  if (found == releases.end()) {
    return fail(Code::not_found, "the repository no longer lists " + spec.chart + " " +
                                     printable(version.empty() ? revision.id : version, 80));
  }
  const std::string url = resolve_url(location.base, found->urls.front());
  if (url.starts_with("oci://")) {
    const ChartSpec elsewhere = TRY(spec_of_oci_url(url));
    OciRegistry registry = TRY(registry_of(elsewhere, env_));
    return registry.blob(revision.id, bounds.max_file_bytes, cancel);
  }
  const ChartHttp http = TRY(ChartHttp::open(spec, location, env_));
  std::string bytes = TRY(http.get({.url = url, .max_body = bounds.max_file_bytes}, cancel));
  if (revision.id.empty() || crypto::sha256(bytes) == revision.id) return bytes;
  return fail(
      Error(Code::corrupt,
            "the archive of " + spec.chart + " " + printable(version, 64) +
                " is not the one that the index names",
            Retry::later)
          .with_hint("its digest is " + crypto::sha256(bytes) + ", expected was " + revision.id));
}

Result<std::string> ChartSource::provenance(const ChartSpec& spec, const Revision& revision,
                                            const Cancel& cancel) {
  const ChartLocation location = TRY(chart_location(spec));
  std::string text;
  if (location.oci) {
    OciRegistry registry = TRY(registry_of(spec, env_));
    const OciChart chart = TRY(registry.chart(tag_of(version_in(revision)), cancel));
    if (chart.provenance.empty() || chart.digest != revision.id) {
      return fail(Code::denied, "provenance: the registry has no .prov file of this chart");
    }
    text = TRY(registry.blob(chart.provenance, kMaxProvenance, cancel));
  } else {
    const std::string index = TRY(index_text(spec, cancel));
    const auto releases = TRY(read_index(index, spec.chart));
    const ChartRelease* found = choose_release(releases, version_in(revision));
    if (found == nullptr) return no_version(spec, releases);
    const ChartHttp http = TRY(ChartHttp::open(spec, location, env_));
    const std::string url = resolve_url(location.base, found->urls.front()) + ".prov";
    auto got = http.get({.url = url, .max_body = kMaxProvenance}, cancel);
    if (!got) return fail(std::move(got).error().with_context("the chart's provenance file"));
    text = *std::move(got);
  }
  return text;
}

Result<> ChartSource::verify(const ChartSpec& spec, const Revision& revision,
                             const Cancel& cancel) {
  const std::string keys = TRY(env_.files.read_all(spec.keyring, 16 << 20));
  const std::string what = revision.id + " " + crypto::sha256(keys);
  if (verified_.with([&](auto& all) { return all.contains(what); })) return {};
  const auto known = cache_.provenance(revision.id);
  if (!known || !check_provenance(*known, revision.id, spec.keyring, env_, cancel)) {
    const std::string text = TRY(provenance(spec, revision, cancel));
    TRY(check_provenance(text, revision.id, spec.keyring, env_, cancel));
    static_cast<void>(cache_.keep_provenance(revision.id, text));
  }
  verified_.with([&](auto& all) { all.insert(what); });
  return {};
}

Result<std::shared_ptr<const Snapshot>> ChartSource::fetch(const ChartSpec& spec,
                                                           const Revision& revision,
                                                           const SourceBounds& bounds,
                                                           const Cancel& cancel) {
  if (normal_digest(revision.id) != revision.id || revision.id.empty()) {
    return fail(Code::invalid, "`" + printable(revision.id, 128) + "` is no digest of a chart");
  }
  const auto get = [&]() -> Result<std::shared_ptr<const Snapshot>> {
    auto bytes = cache_.archive(revision.id);
    if (!bytes) {
      bytes = TRY(download(spec, revision, bounds, cancel));
      static_cast<void>(cache_.keep_archive(*bytes));
    }
    if (!spec.keyring.empty()) TRY(verify(spec, revision, cancel));
    std::map<std::string, std::string> files;
    files.emplace(kChartFile, *std::move(bytes));
    return std::make_shared<const MemorySnapshot>(std::move(files), revision);
  };
  return in_context(get(), "fetching", spec);
}

}  // namespace rumbo::source
