#include "problem.h"

#include "base/strings.h"
#include "codec/json.h"
#include "kind.h"

namespace rumbo::fake_api {
namespace {

Value details(const Kind& kind, const std::string& name) {
  Value value = Value::object({{"name", name}, {"kind", kind.plural}});
  return kind.group.empty() ? value : value.with("group", kind.group);
}

std::string resource(const Kind& kind) {
  return kind.group.empty() ? kind.plural : kind.plural + "." + kind.group;
}

}  // namespace

Problem not_found(const Kind& kind, const std::string& name) {
  return {404, "NotFound", resource(kind) + " \"" + name + "\" not found", details(kind, name)};
}

Problem already_exists(const Kind& kind, const std::string& name) {
  return {409, "AlreadyExists", resource(kind) + " \"" + name + "\" already exists",
          details(kind, name)};
}

Problem conflict(const Kind& kind, const std::string& name, const std::string& why) {
  return {409, "Conflict",
          "Operation cannot be fulfilled on " + resource(kind) + " \"" + name + "\": " + why,
          details(kind, name)};
}

Problem uid_precondition(const Kind& kind, const std::string& name, const std::string& wanted,
                         const std::string& actual) {
  return conflict(
      kind, name,
      "Precondition failed: UID in precondition: " + wanted + ", UID in object meta: " + actual);
}

Problem modified(const Kind& kind, const std::string& name) {
  return conflict(kind, name,
                  "the object has been modified; please apply your changes to the latest version "
                  "and try again");
}

Problem bad_request(const std::string& message) {
  return {400, "BadRequest", message, {}};
}

Problem forbidden(const Kind& kind, const std::string& name, const std::string& why) {
  return {403, "Forbidden", resource(kind) + " \"" + name + "\" is forbidden: " + why,
          details(kind, name)};
}

Problem invalid(const Kind& kind, const std::string& name, const std::vector<Finding>& found) {
  const std::string qualified = kind.group.empty() ? kind.kind : kind.kind + "." + kind.group;
  Value value = Value::object({{"name", name}, {"kind", kind.kind}});
  if (!kind.group.empty()) value = value.with("group", kind.group);
  std::vector<Value> causes;
  std::vector<std::string> texts;
  for (const Finding& one : found) {
    causes.push_back(
        Value::object({{"reason", one.reason}, {"message", one.why}, {"field", one.field}}));
    texts.push_back(one.field + ": " + one.why);
  }
  const std::string all = texts.size() == 1 ? texts[0] : "[" + join(texts, ", ") + "]";
  return {422, "Invalid", qualified + " \"" + name + "\" is invalid: " + all,
          value.with("causes", Value::array(std::move(causes)))};
}

Problem invalid(const Kind& kind, const std::string& name, const std::string& field,
                const std::string& why, const std::string& reason) {
  return invalid(kind, name, {Finding{field, why, reason}});
}

Problem plain_error(const std::string& message) {
  return {500, "", message, {}};
}
Problem expired(const std::string& message) {
  return {410, "Expired", message, {}};
}

Value status_object(const Problem& problem) {
  Value status = Value::object({{"kind", "Status"},
                                {"apiVersion", "v1"},
                                {"metadata", Value::object()},
                                {"status", "Failure"},
                                {"message", problem.message},
                                {"code", problem.code}});
  if (!problem.reason.empty()) status = status.with("reason", problem.reason);
  Value more = problem.details;
  if (problem.retry_after > 0) {
    more = (more.is_null() ? Value::object() : more).with("retryAfterSeconds", problem.retry_after);
  }
  return more.is_null() ? status : status.with("details", more);
}

target::kubernetes::ApiResponse response_of(const Problem& problem) {
  auto response = response_of(problem.code, status_object(problem));
  if (problem.retry_after > 0) {
    response.headers["retry-after"] = std::to_string(problem.retry_after);
  }
  return response;
}

target::kubernetes::ApiResponse response_of(int status, const Value& object) {
  return {status, {{"content-type", "application/json"}}, codec::to_json(object)};
}

target::kubernetes::ApiResponse page_not_found() {
  return {404, {{"content-type", "text/plain; charset=utf-8"}}, "404 page not found\n"};
}

}  // namespace rumbo::fake_api
