#include "target/kubernetes/http_transport.h"

#include <cstdlib>
#include <unistd.h>

#include "base/strings.h"

namespace rumbo::target::kubernetes {
namespace {

// 8 connections of 100 streams; a server that speaks HTTP/1.1 alone needs one for each watch.
constexpr int kStreamConnections = 8;
constexpr int kMostStreams = 800;

bool is_change(const std::string& method) {
  return method != "GET" && method != "HEAD";
}

/// Leases must be renewed also while the server throttles.
bool is_lease(const std::string& path) {
  return path.starts_with("/apis/coordination.k8s.io/");
}

bool is_plain_abroad(const std::string& server) {
  if (!server.starts_with("http://")) return false;
  std::string_view host = std::string_view(server).substr(7);
  host = host.substr(0, host.find_first_of("/"));
  return !host.starts_with("localhost") && !host.starts_with("127.") && !host.starts_with("[::1]");
}

ApiResponse api_response(io::HttpResponse&& from) {
  ApiResponse out;
  out.status = from.status;
  out.body = std::move(from.body);
  for (auto& [name, value] : from.headers) {
    std::string& into = out.headers[name];
    into = into.empty() ? std::move(value) : into + ", " + value;
  }
  return out;
}

}  // namespace

HttpTransport::HttpTransport(Access access, io::Env env, HttpTransportOptions options)
    : access_(std::move(access)),
      env_(env),
      options_(std::move(options)),
      credentials_(access_, env_, options_.environment),
      gate_(env_.clock) {}

HttpTransport::Pools HttpTransport::pools_for(const Credential& credential) {
  Pools old;  // closed outside the lock, by the last call that uses it
  return pools_.with([&](Pools& pools) {
    if (pools.tls_serial == credential.tls_serial) return pools;
    io::PoolOptions options;
    options.tls = credential.tls;
    options.proxy_url = access_.cluster.proxy_url;
    options.http2 = options_.http2;
    old = std::exchange(pools, Pools());
    pools.tls_serial = credential.tls_serial;
    pools.calls = std::make_shared<io::HttpPool>(options);
    options.connections = kStreamConnections;
    options.connections_1 = options.most_requests = kMostStreams;
    pools.streams = std::make_shared<io::HttpPool>(options);
    return pools;
  });
}

Result<ApiResponse> HttpTransport::once(const ApiRequest& request, const PieceSink* sink,
                                        const Credential& credential, const Cancel& cancel) {
  io::HttpRequest http;
  http.method = request.method;
  http.url = access_.server + request.path;
  http.body = request.body;
  http.headers = request.headers;
  http.headers.emplace_back("Accept", request.accept);
  http.headers.emplace_back("User-Agent", options_.user_agent);
  if (!request.content_type.empty())
    http.headers.emplace_back("Content-Type", request.content_type);
  http.headers.insert(http.headers.end(), credential.headers.begin(), credential.headers.end());
  if (!credential.headers.empty() && is_plain_abroad(access_.server)) {
    return fail(Error(Code::denied, "credentials are not sent over plain HTTP to " + access_.server)
                    .with_hint("write https:// into the cluster's `server`"));
  }
  const Pools pools = pools_for(credential);
  auto response = [&] {
    if (sink != nullptr) {
      http.sink = *sink;
      return pools.streams->stream(http, request.timeout, cancel);
    }
    return pools.calls->send(http, cancel.with_deadline(env_.clock.mono() + request.timeout));
  }();
  if (!response) return fail(std::move(response).error());
  return api_response(*std::move(response));
}

Result<ApiResponse> HttpTransport::attempt(const ApiRequest& request, const PieceSink* sink,
                                           const Cancel& cancel) {
  for (bool again = true;; again = false) {
    const auto credential = TRY(credentials_.current(cancel));
    auto response = once(request, sink, *credential, cancel);
    // What was not authorised was not done.
    if (!response || response->status != 401 || !again) return response;
    if (!credentials_.refused(credential->serial)) return response;
  }
}

Result<ApiResponse> HttpTransport::send(const ApiRequest& request, const Cancel& cancel) {
  if (!is_change(request.method) || is_lease(request.path)) {
    return attempt(request, nullptr, cancel);
  }
  auto place = TRY(gate_.enter(cancel));
  auto response = attempt(request, nullptr, cancel);
  if (response && response->status == 429) place.throttled();
  if (response && response->status < 500) place.succeeded();
  return response;
}

Result<ApiResponse> HttpTransport::stream(const ApiRequest& request, const PieceSink& sink,
                                          const Cancel& cancel) {
  return attempt(request, &sink, cancel);
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    out.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return out;
}

}  // namespace rumbo::target::kubernetes
