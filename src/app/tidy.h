// Tidy: gives memory back once the daemon has become quiet after work: free heap, and the pages of
// programs and libraries that starting or a transaction touched. What is needed again comes from
// the page cache at the next touch.
//
// Threads: one.
#pragma once

#include "base/time.h"

namespace rumbo::app {

class Tidy {
 public:
  /// Call it now and then: tidies when little processor time went since the last call, after more
  /// went before it. True if it did.
  bool look(MonoTime now);

 private:
  MonoTime looked_;
  Duration used_{}, used_when_tidied_{};
};

/// Gives free heap and unmodified pages of programs back to the system.
void give_memory_back();

}  // namespace rumbo::app
