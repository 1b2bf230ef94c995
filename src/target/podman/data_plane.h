// DataPlane: the one owner of this installation's nftables table, of the host ports it holds and of
// the names it publishes. It says what the record says, with the backends that are ready.
//
// Threads: any; one batch at a time.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "base/guarded.h"
#include "io/env.h"
#include "target/podman/live.h"
#include "target/podman/net/host_network.h"
#include "target/podman/net/names.h"
#include "target/podman/net/nft.h"
#include "target/podman/record_store.h"
#include "target/podman/routes.h"

namespace rumbo::target::podman {

class DataPlane {
 public:
  /// All references outlive it.
  DataPlane(const io::Env& env, InstallationId install, std::string boot_id, RecordStore& store,
            const Live& live);

  /// Makes the table equal to the record if it is not; cheap when nothing changed.
  Result<> refresh();
  /// Writes the table again if somebody altered or removed it; true if it did.
  Result<bool> mend();

  /// Hears of changes of the machine's ruleset: mend() then tells whether it was ours.
  Result<std::unique_ptr<RulesetWatch>> watch() { return nft_.watch(); }

  /// SWITCH or its undo: `check` sees the record under which it happens; the batch and the record
  /// move together, and settle() finishes what a crash left between them.
  Result<> move(PendingSwitch pending, const std::function<Result<>(const Record&)>& check);
  /// Finishes or drops a recorded switch whose batch may have reached the kernel.
  Result<> settle();

  /// Lets this machine serve the bridges that are up now; call before pods are started, for what is
  /// the whole machine's, and after.
  Result<> prepare_bridges();
  /// Publishes every Service's name in every network that runs, and these.
  Result<> publish_names(const std::vector<ServiceName>& external);
  /// Removes the table and what prepare_bridges() changed: nothing serves any more.
  Result<> remove();
  /// For who only reads: finds out whether a table of this installation is in the kernel.
  Result<> look();
  /// True while the last batch is in the kernel.
  bool serving() const;

 private:
  struct Tables {
    Table four;
    std::optional<Table> six;
    friend bool operator==(const Tables&, const Tables&) = default;
  };
  struct State {
    std::optional<Tables> applied;
    bool seen = false;  ///< by look()
  };
  Result<> refresh_locked(bool always) REQUIRES(owner_);
  Result<> settle_locked() REQUIRES(owner_);
  Result<bool> reached_kernel(const PendingSwitch& pending) REQUIRES(owner_);
  Result<> note_changes(std::vector<HostChange> changes);
  Result<> hold_ports(const Tables& before, const Tables& after) REQUIRES(owner_);
  Tables tables(const Record& record, const PendingSwitch& writer) const;
  static bool same_routes(Tables a, const Tables& b);
  static std::set<HeldPort> host_ports_of(const Tables& tables);
  bool empty(const Record& record) const;

  io::Env env_;
  const InstallationId install_;
  const std::string boot_id_;
  RecordStore& store_;
  const Live& live_;
  Nft nft_;
  Names names_;
  mutable Mutex owner_;  ///< held across a batch: nobody else may write the table
  HeldPorts ports_ GUARDED_BY(owner_);
  State state_ GUARDED_BY(owner_);
};

}  // namespace rumbo::target::podman
