// Problem: a request that an API server answers with a Status object.
// Rules: k8s.io/apimachinery pkg/api/errors (errors.go).
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/value.h"
#include "target/kubernetes/transport.h"

namespace rumbo::fake_api {

struct Kind;

struct Problem {
  int code = 500;
  std::string reason;  ///< "NotFound"; empty for plain errors
  std::string message;
  Value details = {};   ///< null: none
  int retry_after = 0;  ///< seconds; 0: none
};

template <class T>
using Outcome = tl::expected<T, Problem>;

inline tl::unexpected<Problem> problem(Problem p) {
  return tl::unexpected<Problem>(std::move(p));
}

Problem not_found(const Kind& kind, const std::string& name);
Problem already_exists(const Kind& kind, const std::string& name);
/// 409 of an optimistic lock.
Problem conflict(const Kind& kind, const std::string& name, const std::string& why);
/// 409 of a PUT that names another uid; `actual` empty: there is no object.
Problem uid_precondition(const Kind& kind, const std::string& name, const std::string& wanted,
                         const std::string& actual);
Problem modified(const Kind& kind, const std::string& name);
Problem bad_request(const std::string& message);
Problem forbidden(const Kind& kind, const std::string& name, const std::string& why);
/// One field that a rule refuses.
struct Finding {
  std::string field, why;
  std::string reason = "FieldValueInvalid";
};
/// 422 of all that was found; at least one.
Problem invalid(const Kind& kind, const std::string& name, const std::vector<Finding>& found);
/// 422 of one field; `reason` as "FieldValueInvalid".
Problem invalid(const Kind& kind, const std::string& name, const std::string& field,
                const std::string& why, const std::string& reason = "FieldValueInvalid");
Problem plain_error(const std::string& message);
Problem expired(const std::string& message);

Value status_object(const Problem& problem);
target::kubernetes::ApiResponse response_of(const Problem& problem);
target::kubernetes::ApiResponse response_of(int status, const Value& object);
/// What an API server says to a path it does not serve.
target::kubernetes::ApiResponse page_not_found();

}  // namespace rumbo::fake_api
