// Lists page by page, watches and logs.
#include <algorithm>
#include <unordered_set>

#include "codec/json.h"
#include "target/kubernetes/api_client.h"
#include "target/kubernetes/paths.h"
#include "target/kubernetes/watch_decoder.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr int kPage = 500;
constexpr int kLeastPage = 10;
constexpr int kMaxRestarts = 5;
// Bookmarks come about once a minute.
constexpr Duration kWatchSilence = 150s;
constexpr Duration kLogSilence = 6h;
constexpr std::size_t kMaxLine = std::size_t{64} << 10;

/// A watch cache that is behind what was asked for says so by 504; only etcd knows then.
bool is_behind(const ApiError& error) {
  for (const ApiCause& cause : error.causes) {
    if (cause.reason == "ResourceVersionTooLarge") return true;
  }
  return false;
}

void add_selectors(std::string& path, std::string_view label, std::string_view field) {
  add_query(path, "labelSelector", label);
  add_query(path, "fieldSelector", field);
}

/// What identifies an object across pages: its uid, or its name where a server sends no uid.
std::string identity_of(const Value& object) {
  const Value& metadata = object["metadata"];
  if (metadata["uid"].is_string()) return metadata["uid"].str();
  return metadata["namespace"].str() + "/" + metadata["name"].str();
}

/// One list from its first page to its last, begun anew where a continue token expires.
class Pager {
 public:
  Pager(const Resource& resource, const ListOptions& options) : resource_(resource) {
    base_ = resource.path(options.ns);
    add_selectors(base_, options.label_selector, options.field_selector);
    if (!options.version_at_least.empty()) {
      version_ = options.version_at_least;
    } else if (options.read == Read::cached) {
      version_ = "0";
    }
    at_least_ = !options.version_at_least.empty();
  }

  std::string next_path() const {
    std::string path = base_;
    add_query(path, "limit", std::to_string(limit_));
    add_query(path, "continue", token_);
    if (!token_.empty()) return path;  // the token holds the version
    add_query(path, "resourceVersion", version_);
    if (at_least_) add_query(path, "resourceVersionMatch", "NotOlderThan");
    return path;
  }

  /// True if the list can go on or begin anew after this error.
  bool recover(const ApiError& error) {
    if (error.error.code() == Code::too_large && limit_ > kLeastPage) {
      limit_ = std::max(kLeastPage, limit_ / 5);  // a page of huge objects
      return true;
    }
    const bool expired = error.failure == ApiFailure::gone || is_behind(error);
    if (!expired || ++restarts_ > kMaxRestarts) return false;
    token_.clear();
    version_.clear();
    at_least_ = false;
    return true;
  }

  /// Hands out what was not handed out before; true after the last page.
  bool take(const Value& page, const std::function<void(Value)>& sink) {
    const Value& metadata = page["metadata"];
    token_ = metadata["continue"].str();
    if (oldest_.empty()) oldest_ = metadata["resourceVersion"].str();
    const bool paged = !token_.empty() || !seen_.empty();
    for (const Value& item : page["items"].items()) {
      if (paged && !seen_.insert(std::hash<std::string>()(identity_of(item))).second) continue;
      sink(typed(item, resource_));
    }
    return token_.empty();
  }

  const std::string& oldest_version() const { return oldest_; }

 private:
  const Resource& resource_;
  std::string base_, version_, token_, oldest_;
  bool at_least_ = false;
  int restarts_ = 0;
  int limit_ = kPage;
  std::unordered_set<std::size_t> seen_;  // hashes: 100,000 uids in full would be megabytes
};

/// Hands out lines; a line without end comes in pieces.
class LineCutter {
 public:
  bool feed(std::string_view piece, const std::function<bool(std::string_view)>& sink) {
    while (!piece.empty()) {
      const auto end = piece.find('\n');
      if (end == std::string_view::npos) {
        rest_ += piece;
        if (rest_.size() < kMaxLine) return true;
        return flush(sink);
      }
      rest_ += piece.substr(0, end);
      piece.remove_prefix(end + 1);
      if (!flush(sink)) return false;
    }
    return true;
  }
  bool flush(const std::function<bool(std::string_view)>& sink) {
    const std::string line = std::move(rest_);
    rest_.clear();
    return sink(line);
  }
  bool empty() const { return rest_.empty(); }

 private:
  std::string rest_;
};

}  // namespace

ApiResult<std::string> ApiClient::list(const Resource& resource, const ListOptions& options,
                                       const std::function<void(Value object)>& sink,
                                       const Cancel& cancel) {
  Pager pager(resource, options);
  const std::string what = request_name("list", resource, options.ns, "");
  for (;;) {
    ApiRequest request;
    request.path = pager.next_path();
    if (options.metadata_only) request.accept = kMetadataList;
    const auto page = answer(request, what, cancel);
    if (!page) {
      if (pager.recover(page.error())) continue;
      return fail(page.error());
    }
    if (pager.take(*page, sink)) return pager.oldest_version();
  }
}

ApiResult<> ApiClient::watch(const Resource& resource, const WatchOptions& options,
                             const std::function<bool(ApiEvent event)>& sink,
                             const Cancel& cancel) {
  ApiRequest request;
  request.path = resource.path(options.ns);
  add_query(request.path, "watch", "true");
  add_query(request.path, "allowWatchBookmarks", "true");
  add_selectors(request.path, options.label_selector, options.field_selector);
  add_query(request.path, "resourceVersion", options.from_version);
  if (options.initial_events) {
    add_query(request.path, "sendInitialEvents", "true");
    add_query(request.path, "resourceVersionMatch", "NotOlderThan");
  }
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(options.server_timeout).count();
  add_query(request.path, "timeoutSeconds", std::to_string(seconds));
  if (options.metadata_only) request.accept = kMetadata;
  request.timeout = kWatchSilence;

  const std::string what = request_name("watch", resource, options.ns, "");
  WatchDecoder decoder(what);
  ApiResult<bool> decoded = true;
  const auto on_piece = [&](std::string_view piece) {
    decoded = decoder.feed(piece, [&](ApiEvent event) {
      event.object = typed(std::move(event.object), resource);
      return sink(std::move(event));
    });
    return decoded && *decoded;
  };
  const auto response = transport_.stream(request, on_piece, cancel);
  if (!decoded) return fail(decoded.error());
  if (!*decoded) return {};  // the sink has enough
  if (!response) return fail(api_error(Error(response.error()).with_context("cannot " + what)));
  if (response->status != 200) return fail(api_error(*response, what));
  return decoder.finish();
}

ApiResult<> ApiClient::logs(std::string_view ns, std::string_view pod, const std::string& query,
                            const std::function<bool(std::string_view line)>& sink,
                            const Cancel& cancel) {
  const Resource pods{.group = {},
                      .version = "v1",
                      .kind = "Pod",
                      .plural = "pods",
                      .namespaced = true,
                      .verbs = {},
                      .subresources = {}};
  ApiRequest request;
  request.path = pods.path(ns, pod) + "/log";
  if (!query.empty()) request.path += "?" + query;
  request.accept = "text/plain, */*";
  request.timeout = kLogSilence;
  const std::string what = request_name("read the log of", pods, ns, pod);
  LineCutter lines;
  bool wanted = true;
  const auto response = transport_.stream(
      request, [&](std::string_view piece) { return wanted = lines.feed(piece, sink); }, cancel);
  if (!wanted) return {};
  if (!response) return fail(api_error(Error(response.error()).with_context("cannot " + what)));
  if (response->status != 200) return fail(api_error(*response, what));
  if (!lines.empty()) lines.flush(sink);
  return {};
}

}  // namespace rumbo::target::kubernetes
