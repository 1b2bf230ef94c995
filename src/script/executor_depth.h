// One nested evaluation, counted while it lives.
//
// Threads: one at a time.
#pragma once

#include "script/executor.h"

namespace rumbo::script {

struct Executor::Depth {
  explicit Depth(Session& s) : session(s), entered(s.enter()) {}
  ~Depth() {
    if (entered) session.leave();
  }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;
  bool ok() const { return entered.has_value(); }
  Failure failure() const { return entered.error(); }

  Session& session;
  Outcome<> entered;
};

}  // namespace rumbo::script
