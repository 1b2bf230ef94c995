// Random pairs of faults, the second often in the recovery from the first. RUMBO_SIM_PAIRS sets how
// many (the soak runs a million), RUMBO_SIM_SEED where to begin; a failure names its seed.
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "io/fake/seeded_random.h"
#include "oracle.h"
#include "sqlite_maker.h"

namespace rumbo::simtest {
namespace {

std::int64_t from_environment(const char* name, std::int64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : parse_int(text).value_or(fallback);
}

/// Faults that leave more than one right ending, or need a longer life than a test gives them.
bool is_endless(sim::Fault fault) {
  return fault == sim::Fault::long_outage;
}

struct Outcome {
  std::string state;
  std::vector<std::string> broken;
};

Outcome run_pair(const Scenario& scenario, std::uint64_t seed, bool sqlite) {
  io::fake::SeededRandom random(seed);
  const MakerFactory maker = sqlite ? sqlite_journal_maker : memory_journal_maker;
  const auto pick = [&](const std::vector<std::string>& trace, std::size_t from) {
    const std::size_t at = from + random.below(trace.size() - from);
    std::vector<sim::Fault> faults = faults_at(scenario, trace[at]);
    std::erase_if(faults, is_endless);
    return sim::Injection{at, faults[random.below(faults.size())]};
  };
  const sim::Injection first = pick(Rig(scenario, maker).run({}).trace, 0);
  const Ending one = Rig(scenario, maker).run({first});
  std::vector<sim::Injection> both = {first};
  if (first.boundary + 1 < one.trace.size()) both.push_back(pick(one.trace, first.boundary + 1));
  const Ending ending = Rig(scenario, maker).run(both);
  Outcome out{ending.state, broken_always(scenario, ending)};
  for (const sim::Injection& injection : both) {
    if (!ending.fired.contains(injection.fault)) {
      out.broken.push_back("reached: " + std::string(sim::to_string(injection.fault)) + " was not");
    }
  }
  // A deletion or edit before the plan looked is part of what was there; the two states are then
  // others than the rig compares with.
  const bool foreign = ending.fired.contains(sim::Fault::foreign_edit) ||
                       ending.fired.contains(sim::Fault::foreign_delete) ||
                       ending.fired.contains(sim::Fault::foreign_create);
  if (foreign) {
    std::erase_if(out.broken, [](const std::string& one_broken) {
      return one_broken.starts_with("one of two states");
    });
  }
  return out;
}

void run_pairs(std::int64_t count, std::uint64_t first_seed, bool sqlite) {
  std::map<std::string, int> states;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t seed = first_seed + static_cast<std::uint64_t>(i);
    const Scenario& scenario = scenarios()[seed % scenarios().size()];
    const Outcome outcome = run_pair(scenario, seed, sqlite);
    ++states[outcome.state.substr(0, 5)];
    for (const std::string& broken : outcome.broken) {
      ADD_FAILURE() << scenario.name << ", seed " << seed << ": " << broken;
    }
  }
  std::printf("pairs: %lld; endings of the target:", static_cast<long long>(count));
  for (const auto& [state, seen] : states) std::printf("  %s %d", state.c_str(), seen);
  std::printf("\n");
  EXPECT_GT(states["befor"], 0);
  EXPECT_GT(states["after"], 0);
}

TEST(Pairs, TwoFaultsInARowEndInOneOfTwoStates) {
  run_pairs(from_environment("RUMBO_SIM_PAIRS", 1500),
            static_cast<std::uint64_t>(from_environment("RUMBO_SIM_SEED", 1)), false);
}

TEST(Pairs, OnSqliteToo) {
  run_pairs(from_environment("RUMBO_SIM_PAIRS", 1500) / 10,
            static_cast<std::uint64_t>(from_environment("RUMBO_SIM_SEED", 1)), true);
}

}  // namespace
}  // namespace rumbo::simtest
