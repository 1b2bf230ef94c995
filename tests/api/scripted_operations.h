// ScriptedOperations: answers every call with what it was asked, after the events it was given; or
// with an error.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "control/operations.h"

namespace rumbo::apitest {

class ScriptedOperations : public control::Operations {
 public:
  std::vector<Value> events;     ///< sent by every method that has a sink
  std::optional<Error> error;    ///< the end of every call, after the events
  bool until_cancelled = false;  ///< follow() and logs() go on after the events

  /// Every call so far: {"call": method, …arguments}.
  std::vector<Value> calls() const { return calls_.copy(); }
  /// How often a sink wanted no more.
  int deaf() const { return deaf_.copy(); }
  /// follow() and logs() that run.
  int running() const { return running_.copy(); }

  Result<Value> status(const control::Selector& select) override;
  Result<Value> get(const std::string& kind, const control::Selector& select) override;
  Result<Value> plan(const control::SyncOptions& options) override;
  Result<Value> sync(const control::SyncOptions& options, const control::EventSink& sink) override;
  Result<Value> rollback(const control::RollbackOptions& options,
                         const control::EventSink& sink) override;
  Result<Value> test(const control::TestOptions& options, const control::EventSink& sink) override;
  Result<Value> why(const control::WhyOptions& options) override;
  Result<Value> recover(const std::string& txn, const std::string& decision,
                        const std::string& actor, const control::EventSink& sink) override;
  Result<Value> remove(const control::DeleteOptions& options,
                       const control::EventSink& sink) override;
  Result<Value> freeze(bool frozen, const std::string& reason, const std::string& actor) override;
  Result<Value> resume(const control::Selector& select, const std::string& actor) override;
  Result<Value> pause(const control::Selector& select, const std::string& reason,
                      const std::string& actor) override;
  Result<Value> refresh(const control::Selector& select) override;
  Result<Value> history(const control::Selector& select, std::size_t max) override;
  Result<Value> show(const std::string& txn) override;
  Result<Value> log(const control::LogOptions& options) override;
  Result<Value> verify_log() override;
  Result<> follow(std::uint64_t after, const control::EventSink& sink,
                  const Cancel& cancel) override;
  Result<> logs(const control::ContainerLogOptions& options, const control::EventSink& events,
                const Cancel& cancel) override;
  Result<Value> snapshot() override;
  Result<Value> remedy(const control::RemedyOptions& options) override;

 private:
  Result<Value> answer(Value call);
  Result<Value> answer(Value call, const control::EventSink& sink);
  Result<> listen(Value call, const control::EventSink& sink, const Cancel& cancel);

  Guarded<std::vector<Value>> calls_;
  Guarded<int> deaf_;
  Guarded<int> running_;
};

}  // namespace rumbo::apitest
