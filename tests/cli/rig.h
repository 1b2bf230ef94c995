// The command line in a box: scripted Operations that remember what they were asked, captured
// output, a file system in memory and a clock that stands still.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/session.h"
#include "control/operations.h"
#include "io/fake/manual_clock.h"
#include "io/fake/memory_filesystem.h"

namespace rumbo::cli_test {

/// Answers what it was told to, and remembers the calls.
class ScriptedOperations : public control::Operations {
 public:
  struct Script {
    std::map<std::string, Value> answers;  ///< by method
    std::map<std::string, Error> errors;
    std::vector<Value> events;  ///< sent by methods that take a sink
    std::vector<std::string> calls;
    control::Selector select;
    control::SyncOptions sync;
    control::RollbackOptions rollback;
    control::TestOptions test;
    control::DeleteOptions remove;
    control::LogOptions log;
    control::WhyOptions why;
    control::ContainerLogOptions logs;
  };
  explicit ScriptedOperations(Script& script) : script_(script) {}

  Result<Value> status(const control::Selector& select) override {
    script_.select = select;
    return answer("status");
  }
  Result<Value> get(const std::string& kind, const control::Selector& select) override {
    script_.select = select;
    return answer("get " + kind);
  }
  Result<Value> plan(const control::SyncOptions& options) override {
    script_.sync = options;
    return answer("plan");
  }
  Result<Value> sync(const control::SyncOptions& options,
                     const control::EventSink& events) override {
    script_.sync = options;
    return answer("sync", events);
  }
  Result<Value> rollback(const control::RollbackOptions& options,
                         const control::EventSink& events) override {
    script_.rollback = options;
    return answer("rollback", events);
  }
  Result<Value> test(const control::TestOptions& options,
                     const control::EventSink& events) override {
    script_.test = options;
    return answer("test", events);
  }
  Result<Value> recover(const std::string& txn, const std::string& decision, const std::string&,
                        const control::EventSink& events) override {
    return answer("recover " + txn + " " + decision, events);
  }
  Result<Value> remove(const control::DeleteOptions& options,
                       const control::EventSink& events) override {
    script_.remove = options;
    return answer("remove", events);
  }
  Result<Value> freeze(bool frozen, const std::string& reason, const std::string& actor) override {
    return answer(std::string(frozen ? "freeze " : "unfreeze ") + reason + " " + actor);
  }
  Result<Value> resume(const control::Selector& select, const std::string& actor) override {
    script_.select = select;
    return answer("resume " + actor);
  }
  Result<Value> pause(const control::Selector& select, const std::string& reason,
                      const std::string& actor) override {
    script_.select = select;
    return answer("pause " + reason + " " + actor);
  }
  Result<Value> refresh(const control::Selector& select) override {
    script_.select = select;
    return answer("refresh");
  }
  Result<Value> history(const control::Selector& select, std::size_t max) override {
    script_.select = select;
    return answer("history " + std::to_string(max));
  }
  Result<Value> why(const control::WhyOptions& options) override {
    script_.why = options;
    return answer("why");
  }
  Result<Value> show(const std::string& txn) override { return answer("show " + txn); }
  Result<Value> log(const control::LogOptions& options) override {
    script_.log = options;
    return answer("log");
  }
  Result<Value> verify_log() override { return answer("verify"); }
  Result<> follow(std::uint64_t after, const control::EventSink& events, const Cancel&) override {
    TRY(answer("follow " + std::to_string(after), events));
    return {};
  }
  Result<> logs(const control::ContainerLogOptions& options, const control::EventSink& events,
                const Cancel&) override {
    script_.select = options.select;
    script_.logs = options;
    TRY(answer(
        "logs " + options.object + " " + options.container + " " + std::to_string(options.tail),
        events));
    return {};
  }
  Result<Value> snapshot() override { return answer("snapshot"); }
  Result<Value> remedy(const control::RemedyOptions& options) override {
    script_.select = options.select;
    return answer("remedy " + std::string(control::remedy_word(options.remedy)) + " " +
                  options.object);
  }

 private:
  Result<Value> answer(const std::string& call, const control::EventSink& events = {}) {
    script_.calls.push_back(call);
    if (events) {
      for (const Value& event : script_.events) events(event);
    }
    const std::string method = call.substr(0, call.find(' '));
    if (const auto error = script_.errors.find(method); error != script_.errors.end()) {
      return fail(error->second);
    }
    const auto found = script_.answers.find(method);
    return found == script_.answers.end() ? Value::object() : found->second;
  }

  Script& script_;
};

/// What one command line printed and returned.
struct Ran {
  int exit = -1;
  std::string out, err;
};

class Rig {
 public:
  ScriptedOperations::Script script;
  io::fake::ManualClock clock{WallTime{std::chrono::seconds(1'700'000'000)}};  // 22:13:20Z
  io::fake::MemoryFileSystem files;
  std::optional<app::Need> need;  ///< what the verb asked to be connected for
  bool terminal = false;

  Ran run(const std::vector<std::string>& arguments);
  /// The answer of a method, from JSON.
  void answer(const std::string& method, std::string_view json);
  void event(std::string_view json);
};

}  // namespace rumbo::cli_test
