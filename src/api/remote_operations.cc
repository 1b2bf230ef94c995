#include "api/remote_operations.h"

#include "api/arguments.h"
#include "api/error_body.h"
#include "api/line_reader.h"
#include "codec/json.h"

namespace rumbo::api {
namespace {

using control::EventSink;
using control::LogOptions;
using control::RollbackOptions;
using control::Selector;
using control::SyncOptions;
using control::TestOptions;

Value selection(const Selector& select) {
  return Value::object(
      {{"applications",
        Value::array(std::vector<Value>(select.applications.begin(), select.applications.end()))},
       {"environment", select.environment}});
}

Value arguments_of(const SyncOptions& options) {
  return selection(options.select)
      .with("revision", options.revision)
      .with("dryRun", options.dry_run)
      .with("together", options.together)
      .with("retryQuarantined", options.retry_quarantined)
      .with("freshSecrets", options.fresh_secrets)
      .with("refreshImages", options.refresh_images)
      .with("expectPlan", options.expect_plan)
      .with("withHooks", options.with_hooks)
      .with("allowDeletions", options.allow_deletions)
      .with("confirmPrune", options.confirm_prune)
      .with("force", options.force)
      .with("actor", options.actor);
}

io::HttpRequest request_of(const Route& route, const Value& arguments, const std::string& socket) {
  EncodedRequest encoded = encode_request(route, arguments);
  io::HttpRequest request;
  request.method = route.method;
  request.url = "http://rumbo" + encoded.target;
  request.unix_socket = socket;
  request.body = std::move(encoded.body);
  if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  return request;
}

Error unreachable(Error error, const std::string& socket) {
  if (error.code() != Code::unavailable || error.retry() == Retry::unknown_outcome) return error;
  return std::move(error).with_hint("is the daemon running? it listens at `" + socket + "`");
}

tl::unexpected<Error> cut_off(Error error) {
  return fail(std::move(error)
                  .with_context("lost the daemon before it told the outcome")
                  .with_retry(Retry::unknown_outcome)
                  .with_hint("the work may go on: see `rumbo history`"));
}

}  // namespace

Result<Value> RemoteOperations::call(std::string_view id, const Value& arguments) {
  const auto response = http_.send(request_of(route(id), arguments, socket_path_), Cancel());
  if (!response) return fail(unreachable(response.error(), socket_path_));
  if (response->status >= 400) return fail(error_of(response->status, response->body));
  return codec::parse_json(response->body);
}

Result<Value> RemoteOperations::work(std::string_view id, const Value& arguments,
                                     const EventSink& events) {
  LineReader reader(events, false);
  io::HttpRequest request = request_of(route(id), arguments, socket_path_);
  request.sink = [&reader](std::string_view piece) { return reader.feed(piece); };
  const auto response = http_.send(request, Cancel());
  if (reader.result()) return *reader.result();
  if (response && response->status >= 400) return fail(error_of(response->status, {}));
  if (response) return cut_off(Error(Code::unavailable, "the answer ended early"));
  if (response.error().retry() == Retry::unknown_outcome) return cut_off(response.error());
  return fail(unreachable(response.error(), socket_path_));
}

Result<> RemoteOperations::listen(std::string_view id, const Value& arguments,
                                  const EventSink& events, const Cancel& cancel) {
  LineReader reader(events, true);
  io::HttpRequest request = request_of(route(id), arguments, socket_path_);
  request.sink = [&reader](std::string_view piece) { return reader.feed(piece); };
  const auto response = http_.send(request, cancel);
  if (reader.ended_by_sink() || cancel.cancelled()) return {};
  if (reader.result()) {
    if (*reader.result()) return {};
    return fail(reader.result()->error());
  }
  if (!response) return fail(unreachable(response.error(), socket_path_));
  if (response->status >= 400) return fail(error_of(response->status, {}));
  return fail(Code::unavailable, "the daemon ended the stream", Retry::later);
}

Result<Value> RemoteOperations::status(const Selector& select) {
  return call("status", selection(select));
}

Result<Value> RemoteOperations::get(const std::string& kind, const Selector& select) {
  return call("get", selection(select).with("kind", kind));
}

Result<Value> RemoteOperations::plan(const SyncOptions& options) {
  return call("plan", arguments_of(options));
}

Result<Value> RemoteOperations::sync(const SyncOptions& options, const EventSink& events) {
  return work("sync", arguments_of(options), events);
}

Result<Value> RemoteOperations::rollback(const RollbackOptions& options, const EventSink& events) {
  return work("rollback",
              Value::object({{"application", options.application},
                             {"environment", options.environment},
                             {"to", options.to},
                             {"withHooks", options.with_hooks},
                             {"force", options.force},
                             {"actor", options.actor}}),
              events);
}

Result<Value> RemoteOperations::test(const TestOptions& options, const EventSink& events) {
  return work("test",
              Value::object({{"application", options.application},
                             {"environment", options.environment},
                             {"force", options.force},
                             {"actor", options.actor}}),
              events);
}

Result<Value> RemoteOperations::why(const control::WhyOptions& options) {
  return call("why", Value::object({{"application", options.application},
                                    {"environment", options.environment},
                                    {"field", options.field}}));
}

Result<Value> RemoteOperations::recover(const std::string& txn, const std::string& decision,
                                        const std::string& actor, const EventSink& events) {
  return work("recover",
              Value::object({{"transaction", txn}, {"decision", decision}, {"actor", actor}}),
              events);
}

Result<Value> RemoteOperations::remove(const control::DeleteOptions& options,
                                       const EventSink& events) {
  return work(
      "remove",
      Value::object(
          {{"application", options.application},
           {"environment", options.environment},
           {"cascade", options.cascade},
           {"kinds", Value::array(std::vector<Value>(options.kinds.begin(), options.kinds.end()))},
           {"withHooks", options.with_hooks},
           {"confirmPrune", options.confirm_prune},
           {"dryRun", options.dry_run},
           {"force", options.force},
           {"actor", options.actor}}),
      events);
}

Result<Value> RemoteOperations::freeze(bool frozen, const std::string& reason,
                                       const std::string& actor) {
  return call("freeze", Value::object({{"frozen", frozen}, {"reason", reason}, {"actor", actor}}));
}

Result<Value> RemoteOperations::resume(const Selector& select, const std::string& actor) {
  return call("resume", selection(select).with("actor", actor));
}

Result<Value> RemoteOperations::pause(const Selector& select, const std::string& reason,
                                      const std::string& actor) {
  return call("pause", selection(select).with("reason", reason).with("actor", actor));
}

Result<Value> RemoteOperations::refresh(const Selector& select) {
  return call("refresh", selection(select));
}

Result<Value> RemoteOperations::history(const Selector& select, std::size_t max) {
  return call("history", selection(select).with("max", max));
}

Result<Value> RemoteOperations::show(const std::string& txn) {
  return call("show", Value::object({{"transaction", txn}}));
}

Result<Value> RemoteOperations::log(const LogOptions& options) {
  return call("log", selection(options.select)
                         .with("after", options.after)
                         .with("max", options.max)
                         .with("transaction", options.txn));
}

Result<Value> RemoteOperations::verify_log() {
  return call("verify_log", Value::object());
}

Result<> RemoteOperations::follow(std::uint64_t after, const EventSink& events,
                                  const Cancel& cancel) {
  return listen("follow", Value::object({{"after", after}}), events, cancel);
}

Result<> RemoteOperations::logs(const control::ContainerLogOptions& options,
                                const EventSink& events, const Cancel& cancel) {
  return listen("logs",
                selection(options.select)
                    .with("object", options.object)
                    .with("container", options.container)
                    .with("allContainers", options.all_containers)
                    .with("tail", options.tail)
                    .with("follow", options.follow)
                    .with("previous", options.previous)
                    .with("timestamps", options.timestamps)
                    .with("since", options.since ? to_rfc3339(*options.since) : ""),
                events, cancel);
}

Result<Value> RemoteOperations::snapshot() {
  return call("snapshot", Value::object());
}

Result<Value> RemoteOperations::remedy(const control::RemedyOptions& options) {
  return call("remedy", selection(options.select)
                            .with("remedy", control::remedy_word(options.remedy))
                            .with("object", options.object)
                            .with("actor", options.actor));
}

}  // namespace rumbo::api
