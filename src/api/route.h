// Route: one row of the table that server, client and OpenAPI document share.
//
// Threads: plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "base/value.h"
#include "control/operations.h"

namespace rumbo::api {

enum class Where { path, query, body };
enum class Type { text, number, flag, texts };

struct Parameter {
  std::string_view name;
  Where where = Where::query;
  Type type = Type::text;
  std::string_view description;
  bool required = false;
  std::int64_t least = 0;  ///< of a number
  std::int64_t most = INT64_MAX;
};

/// How the answer comes.
enum class Answer {
  value,   ///< one JSON document
  work,    ///< JSON lines (or SSE) of events and then the result; the work outlives the client
  listen,  ///< the same, until the client leaves
  events,  ///< SSE of journal records, resumable
};

/// What an action may use.
struct Call {
  control::Operations& operations;
  const Value& arguments;            ///< an object: checked against the parameters
  const std::string& actor;          ///< who asks, for actions that record it
  const control::EventSink& events;  ///< empty for Answer::value
  const Cancel& cancel;
};

struct Route {
  std::string_view id;  ///< "sync": as the method of Operations is called
  std::string_view method;
  std::string_view path;  ///< "/api/v1/transactions/{transaction}"
  std::string_view summary;
  Answer answer = Answer::value;
  std::vector<Parameter> parameters;
  Result<Value> (*action)(const Call& call) = nullptr;
};

/// All routes under /api/v1.
const std::vector<Route>& routes();
/// The route of that id, which must exist.
const Route& route(std::string_view id);

}  // namespace rumbo::api
