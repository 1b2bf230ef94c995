// The enumeration: scenario x boundary x fault, every tuple fired and seen to be reached, each with
// the ending it must have. The oracle is the target alone; the journal is only asked for limbo and
// chain.
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <map>

#include "rig.h"

namespace rumbo::simtest {
namespace {

using sim::Fault;

enum class End { before, after, either };

/// Where the boundaries of the faultless run lie, read from their names.
struct Shape {
  std::vector<std::string> trace;
  std::size_t begin = SIZE_MAX, prepared = SIZE_MAX, commit = SIZE_MAX, abort = SIZE_MAX,
              end = SIZE_MAX, plan_observe = SIZE_MAX;
};

std::size_t first_with(const std::vector<std::string>& trace, std::string_view word) {
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (trace[i].starts_with("append") && trace[i].find(word) != std::string::npos) return i;
  }
  return SIZE_MAX;
}

Shape shape_of(const Scenario& scenario) {
  Shape shape;
  shape.trace = Rig(scenario).run({}).trace;
  shape.begin = first_with(shape.trace, " begin");
  shape.prepared = first_with(shape.trace, " prepared");
  shape.commit = first_with(shape.trace, " commit");
  shape.abort = first_with(shape.trace, " abort");
  shape.end = first_with(shape.trace, " end");
  return shape;
}

bool is_append(const std::string& label) {
  return label.starts_with("append");
}
bool names(const std::string& label, std::string_view word) {
  return label.find(word) != std::string::npos;
}

/// Faults that make sense at a boundary.
std::vector<Fault> faults_at(const Scenario& scenario, const std::string& label) {
  std::vector<Fault> out = {Fault::crash_before, Fault::crash_after, Fault::reboot_before,
                            Fault::reboot_after, Fault::suspend};
  if (is_append(label)) {
    out.insert(out.end(), {Fault::disk_full, Fault::sync_failure, Fault::take_over});
  } else {
    out.insert(out.end(),
               {Fault::error_later, Fault::error_never, Fault::outage, Fault::long_outage});
    if (names(label, "perform")) {
      out.insert(out.end(),
                 {Fault::unknown_lost, Fault::unknown_done, Fault::zombie, Fault::zombie_crash});
    }
  }
  if (scenario.foreign) out.insert(out.end(), {Fault::foreign_edit, Fault::foreign_delete});
  return out;
}

bool durable_after(Fault fault) {
  return fault == Fault::crash_after || fault == Fault::reboot_after;
}

/// What the target must look like in the end. `at` is the boundary, in the faultless run's
/// numbering: up to the fault both runs are the same.
End required(const Scenario& scenario, const Shape& shape, std::size_t at, Fault fault) {
  const End natural = scenario.natural == Natural::committed ? End::after : End::before;
  const std::string& label = shape.trace[at];
  const auto reached = [&](std::size_t record) {
    return record != SIZE_MAX && (at > record || (at == record && durable_after(fault)));
  };
  const bool committed = reached(shape.commit);
  if (committed) return End::after;
  switch (fault) {
    case Fault::crash_before:
    case Fault::crash_after:
    case Fault::zombie_crash:
    case Fault::sync_failure:
    case Fault::take_over:
      return reached(shape.prepared) ? natural : End::before;
    case Fault::suspend:
      // The call or append under way still ends; PREPARED or COMMIT may become durable by it.
      if (at == shape.commit) return End::after;
      return at >= shape.prepared ? natural : End::before;
    case Fault::reboot_before:
    case Fault::reboot_after:
      return End::before;
    case Fault::disk_full:
      return End::before;
    case Fault::error_never:
      if (at < shape.begin) return End::before;  // it could not even look
      if (names(label, "observe") || names(label, "release") || names(label, "mirror") ||
          names(label, "revert")) {
        return natural;
      }
      return End::before;
    case Fault::error_later:
    case Fault::outage:
      return at < shape.begin ? End::before : natural;
    case Fault::long_outage:
      // Longer than the budget: given up before the commit, unless it hits when nothing more is
      // asked.
      return at < shape.begin || scenario.natural != Natural::committed ? End::before : End::either;
    case Fault::unknown_lost:
    case Fault::unknown_done:
    case Fault::zombie:
      return natural;
    case Fault::foreign_edit:
    case Fault::foreign_delete:
      return End::either;  // before the commit it aborts; too late to be seen, it is drift
  }
  return natural;
}

/// One of many equal polls in a row, neither the first two nor the last: nothing differs there.
bool inside_polling(const std::vector<std::string>& trace, std::size_t at) {
  return at >= 2 && at + 1 < trace.size() && trace[at] == trace[at - 1] &&
         trace[at] == trace[at - 2] && trace[at] == trace[at + 1];
}

struct Tally {
  std::size_t tuples = 0;
  std::map<std::string, std::size_t> endings;
  std::map<Fault, std::size_t> fired;
  std::map<std::string, std::size_t> boundaries;
  std::map<std::string, std::size_t> outcomes;
};

std::string describe(const Scenario& scenario, const std::string& label, std::size_t at,
                     Fault fault) {
  return scenario.name + " [" + std::to_string(at) + "] " + label + " x " +
         std::string(to_string(fault));
}

void check(const Scenario& scenario, const Shape& shape, std::size_t at, Fault fault,
           Tally& tally) {
  const Ending ending = Rig(scenario).run({{at, fault}});
  const std::string tuple = describe(scenario, shape.trace[at], at, fault);
  ++tally.tuples;
  ASSERT_TRUE(ending.fired.contains(fault)) << tuple << ": was not reached";
  ASSERT_GT(ending.trace.size(), at);
  EXPECT_EQ(ending.trace[at], shape.trace[at]) << tuple << ": the runs part before the fault";
  ++tally.fired[fault];
  ++tally.boundaries[shape.trace[at]];
  ++tally.outcomes[std::string(engine::to_string(ending.last))];
  for (const std::string& broken : ending.broken) {
    // Away longer than an end is waited for: what is left stays listed until the next transaction.
    if (fault == Fault::long_outage && broken.starts_with("left: ")) continue;
    ADD_FAILURE() << tuple << ": " << broken;
  }
  EXPECT_LE(ending.most_hook_runs, 1) << tuple << ": a hook ran twice in one attempt";
  // Before the plan read the object, an edit is simply part of what was there.
  const bool seen_by_plan = at > shape.begin;
  if (fault == Fault::foreign_edit && seen_by_plan) {
    EXPECT_TRUE(ending.edit_kept) << tuple << ": a foreign edit was lost";
  }
  if (scenario.foreign && !seen_by_plan &&
      (fault == Fault::foreign_edit || fault == Fault::foreign_delete)) {
    ++tally.endings["foreign hand before the plan"];
    return;
  }
  const End must = scenario.heal ? End::either : required(scenario, shape, at, fault);
  const std::string& state = ending.state;
  ++tally.endings[state.substr(0, 5)];
  // Away for longer than reaping is retried: what could not be pruned is listed, and stays owned.
  const bool left_behind =
      fault == Fault::long_outage && ending.note.find("left behind") != std::string::npos;
  const bool right = state == "same" || left_behind || (must == End::before && state == "before") ||
                     (must == End::after && state == "after") ||
                     (must == End::either && (state == "before" || state == "after"));
  EXPECT_TRUE(right) << tuple << ": must end "
                     << (must == End::before  ? "before"
                         : must == End::after ? "after"
                                              : "before or after")
                     << ", ended " << state << " (" << engine::to_string(ending.last) << ": "
                     << ending.note << ")";
}

void print(const Tally& tally) {
  std::printf("tuples: %zu (distinct boundaries: %zu)\n", tally.tuples, tally.boundaries.size());
  std::printf("endings of the target:");
  for (const auto& [name, count] : tally.endings) std::printf("  %s %zu", name.c_str(), count);
  std::printf("\noutcomes recorded last:");
  for (const auto& [name, count] : tally.outcomes) std::printf("  %s %zu", name.c_str(), count);
  std::printf("\nfaults:");
  for (const auto& [fault, count] : tally.fired) {
    std::printf("  %s %zu", std::string(to_string(fault)).c_str(), count);
  }
  std::printf("\n");
}

TEST(Enumeration, EveryTupleEndsAsItMust) {
  Tally tally;
  std::size_t expected = 0;
  for (const Scenario& scenario : scenarios()) {
    const Shape shape = shape_of(scenario);
    if (std::getenv("RUMBO_SIM_VERBOSE") != nullptr) {
      std::printf("%s: %zu boundaries\n", scenario.name.c_str(), shape.trace.size());
      std::fflush(stdout);
    }
    ASSERT_FALSE(shape.trace.empty()) << scenario.name;
    for (std::size_t at = 0; at < shape.trace.size(); ++at) {
      if (inside_polling(shape.trace, at)) continue;
      for (const Fault fault : faults_at(scenario, shape.trace[at])) {
        ++expected;
        check(scenario, shape, at, fault, tally);
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  }
  print(tally);
  EXPECT_EQ(tally.tuples, expected);
  EXPECT_GT(tally.tuples, 4000u);
  EXPECT_EQ(tally.fired.size(), 18u) << "a fault without a hit";
  for (const char* state : {"befor", "after"}) EXPECT_GT(tally.endings[state], 100u) << state;
  for (const char* outcome : {"committed", "restored", "refused"}) {
    EXPECT_GT(tally.outcomes[outcome], 10u) << outcome << ": an outcome without a hit";
  }
}

}  // namespace
}  // namespace rumbo::simtest
