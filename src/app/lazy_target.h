// LazyTarget: a target that is opened when it is first needed, so that verbs which only read the
// journal work while it cannot be reached.
//
// Threads: as Target.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/health_rules.h"
#include "base/guarded.h"
#include "model/target.h"

namespace rumbo::app {

class LazyTarget : public Target {
 public:
  using Opener = std::function<Result<std::unique_ptr<Target>>()>;
  /// `capabilities` are what any target of this kind can do, known without opening one.
  LazyTarget(Opener opener, Capabilities capabilities)
      : opener_(std::move(opener)), capabilities_(std::move(capabilities)) {}

  /// Asked about everything that is observed; to be set before the first use.
  void set_judge(HealthJudge judge) { judge_ = std::move(judge); }

  /// Opens it if it is not yet. A failure is not kept: the next call tries again; those that
  /// waited meanwhile share it, instead of waiting for one attempt each.
  Result<Target*> opened();

  Result<std::string> identity(const Cancel& cancel) override;
  Result<std::string> incarnation(const Cancel& cancel) override;
  Capabilities capabilities() const override { return capabilities_; }
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
  Result<std::unique_ptr<Watch>> watch(const InstallationId& install, EventSink sink) override;
  Result<> logs(const ObjectKey& key, const std::string& container, const LogOptions& options,
                const LineSink& sink, const Cancel& cancel) override;
  Result<std::optional<bool>> namespaced(const std::string& group, const std::string& kind,
                                         const Cancel& cancel) override;
  Result<std::vector<HeldImage>> images(const Cancel& cancel) override;
  Result<std::map<std::string, std::string>> current_images(const std::vector<Object>& objects,
                                                            const Cancel& cancel) override;
  Result<std::vector<Owned>> remedy(Remedy remedy, const std::vector<ObjectKey>& keys,
                                    const Cancel& cancel) override;

 private:
  const Opener opener_;
  const Capabilities capabilities_;
  HealthJudge judge_;
  struct State {
    std::unique_ptr<Target> target;
    std::optional<Error> failed;  ///< of the last attempt
  };
  Guarded<State> state_;
  std::atomic<std::uint64_t> attempts_{0};  ///< that ended, well or not
};

}  // namespace rumbo::app
