// Framing: how events, results and errors look in a streamed answer.
//
// JSON lines: {"event": …}, {"result": …} or {"error": …}, one a line; empty lines are heartbeats.
// Server-sent events: the same names as event types; /api/v1/events sends bare records with ids.
// Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "base/value.h"

namespace rumbo::api {

enum class Framing {
  lines,
  sse,
  records,  ///< SSE of what {"record": …} events hold, with the sequence number as id
};

std::string_view content_type_of(Framing framing);
std::string_view heartbeat_of(Framing framing);

/// `name`: "event", "result" or "error".
std::string frame(Framing framing, std::string_view name, const Value& value);

}  // namespace rumbo::api
