#include "io/fake/faults.h"

#include <numeric>
#include <utility>

namespace rumbo::io::fake {

std::string_view to_string(Operation operation) {
  constexpr std::array<std::string_view, kOperations> kWords{
      "open",   "read",   "write",       "truncate",       "sync",
      "size",   "lock",   "stat",        "list",           "make_directories",
      "rename", "remove", "remove_tree", "sync_directory", "free_bytes"};
  return kWords[static_cast<std::size_t>(operation)];
}

void FaultPlan::arm(Fault fault) {
  armed_ = std::move(fault);
  fired_.reset();
}

std::optional<Fault> FaultPlan::count(Operation operation) {
  ++counts_[static_cast<std::size_t>(operation)];
  if (!armed_ || (armed_->operation && *armed_->operation != operation)) return std::nullopt;
  if (--armed_->nth > 0) return std::nullopt;
  fired_ = operation;
  return std::exchange(armed_, std::nullopt);
}

std::uint64_t FaultPlan::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

}  // namespace rumbo::io::fake
