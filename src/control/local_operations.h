// LocalOperations: every verb, in this process, over a Core. The daemon serves the same object.
//
// Threads: any; the Core outlives it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "control/core.h"
#include "control/live_view.h"
#include "control/operations.h"

namespace rumbo::control {

struct LocalOptions {
  bool daemon = false;
  /// Set by the daemon: looks at the sources of these scopes now and deploys what is new. Returns
  /// when it has looked.
  std::function<void(const std::vector<Scope>&)> refresh = {};
  /// Set by the daemon: something a person decided changed what automation may do.
  std::function<void()> changed = {};
  /// As Operations::snapshot(); set by whoever knows the state directory.
  std::function<Result<Value>()> snapshot = {};
  /// Set by the daemon: why the configuration as it is written now is not in force; empty if it is.
  std::function<std::string()> config_trouble = {};
};

class LocalOperations : public Operations {
 public:
  explicit LocalOperations(Core& core, LocalOptions options = {})
      : core_(core), live_(core), options_(std::move(options)) {}

  Result<Value> status(const Selector& select) override;
  Result<Value> get(const std::string& kind, const Selector& select) override;
  Result<Value> plan(const SyncOptions& options) override;
  /// With dry_run: {transactions: [], worst: "unchanged", plans: as plan()}.
  Result<Value> sync(const SyncOptions& options, const EventSink& events) override;
  Result<Value> rollback(const RollbackOptions& options, const EventSink& events) override;
  Result<Value> test(const TestOptions& options, const EventSink& events) override;
  Result<Value> recover(const std::string& txn, const std::string& decision,
                        const std::string& actor, const EventSink& events) override;
  Result<Value> resume(const Selector& select, const std::string& actor) override;
  Result<Value> pause(const Selector& select, const std::string& reason,
                      const std::string& actor) override;
  Result<Value> remove(const DeleteOptions& options, const EventSink& events) override;
  Result<Value> freeze(bool frozen, const std::string& reason, const std::string& actor) override;
  Result<Value> refresh(const Selector& select) override;
  Result<Value> history(const Selector& select, std::size_t max) override;
  Result<Value> show(const std::string& txn) override;
  Result<Value> why(const WhyOptions& options) override;
  Result<Value> log(const LogOptions& options) override;
  Result<Value> verify_log() override;
  Result<> follow(std::uint64_t after, const EventSink& events, const Cancel& cancel) override;
  Result<> logs(const ContainerLogOptions& options, const EventSink& events,
                const Cancel& cancel) override;
  Result<Value> snapshot() override;
  Result<Value> remedy(const RemedyOptions& options) override;

 private:
  Result<std::vector<Scope>> scopes(const Selector& select) const;
  Result<> add_held_images(const Selector& selector, std::vector<Value>& items);
  bool names_application(const std::string& word) const;
  Result<std::vector<Placement>> placements(const Selector& select) const;
  Result<engine::Request> request(const std::vector<Placement>& batch, const SyncOptions& options);
  Result<engine::Request> images_request(const std::vector<Placement>& batch,
                                         const SyncOptions& options);
  Result<Value> sync_batch(const std::vector<Placement>& batch, const SyncOptions& options);
  Result<std::string> quarantined(const engine::Request& wanted, const SyncOptions& options);
  /// Why it may not be deployed yet, empty if it may: what it depends on is not well.
  std::string waits_for(const std::vector<Placement>& batch);
  Result<Scope> one_scope(const std::string& application, const std::string& environment) const;
  Result<Value> plans(const SyncOptions& options);
  /// Runs a person's transaction on one scope and tells its events meanwhile.
  Result<engine::Report> run(const Scope& scope, const engine::Request& request,
                             const EventSink& events);
  Value transaction(const engine::Report& report, const engine::Request& request, MonoTime began);
  Value refused(const std::vector<Scope>& scopes, const std::string& revision,
                const std::string& why);
  /// Runs work while its records and waits go to the sink.
  void with_events(const std::vector<Scope>& scopes, const EventSink& events,
                   std::vector<std::function<void()>> work);
  Result<Value> applications(const std::vector<Scope>& chosen);
  Value sources() const;

  Core& core_;
  LiveView live_;
  LocalOptions options_;
};

}  // namespace rumbo::control
