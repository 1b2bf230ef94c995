// Record: the generation record of one host. What should run, what a transaction has staged beside
// it and what it replaced, with every name and address given out. The runner's calls write it, the
// agent converges to it. It holds Secrets in clear: the file is 0600 in a 0700 directory.
//
// Threads: a plain value; RecordStore hands it round.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/value.h"
#include "model/target.h"
#include "target/podman/net/addresses.h"
#include "target/podman/net/host_checks.h"

namespace rumbo::target::podman {

/// How a Job ended. It is durable before anybody hears of it, so that nothing runs it twice.
struct JobOutcome {
  bool complete = false;
  std::string reason;  ///< "BackoffLimitExceeded", "DeadlineExceeded"; empty when complete
  std::string message;
  WallTime at;
};

/// One object as this host holds it.
struct Thing {
  Value object;  ///< as declared, without status
  std::string uid;
  std::uint64_t version = 0;     ///< counts up with every write on this host
  std::uint64_t generation = 1;  ///< of the specification, as metadata.generation shows it
  Owner owner;
  WallTime since;                           ///< when this specification started to run
  std::string revision;                     ///< workloads: marks its pods; empty for other kinds
  std::map<std::string, std::string> pins;  ///< image as written -> by digest, for its pods
  bool stopped = false;                     ///< quiesced: its pods are stopped, not removed
  bool served = false;                      ///< it was current once: its connections are drained
  std::optional<JobOutcome> outcome;        ///< of a Job or hook that ended: it never runs again
};

/// One pod that was given a name and an address; it is recorded before it is created.
struct Replica {
  std::string name;  ///< of the Podman pod
  ObjectKey workload;
  std::string revision;
  int ordinal = 0;
  std::string network;
  std::string address;
  bool leaving = false;  ///< to be drained and removed; serves nobody any more
  WallTime since;        ///< when it began to leave
};

/// The bridge network of one namespace; its range is in Record::addresses.
struct Network {
  std::string name;    ///< Podman's
  std::string bridge;  ///< the host's interface
};

/// A switch whose batch may or may not have reached the kernel.
struct PendingSwitch {
  TxnId txn;
  std::uint64_t epoch = 0;
  std::uint64_t seq = 0;
  bool back = false;  ///< the undo of one
  std::vector<ObjectKey> keys;
  std::string boot_id;  ///< the marker in the table is believed in this boot only
};

/// The images of one committed transaction of one application, kept for the way back.
struct ImageGeneration {
  TxnId txn;
  std::string application, environment;
  std::map<std::string, std::string> pins;  ///< image as written -> by digest
};

struct Record {
  using Key = std::pair<TxnId, ObjectKey>;

  std::map<ObjectKey, Thing> current;
  std::map<Key, Thing> staged;           ///< beside the current ones, unserved
  std::map<Key, Thing> replaced;         ///< switched away, not yet retired
  std::map<std::string, Thing> leaving;  ///< by revision: workloads whose last pods drain
  std::map<std::string, Replica> replicas;
  std::map<std::string, Network> networks;  ///< by namespace
  AddressState addresses;
  std::map<TxnId, Value> reservations;  ///< what prepare() returned, to return it again
  std::map<TxnId, std::pair<std::uint64_t, std::uint32_t>> fences;  ///< oldest accepted attempt
  std::vector<HostChange> host_changes;  ///< what serving changed on this machine
  std::map<Key, Thing> hooks;            ///< Jobs that a transaction runs once
  std::map<std::string, Thing> runs;     ///< by revision: Jobs that CronJobs made
  std::map<ObjectKey, WallTime> crons;   ///< until when each CronJob's schedule was worked off
  std::optional<PendingSwitch> pending;
  std::vector<ImageGeneration> generations;   ///< oldest first
  std::map<std::string, std::string> pulled;  ///< what Rumbo itself pulled: as written -> by digest
  std::string storage;      ///< which storage of Podman this is about (its identity)
  std::uint64_t clock = 0;  ///< versions and batch numbers count up from here

  std::uint64_t next() { return ++clock; }
  /// The thing a transaction sees under this key: staged by it, else current; null if none.
  const Thing* seen_by(const TxnId& txn, const ObjectKey& key) const;
  const Thing* find_current(const ObjectKey& key) const;
  /// True if the current thing was written by this transaction.
  bool current_is_of(const TxnId& txn, const ObjectKey& key) const;
  /// Everything held: current, staged, replaced and leaving.
  std::vector<const Thing*> things() const;
  /// The thing that replicas of this revision belong to; null when nothing wants them any more.
  const Thing* of_revision(const std::string& revision) const;
  /// True if the revision is of a hook that runs, or ran, in an open transaction.
  bool is_hook(const std::string& revision) const;
  std::vector<const Replica*> replicas_of(const std::string& revision) const;
  /// Writes down how the Job or hook of this revision ended; nothing if it is gone or ended before.
  void set_outcome(const std::string& revision, const JobOutcome& outcome);
  /// True while a transaction on the thing's application is open here: its pods are protected.
  bool transaction_open(const Thing& thing) const;
};

/// A plain look at what a workload's pods were made for.
struct PodView {
  TxnId txn;                 ///< the open transaction that sees other objects; empty for current
  bool is_staged = false;    ///< configuration as staged by txn
  bool is_replaced = false;  ///< configuration as it was before txn
};
/// Which generation of ConfigMaps and Secrets the pods of this revision read.
PodView view_of(const Record& record, const std::string& revision);
/// The ConfigMap or Secret as the pods of that view read it; null if there is none.
const Thing* config_in(const Record& record, const PodView& view, const ObjectKey& key);

Value to_value(const Record& record);
Result<Record> record_from(const Value& value);

}  // namespace rumbo::target::podman
