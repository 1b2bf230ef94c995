// Metrics: a few numbers for Prometheus, counted from the journal's feed.
//
// Threads: any. observe() does not block.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/guarded.h"
#include "io/filesystem.h"
#include "model/journal.h"

namespace rumbo::api {

class Metrics {
 public:
  /// `files` outlives it; it reads the size of this process from /proc.
  explicit Metrics(io::FileSystem& files) : files_(files) {}

  /// Takes over what the journal knows and listens from now on, until the subscription ends.
  /// Counters begin at zero with each process, as Prometheus expects.
  Result<std::unique_ptr<Journal::Subscription>> attach(Journal& journal);

  void observe(const Record& record);

  /// Text exposition format 0.0.4.
  std::string text() const;

 private:
  struct Numbers {
    std::uint64_t committed = 0, restored = 0, unchanged = 0, needs_operator = 0;
    std::set<TxnId> open;
    Seq seq = 0;
    std::optional<WallTime> last_sync;  ///< the last commit
  };

  io::FileSystem& files_;
  Guarded<Numbers> numbers_;
};

}  // namespace rumbo::api
