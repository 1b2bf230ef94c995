#include "target/kubernetes/api_error.h"

#include <algorithm>
#include <string_view>

#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr std::size_t kMaxCauses = 256;
constexpr std::size_t kMaxWords = 4096;
constexpr std::int64_t kMaxRetryAfter = 3600;  // seconds

bool has_cause(const ApiError& error, std::string_view reason) {
  return std::any_of(error.causes.begin(), error.causes.end(),
                     [&](const ApiCause& cause) { return cause.reason == reason; });
}

bool only_about_uid(const ApiError& error) {
  return !error.causes.empty() &&
         std::all_of(error.causes.begin(), error.causes.end(),
                     [](const ApiCause& cause) { return cause.field == "metadata.uid"; });
}

/// What the HTTP status alone does not tell, the reason, the causes and a few fixed phrases do.
ApiFailure failure_of(const ApiError& error, std::string_view message, bool names_object) {
  switch (error.status) {
    case 401:
      return ApiFailure::unauthorized;
    case 403:
      return has_cause(error, "NamespaceTerminating") ? ApiFailure::terminating
                                                      : ApiFailure::forbidden;
    case 404:
      return names_object ? ApiFailure::absent : ApiFailure::not_served;
    case 409:
      if (has_cause(error, "FieldManagerConflict")) return ApiFailure::owned_elsewhere;
      return error.reason == "AlreadyExists" ? ApiFailure::exists : ApiFailure::version_conflict;
    case 410:
      return ApiFailure::gone;
    case 413:
      return ApiFailure::too_large;
    case 422:
      // An apply whose uid differs from the live object's is told as an invalid field.
      return only_about_uid(error) ? ApiFailure::version_conflict : ApiFailure::invalid;
    case 429:
      return ApiFailure::throttled;
    default:
      break;
  }
  if (error.reason == "Expired" || error.reason == "Gone") return ApiFailure::gone;
  if (error.status < 500) return ApiFailure::invalid;
  // Server-side apply reports a field outside the schema, or a value of another type, as a plain
  // 500: a number or a truth value in a ConfigMap's data, most often.
  if (message.find("failed to create typed patch object") != std::string_view::npos) {
    return ApiFailure::invalid;
  }
  if (message.find("etcdserver: request is too large") != std::string_view::npos) {
    return ApiFailure::too_large;
  }
  return ApiFailure::server;
}

Code code_of(ApiFailure failure) {
  switch (failure) {
    case ApiFailure::absent:
    case ApiFailure::not_served:
      return Code::not_found;
    case ApiFailure::version_conflict:
    case ApiFailure::exists:
    case ApiFailure::owned_elsewhere:
      return Code::conflict;
    case ApiFailure::invalid:
      return Code::invalid;
    case ApiFailure::forbidden:
    case ApiFailure::unauthorized:
    case ApiFailure::terminating:
      return Code::denied;
    case ApiFailure::too_large:
      return Code::too_large;
    case ApiFailure::transport:
    case ApiFailure::gone:
    case ApiFailure::throttled:
    case ApiFailure::server:
      break;
  }
  return Code::unavailable;
}

Retry retry_of(ApiFailure failure, std::string_view message) {
  switch (failure) {
    case ApiFailure::not_served:
    case ApiFailure::throttled:
    case ApiFailure::unauthorized:
      return Retry::later;
    case ApiFailure::gone:
      return Retry::now;
    case ApiFailure::server:
      // Webhooks are called before anything is stored.
      return message.find("failed calling webhook") != std::string_view::npos
                 ? Retry::later
                 : Retry::unknown_outcome;
    default:
      return Retry::never;
  }
}

std::string hint_of(ApiFailure failure, std::string_view message) {
  switch (failure) {
    case ApiFailure::not_served:
      return "is its CustomResourceDefinition installed, and established?";
    case ApiFailure::unauthorized:
      return "the credentials are not accepted (any more): renew them, or look at the kubeconfig";
    case ApiFailure::forbidden:
      // Only of rights the server speaks so; quotas, limits and policies have words of their own.
      return message.find("User \"") != std::string_view::npos
                 ? "give Rumbo's account this right (see docs/kubernetes-access.md)"
                 : "a quota, a limit or a policy of the cluster refuses the object itself";
    case ApiFailure::terminating:
      return "wait until the namespace is gone, or take the application out of it";
    case ApiFailure::owned_elsewhere:
      return "let one of the two own the field, or take it over with sync.adopt";
    default:
      return {};
  }
}

/// A server that refuses a Secret's field may repeat what stands in it.
std::string without_values(std::string message, std::string_view what) {
  if (what.find("Secret") == std::string_view::npos) return message;
  for (const std::string_view opening : {"got &", "Invalid value: "}) {
    for (std::size_t at = message.find(opening); at != std::string::npos;
         at = message.find(opening, at + 1)) {
      at += opening.size();
      const std::size_t end = message.find(": ", at);
      message.replace(at, end == std::string::npos ? end : end - at, "***");
    }
  }
  return message;
}

std::optional<Duration> seconds(std::int64_t count) {
  if (count <= 0) return std::nullopt;
  return std::chrono::seconds(std::min(count, kMaxRetryAfter));
}

void finish(ApiError& error, std::string message, bool names_object, const std::string& what) {
  error.failure = failure_of(error, message, names_object);
  if (error.failure == ApiFailure::not_served && message.empty()) message = "not served here";
  if (message.empty()) message = "HTTP status " + std::to_string(error.status);
  message = printable(without_values(std::move(message), what), kMaxWords);
  Error words(code_of(error.failure), "cannot " + what + ": " + message,
              retry_of(error.failure, message));
  error.error = std::move(words).with_hint(hint_of(error.failure, message));
}

std::string_view header(const ApiResponse& response, const std::string& name) {
  const auto found = response.headers.find(name);
  return found == response.headers.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

ApiError status_error(const Value& status, int http_status, const std::string& what) {
  ApiError error;
  error.status = http_status;
  if (const auto own = status["code"].as_int(); own >= 400 && own < 600) {
    error.status = static_cast<int>(own);
  }
  error.reason = printable(status["reason"].as_string(), 128);
  const Value& details = status["details"];
  for (const Value& cause : details["causes"].items()) {
    if (error.causes.size() == kMaxCauses) break;
    error.causes.push_back({printable(cause["reason"].as_string(), 128),
                            printable(cause["field"].as_string(), 1024),
                            printable(without_values(cause["message"].str(), what), 1024)});
  }
  error.retry_after = seconds(details["retryAfterSeconds"].as_int());
  finish(error, status["message"].str(), details["name"].is_string(), what);
  return error;
}

ApiError api_error(const ApiResponse& response, const std::string& what) {
  ApiError error;
  error.status = response.status;
  const auto body = codec::parse_json(response.body, {.max_bytes = std::size_t{4} << 20});
  const bool is_status = body && (*body)["kind"].as_string() == "Status";
  if (is_status) {
    error = status_error(*body, response.status, what);
  } else if (response.status < 400) {
    finish(error, "unexpected HTTP status " + std::to_string(response.status), false, what);
  } else {
    finish(error, std::string(trim(printable(response.body, 512))), false, what);
  }
  if (const auto told = parse_int(trim(header(response, "retry-after")))) {
    error.retry_after = seconds(*told);
  }
  return error;
}

ApiError api_error(Error error) {
  return {.failure = ApiFailure::transport,
          .status = 0,
          .reason = {},
          .causes = {},
          .retry_after = std::nullopt,
          .error = std::move(error)};
}

}  // namespace rumbo::target::kubernetes
