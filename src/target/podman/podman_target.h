// PodmanTarget: this machine's Podman as a Target with an atomic switch. New pods are staged beside
// the old ones; one nftables batch moves all Services; the old pods stop after COMMIT.
//
// What should run is the generation record, a file in `directory` that is durable before anything
// is done; the agent converges to it. The record holds Secrets in clear, hence mode 0600.
//
// Threads: every method may be called from any thread, except start() and stop(): from one. The
// agent's thread (probes, restarts, ready backends, drains) runs between start() and stop().
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/env.h"
#include "model/target.h"
#include "target/podman/check_object.h"

namespace rumbo::target::podman {

struct PodmanOptions {
  std::string directory;  ///< STATE/targets/ID; made with mode 0700
  std::string socket;     ///< of a Podman service to use; empty: one of its own is started
  std::string root;       ///< storage root; empty: Podman's own
  std::string run_root;   ///< empty: Podman's own
  InstallationId install;
  /// Committed states of each application, the present one included, whose images stay.
  int keep_images = 20;
  /// New networks get IPv6 addresses beside IPv4 ones, where this machine has IPv6.
  bool ipv6 = false;
  std::string ipv6_range = {};  ///< of /48; empty: one that the installation's id decides
  /// No agent will run: every observe() looks for itself, and what it shows of readiness is what
  /// the last agent's probes found.
  bool reads_only = false;
};

/// What a Podman host can do, without asking one: planning and offline validation read it.
Capabilities podman_capabilities(const Ipv6Support& ipv6);
/// Whether Services of this machine can have IPv6 addresses; `wanted`: the configuration says so.
Ipv6Support ipv6_support(io::FileSystem& files, bool wanted);

class PodmanTarget : public Target {
 public:
  /// Loads the record, connects to (or starts) the Podman service, and finishes or drops a switch
  /// that a crash left half recorded. Nothing that runs is changed.
  /// `cancel` ends the waiting for a service that does not answer.
  static Result<std::unique_ptr<PodmanTarget>> open(PodmanOptions options, io::Env& env,
                                                    const Cancel& cancel = Cancel());
  ~PodmanTarget() override;  ///< also stops

  /// Starts the agent's thread; without it nothing is probed and health stands still.
  void start();
  /// Ends the agent's thread. Waits up to `drain` for old pods to finish first: what a command that
  /// exits afterwards should do, since nothing else drains them until the next start.
  void stop(Duration drain = Duration(0));

  Result<std::string> identity(const Cancel& cancel) override;
  Result<std::string> incarnation(const Cancel& cancel) override;
  Capabilities capabilities() const override;
  Result<std::vector<Value>> list(const ObjectKey& kind, const Cancel& cancel) override;
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
  Result<std::vector<HeldImage>> images(const Cancel& cancel) override;
  Result<std::map<std::string, std::string>> current_images(const std::vector<Object>& objects,
                                                            const Cancel& cancel) override;
  Result<std::vector<Owned>> remedy(Remedy remedy, const std::vector<ObjectKey>& keys,
                                    const Cancel& cancel) override;

 private:
  struct Parts;
  explicit PodmanTarget(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace rumbo::target::podman
