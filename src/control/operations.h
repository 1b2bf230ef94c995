// Operations: everything a person or a tool can ask of Rumbo. The CLI talks to this interface only;
// it is implemented in-process (LocalOperations) and over HTTP on the daemon's socket
// (api::RemoteOperations), and the same tests run against both.
//
// Answers are Values of the shape documented at each method: records, never bare lists, so that
// fields can be added. Times are RFC 3339 strings, durations Go-like strings. Secrets are masked.
//
// Threads: any thread; calls block until done.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "base/value.h"

namespace rumbo::control {

/// Which applications a verb is about. Empty application: all. Empty environment: all of it.
struct Selector {
  std::vector<std::string> applications;
  std::string environment;
};

struct SyncOptions {
  Selector select;
  std::string revision;   ///< a commit or ref instead of the configured one
  bool dry_run = false;   ///< plan only
  bool together = false;  ///< all selected in one transaction
  bool retry_quarantined = false;
  bool fresh_secrets = false;  ///< random functions of charts begin anew
  std::string expect_plan;     ///< digest from `plan --out`
  bool with_hooks = true;
  std::string actor;  ///< "user:anna"
};

struct RollbackOptions {
  std::string application;
  std::string environment;  ///< may be empty if the application has only one
  std::string to;           ///< transaction; empty: the last committed before the current one
  bool with_hooks = false;
  std::string actor;
};

struct LogOptions {
  std::uint64_t after = 0;  ///< sequence number
  std::size_t max = 1000;
  std::string txn;  ///< only this transaction's
  Selector select;  ///< only these scopes'
};

/// Events while a verb runs: {"type": "record", "record": {seq, at, type, txn, step, message, …}}
/// or
/// {"type": "waiting", "txn", "message"}. Return false to stop listening (the work goes on).
using EventSink = std::function<bool(const Value& event)>;

class Operations {
 public:
  virtual ~Operations() = default;

  /// {applications: [{application, environment, target, namespace, sync: Synced|OutOfSync|Unknown,
  /// health, reason, revision: {id, name, subject}, wanted: {…}|null, transaction, outcome, cause,
  /// at, quarantined: [{revision, reason, transaction, at}], held: reason|null, paused, open:
  /// txn|null}], sources: [{url, ref, error|null, at}], daemon: bool, healthy: bool, attention:
  /// [string]}
  virtual Result<Value> status(const Selector& select) = 0;

  /// kind: apps|environments|objects|drift|images → {kind, items: [...]}. objects: {application,
  /// environment, object, kind, namespace, name, health, reason, sync}; drift: {…, fields, reason}.
  virtual Result<Value> get(const std::string& kind, const Selector& select) = 0;

  /// {plans: [{scopes: [..], revision, digest, differs: bool, warnings: [string], plan:
  /// engine::describe() output}]}.
  /// Refusals are inside; only faults that keep a plan from being made are errors.
  virtual Result<Value> plan(const SyncOptions& options) = 0;

  /// {transactions: [{transaction, applications: [..], outcome: committed|restored|refused|
  /// needs-operator|suspended|unchanged, cause, evidence: [lines], revision, duration}], worst:
  /// outcome}
  virtual Result<Value> sync(const SyncOptions& options, const EventSink& events) = 0;
  /// As one element of sync().transactions.
  virtual Result<Value> rollback(const RollbackOptions& options, const EventSink& events) = 0;
  /// decision: undo|finish|accept; empty txn: take up every open transaction.
  virtual Result<Value> recover(const std::string& txn, const std::string& decision,
                                const std::string& actor, const EventSink& events) = 0;

  /// Ends hold and pause: {scopes: ["shop@dev"]}.
  virtual Result<Value> resume(const Selector& select, const std::string& actor) = 0;
  virtual Result<Value> pause(const Selector& select, const std::string& reason,
                              const std::string& actor) = 0;
  /// Looks at the sources now; with a daemon this wakes it and returns {sources: [{url, revision,
  /// error}]} after the look; what it then deploys shows in events.
  virtual Result<Value> refresh(const Selector& select) = 0;

  /// {transactions: [{transaction, applications, cause, actor, revision, began, ended, duration,
  /// outcome, note}]}, newest first.
  virtual Result<Value> history(const Selector& select, std::size_t max) = 0;
  /// One in full: the above and {abort: {class, cause, evidence}, steps: [{id, kind, wave, objects,
  /// state, reason}], records: […], plan}.
  virtual Result<Value> show(const std::string& txn) = 0;
  /// {records: [{seq, at, type, txn, actor, step, participant, message, body}], head: {seq, hash}}
  virtual Result<Value> log(const LogOptions& options) = 0;
  /// Recomputes the hash chain: {records, head: {seq, hash}}; Code::corrupt names the first bad
  /// one.
  virtual Result<Value> verify_log() = 0;
  /// Calls the sink with each record after `after` as it is written, until it returns false or
  /// cancel.
  virtual Result<> follow(std::uint64_t after, const EventSink& events, const Cancel& cancel) = 0;
  /// Log lines of an object's container ("Deployment/web" or a name), {"line": …} per event.
  virtual Result<> logs(const Selector& select, const std::string& object,
                        const std::string& container, int tail, bool follow,
                        const EventSink& events, const Cancel& cancel) = 0;
};

}  // namespace rumbo::control
