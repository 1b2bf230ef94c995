// The parts of one PodmanTarget and how they hang together; private to podman_target*.cc.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "target/podman/agent.h"
#include "target/podman/busy.h"
#include "target/podman/data_plane.h"
#include "target/podman/images.h"
#include "target/podman/live.h"
#include "target/podman/networks.h"
#include "target/podman/podman_target.h"
#include "target/podman/pods.h"
#include "target/podman/record_store.h"
#include "target/podman/service.h"
#include "target/podman/watchers.h"

namespace rumbo::target::podman {

struct PodmanTarget::Parts {
  Parts(PodmanOptions wanted, const io::Env& outside) : options(std::move(wanted)), env(outside) {}

  PodmanOptions options;
  io::Env env;
  std::string boot_id;
  std::unique_ptr<Service> service;
  std::unique_ptr<RecordStore> store;
  Busy busy;
  Live live;
  Watchers watchers;
  std::unique_ptr<Images> images;
  std::unique_ptr<Pods> pods;
  std::unique_ptr<Networks> networks;
  std::unique_ptr<DataPlane> plane;
  std::unique_ptr<Agent> agent;  // last: it uses all the others

  /// Why nothing may be done here before a person decides; empty if all is as it was left.
  Guarded<std::optional<Error>> frozen;
  std::atomic<bool> wants_agent{false};  // start() was called
  std::atomic<MonoTime> agent_started{};
  std::atomic<bool> storage_known{false};  // it is the storage the record is about

  const Client& client() const { return service->client(); }
  WallTime now() const { return env.clock.wall(); }

  // perform() by kind; each may be repeated.
  Result<Receipt> stage(const Step& step, const Fence& fence, const Cancel& cancel);
  Result<> staged_are_ready(const Step& step, const Fence& fence) const;
  Result<Receipt> switch_to(const Step& step, const Fence& fence);
  Result<Receipt> hook(const Step& step, const Fence& fence, const Cancel& cancel);
  Result<Receipt> quiesce(const Step& step, const Fence& fence, const Cancel& cancel);
  Result<Receipt> scaffold_one(const Step& step, const Fence& fence, const Cancel& cancel);
  Result<Receipt> retire_all(const Step& step, const Fence& fence);
  Result<Receipt> prune_one(const Step& step, const Fence& fence, const Cancel& cancel);
  // revert() by kind.
  Result<> undo_stage(const Step& step, const Fence& fence, Reverted& out, const Cancel& cancel);
  Result<> replaced_are_judged(const Step& step, const Fence& fence) const;
  Result<> undo_switch(const Step& step, const Fence& fence);
  Result<> undo_quiesce(const Step& step, const Fence& fence, const Cancel& cancel);

  /// While the agent is just starting (a verb without a daemon), a pod that runs well is not ready
  /// only for want of an answer: waits for it, for a moment.
  void await_first_answers(const std::vector<ObjectKey>& keys, const Cancel& cancel) const;
  Result<> not_frozen() const;
  /// Fails if Podman's storage is another one than the record is about; asked once.
  Result<> same_storage(const Cancel& cancel);
  Result<std::vector<Owned>> adopt_strays(const Cancel& cancel);
  Result<std::vector<Owned>> recreate_volumes(const std::vector<ObjectKey>& keys,
                                              const Cancel& cancel);
  Result<std::vector<Owned>> forget(const std::vector<ObjectKey>& keys, const Cancel& cancel);

  Result<> start_pods(const std::string& revision, const Cancel& cancel);
  Result<> make_claim(const ObjectKey& key, const Cancel& cancel);
  Result<> change_fenced(const Fence& fence, const std::function<Result<>(Record&)>& edit);
  Observation observe_one(const Record& record, const ObjectKey& key, const Cancel& cancel) const;
};

}  // namespace rumbo::target::podman
