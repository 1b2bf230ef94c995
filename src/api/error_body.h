// ErrorBody: errors on the wire. An error that crossed the API is the error that was returned.
//
// {"error": {code, message, hint, location: {file, line, column}, retry, context: [innermost …]}}
// Threads: any.
#pragma once

#include <string_view>

#include "api/message.h"
#include "base/error.h"
#include "base/value.h"

namespace rumbo::api {

/// The HTTP status for a code: 400 for invalid, 409 for conflict, …
int status_of(Code code);

Value to_value(const Error& error);
/// The inverse; a word it does not know becomes Code::internal or Retry::never.
Error error_from(const Value& value);

/// The error as a whole answer; `status` 0 takes status_of().
Response error_response(const Error& error, int status = 0);

/// The error that an answer with a status of 400 or more stands for, also when it is not ours.
Error error_of(int status, std::string_view body);

}  // namespace rumbo::api
