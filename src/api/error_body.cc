#include "api/error_body.h"

#include <array>
#include <utility>

#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::api {
namespace {

constexpr std::array<std::pair<Code, int>, 12> kStatuses{{
    {Code::invalid, 400},
    {Code::not_found, 404},
    {Code::denied, 403},
    {Code::conflict, 409},
    {Code::unavailable, 503},
    {Code::timeout, 504},
    {Code::cancelled, 503},
    {Code::too_large, 413},
    {Code::exhausted, 507},
    {Code::unsupported, 501},
    {Code::corrupt, 500},
    {Code::internal, 500},
}};

constexpr codec::JsonLimits kErrorLimits{std::size_t{1} << 20, 16};

}  // namespace

int status_of(Code code) {
  for (const auto& [candidate, status] : kStatuses) {
    if (candidate == code) return status;
  }
  return 500;
}

Value to_value(const Error& error) {
  std::vector<Member> members = {{"code", to_string(error.code())},
                                 {"message", error.message()},
                                 {"retry", to_string(error.retry())}};
  if (!error.hint().empty()) members.emplace_back("hint", error.hint());
  if (error.location()) {
    members.emplace_back("location", Value::object({{"file", error.location()->file},
                                                    {"line", error.location()->line},
                                                    {"column", error.location()->column}}));
  }
  if (!error.context().empty()) {
    members.emplace_back("context", Value::array(std::vector<Value>(error.context().begin(),
                                                                    error.context().end())));
  }
  return Value::object(std::move(members));
}

Error error_from(const Value& value) {
  Error error(code_from(value["code"].as_string()).value_or(Code::internal),
              value["message"].str("the answer holds no message"),
              retry_from(value["retry"].as_string()).value_or(Retry::never));
  for (const Value& context : value["context"].items()) {
    error = Error(std::move(error).with_context(context.str()));
  }
  if (const Value& hint = value["hint"]; hint.is_string()) {
    error = Error(std::move(error).with_hint(hint.str()));
  }
  if (const Value& at = value["location"]; at.is_object()) {
    error = Error(std::move(error).at({at["file"].str(), static_cast<int>(at["line"].as_int()),
                                       static_cast<int>(at["column"].as_int())}));
  }
  return error;
}

Response error_response(const Error& error, int status) {
  Response response;
  response.status = status != 0 ? status : status_of(error.code());
  response.body = codec::to_json(Value::object({{"error", to_value(error)}})) + "\n";
  return response;
}

Error error_of(int status, std::string_view body) {
  const auto value = codec::parse_json(body, kErrorLimits);
  if (value && (*value)["error"].is_object()) return error_from((*value)["error"]);
  return Error(Code::unavailable,
               "the daemon answered HTTP " + std::to_string(status) +
                   " without saying why: " + printable(body.substr(0, 200)),
               status >= 500 ? Retry::later : Retry::never);
}

}  // namespace rumbo::api
