// Target: where objects live. The engine sees a cluster, a Podman host and the simulation only
// through this interface; the same contract tests run against all of them.
//
// Threads: every method may be called from any thread and is bounded by its Cancel. Errors carry a
// retry class; unknown_outcome means "inspect before sending again".
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "base/time.h"
#include "model/health.h"
#include "model/ids.h"
#include "model/object.h"
#include "model/step.h"

namespace rumbo {

/// What a target says of one field of an object before anything is touched.
struct FieldFinding {
  std::string pointer;   ///< RFC 6901, into the object
  std::string message;   ///< "unknown field `replicaz`"
  std::string hint;      ///< "did you mean `replicas`?"
  bool ignored = false;  ///< accepted, but it changes nothing here; otherwise the object is refused
};

/// How objects of one target are compared, where its server converts and completes what it is
/// given. Pure; threads: any.
class Comparison {
 public:
  virtual ~Comparison() = default;
  /// True if `live` is what `want` declares, and nothing else of ours is left on it. `partly`:
  /// `want` lacks fields that were declared and may differ.
  virtual bool holds(const Value& live, const Value& want, bool partly) const = 0;
  /// `write`, noted to be what is written for `declared`: its fields that may differ as they are
  /// live.
  virtual Value noted(const Value& write, const Value& declared) const = 0;
  /// True if what Rumbo declares of an object, or `want` declared, is now as it was in `before`.
  virtual bool as_before(const Value& now, const Value& before, const Value& want) const = 0;
  /// Dotted paths of the fields of `want` that do not hold in `live`; empty if only something that
  /// `want` does not name keeps it from holding.
  virtual std::vector<std::string> differing(const Value& live, const Value& want) const = 0;
  /// What a write of `want` changes, for people: of `live` what it declares or takes away, without
  /// what the server completed and what others added; and `want` with the same completed.
  struct Shown {
    Value before, after;
  };
  virtual Shown shown(const Value& live, const Value& want) const = 0;
  /// Who changed them, in words: "kubectl-edit at 2026-11-24T03:46:12Z"; empty if it cannot be
  /// told.
  virtual std::string editors(const Value& live, const Value& want) const = 0;
};

/// Planning reads it as a plain value.
struct Capabilities {
  bool atomic_switch = false;  ///< STAGE, SWITCH, RETIRE instead of APPLY
  bool server_dry_run = false;
  bool needs_mirror = false;  ///< keep journal head, inventory and pre-images on the target too
  bool rolls_on_config_change = false;  ///< a changed ConfigMap or Secret restarts its users here
  int max_in_flight = 1;
  /// "Kind" or "Kind.group" understood here; empty: any.
  std::set<std::string> kinds;
  /// A pure look at one object: what cannot be honoured here. Empty: only dry_run() tells.
  std::function<std::vector<FieldFinding>(const Value& object)> check;
  /// Kinds that run as hooks here ("Job.batch"; "*": any); empty: hooks are refused.
  std::set<std::string> hook_kinds;
  /// Null: objects are compared as they are written.
  std::shared_ptr<const Comparison> comparison;
  /// Its watch tells every change of what Rumbo owns: no look without a hint but once in this time.
  /// Zero: the watch tells too little for that.
  Duration quiet_for{0};
};

enum class Consistency {
  cached,  ///< may be a little old: for drift and status
  /// What was written or read last, if a watch says that nothing happened since, else the truth
  /// now: for health gates.
  watched,
  fresh,  ///< reads the truth now: for pre-images and recovery
};

/// Who an object says it belongs to.
struct Owner {
  InstallationId install;
  std::string application;
  std::string environment;
  TxnId txn;  ///< the transaction that wrote it last
  friend bool operator==(const Owner&, const Owner&) = default;
};

struct Observation {
  ObjectKey key;
  bool exists = false;
  Value object;  ///< with status, as a Kubernetes API would show it
  std::string uid;
  std::string version;
  std::optional<Owner> owner;
  /// What was taken from it and its target does not bring back by itself, so that only a
  /// transaction mends it: "pod web-0 was removed". Empty if it is whole.
  std::string lost;
  /// Why the target itself cannot do its part ("podman: no space left on device"): that says
  /// nothing about the object, so that no revision is quarantined for it. Empty if nothing is in
  /// its way.
  std::string obstacle;
  /// What the environment's own health rules say of it; nullopt: none is for this kind.
  std::optional<Health> verdict = std::nullopt;
  /// What keeps it from ever getting ready, although its own status does not say so: "pod web-1:
  /// container web: ImagePullBackOff: …". Empty if nothing does.
  std::string failing;
  /// What it waits for, where its own status says less: "pod web-1: Unschedulable: 0/3 nodes are
  /// available". Empty if nothing more is known.
  std::string waiting;
  /// Evidence of a failure, oldest first: the last lines of the failing container.
  std::vector<std::string> log_tail;
};

/// What the whole plan needs from one participant before it begins.
struct Outline {
  TxnId txn;
  std::vector<Scope> scopes;
  std::vector<Object> objects;              ///< all wanted objects of these scopes
  std::set<ObjectKey> takes_over;           ///< of these, what others made: an undo gives it back
  std::vector<ObjectKey> removes;           ///< what goes after the commit
  std::map<std::string, std::string> pins;  ///< image reference -> digest reference already known
};

struct Reservation {
  std::map<std::string, std::string> pins;  ///< image reference -> reference by digest
  Value opaque;                             ///< the target's own: addresses, image ids
};

struct DryRunItem {
  ObjectKey key;
  bool accepted = true;
  std::string message;               ///< why not, naming the field
  std::vector<std::string> ignored;  ///< fields that change nothing here, for the plan to list
  std::vector<Attribution> conflicts;
  bool immutable = false;     ///< only possible by recreating the object
  bool kind_unknown = false;  ///< the target does not serve its kind (yet)
};

struct DryRun {
  std::vector<DryRunItem> items;
};

struct Reverted {
  /// restored: equals the pre-image or is absent, except for the foreign edits listed.
  std::vector<Attribution> kept_foreign;
  std::vector<std::string> kept;  ///< what cannot be undone and stays, for the report
  std::vector<ObservedVersion> items;
};

/// One transaction's trace on its target: lets another machine finish or undo it.
struct TxnMirror {
  TxnId txn;
  std::uint64_t epoch = 0;
  Seq head = 0;
  Digest head_hash;
  std::vector<Scope> scopes;  ///< all of the transaction's, also those that own nothing
  std::vector<std::pair<Scope, ObjectKey>> inventory;
};

/// What charts are told of a target.
struct Served {
  std::string version;            ///< "v1.33.2"; empty: it is no Kubernetes
  std::vector<std::string> apis;  ///< "apps/v1", "apps/v1/Deployment"; sorted
};

struct Owned {
  ObjectKey key;
  Owner owner;
};

struct LogOptions {
  bool follow = false;
  bool previous = false;  ///< what was written before the process that runs now started
  int tail = 100;         ///< of each container; -1: all
  std::optional<WallTime> since = {};
  bool timestamps = false;      ///< every line begins with its time, RFC 3339
  bool all_containers = false;  ///< of every pod, init containers too; else the one named
  bool named = false;           ///< every line begins with "[pod/POD/CONTAINER] "
};

/// An image that a target holds for an installation.
struct HeldImage {
  std::string reference;  ///< as manifests name it; empty if none does any more
  std::string pin;        ///< by digest, or by id
  std::string why;        ///< "runs", "kept for t-000041", "may go"
};

/// What only a person may decide about a target that is not as it was left.
enum class Remedy {
  from_target,      ///< take what runs there, by its labels, into the target's own record
  recreate_volume,  ///< make an empty volume where a claim's was lost
  adopt,            ///< the target is another one than recorded (a new storage), and that is right
  forget,           ///< give up these objects without touching what is left of them
};
using LineSink = std::function<bool(std::string_view line)>;  ///< false stops

/// A hint that something an installation owns changed; observe() tells what.
struct TargetEvent {
  enum class Kind { changed, gone, resync };
  Kind kind = Kind::resync;
  ObjectKey key;
};
using EventSink = std::function<void(const TargetEvent&)>;  ///< must not block

/// Stops a watch when destroyed; after that the sink is not called again.
class Watch {
 public:
  virtual ~Watch() = default;
};

class Target {
 public:
  virtual ~Target() = default;

  /// Cluster uid or storage-root id: a change freezes everything.
  virtual Result<std::string> identity(const Cancel& cancel) = 0;
  /// Boot id: a change starts the recovery after a reboot. Constant for a cluster.
  virtual Result<std::string> incarnation(const Cancel& cancel) = 0;
  virtual Capabilities capabilities() const = 0;

  /// One Observation per key, in the order of the keys; absent objects have exists == false.
  virtual Result<std::vector<Observation>> observe(const std::vector<ObjectKey>& keys,
                                                   Consistency consistency,
                                                   const Cancel& cancel) = 0;
  /// Checks a step without effect.
  virtual Result<DryRun> dry_run(const Step& step, const Cancel& cancel) = 0;

  /// Pulls and pins images, allocates addresses: invisible to users, idempotent per transaction.
  virtual Result<Reservation> prepare(const Outline& outline, const Fence& fence,
                                      const Cancel& cancel) = 0;
  /// Gives back what prepare() took for this transaction and nothing serves; idempotent.
  virtual Result<> release(const TxnId& txn, const Fence& fence, const Cancel& cancel) = 0;

  /// Does the step, under the preconditions of Item::pre. Safe to send again.
  virtual Result<Receipt> perform(const Step& step, const Fence& fence, const Cancel& cancel) = 0;
  /// What became of the step, after a crash or an unknown outcome.
  virtual Result<Sighting> inspect(const Step& step, const Fence& fence, const Cancel& cancel) = 0;
  /// Undoes the step; idempotent; keeps foreign edits. `receipt` is null if none was ever recorded.
  virtual Result<Reverted> revert(const Step& step, const Receipt* receipt, const Fence& fence,
                                  const Cancel& cancel) = 0;
  /// Makes attempts older than `newer` lose on what these steps touch. Returns the items' versions
  /// after it, where it changed them.
  virtual Result<std::vector<ObservedVersion>> fence(const std::vector<Step>& steps,
                                                     const Fence& newer, const Cancel& cancel) = 0;

  virtual Result<> mirror(const TxnMirror& mirror, const Fence& fence, const Cancel& cancel) = 0;
  virtual Result<std::vector<TxnMirror>> mirrors(const InstallationId& install,
                                                 const Cancel& cancel) = 0;

  virtual Result<std::vector<Owned>> list_owned(const InstallationId& install,
                                                const Cancel& cancel) = 0;
  /// Calls the sink from a thread of the target's own until the Watch is destroyed.
  virtual Result<std::unique_ptr<Watch>> watch(const InstallationId& install, EventSink sink) = 0;
  /// Log lines of an object's container ("" = its first); returns when done or cancelled.
  virtual Result<> logs(const ObjectKey& key, const std::string& container,
                        const LogOptions& options, const LineSink& sink, const Cancel& cancel) = 0;

  /// Whether objects of a kind live in namespaces here; nullopt if the target does not know it.
  virtual Result<std::optional<bool>> namespaced(const std::string& group, const std::string& kind,
                                                 const Cancel& cancel) {
    static_cast<void>(group);
    static_cast<void>(kind);
    static_cast<void>(cancel);
    return std::optional<bool>();
  }

  /// Its version and what it serves; nothing where that means nothing.
  virtual Result<Served> served(const Cancel&) { return Served{}; }
  /// All objects of a kind in a namespace, sorted by name; the key's name is empty. A kind that is
  /// not served has none.
  virtual Result<std::vector<Value>> list(const ObjectKey& kind, const Cancel& cancel) {
    static_cast<void>(kind);
    static_cast<void>(cancel);
    return std::vector<Value>{};
  }

  /// The images it keeps, and those it would let go at the next release().
  virtual Result<std::vector<HeldImage>> images(const Cancel&) { return std::vector<HeldImage>{}; }

  /// Asks the registries what the images of these objects are now, whatever is present: reference
  /// -> reference by digest. Left out: what a digest names, what was built here, and what must not
  /// be pulled. Nothing that users see changes.
  virtual Result<std::map<std::string, std::string>> current_images(
      const std::vector<Object>& objects, const Cancel& cancel) {
    static_cast<void>(objects);
    static_cast<void>(cancel);
    return fail(Error(Code::unsupported, "this kind of target looks after its images itself")
                    .with_hint("name images by digest, or commit a new tag"));
  }

  /// Does it for these objects (none: for all it applies to). Returns what the target holds of this
  /// installation afterwards, as far as the remedy concerned it.
  virtual Result<std::vector<Owned>> remedy(Remedy, const std::vector<ObjectKey>&, const Cancel&) {
    return fail(Code::unsupported, "this kind of target knows no such remedy");
  }
};

}  // namespace rumbo
