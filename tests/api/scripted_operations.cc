#include "scripted_operations.h"

#include <chrono>
#include <thread>

namespace rumbo::apitest {
namespace {

Value to_value(const control::Selector& select) {
  return Value::object(
      {{"applications",
        Value::array(std::vector<Value>(select.applications.begin(), select.applications.end()))},
       {"environment", select.environment}});
}

Value to_value(const control::SyncOptions& options, std::string_view call) {
  return Value::object({{"call", call},
                        {"select", to_value(options.select)},
                        {"revision", options.revision},
                        {"dry_run", options.dry_run},
                        {"together", options.together},
                        {"retry_quarantined", options.retry_quarantined},
                        {"fresh_secrets", options.fresh_secrets},
                        {"refresh_images", options.refresh_images},
                        {"expect_plan", options.expect_plan},
                        {"with_hooks", options.with_hooks},
                        {"allow_deletions", options.allow_deletions},
                        {"confirm_prune", options.confirm_prune},
                        {"force", options.force},
                        {"actor", options.actor}});
}

}  // namespace

Result<Value> ScriptedOperations::answer(Value call) {
  calls_.with([&](auto& calls) { calls.push_back(call); });
  if (error) return fail(*error);
  return Value::object({{"asked", std::move(call)}, {"ratio", 0.5}, {"none", Value()}});
}

Result<Value> ScriptedOperations::answer(Value call, const control::EventSink& sink) {
  for (const Value& event : events) {
    if (sink(event)) continue;
    deaf_.with([](int& count) { ++count; });
    break;
  }
  return answer(std::move(call));
}

Result<> ScriptedOperations::listen(Value call, const control::EventSink& sink,
                                    const Cancel& cancel) {
  running_.with([](int& count) { ++count; });
  auto done = answer(std::move(call), sink);
  while (until_cancelled && !cancel.cancelled()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  running_.with([](int& count) { --count; });
  if (!done) return fail(std::move(done).error());
  return {};
}

Result<Value> ScriptedOperations::status(const control::Selector& select) {
  return answer(Value::object({{"call", "status"}, {"select", to_value(select)}}));
}

Result<Value> ScriptedOperations::get(const std::string& kind, const control::Selector& select) {
  return answer(Value::object({{"call", "get"}, {"kind", kind}, {"select", to_value(select)}}));
}

Result<Value> ScriptedOperations::plan(const control::SyncOptions& options) {
  return answer(to_value(options, "plan"));
}

Result<Value> ScriptedOperations::sync(const control::SyncOptions& options,
                                       const control::EventSink& sink) {
  return answer(to_value(options, "sync"), sink);
}

Result<Value> ScriptedOperations::rollback(const control::RollbackOptions& options,
                                           const control::EventSink& sink) {
  return answer(Value::object({{"call", "rollback"},
                               {"application", options.application},
                               {"environment", options.environment},
                               {"to", options.to},
                               {"with_hooks", options.with_hooks},
                               {"force", options.force},
                               {"actor", options.actor}}),
                sink);
}

Result<Value> ScriptedOperations::test(const control::TestOptions& options,
                                       const control::EventSink& sink) {
  return answer(Value::object({{"call", "test"},
                               {"application", options.application},
                               {"environment", options.environment},
                               {"force", options.force},
                               {"actor", options.actor}}),
                sink);
}

Result<Value> ScriptedOperations::remove(const control::DeleteOptions& options,
                                         const control::EventSink& sink) {
  return answer(
      Value::object(
          {{"call", "remove"},
           {"application", options.application},
           {"environment", options.environment},
           {"cascade", options.cascade},
           {"kinds", Value::array(std::vector<Value>(options.kinds.begin(), options.kinds.end()))},
           {"with_hooks", options.with_hooks},
           {"confirm_prune", options.confirm_prune},
           {"dry_run", options.dry_run},
           {"force", options.force},
           {"actor", options.actor}}),
      sink);
}

Result<Value> ScriptedOperations::freeze(bool frozen, const std::string& reason,
                                         const std::string& actor) {
  return answer(Value::object(
      {{"call", "freeze"}, {"frozen", frozen}, {"reason", reason}, {"actor", actor}}));
}

Result<Value> ScriptedOperations::recover(const std::string& txn, const std::string& decision,
                                          const std::string& actor,
                                          const control::EventSink& sink) {
  return answer(
      Value::object({{"call", "recover"}, {"txn", txn}, {"decision", decision}, {"actor", actor}}),
      sink);
}

Result<Value> ScriptedOperations::resume(const control::Selector& select,
                                         const std::string& actor) {
  return answer(
      Value::object({{"call", "resume"}, {"select", to_value(select)}, {"actor", actor}}));
}

Result<Value> ScriptedOperations::pause(const control::Selector& select, const std::string& reason,
                                        const std::string& actor) {
  return answer(Value::object(
      {{"call", "pause"}, {"select", to_value(select)}, {"reason", reason}, {"actor", actor}}));
}

Result<Value> ScriptedOperations::refresh(const control::Selector& select) {
  return answer(Value::object({{"call", "refresh"}, {"select", to_value(select)}}));
}

Result<Value> ScriptedOperations::history(const control::Selector& select, std::size_t max) {
  return answer(Value::object({{"call", "history"}, {"select", to_value(select)}, {"max", max}}));
}

Result<Value> ScriptedOperations::why(const control::WhyOptions& options) {
  return answer(Value::object({{"call", "why"},
                               {"application", options.application},
                               {"environment", options.environment},
                               {"field", options.field}}));
}

Result<Value> ScriptedOperations::show(const std::string& txn) {
  return answer(Value::object({{"call", "show"}, {"txn", txn}}));
}

Result<Value> ScriptedOperations::log(const control::LogOptions& options) {
  TRY(answer(Value::object({{"call", "log"},
                            {"after", options.after},
                            {"max", options.max},
                            {"txn", options.txn},
                            {"select", to_value(options.select)}})));
  return Value::object({{"records", Value::array()}, {"head", Value::object({{"seq", 41}})}});
}

Result<Value> ScriptedOperations::verify_log() {
  return answer(Value::object({{"call", "verify_log"}}));
}

Result<> ScriptedOperations::follow(std::uint64_t after, const control::EventSink& sink,
                                    const Cancel& cancel) {
  return listen(Value::object({{"call", "follow"}, {"after", after}}), sink, cancel);
}

Result<> ScriptedOperations::logs(const control::ContainerLogOptions& options,
                                  const control::EventSink& sink, const Cancel& cancel) {
  return listen(Value::object({{"call", "logs"},
                               {"select", to_value(options.select)},
                               {"object", options.object},
                               {"container", options.container},
                               {"allContainers", options.all_containers},
                               {"tail", options.tail},
                               {"follow", options.follow},
                               {"previous", options.previous},
                               {"timestamps", options.timestamps},
                               {"since", options.since ? to_rfc3339(*options.since) : ""}}),
                sink, cancel);
}

Result<Value> ScriptedOperations::snapshot() {
  return answer(Value::object({{"call", "snapshot"}}));
}

Result<Value> ScriptedOperations::remedy(const control::RemedyOptions& options) {
  return answer(Value::object({{"call", "remedy"},
                               {"remedy", control::remedy_word(options.remedy)},
                               {"select", to_value(options.select)},
                               {"object", options.object},
                               {"actor", options.actor}}));
}

}  // namespace rumbo::apitest
