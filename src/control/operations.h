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
#include "model/target.h"

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
  /// Nothing is rendered: what is committed gets the images that its tags name now.
  bool refresh_images = false;
  std::string expect_plan;  ///< digest from `plan --out`
  bool with_hooks = true;
  bool allow_deletions = false;  ///< whatever sync.maxDeletions says
  bool confirm_prune = false;    ///< also what is annotated with Prune=confirm
  bool force = false;            ///< also while all is frozen
  std::string actor;             ///< "user:anna"
};

struct RollbackOptions {
  std::string application;
  std::string environment;  ///< may be empty if the application has only one
  std::string to;           ///< transaction; empty: the last committed before the current one
  bool with_hooks = false;
  std::string actor;
  bool force = false;  ///< also while all is frozen
};

struct TestOptions {
  std::string application;
  std::string environment;  ///< may be empty if the application has only one
  std::string actor;
  bool force = false;  ///< also while all is frozen
};

struct DeleteOptions {
  std::string application;
  std::string environment;  ///< may be empty if the application has only one
  bool cascade = false;     ///< its objects too; otherwise they are kept and belong to nobody
  std::vector<std::string> kinds;  ///< destructive kinds to delete: PersistentVolumeClaim, …
  bool with_hooks = true;
  bool confirm_prune = false;  ///< also what is annotated with Delete=confirm
  bool dry_run = false;
  bool force = false;
  std::string actor;
};

struct LogOptions {
  std::uint64_t after = 0;  ///< sequence number
  std::size_t max = 1000;
  std::string txn;  ///< only this transaction's
  Selector select;  ///< only these scopes'
};

struct ContainerLogOptions {
  Selector select = {};
  std::string object = {};     ///< "Deployment/web" or a name; empty: every workload selected
  std::string container = {};  ///< empty: the first
  bool all_containers = false;
  int tail = 100;  ///< of each container; -1: all
  bool follow = false;
  bool previous = false;  ///< of the process before the one that runs
  bool timestamps = false;
  std::optional<WallTime> since = {};
};

struct RemedyOptions {
  Remedy remedy = Remedy::from_target;
  Selector select = {};
  std::string object = {};  ///< "PersistentVolumeClaim/data" or a name; empty: all it applies to
  std::string actor = {};
};

struct WhyOptions {
  std::string application = {}, environment = {};
  std::string field = {};  ///< "Deployment/web.spec.replicas"
};

/// Events while a verb runs: {"type": "record", "record": {seq, at, type, txn, step, message, …}}
/// or
/// {"type": "waiting", "txn", "message"}. Return false to stop listening (the work goes on).
using EventSink = std::function<bool(const Value& event)>;

/// "from-target", "recreate-volume", "adopt", "forget": as flags and the API spell it.
std::string_view remedy_word(Remedy remedy);
std::optional<Remedy> remedy_from(std::string_view word);

class Operations {
 public:
  virtual ~Operations() = default;

  /// {applications: [{application, environment, target, namespace, sync: Synced|OutOfSync|Unknown,
  /// health, reason, revision: {id, name, subject}, wanted: {…}|null, transaction, outcome, cause,
  /// at, quarantined: [{revision, reason, transaction, at}], held: reason|null, paused, open:
  /// txn|null}], sources: [{url, ref, error|null, at}], daemon: bool, healthy: bool, frozen: {by,
  /// reason, at}|null, attention: [string]}
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
  /// Runs the tests of what is deployed. As one element of sync().transactions, with the outcome
  /// passed|failed instead of committed, and as `cause` what the failed ones said.
  virtual Result<Value> test(const TestOptions& options, const EventSink& events) = 0;
  /// decision: undo|finish|accept; empty txn: take up every open transaction.
  virtual Result<Value> recover(const std::string& txn, const std::string& decision,
                                const std::string& actor, const EventSink& events) = 0;

  /// Deletes what an application owns, or gives it up: as one element of sync().transactions, with
  /// {released: number} when it was given up, and {plans: as plan()} for a dry run.
  virtual Result<Value> remove(const DeleteOptions& options, const EventSink& events) = 0;

  /// Ends hold and pause: {scopes: ["shop@dev"]}.
  virtual Result<Value> resume(const Selector& select, const std::string& actor) = 0;
  virtual Result<Value> pause(const Selector& select, const std::string& reason,
                              const std::string& actor) = 0;
  /// Nothing is deployed, deleted or healed until it is ended, but by `force`; {frozen, by, reason,
  /// at}.
  virtual Result<Value> freeze(bool frozen, const std::string& reason,
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
  /// What made a field of a deployed object what it is, from the files of the revision that is
  /// deployed: {application, environment, revision, transaction, object, field, value (masked for
  /// Secrets), layers: [{what, file, line}], note: text or empty}.
  virtual Result<Value> why(const WhyOptions& options) = 0;
  /// {records: [{seq, at, type, txn, actor, step, participant, message, body}], head: {seq, hash}}
  virtual Result<Value> log(const LogOptions& options) = 0;
  /// Recomputes the hash chain: {records, head: {seq, hash}}; Code::corrupt names the first bad
  /// one.
  virtual Result<Value> verify_log() = 0;
  /// Calls the sink with each record after `after` as it is written, until it returns false or
  /// cancel.
  virtual Result<> follow(std::uint64_t after, const EventSink& events, const Cancel& cancel) = 0;
  /// Log lines of containers: {line, application, environment, pod, container, several: bool} per
  /// event; several: lines of more than one container are expected. An object without an
  /// application may also name an application.
  virtual Result<> logs(const ContainerLogOptions& options, const EventSink& events,
                        const Cancel& cancel) = 0;

  /// A consistent copy of what a backup needs, as files in a directory of the machine that serves:
  /// {directory, installation, head: {seq, hash}, files: [name]}. The caller removes the directory;
  /// the next snapshot does it otherwise.
  virtual Result<Value> snapshot() = 0;
  /// What an operator decides about targets that are not as they were left: {done: [text], paused:
  /// ["shop@dev"], next: text}.
  virtual Result<Value> remedy(const RemedyOptions& options) = 0;
};

}  // namespace rumbo::control
