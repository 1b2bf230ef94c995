// Mutants below the engine: a journal that breaks one of its promises.
#include <memory>

#include "mutant.h"

namespace rumbo::simtest {
namespace {

using sim::Fault;

enum class Breaks { acknowledges_early, half_a_batch, old_epochs, inventory };

class BrokenJournal : public sim::MemoryJournal {
 public:
  BrokenJournal(sim::MemoryDisk& disk, const Clock& clock, Breaks breaks)
      : MemoryJournal(disk, clock), disk_(disk), breaks_(breaks) {}

  Result<std::vector<Record>> append(std::vector<Draft> drafts, Durability durability) override {
    const std::size_t durable = disk_.durable;
    if (breaks_ == Breaks::half_a_batch) drafts.resize(1);
    for (Draft& draft : drafts) {
      if (breaks_ == Breaks::old_epochs) draft.epoch = disk_.epoch;
      if (breaks_ == Breaks::inventory) draft.inventory.clear();
    }
    auto records = MemoryJournal::append(std::move(drafts), durability);
    // What was durable before stays so; this append only says it is.
    if (breaks_ == Breaks::acknowledges_early && disk_.durable > durable) disk_.durable = durable;
    return records;
  }

 private:
  sim::MemoryDisk& disk_;
  Breaks breaks_;
};

class BrokenMaker : public JournalMaker {
 public:
  BrokenMaker(const Clock& clock, Breaks breaks) : clock_(clock), breaks_(breaks) {}
  std::unique_ptr<Journal> open() override {
    // The state before is deployed by a sound journal; the transaction under test is not.
    if (opened_++ == 0) return std::make_unique<sim::MemoryJournal>(disk_, clock_);
    return std::make_unique<BrokenJournal>(disk_, clock_, breaks_);
  }
  void crash() override { disk_.lose_unsynced(); }

 private:
  sim::MemoryDisk disk_;
  const Clock& clock_;
  Breaks breaks_;
  int opened_ = 0;
};

MakerFactory breaking(Breaks breaks) {
  return [breaks](const Clock& clock) { return std::make_unique<BrokenMaker>(clock, breaks); };
}

}  // namespace

std::vector<Mutant> journal_mutants() {
  std::vector<Mutant> out;
  out.push_back({"acknowledges before the sync",
                 "host-update",
                 "nothing left",
                 {},
                 breaking(Breaks::acknowledges_early),
                 {{"perform stage", Fault::crash_after}},
                 "after"});

  out.push_back(
      {"writes half of a batch", "host-bad", "no limbo", {}, breaking(Breaks::half_a_batch)});
  out.push_back({"takes records of an older epoch",
                 "host-update",
                 "ends as it must",
                 {},
                 breaking(Breaks::old_epochs),
                 {{"prepare", Fault::take_over}}});
  out.push_back({"does not store the inventory",
                 "host-waves-hooks",
                 "inventory covers",
                 {},
                 breaking(Breaks::inventory)});
  return out;
}

}  // namespace rumbo::simtest
