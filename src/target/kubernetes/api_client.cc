// The verbs that send one request and read one answer. Lists, watches and logs: api_streams.cc.
#include "target/kubernetes/api_client.h"

#include "codec/json.h"
#include "target/kubernetes/paths.h"
#include "target/kubernetes/pause.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr std::string_view kApply = "application/apply-patch+yaml";
constexpr std::string_view kJsonPatch = "application/json-patch+json";
constexpr Duration kThrottledPause = 1s;  // without Retry-After
constexpr int kMaxThrottled = 30;         // answers, where no deadline bounds the waiting

bool is_read(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

void add_write_query(std::string& path, std::string_view manager, bool dry_run) {
  add_query(path, "fieldManager", manager);
  if (dry_run) add_query(path, "dryRun", "All");
}

ApiRequest write(std::string_view method, std::string path, std::string_view type,
                 const Value& body) {
  ApiRequest request;
  request.method = method;
  request.path = std::move(path);
  request.content_type = type;
  request.body = codec::to_json(body);
  return request;
}

std::string ns_of(const Value& object) {
  return object["metadata"]["namespace"].str();
}
std::string name_of(const Value& object) {
  return object["metadata"]["name"].str();
}

ApiResult<Value> parse(const ApiResponse& response, const std::string& what) {
  auto value = codec::parse_json(response.body);
  if (value) return *std::move(value);
  // The request was done; only its answer cannot be read.
  return fail(api_error(Error(
      Code::unavailable, "cannot " + what + ": the answer is no JSON: " + value.error().message(),
      Retry::unknown_outcome)));
}

}  // namespace

ApiClient::ApiClient(Transport& transport, Clock& clock, std::function<void(Duration)> sleep)
    : transport_(transport), clock_(clock), sleep_(std::move(sleep)) {}

ApiResult<ApiResponse> ApiClient::call(const ApiRequest& request, const std::string& what,
                                       const Cancel& cancel) {
  for (int throttled = 0;; ++throttled) {
    auto response = transport_.send(request, cancel);
    if (!response) {
      return fail(api_error(std::move(response).error().with_context("cannot " + what)));
    }
    if (response->status >= 200 && response->status < 400) return *std::move(response);
    ApiError error = api_error(*response, what);
    const bool again = error.failure == ApiFailure::throttled && throttled < kMaxThrottled;
    if (!again) {
      if (error.error.retry() == Retry::unknown_outcome && is_read(request.method)) {
        error.error = std::move(error.error).with_retry(Retry::later);
      }
      return fail(std::move(error));
    }
    const auto waited = pause(clock_, sleep_, error.retry_after.value_or(kThrottledPause), cancel);
    if (waited) continue;
    if (waited.error().code() == Code::cancelled) return fail(api_error(waited.error()));
    return fail(std::move(error));  // after the deadline that tells more than "timed out"
  }
}

ApiResult<Value> ApiClient::answer(const ApiRequest& request, const std::string& what,
                                   const Cancel& cancel) {
  const ApiResponse response = TRY(call(request, what, cancel));
  auto value = parse(response, what);
  if (!value && is_read(request.method)) {
    value.error().error = std::move(value.error().error).with_retry(Retry::later);
  }
  return value;
}

ApiResult<std::optional<Value>> ApiClient::get(const Resource& resource, std::string_view ns,
                                               std::string_view name, Read read,
                                               const Cancel& cancel) {
  ApiRequest request;
  request.path = resource.path(ns, name);
  if (read == Read::cached) add_query(request.path, "resourceVersion", "0");
  auto value = answer(request, request_name("read", resource, ns, name), cancel);
  if (value) return std::optional(*std::move(value));
  if (value.error().failure == ApiFailure::absent) return std::optional<Value>();
  return fail(std::move(value).error());
}

ApiResult<Applied> ApiClient::apply(const Resource& resource, const Value& object,
                                    const ApplyOptions& options, const Cancel& cancel) {
  const std::string ns = ns_of(object), name = name_of(object);
  std::string path = resource.path(ns, name);
  add_write_query(path, options.manager, options.dry_run);
  add_query(path, "force", options.force ? "true" : "false");
  add_query(path, "fieldValidation", "Strict");
  const std::string what =
      request_name(options.dry_run ? "apply (dry run)" : "apply", resource, ns, name);
  const ApiResponse response =
      TRY(call(write("PATCH", std::move(path), kApply, object), what, cancel));
  return Applied{.object = TRY(parse(response, what)), .created = response.status == 201};
}

ApiResult<Value> ApiClient::create(const Resource& resource, const Value& object,
                                   std::string_view manager, bool dry_run, const Cancel& cancel) {
  const std::string ns = ns_of(object);
  std::string path = resource.path(ns);
  add_write_query(path, manager, dry_run);
  add_query(path, "fieldValidation", "Strict");
  return answer(write("POST", std::move(path), kJson, object),
                request_name("create", resource, ns, name_of(object)), cancel);
}

ApiResult<Value> ApiClient::replace(const Resource& resource, const Value& object,
                                    std::string_view manager, const Cancel& cancel) {
  const std::string ns = ns_of(object), name = name_of(object);
  std::string path = resource.path(ns, name);
  add_write_query(path, manager, false);
  return answer(write("PUT", std::move(path), kJson, object),
                request_name("replace", resource, ns, name), cancel);
}

ApiResult<Value> ApiClient::json_patch(const Resource& resource, std::string_view ns,
                                       std::string_view name, const Value& operations,
                                       std::string_view manager, const Cancel& cancel) {
  std::string path = resource.path(ns, name);
  add_write_query(path, manager, false);
  return answer(write("PATCH", std::move(path), kJsonPatch, operations),
                request_name("patch", resource, ns, name), cancel);
}

ApiResult<bool> ApiClient::remove(const Resource& resource, std::string_view ns,
                                  std::string_view name, const DeleteOptions& options,
                                  const Cancel& cancel) {
  std::vector<Member> preconditions;
  if (!options.uid.empty()) preconditions.emplace_back("uid", options.uid);
  if (!options.version.empty()) preconditions.emplace_back("resourceVersion", options.version);
  std::vector<Member> body{
      {"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"propagationPolicy", options.propagation}};
  if (!preconditions.empty()) {
    body.emplace_back("preconditions", Value::object(std::move(preconditions)));
  }
  if (options.dry_run) body.emplace_back("dryRun", Value::array({"All"}));
  const auto response =
      call(write("DELETE", resource.path(ns, name), kJson, Value::object(std::move(body))),
           request_name("delete", resource, ns, name), cancel);
  if (response) return true;
  if (response.error().failure == ApiFailure::absent) return false;
  return fail(response.error());
}

ApiResult<Value> ApiClient::raw_get(const std::string& path, const std::string& accept,
                                    const Cancel& cancel) {
  ApiRequest request;
  request.path = path;
  if (!accept.empty()) request.accept = accept;
  return answer(request, "read " + path.substr(0, path.find('?')), cancel);
}

}  // namespace rumbo::target::kubernetes
