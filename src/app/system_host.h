// SystemHost: the machine's clock and randomness for templates that are rendered by hand.
//
// Threads: one at a time.
#pragma once

#include "io/env.h"
#include "io/work_guard.h"
#include "script/host.h"

namespace rumbo::app {

class SystemHost : public script::Host {
 public:
  /// `env` must outlive it.
  explicit SystemHost(io::Env& env) : env_(env), guard_(env.clock) {}

  std::string stopped() override { return guard_.exceeded(); }
  WallTime now() override { return env_.clock.wall(); }
  void random(std::span<std::uint8_t> bytes) override { env_.random.fill(bytes); }
  std::optional<std::string> time_zone(std::string_view name) override;

 private:
  io::Env& env_;
  const io::WorkGuard guard_;
};

}  // namespace rumbo::app
