// The same enumeration with SQLite on a disk that loses what was not synced: every scenario, every
// journal boundary with every fault, and every third of the calls (what a call does is the same).
#include <cstdio>
#include <gtest/gtest.h>

#include "oracle.h"
#include "sqlite_maker.h"

namespace rumbo::simtest {
namespace {

class SqliteEnumeration : public ::testing::TestWithParam<std::size_t> {};

TEST_P(SqliteEnumeration, EveryTupleEndsAsItMust) {
  const Scenario& scenario = scenarios()[GetParam()];
  const Shape shape = shape_of(scenario, sqlite_journal_maker);
  // The boundaries are those of the journal in memory: the engine cannot tell the two apart.
  EXPECT_EQ(shape.trace, shape_of(scenario).trace);
  std::size_t tuples = 0;
  for (std::size_t at = 0; at < shape.trace.size(); ++at) {
    if (inside_polling(shape.trace, at)) continue;
    const bool append = shape.trace[at].starts_with("append");
    if (!append && at % 3 != 0) continue;
    for (const sim::Fault fault : faults_at(scenario, shape.trace[at])) {
      const Ending ending = Rig(scenario, sqlite_journal_maker).run({{at, fault}});
      ++tuples;
      const std::string tuple = scenario.name + " [" + std::to_string(at) + "] " + shape.trace[at] +
                                " x " + std::string(sim::to_string(fault));
      ASSERT_TRUE(ending.fired.contains(fault)) << tuple << ": was not reached";
      for (const std::string& broken : broken_promises(scenario, shape, at, fault, ending)) {
        ADD_FAILURE() << tuple << ": " << broken;
      }
    }
  }
  std::printf("%s: %zu tuples on SQLite\n", scenario.name.c_str(), tuples);
  EXPECT_GT(tuples, 20u);
}

std::string name_of(const ::testing::TestParamInfo<std::size_t>& param) {
  std::string name = scenarios()[param.param].name;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Scenarios, SqliteEnumeration,
                         ::testing::Range<std::size_t>(0, scenarios().size()), name_of);

}  // namespace
}  // namespace rumbo::simtest
