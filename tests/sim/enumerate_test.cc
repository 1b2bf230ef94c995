// The enumeration: scenario x boundary x fault, every tuple fired and seen to be reached, each with
// the ending it must have.
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <map>

#include "oracle.h"

namespace rumbo::simtest {
namespace {

using sim::Fault;

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
  for (const std::string& broken : broken_promises(scenario, shape, at, fault, ending)) {
    ADD_FAILURE() << tuple << ": " << broken;
  }
  ++tally.endings[ending.state.substr(0, 5)];
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
  EXPECT_EQ(tally.fired.size(), 19u) << "a fault without a hit";
  for (const char* state : {"befor", "after"}) EXPECT_GT(tally.endings[state], 100u) << state;
  for (const char* outcome : {"committed", "restored", "refused"}) {
    EXPECT_GT(tally.outcomes[outcome], 10u) << outcome << ": an outcome without a hit";
  }
}

}  // namespace
}  // namespace rumbo::simtest
