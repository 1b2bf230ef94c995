// HostWatch: hears from the kernel what others change on this machine that a data plane rests on:
// the nftables ruleset, links and routes, and the files of names.
//
// Threads: wait() from one; wake() from any.
#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "target/podman/net/nft.h"

namespace rumbo::target::podman {

class HostWatch {
 public:
  struct Heard {
    bool ruleset = false;
    bool links = false;  ///< links or routes
    bool names = false;
    bool any() const { return ruleset || links || names; }
  };

  /// `ruleset` may be null: then nothing is heard of it. Of what the kernel grants no watch for,
  /// nothing is heard either. The directory need not be there yet.
  HostWatch(std::unique_ptr<RulesetWatch> ruleset, std::string names_directory);
  ~HostWatch();
  HostWatch(const HostWatch&) = delete;
  HostWatch& operator=(const HostWatch&) = delete;

  /// Waits for a change or a wake(). Changes between two calls are not lost.
  Heard wait(Duration most);
  void wake();

 private:
  bool watch_names();

  std::unique_ptr<RulesetWatch> ruleset_;
  const std::string directory_;
  int links_, files_, wake_;
  int names_ = -1;  // the watch of the directory
};

}  // namespace rumbo::target::podman
