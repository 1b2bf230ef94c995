// SimTarget: a Target over a World, in one of two characters: a host with an atomic switch, or a
// cluster where every write is one compare-and-swap and a dead client's request may land late.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/target.h"
#include "sim/world.h"

namespace rumbo::sim {

enum class Character { host, cluster };

class SimTarget : public Target {
 public:
  /// `world` and `clock` outlive the target.
  SimTarget(World& world, const Clock& clock, Character character, InstallationId install);

  Result<std::string> identity(const Cancel& cancel) override;
  Result<std::string> incarnation(const Cancel& cancel) override;
  Capabilities capabilities() const override;
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
                                         const Cancel& cancel) override;
  Result<std::vector<Owned>> list_owned(const InstallationId& install,
                                        const Cancel& cancel) override;
  Result<std::vector<Owned>> remedy(Remedy remedy, const std::vector<ObjectKey>& keys,
                                    const Cancel& cancel) override;
  Result<std::unique_ptr<Watch>> watch(const InstallationId& install, EventSink sink) override;
  Result<> logs(const ObjectKey& key, const std::string& container, const LogOptions& options,
                const LineSink& sink, const Cancel& cancel) override;

  Result<Served> served(const Cancel& cancel) override;
  Result<std::vector<Value>> list(const ObjectKey& kind, const Cancel& cancel) override;

  /// A request of a dead or impatient client reaches the server now, with the precondition it was
  /// sent with: a zombie. What it may no longer do has no effect.
  void late_arrival(const Step& step, const Fence& fence);

 private:
  /// The error of a world that answers nothing.
  Result<> answers() const;
  Result<> check_fence(const Fence& fence) const;
  Result<Receipt> perform_host(const Step& step, const Fence& fence);
  bool owned_by(const ObjectKey& key, const TxnId& txn) const;
  bool foreign_since(const Item& item) const;
  Result<Receipt> stage(const Step& step, const Fence& fence);
  Result<Receipt> switch_over(const Step& step, const Fence& fence);
  Result<Receipt> write(const Step& step, const Fence& fence, bool exact);
  Result<Receipt> prune(const Step& step);
  Result<Receipt> run_hook(const Step& step, const Fence& fence);
  Sighting sight_write(const Step& step, const Fence& fence) const;
  Sighting sight_switch(const Step& step, const Fence& fence) const;
  void undo_write(const Item& item, const Fence& fence, Reverted& out);
  void undo_switch(const Step& step, const Fence& fence, Reverted& out);
  Thing make(const Item& item, const Fence& fence, std::string uid);
  Observation observe_one(const ObjectKey& key) const;

  World& world_;
  const Clock& clock_;
  Character character_;
  InstallationId install_;
};

}  // namespace rumbo::sim
