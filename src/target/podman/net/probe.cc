#include "target/podman/net/probe.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/strings.h"
#include "io/tcp.h"

namespace rumbo::target::podman {
namespace {

constexpr int kMaxRedirects = 10;
constexpr std::uint64_t kMaxBody = 1u << 20;

/// "http://host:port": what two URLs must share to be one host.
std::string_view origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  return url.substr(0, std::min(url.find_first_of("/?#", scheme + 3), url.size()));
}

std::string_view location_of(const io::HttpResponse& response) {
  for (const auto& [name, value] : response.headers) {
    if (name == "location") return value;
  }
  return {};
}

/// One GET; the body is thrown away, and a long one is cut rather than waited for.
Result<io::HttpResponse> get(const io::Env& env, const Probe& probe, const std::string& url,
                             const Cancel& cancel) {
  io::HttpRequest request;
  request.url = url;
  request.connect_timeout = probe.timeout;
  request.max_body = kMaxBody;
  request.headers = probe.headers;
  request.check_certificate = false;  // pods sign their own
  const auto has = [&](std::string_view name) {
    return std::any_of(request.headers.begin(), request.headers.end(),
                       [&](const auto& header) { return to_lower(header.first) == name; });
  };
  if (!has("user-agent")) request.headers.emplace_back("User-Agent", "rumbo-probe");
  if (!has("accept")) request.headers.emplace_back("Accept", "*/*");
  return env.http.send(request, cancel);
}

ProbeResult run_http(const io::Env& env, const Probe& probe, const std::string& host,
                     const Cancel& cancel) {
  const auto path = probe.path.starts_with('/') ? probe.path : "/" + probe.path;
  std::string url = fmt::format("{}://{}:{}{}", probe.scheme, host, probe.port, path);
  const std::string origin(origin_of(url));
  for (int i = 0; i <= kMaxRedirects; ++i) {
    const auto response = get(env, probe, url, cancel);
    if (!response) {
      return {false, fmt::format("GET {}: {}", printable(url, 200), response.error().message())};
    }
    if (response->status < 200 || response->status >= 400) {
      return {false, fmt::format("HTTP {} from {}", response->status, printable(url, 200))};
    }
    const auto location = location_of(*response);
    if (response->status < 300 || location.empty()) return {true, ""};
    const bool relative = location.starts_with('/') && !location.starts_with("//");
    if (!relative && origin_of(location) != origin) return {true, ""};
    url = relative ? origin + std::string(location) : std::string(location);
  }
  return {false, fmt::format("more than {} redirects from {}", kMaxRedirects, origin)};
}

ProbeResult run_exec(const Probe& probe, const ProbeTarget& target, const Cancel& cancel) {
  if (!target.exec) return {false, "this container cannot run programs"};
  const auto status = target.exec(probe.argv, cancel);
  const auto name = probe.argv.empty() ? std::string("(nothing)") : printable(probe.argv[0], 100);
  if (!status) return {false, fmt::format("exec {}: {}", name, status.error().message())};
  if (*status == 0) return {true, ""};
  return {false, fmt::format("exec {}: exit status {}", name, *status)};
}

}  // namespace

ProbeResult run_probe(const io::Env& env, const Probe& probe, const ProbeTarget& target,
                      const Cancel& cancel) {
  const auto bounded = cancel.with_deadline(env.clock.mono() + probe.timeout);
  const auto& host = probe.host.empty() ? target.address : probe.host;
  if (probe.kind == Probe::Kind::http) return run_http(env, probe, host, bounded);
  if (probe.kind == Probe::Kind::exec) return run_exec(probe, target, bounded);
  const auto connected =
      io::tcp_connect(host, static_cast<std::uint16_t>(probe.port), probe.timeout);
  if (connected) return {true, ""};
  return {false, connected.error().to_string()};
}

ProbeState::ProbeState(Probes probes, MonoTime started) {
  const auto set = [&](Kind kind, std::optional<Probe> probe) {
    auto& entry = track(kind);
    entry.due = probe ? started + probe->initial_delay : MonoTime::never();
    // Alive until proven dead; started and ready only when proven.
    entry.good = !probe || kind == Kind::liveness;
    entry.probe = std::move(probe);
  };
  set(Kind::startup, std::move(probes.startup));
  set(Kind::readiness, std::move(probes.readiness));
  set(Kind::liveness, std::move(probes.liveness));
}

const Probe* ProbeState::spec(Kind kind) const {
  const auto& probe = track(kind).probe;
  return probe ? &*probe : nullptr;
}

bool ProbeState::started() const {
  return track(Kind::startup).good;
}
bool ProbeState::ready() const {
  return started() && track(Kind::readiness).good;
}
bool ProbeState::must_restart() const {
  return track(Kind::startup).failed || track(Kind::liveness).failed;
}

std::vector<ProbeState::Kind> ProbeState::step(MonoTime now) {
  std::vector<Kind> due;
  for (const auto kind : {Kind::startup, Kind::readiness, Kind::liveness}) {
    auto& entry = track(kind);
    const bool over = kind == Kind::startup ? started() : !started();
    if (!entry.probe || entry.running || over || must_restart() || now < entry.due) continue;
    entry.running = true;
    due.push_back(kind);
  }
  return due;
}

MonoTime ProbeState::next() const {
  MonoTime next = MonoTime::never();
  if (must_restart()) return next;
  for (const auto kind : {Kind::startup, Kind::readiness, Kind::liveness}) {
    const auto& entry = track(kind);
    const bool over = kind == Kind::startup ? started() : !started();
    if (entry.probe && !entry.running && !over) next = std::min(next, entry.due);
  }
  return next;
}

void ProbeState::result(Kind kind, const ProbeResult& result, MonoTime now) {
  auto& entry = track(kind);
  if (!entry.running) return;  // of an earlier life of this container
  entry.running = false;
  const auto& probe = *entry.probe;
  // From the due time on, so that a slow probe does not stretch its period; never into the past.
  entry.due = std::max(now, entry.due + probe.period);
  if (result.ok) {
    ++entry.successes;
    entry.failures = 0;
    if (entry.successes >= probe.success_threshold) entry.good = true;
  } else {
    ++entry.failures;
    entry.successes = 0;
    reason_ = result.message;
    if (entry.failures >= probe.failure_threshold) {
      if (kind == Kind::readiness) {
        entry.good = false;
      } else {
        entry.failed = true;
      }
    }
  }
  if (ready() && !must_restart() && track(Kind::liveness).failures == 0 &&
      track(Kind::readiness).failures == 0) {
    reason_.clear();
  }
}

}  // namespace rumbo::target::podman
