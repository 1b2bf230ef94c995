// KubernetesTarget: a cluster as a Target. Every write is one compare-and-swap on one object; what
// a transaction wrote is undone field by field, by the ownership that the API server keeps
// (kubernetes-apply.md section 4).
//
// Threads: every method may be called from any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/target.h"
#include "target/kubernetes/transport.h"

namespace rumbo::target::kubernetes {

struct KubernetesOptions {
  InstallationId install;
  /// Where each environment's objects live by default, and its record of the transactions.
  std::map<std::string, std::string> namespaces;
  std::size_t reads_at_once = 16;  ///< on threads of their own; 1: on the caller's
};

/// What any cluster can do, without asking one: planning and offline validation read it.
Capabilities kubernetes_capabilities();

class KubernetesTarget : public Target {
 public:
  /// `clock` outlives it; `sleep` waits between retries. Nothing is asked of the cluster yet.
  KubernetesTarget(KubernetesOptions options, std::unique_ptr<Transport> transport, Clock& clock,
                   std::function<void(Duration)> sleep);
  ~KubernetesTarget() override;

  Result<std::string> identity(const Cancel& cancel) override;
  Result<std::string> incarnation(const Cancel& cancel) override;
  Capabilities capabilities() const override;
  Result<std::vector<Observation>> observe(const std::vector<ObjectKey>& keys,
                                           Consistency consistency, const Cancel& cancel) override;
  Result<DryRun> dry_run(const Step& step, const Cancel& cancel) override;
  Result<Reservation> prepare(const Outline& outline, const Fence& fence,
                              const Cancel& cancel) override;
  Result<std::vector<Owned>> remedy(Remedy remedy, const std::vector<ObjectKey>& keys,
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

  struct Parts;  ///< of this class's own files

 private:
  std::shared_ptr<Parts> parts_;  ///< a Watch holds on to it, too
};

}  // namespace rumbo::target::kubernetes
