#include "sim/faults.h"

#include <array>
#include <utility>

namespace rumbo::sim {
namespace {

constexpr std::array<std::pair<Fault, std::string_view>, 19> kWords{{
    {Fault::crash_before, "crash-before"},
    {Fault::crash_after, "crash-after"},
    {Fault::reboot_before, "reboot-before"},
    {Fault::reboot_after, "reboot-after"},
    {Fault::suspend, "suspend"},
    {Fault::error_later, "error-later"},
    {Fault::error_never, "error-never"},
    {Fault::unknown_lost, "unknown-lost"},
    {Fault::unknown_done, "unknown-done"},
    {Fault::zombie, "zombie"},
    {Fault::zombie_crash, "zombie-crash"},
    {Fault::outage, "outage"},
    {Fault::long_outage, "long-outage"},
    {Fault::foreign_edit, "foreign-edit"},
    {Fault::foreign_delete, "foreign-delete"},
    {Fault::foreign_create, "foreign-create"},
    {Fault::disk_full, "disk-full"},
    {Fault::sync_failure, "sync-failure"},
    {Fault::take_over, "take-over"},
}};

Error died() {
  return Error(Code::cancelled, "the process is dead");
}

bool reboots(Fault fault) {
  return fault == Fault::reboot_before || fault == Fault::reboot_after;
}
bool dies_before(Fault fault) {
  return fault == Fault::crash_before || fault == Fault::reboot_before ||
         fault == Fault::zombie_crash;
}
bool dies_after(Fault fault) {
  return fault == Fault::crash_after || fault == Fault::reboot_after;
}

}  // namespace

std::string_view to_string(Fault fault) {
  for (const auto& [value, word] : kWords) {
    if (value == fault) return word;
  }
  return "?";
}

std::optional<Fault> FaultPlan::reach(std::string_view label) {
  const std::size_t at = trace_.size();
  trace_.emplace_back(label);
  for (const Injection& injection : armed_) {
    if (injection.boundary != at) continue;
    fired_.insert(injection.fault);
    switch (injection.fault) {
      case Fault::suspend:
        suspend = true;
        break;
      case Fault::outage:
        away_until = clock_.mono() + 40s;
        break;
      case Fault::long_outage:
        away_until = clock_.mono() + 20min;
        break;
      case Fault::foreign_edit:
        if (foreign_edit) foreign_edit();
        break;
      case Fault::foreign_create:
        if (foreign_create) foreign_create();
        break;
      case Fault::foreign_delete:
        if (foreign_delete) foreign_delete();
        break;
      case Fault::take_over:
        if (take_over) take_over();
        break;
      default:
        break;
    }
    if (reboots(injection.fault)) rebooted = true;
    return injection.fault;
  }
  return std::nullopt;
}

Result<std::vector<Record>> FaultyJournal::append(std::vector<Draft> drafts,
                                                  Durability durability) {
  if (plan_.dead || poisoned_) return fail(Code::internal, "the journal is closed");
  std::string label = "append";
  for (const Draft& draft : drafts) label += " " + std::string(rumbo::to_string(draft.type));
  const std::optional<Fault> fault = plan_.reach(label);
  if (fault && dies_before(*fault)) {
    plan_.dead = true;
    return fail(died());
  }
  if (fault == Fault::disk_full) return fail(Code::exhausted, "no space left on device");
  if (fault == Fault::sync_failure) {
    poisoned_ = true;
    return fail(Code::internal, "fdatasync: input/output error");
  }
  auto written = inner_.append(std::move(drafts), durability);
  if (plan_.watch) plan_.watch();
  if (fault && dies_after(*fault)) {
    plan_.dead = true;
    return fail(died());
  }
  return written;
}

template <class T, class Effect>
Result<T> FaultyTarget::pass(std::string_view label, Effect effect, std::function<void()> late) {
  if (plan_.dead) return fail(died());
  const std::optional<Fault> fault = plan_.reach(name_ + " " + std::string(label));
  if (fault && (*fault == Fault::zombie || *fault == Fault::zombie_crash) && late) {
    plan_.clock().at(plan_.clock().mono() + 20s, std::move(late));
  }
  if (fault && dies_before(*fault)) {
    plan_.dead = true;
    return fail(died());
  }
  if (plan_.clock().mono() < plan_.away_until) {
    return fail(Code::unavailable, "connection refused", Retry::later);
  }
  if (fault == Fault::error_later) return fail(Code::unavailable, "try again", Retry::later);
  if (fault == Fault::error_never) return fail(Code::invalid, "refused: no such field");
  if (fault == Fault::unknown_lost || fault == Fault::zombie) {
    return fail(Code::timeout, "no answer", Retry::unknown_outcome);
  }
  Result<T> result = effect();
  if (plan_.watch) plan_.watch();
  if (fault && dies_after(*fault)) {
    plan_.dead = true;
    return fail(died());
  }
  if (fault == Fault::unknown_done) {
    return fail(Code::timeout, "no answer", Retry::unknown_outcome);
  }
  return result;
}

Result<std::vector<Observation>> FaultyTarget::observe(const std::vector<ObjectKey>& keys,
                                                       Consistency consistency,
                                                       const Cancel& cancel) {
  return pass<std::vector<Observation>>("observe",
                                        [&] { return inner_.observe(keys, consistency, cancel); });
}

Result<DryRun> FaultyTarget::dry_run(const Step& step, const Cancel& cancel) {
  return pass<DryRun>("dry_run", [&] { return inner_.dry_run(step, cancel); });
}

Result<Reservation> FaultyTarget::prepare(const Outline& outline, const Fence& fence,
                                          const Cancel& cancel) {
  return pass<Reservation>("prepare", [&] { return inner_.prepare(outline, fence, cancel); });
}

Result<> FaultyTarget::release(const TxnId& txn, const Fence& fence, const Cancel& cancel) {
  return pass<void>("release", [&] { return inner_.release(txn, fence, cancel); });
}

Result<Receipt> FaultyTarget::perform(const Step& step, const Fence& fence, const Cancel& cancel) {
  SimTarget& target = inner_;
  return pass<Receipt>(
      "perform " + std::string(rumbo::to_string(step.kind)),
      [&] { return inner_.perform(step, fence, cancel); },
      [&target, step, fence] { target.late_arrival(step, fence); });
}

Result<Sighting> FaultyTarget::inspect(const Step& step, const Fence& fence, const Cancel& cancel) {
  return pass<Sighting>("inspect", [&] { return inner_.inspect(step, fence, cancel); });
}

Result<Reverted> FaultyTarget::revert(const Step& step, const Receipt* receipt, const Fence& fence,
                                      const Cancel& cancel) {
  return pass<Reverted>("revert " + std::string(rumbo::to_string(step.kind)),
                        [&] { return inner_.revert(step, receipt, fence, cancel); });
}

Result<std::vector<ObservedVersion>> FaultyTarget::fence(const std::vector<Step>& steps,
                                                         const Fence& newer, const Cancel& cancel) {
  return pass<std::vector<ObservedVersion>>("fence",
                                            [&] { return inner_.fence(steps, newer, cancel); });
}

Result<> FaultyTarget::mirror(const TxnMirror& mirror, const Fence& fence, const Cancel& cancel) {
  return pass<void>("mirror", [&] { return inner_.mirror(mirror, fence, cancel); });
}

}  // namespace rumbo::sim
