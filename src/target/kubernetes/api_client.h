// ApiClient: the verbs of the Kubernetes API on objects as `Value`. It knows no kind; Discovery
// tells how a kind is served. Throttling (429 with Retry-After) is waited out inside, bounded by
// Cancel; every other answer is the caller's to judge.
//
// Threads: any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "model/object.h"
#include "target/kubernetes/api_error.h"
#include "target/kubernetes/transport.h"

namespace rumbo::target::kubernetes {

/// One kind as a server serves it in one version.
struct Resource {
  std::string group, version, kind;
  std::string plural;  ///< "deployments"
  bool namespaced = true;
  std::vector<std::string> verbs;
  std::vector<std::string> subresources;  ///< "status", "scale"
  std::string api_version() const { return group.empty() ? version : group + "/" + version; }
  /// "/apis/apps/v1/namespaces/shop/deployments/web"; no name: the collection; no namespace: all.
  std::string path(std::string_view ns, std::string_view name = "") const;
};

enum class Read {
  consistent,  ///< resourceVersion unset: the truth now; for pre-images and health gates
  cached,      ///< resourceVersion=0: any state the server has at hand
};

struct ApplyOptions {
  std::string manager = "rumbo";
  bool force = false;
  bool dry_run = false;
};

struct Applied {
  Value object;
  bool created = false;  ///< 201
};

struct DeleteOptions {
  std::string uid = {};                    ///< precondition, empty: none
  std::string version = {};                ///< precondition on resourceVersion, empty: none
  std::string propagation = "Background";  ///< Background | Foreground | Orphan
  bool dry_run = false;
};

struct ListOptions {
  std::string ns = {};  ///< empty: all namespaces
  std::string label_selector = {}, field_selector = {};
  bool metadata_only = false;  ///< PartialObjectMetadata
  Read read = Read::consistent;
  std::string version_at_least = {};  ///< resourceVersion with NotOlderThan; wins over `read`
};

struct WatchOptions {
  std::string ns = {}, label_selector = {}, field_selector = {};
  bool metadata_only = false;
  std::string from_version = {};  ///< resourceVersion to begin after
  bool initial_events = false;    ///< sendInitialEvents: ADDED* then a marked BOOKMARK
  Duration server_timeout{300'000'000'000};
};

struct ApiEvent {
  enum class Type { added, modified, deleted, bookmark, synced };  ///< synced: initial events ended
  Type type = Type::added;
  Value object;
};

class ApiClient {
 public:
  /// `transport` outlives it. `sleep` waits between retries; virtual in tests.
  ApiClient(Transport& transport, Clock& clock, std::function<void(Duration)> sleep);

  /// nullopt if it does not exist.
  ApiResult<std::optional<Value>> get(const Resource& resource, std::string_view ns,
                                      std::string_view name, Read read, const Cancel& cancel);
  /// Every object, page by page (500 each); an expired continue token begins anew. `sink` gets each
  /// object (by uid) once, in the order of its pages, with `apiVersion` and `kind` filled in as
  /// `resource` has them, also where only metadata was asked for. Returned is the resourceVersion
  /// of the oldest snapshot that a page came from: a watch from there misses nothing.
  ApiResult<std::string> list(const Resource& resource, const ListOptions& options,
                              const std::function<void(Value object)>& sink, const Cancel& cancel);
  /// Server-side apply. The body's metadata.uid and resourceVersion are the preconditions.
  ApiResult<Applied> apply(const Resource& resource, const Value& object,
                           const ApplyOptions& options, const Cancel& cancel);
  /// POST; for what is no object of the user's: access reviews, Leases, records.
  ApiResult<Value> create(const Resource& resource, const Value& object, std::string_view manager,
                          bool dry_run, const Cancel& cancel);
  /// PUT, guarded by the object's own uid and resourceVersion.
  ApiResult<Value> replace(const Resource& resource, const Value& object, std::string_view manager,
                           const Cancel& cancel);
  /// application/json-patch+json.
  ApiResult<Value> json_patch(const Resource& resource, std::string_view ns, std::string_view name,
                              const Value& operations, std::string_view manager,
                              const Cancel& cancel);
  /// Accepted is not gone: the object may wait for finalizers. False if there was none.
  ApiResult<bool> remove(const Resource& resource, std::string_view ns, std::string_view name,
                         const DeleteOptions& options, const Cancel& cancel);
  /// Runs until the server ends it (ok), an error (ApiFailure::gone: list again) or cancel.
  /// `sink` false ends it (ok). Silence for twice the bookmarks' interval is an error too
  /// (ApiFailure::transport with Code::timeout): go on from the last version seen. Objects have
  /// their `apiVersion` and `kind` as in list().
  ApiResult<> watch(const Resource& resource, const WatchOptions& options,
                    const std::function<bool(ApiEvent event)>& sink, const Cancel& cancel);
  /// Any GET that answers JSON: /version, /apis, /openapi/v3.
  ApiResult<Value> raw_get(const std::string& path, const std::string& accept,
                           const Cancel& cancel);
  /// Any request, with throttling waited out; statuses up to 399 are answers. `what` names it in
  /// errors: "read the discovery of apps/v1".
  ApiResult<ApiResponse> call(const ApiRequest& request, const std::string& what,
                              const Cancel& cancel);
  /// Lines of a container's log.
  ApiResult<> logs(std::string_view ns, std::string_view pod, const std::string& query,
                   const std::function<bool(std::string_view line)>& sink, const Cancel& cancel);

  Transport& transport() { return transport_; }

 private:
  ApiResult<Value> answer(const ApiRequest& request, const std::string& what, const Cancel& cancel);

  Transport& transport_;
  Clock& clock_;
  std::function<void(Duration)> sleep_;
};

}  // namespace rumbo::target::kubernetes
