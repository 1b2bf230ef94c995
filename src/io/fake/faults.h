// FaultPlan: counts file-system operations and says which of them fails, and how.
//
// Threads: guarded by its owner.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"

namespace rumbo::io::fake {

enum class Operation {
  open,
  read,
  write,
  truncate,
  sync,
  size,
  lock,
  stat,
  list,
  make_directories,
  rename,
  remove,
  remove_tree,
  sync_directory,
  free_bytes,
};
constexpr std::size_t kOperations = 15;
std::string_view to_string(Operation operation);

/// How much of a failing operation happens all the same. `half`: the first half of a write, the
/// first half of the unsynced writes of a sync; for all others the same as `none`.
enum class Effect { none, half, full };

struct Fault {
  enum class Kind {
    error,      ///< the operation returns `error`
    power_off,  ///< the machine stops in the middle of it; see MemoryFileSystem::restart()
    fill_disk,  ///< from here on the disk has no byte left; the operation itself goes on
  };
  Kind kind = Kind::error;
  std::optional<Operation> operation = std::nullopt;  ///< nullopt: any
  std::uint64_t nth = 1;                              ///< counted from arming; 1 is the next
  Effect effect = Effect::none;
  Error error{Code::unavailable, "input/output error (injected)"};
};

class FaultPlan {
 public:
  /// Arms one fault; it fires once. Replaces the one before.
  void arm(Fault fault);
  void disarm() { armed_.reset(); }
  /// True once the fault armed last has fired.
  bool fired() const { return fired_.has_value(); }
  /// The kind of operation it fired in.
  std::optional<Operation> fired_in() const { return fired_; }

  /// Counts one operation; the fault if it is to fail now.
  std::optional<Fault> count(Operation operation);

  std::uint64_t counted(Operation operation) const {
    return counts_[static_cast<std::size_t>(operation)];
  }
  std::uint64_t total() const;

 private:
  std::array<std::uint64_t, kOperations> counts_{};
  std::optional<Fault> armed_;
  std::optional<Operation> fired_;
};

}  // namespace rumbo::io::fake
