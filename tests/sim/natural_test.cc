// Every scenario without faults: it ends as it should, keeps every promise, and leaves nothing
// behind.
#include <gtest/gtest.h>

#include "rig.h"

namespace rumbo::simtest {
namespace {

using engine::Report;

class NaturalEnding : public ::testing::TestWithParam<std::string> {};

TEST_P(NaturalEnding, EndsAsItShould) {
  const Scenario& scenario = simtest::scenario(GetParam());
  const Ending ending = Rig(scenario).run({});
  for (const std::string& broken : ending.broken) ADD_FAILURE() << broken;
  const bool committed = scenario.natural == Natural::committed;
  EXPECT_EQ(ending.last, committed                               ? Report::Kind::committed
                         : scenario.natural == Natural::restored ? Report::Kind::restored
                                                                 : Report::Kind::unchanged)
      << ending.note;
  EXPECT_EQ(ending.state, scenario.heal ? "same" : committed ? "after" : "before") << ending.note;
  EXPECT_LE(ending.most_hook_runs, 1);
  EXPECT_EQ(ending.lives, 1);
}

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const Scenario& scenario : scenarios()) out.push_back(scenario.name);
  return out;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& parameter) {
  std::string name = parameter.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Scenarios, NaturalEnding, ::testing::ValuesIn(names()), test_name);

}  // namespace
}  // namespace rumbo::simtest
