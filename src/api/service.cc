#include "api/service.h"

#include "api/arguments.h"
#include "api/error_body.h"
#include "api/framing.h"
#include "api/openapi.h"
#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::api {
namespace {

const control::EventSink kNoSink;

Response json_response(const Value& value) {
  Response response;
  response.body = codec::to_json(value) + "\n";
  return response;
}

Response text_response(std::string text) {
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = std::move(text);
  return response;
}

/// Endpoints beside the route table.
std::optional<Response> watch_answer(const ServiceParts& parts, std::string_view path) {
  if (path == "/healthz") return text_response("ok\n");
  if (path == "/readyz") {
    const auto ready = parts.ready ? parts.ready() : Result<>();
    return ready ? text_response("ok\n") : error_response(ready.error(), 503);
  }
  if (path == "/metrics") return text_response(parts.metrics.text());
  if (path == "/api/v1/openapi.json") return json_response(openapi(parts.version));
  return std::nullopt;
}

std::string actor_of(const Request& request, const Value& arguments) {
  std::string actor = arguments["actor"].str();
  if (actor.empty() && request.peer) actor = actor_of(*request.peer);
  return actor;
}

/// Where a listener of events goes on: browsers send the header when they connect again.
Result<Value> with_last_event(const Request& request, Value arguments) {
  const std::string_view last = request.header("last-event-id");
  if (last.empty()) return arguments;
  const auto seq = parse_int(last);
  if (!seq || *seq < 0) {
    return fail(Code::invalid, "Last-Event-ID `" + printable(last, 40) + "` is no record's number");
  }
  return arguments.with("after", *seq);
}

Framing framing_of(const Request& request, Answer answer) {
  if (answer == Answer::events) return Framing::records;
  const bool sse = request.header("accept").find("text/event-stream") != std::string_view::npos;
  return sse ? Framing::sse : Framing::lines;
}

Reply stream_reply(control::Operations& operations, const Request& request, const Match& match) {
  const Framing framing = framing_of(request, match.route->answer);
  StreamReply reply;
  reply.content_type = content_type_of(framing);
  reply.heartbeat = heartbeat_of(framing);
  reply.when_full = match.route->answer == Answer::work ? WhenFull::cut : WhenFull::wait;
  // A page waits for the header to know that it is connected; other answers may still fail.
  reply.begin_at_once = match.route->answer == Answer::events;
  reply.run = [&operations, framing, match,
               actor = actor_of(request, match.arguments)](Stream& out) {
    const control::EventSink events = [&](const Value& event) {
      return out.write(frame(framing, "event", event));
    };
    const auto result =
        match.route->action({operations, match.arguments, actor, events, out.cancel()});
    if (!result) {
      if (out.refuse(error_response(result.error()))) return;
      out.write(frame(framing, "error", to_value(result.error())));
    } else if (framing != Framing::records) {
      out.write(frame(framing, "result", *result));
    }
  };
  return reply;
}

Reply handle(const ServiceParts& parts, const Request& request) {
  if (request.method == "GET" || request.method == "HEAD") {
    const std::string_view target = request.target;
    if (auto answer = watch_answer(parts, target.substr(0, target.find('?')))) return *answer;
  }
  auto match = read_request(request.method, request.target, request.body);
  if (!match) {
    Response response = error_response(match.error().error, match.error().status);
    if (!match.error().allow.empty()) response.headers.emplace_back("Allow", match.error().allow);
    return response;
  }
  if (match->route->answer == Answer::events) {
    auto arguments = with_last_event(request, match->arguments);
    if (!arguments) return error_response(arguments.error());
    match->arguments = std::move(*arguments);
  }
  if (match->route->answer != Answer::value) return stream_reply(parts.operations, request, *match);
  const std::string actor = actor_of(request, match->arguments);
  const auto result =
      match->route->action({parts.operations, match->arguments, actor, kNoSink, Cancel()});
  return result ? json_response(*result) : error_response(result.error());
}

}  // namespace

Handler make_handler(ServiceParts parts) {
  return [parts = std::move(parts)](const Request& request) { return handle(parts, request); };
}

}  // namespace rumbo::api
