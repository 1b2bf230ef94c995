// Networks: the bridge network of each namespace, in Podman and in the record.
//
// Threads: any.
#pragma once

#include <string>

#include "io/env.h"
#include "target/podman/client.h"
#include "target/podman/record_store.h"

namespace rumbo::target::podman {

class Networks {
 public:
  Networks(const io::Env& env, const Client& client, InstallationId install, RecordStore& store);

  /// Ranges of this machine that are not ours: taken for allocations.
  Result<std::vector<TakenRange>> taken() const;
  /// Records a network for the namespace; durable, nothing is made yet. Pure but for `taken`.
  Result<> reserve(Record& record, const std::string& ns,
                   const std::vector<TakenRange>& taken) const;
  /// Makes the recorded network exist in Podman.
  Result<> ensure(const std::string& ns, const Cancel& cancel) const;
  /// Removes networks that nothing in the record needs any more.
  Result<> sweep(const Cancel& cancel) const;

 private:
  io::Env env_;
  const Client& client_;
  InstallationId install_;
  RecordStore& store_;
};

}  // namespace rumbo::target::podman
