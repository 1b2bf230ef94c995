// RemoteOperations: Operations of a daemon, over HTTP on its socket. What it returns, and every
// error, is what the daemon's own Operations returned.
//
// Threads: as Operations.
#pragma once

#include <string>

#include "control/operations.h"
#include "io/http.h"

namespace rumbo::api {

class RemoteOperations : public control::Operations {
 public:
  /// `http` outlives it. Nothing is sent before the first call.
  RemoteOperations(io::Http& http, std::string socket_path)
      : http_(http), socket_path_(std::move(socket_path)) {}

  Result<Value> status(const control::Selector& select) override;
  Result<Value> get(const std::string& kind, const control::Selector& select) override;
  Result<Value> plan(const control::SyncOptions& options) override;
  Result<Value> sync(const control::SyncOptions& options,
                     const control::EventSink& events) override;
  Result<Value> rollback(const control::RollbackOptions& options,
                         const control::EventSink& events) override;
  Result<Value> test(const control::TestOptions& options,
                     const control::EventSink& events) override;
  Result<Value> recover(const std::string& txn, const std::string& decision,
                        const std::string& actor, const control::EventSink& events) override;
  Result<Value> remove(const control::DeleteOptions& options,
                       const control::EventSink& events) override;
  Result<Value> freeze(bool frozen, const std::string& reason, const std::string& actor) override;
  Result<Value> resume(const control::Selector& select, const std::string& actor) override;
  Result<Value> pause(const control::Selector& select, const std::string& reason,
                      const std::string& actor) override;
  Result<Value> refresh(const control::Selector& select) override;
  Result<Value> history(const control::Selector& select, std::size_t max) override;
  Result<Value> show(const std::string& txn) override;
  Result<Value> why(const control::WhyOptions& options) override;
  Result<Value> log(const control::LogOptions& options) override;
  Result<Value> verify_log() override;
  Result<> follow(std::uint64_t after, const control::EventSink& events,
                  const Cancel& cancel) override;
  Result<> logs(const control::ContainerLogOptions& options, const control::EventSink& events,
                const Cancel& cancel) override;
  Result<Value> snapshot() override;
  Result<Value> remedy(const control::RemedyOptions& options) override;

 private:
  Result<Value> call(std::string_view id, const Value& arguments);
  /// Streams events; ends with the result. A sink that had enough still gets the result.
  Result<Value> work(std::string_view id, const Value& arguments, const control::EventSink& events);
  /// Streams events until the end, the sink's or the cancel.
  Result<> listen(std::string_view id, const Value& arguments, const control::EventSink& events,
                  const Cancel& cancel);

  io::Http& http_;
  const std::string socket_path_;
};

}  // namespace rumbo::api
