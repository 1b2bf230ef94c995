// ApiError: why an API server did not do what it was asked, as its Status object says it.
// Rules: k8s.io/apimachinery pkg/api/errors, and kubernetes-apply.md section 1.3.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "base/time.h"
#include "base/value.h"
#include "target/kubernetes/transport.h"

namespace rumbo::target::kubernetes {

struct ApiCause {
  std::string reason;   ///< "FieldManagerConflict", "FieldValueInvalid"
  std::string field;    ///< ".spec.replicas"
  std::string message;  ///< `conflict with "kubectl" using apps/v1 at …`
};

enum class ApiFailure {
  transport,         ///< no answer: see Error::retry()
  absent,            ///< 404: the object does not exist
  not_served,        ///< 404 of the resource itself: not discovered (yet)
  version_conflict,  ///< 409: uid or resourceVersion differ
  exists,            ///< 409 AlreadyExists
  owned_elsewhere,   ///< 409 with FieldManagerConflict causes
  invalid,           ///< 422, 400: this object will never be accepted as it is
  forbidden,         ///< 403
  unauthorized,      ///< 401, after credentials were renewed
  terminating,       ///< 403 NamespaceTerminating
  gone,              ///< 410: resourceVersion or continue token too old
  throttled,         ///< 429: not executed
  too_large,         ///< 413
  server,            ///< 5xx: may have been executed, except where `retry` says otherwise
};

struct ApiError {
  ApiFailure failure = ApiFailure::transport;
  int status = 0;      ///< HTTP status; 0 without an answer
  std::string reason;  ///< Status.reason
  std::vector<ApiCause> causes;
  std::optional<Duration> retry_after;
  /// In words, with its retry class; what callers pass on.
  Error error{Code::internal, "no error"};
  /// So that TRY passes it on where a Result is returned.
  operator Error() const { return error; }  // NOLINT(google-explicit-constructor)
};

template <class T = void>
using ApiResult = tl::expected<T, ApiError>;

/// Reads a response of 300 or above. `what` names the request: "apply Deployment.apps shop/web".
///
/// 422 about metadata.uid alone is a version_conflict, 500 of an undeclared field is invalid, 500
/// of a webhook that failed was not executed (Retry::later). Other 5xx are unknown_outcome; the
/// client makes that Retry::later for reads.
ApiError api_error(const ApiResponse& response, const std::string& what);
/// The same from a Status object, as it stands in a watch's ERROR event.
ApiError status_error(const Value& status, int http_status, const std::string& what);
/// A call that got no answer.
ApiError api_error(Error error);

}  // namespace rumbo::target::kubernetes

namespace rumbo {
/// Lets TRY pass an ApiError on.
inline tl::unexpected<target::kubernetes::ApiError> fail(target::kubernetes::ApiError error) {
  return tl::unexpected<target::kubernetes::ApiError>(std::move(error));
}
}  // namespace rumbo
