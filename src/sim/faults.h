// Faults: one process life after another, with one fault armed at one boundary. A boundary is a
// journal append or a call to a target; each is counted and named, so that a test can enumerate
// them all.
//
// Threads: one at a time.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/journal.h"
#include "model/target.h"
#include "sim/clock.h"
#include "sim/sim_target.h"

namespace rumbo::sim {

enum class Fault {
  crash_before,   ///< the process dies before the effect
  crash_after,    ///< after the effect, before it hears of it
  reboot_before,  ///< as crash_before, and the machine restarts
  reboot_after,
  suspend,         ///< SIGTERM arrives
  error_later,     ///< one failure that passes
  error_never,     ///< one refusal
  unknown_lost,    ///< no answer, no effect
  unknown_done,    ///< no answer, but the effect
  zombie,          ///< no answer; the effect arrives 20 s later
  zombie_crash,    ///< as zombie, and the process dies
  outage,          ///< the target is away for 40 s
  long_outage,     ///< the target is away for 20 min
  foreign_edit,    ///< someone edits an object right before
  foreign_delete,  ///< someone deletes an object right before
  foreign_create,  ///< someone creates, equal to what is wanted, what did not exist
  disk_full,       ///< one append finds the disk full
  sync_failure,    ///< one append fails; what is on disk is unknown until reopened
  take_over,       ///< another owner takes the journal over right before
};
std::string_view to_string(Fault fault);

struct Injection {
  std::size_t boundary = 0;
  Fault fault = Fault::crash_before;
};

/// Shared by the journal and all targets of one simulated machine.
class FaultPlan {
 public:
  explicit FaultPlan(SimClock& clock) : clock_(clock) {}

  void arm(std::vector<Injection> injections) { armed_ = std::move(injections); }
  /// The fault for this boundary, if one is armed there; counts and names the boundary.
  std::optional<Fault> reach(std::string_view label);
  void fired(Fault fault) { fired_.insert(fault); }

  const std::vector<std::string>& trace() const { return trace_; }
  const std::set<Fault>& fired_faults() const { return fired_; }

  // The process, as the faults left it.
  bool dead = false;  ///< nothing it does has an effect any more
  bool rebooted = false;
  bool suspend = false;
  MonoTime away_until;  ///< targets answer nothing before this instant
  std::function<void()> foreign_edit;
  std::function<void()> foreign_delete;
  std::function<void()> foreign_create;
  std::function<void()> take_over;
  /// Looked at after every boundary.
  std::function<void()> watch;

  SimClock& clock() { return clock_; }

 private:
  SimClock& clock_;
  std::vector<Injection> armed_;
  std::vector<std::string> trace_;
  std::set<Fault> fired_;
};

/// A journal whose appends are boundaries. `inner` outlives it.
class FaultyJournal : public Journal {
 public:
  FaultyJournal(Journal& inner, FaultPlan& plan) : inner_(inner), plan_(plan) {}

  Result<std::uint64_t> take_over(std::string_view owner, std::string_view boot_id) override {
    return inner_.take_over(owner, boot_id);
  }
  const InstallationId& installation() const override { return inner_.installation(); }
  Result<BlobRef> put_blob(std::string_view bytes, Secrecy secrecy) override {
    return inner_.put_blob(bytes, secrecy);
  }
  Result<std::string> get_blob(const BlobRef& ref) const override { return inner_.get_blob(ref); }
  Digest digest(std::string_view bytes, Secrecy secrecy) const override {
    return inner_.digest(bytes, secrecy);
  }
  Result<TxnId> new_txn() override { return inner_.new_txn(); }
  Result<std::vector<Record>> append(std::vector<Draft> drafts, Durability durability) override;
  Result<std::vector<Record>> read(const RecordFilter& filter, Seq after,
                                   std::size_t max) const override {
    return inner_.read(filter, after, max);
  }
  Result<std::vector<TxnId>> open_txns() const override { return inner_.open_txns(); }
  Result<std::vector<ObjectKey>> inventory(const Scope& scope) const override {
    return inner_.inventory(scope);
  }
  Result<std::vector<std::pair<Scope, ObjectKey>>> inventories() const override {
    return inner_.inventories();
  }
  Result<std::vector<std::pair<Scope, ObjectKey>>> owners(
      const TargetId& target, const std::vector<ObjectKey>& keys) const override {
    return inner_.owners(target, keys);
  }
  Result<std::unique_ptr<ScopeLock>> lock(const std::vector<Scope>& scopes,
                                          const TxnId& holder) override {
    return inner_.lock(scopes, holder);
  }
  Head head() const override { return inner_.head(); }
  Result<> verify(Seq from, Seq to) const override { return inner_.verify(from, to); }
  Result<> compact(Seq before, const Retention& retention) override {
    return inner_.compact(before, retention);
  }
  std::unique_ptr<Subscription> feed(std::function<void(const Record&)> sink) override {
    return inner_.feed(std::move(sink));
  }

 private:
  Journal& inner_;
  FaultPlan& plan_;
  bool poisoned_ = false;
};

/// A target whose calls are boundaries. `inner` outlives it.
class FaultyTarget : public Target {
 public:
  FaultyTarget(SimTarget& inner, FaultPlan& plan, std::string name)
      : inner_(inner), plan_(plan), name_(std::move(name)) {}

  Result<std::string> identity(const Cancel& cancel) override { return inner_.identity(cancel); }
  Result<std::string> incarnation(const Cancel& cancel) override {
    return inner_.incarnation(cancel);
  }
  Capabilities capabilities() const override { return inner_.capabilities(); }
  Result<std::vector<Observation>> observe(const std::vector<ObjectKey>& keys,
                                           Consistency consistency, const Cancel& cancel) override;
  Result<DryRun> dry_run(const Step& step, const Cancel& cancel) override;
  Result<Reservation> prepare(const Outline& outline, const Fence& fence,
                              const Cancel& cancel) override;
  Result<> release(const TxnId& txn, const Fence& fence, const Cancel& cancel) override;
  Result<Receipt> perform(const Step& step, const Fence& fence, const Cancel& cancel) override;
  Result<Sighting> inspect(const Step& step, const Fence& fence, const Cancel& cancel) override;
  Result<Reverted> revert(const Step& step, const Receipt* receipt, const Fence& fence,
                          const Cancel& cancel) override;
  Result<std::vector<ObservedVersion>> fence(const std::vector<Step>& steps, const Fence& newer,
                                             const Cancel& cancel) override;
  Result<> mirror(const TxnMirror& mirror, const Fence& fence, const Cancel& cancel) override;
  Result<std::vector<TxnMirror>> mirrors(const InstallationId& install,
                                         const Cancel& cancel) override {
    return inner_.mirrors(install, cancel);
  }
  Result<std::vector<Owned>> list_owned(const InstallationId& install,
                                        const Cancel& cancel) override {
    return inner_.list_owned(install, cancel);
  }
  Result<std::unique_ptr<Watch>> watch(const InstallationId& install, EventSink sink) override {
    return inner_.watch(install, std::move(sink));
  }
  Result<> logs(const ObjectKey& key, const std::string& container, const LogOptions& options,
                const LineSink& sink, const Cancel& cancel) override {
    return inner_.logs(key, container, options, sink, cancel);
  }

 private:
  /// Passes a boundary around `effect`. `late` is what a zombie does when it arrives.
  template <class T, class Effect>
  Result<T> pass(std::string_view label, Effect effect, std::function<void()> late = {});

  SimTarget& inner_;
  FaultPlan& plan_;
  std::string name_;
};

}  // namespace rumbo::sim
