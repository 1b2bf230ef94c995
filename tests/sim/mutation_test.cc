// Every mutant is caught, each by the assertion that is there for its rule; the real engine passes
// the same runs.
#include <algorithm>
#include <cstdio>
#include <gtest/gtest.h>

#include "mutant.h"

namespace rumbo::simtest {
namespace {

constexpr int kMostSteps = 20'000;  // of one run: a mutant may go round in circles

StepFunction bounded(StepFunction step) {
  const auto left = std::make_shared<int>(kMostSteps);
  return [left, step](const engine::TxnState& state, const engine::Moment& moment) {
    if (--*left < 0) return engine::Action(engine::Finish{engine::Finish::Why::suspended});
    return step ? step(state, moment) : engine::step(state, moment);
  };
}

Ending run(const Mutant& mutant, const std::vector<sim::Injection>& injections) {
  const MakerFactory maker = mutant.maker ? mutant.maker : memory_journal_maker;
  return Rig(scenario(mutant.scenario), maker, bounded(mutant.step)).run(injections);
}

bool is_quarantined(const Ending& ending) {
  return std::find(ending.record_types.begin(), ending.record_types.end(), "quarantine") !=
         ending.record_types.end();
}

}  // namespace

std::vector<std::string> find_broken(const Mutant& mutant) {
  const Scenario& on = scenario(mutant.scenario);
  std::vector<sim::Injection> injections;
  Ending ending = run(mutant, {});
  for (const auto& [label, fault] : mutant.faults) {
    std::size_t at = injections.empty() ? 0 : injections.back().boundary + 1;
    while (at < ending.trace.size() && ending.trace[at].find(label) == std::string::npos) ++at;
    if (at == ending.trace.size()) return {"no boundary is named " + label};
    injections.push_back({at, fault});
    ending = run(mutant, injections);
  }
  std::vector<std::string> broken;
  if (injections.empty()) {
    broken = broken_always(on, ending);
    const std::string must = on.natural == Natural::committed ? "after" : "before";
    if (ending.state != must && ending.state != "same") {
      broken.push_back("ends as it must: " + must + ", but ended " + ending.state);
    }
  } else {
    broken = broken_always(on, ending);
    if (ending.state != mutant.must && ending.state != "same") {
      broken.push_back("ends as it must: " + mutant.must + ", but ended " + ending.state);
    }
  }
  const bool outage = !injections.empty() && injections.back().fault == sim::Fault::long_outage;
  if (injections.empty() || outage) {
    // A deletion that fails says nothing against the revision.
    const bool own_fault = !outage && on.natural != Natural::committed && !on.after[0].deletes;
    if (own_fault != is_quarantined(ending)) {
      broken.push_back(own_fault ? "quarantined: a bad revision is not"
                                 : "quarantined: a revision that is not to blame is");
    }
  }
  return broken;
}

namespace {

bool any_starts_with(const std::vector<std::string>& texts, const std::string& prefix) {
  return std::any_of(texts.begin(), texts.end(),
                     [&](const std::string& text) { return text.starts_with(prefix); });
}

TEST(Mutations, EachIsCaughtByItsAssertion) {
  std::vector<Mutant> mutants = runner_mutants();
  for (Mutant& mutant : journal_mutants()) mutants.push_back(std::move(mutant));
  int caught = 0;
  for (const Mutant& mutant : mutants) {
    const std::vector<std::string> broken = find_broken(mutant);
    const bool by_its_assertion = any_starts_with(broken, mutant.caught_by);
    std::string told;
    for (const std::string& one : broken) told += "\n    " + one;
    EXPECT_TRUE(by_its_assertion) << "survived: " << mutant.name << " in " << mutant.scenario
                                  << ", expected: " << mutant.caught_by << told;
    if (by_its_assertion) {
      ++caught;
      std::printf("caught by `%s`: %s\n", mutant.caught_by.c_str(), mutant.name.c_str());
    }
  }
  std::printf("mutations: %d of %zu\n", caught, mutants.size());
  EXPECT_GE(caught, 25);
}

TEST(Mutations, TheRealEnginePassesTheSameRuns) {
  for (Mutant mutant : runner_mutants()) {
    mutant.step = {};
    for (const std::string& broken : find_broken(mutant)) {
      ADD_FAILURE() << mutant.name << ": " << broken;
    }
  }
}

}  // namespace
}  // namespace rumbo::simtest
