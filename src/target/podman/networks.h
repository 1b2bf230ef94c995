// Networks: the bridge network of each namespace, in Podman and in the record.
//
// Threads: any.
#pragma once

#include <string>

#include "io/env.h"
#include "target/podman/client.h"
#include "target/podman/net/dual_stack.h"
#include "target/podman/record_store.h"

namespace rumbo::target::podman {

class Networks {
 public:
  /// `range6`: new networks get IPv6 addresses from it too; empty: IPv4 alone.
  Networks(const io::Env& env, const Client& client, InstallationId install, RecordStore& store,
           std::string range6);

  /// True if a pod that a namespace gets next has an IPv6 address: its network has both families,
  /// or is still to be made, or has no pods and may be made anew.
  bool will_be_dual(const Record& record, const std::string& ns) const;
  /// Ranges of this machine that are not ours: taken for allocations. `six` is empty without dual
  /// stack.
  struct Taken {
    std::vector<TakenRange> four;
    std::vector<TakenRange6> six;
  };
  Result<Taken> taken() const;
  /// Records a network for the namespace, with IPv6 where this host has it; durable, nothing is
  /// made yet. One that has pods stays as it is: Podman cannot change it. Pure but for `taken`.
  Result<> reserve(Record& record, const std::string& ns, const Taken& taken) const;
  /// Makes the recorded network exist in Podman: anew if it lacks the IPv6 range it is to have.
  Result<> ensure(const std::string& ns, const Cancel& cancel) const;
  /// Removes networks that nothing in the record needs any more.
  Result<> sweep(const Cancel& cancel) const;

 private:
  Result<bool> exists(const std::string& name, bool dual, const Cancel& cancel) const;

  io::Env env_;
  const Client& client_;
  InstallationId install_;
  RecordStore& store_;
  const std::string range6_;
};

}  // namespace rumbo::target::podman
