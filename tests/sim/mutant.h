// Mutant: the engine or its journal with one rule broken on purpose. A rule without a mutant that
// the oracle catches is a rule nobody watches over.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "oracle.h"

namespace rumbo::simtest {

struct Mutant {
  std::string name;         ///< the rule it breaks, in words
  std::string scenario;     ///< where it shows
  std::string caught_by;    ///< the assertion that must catch it: the prefix of a broken promise
  StepFunction step = {};   ///< empty: the real one
  MakerFactory maker = {};  ///< empty: the journal in memory
  /// Faults, each at the first boundary of that name after the one before.
  std::vector<std::pair<std::string, sim::Fault>> faults = {};
  /// How a sound engine ends that run: "before" where the faults keep it from committing.
  std::string must = "before";
};

/// Mutants of the runner and of the journal below it.
std::vector<Mutant> runner_mutants();
std::vector<Mutant> journal_mutants();

/// Runs the mutant's scenario with its faults; what the oracle finds broken.
std::vector<std::string> find_broken(const Mutant& mutant);

}  // namespace rumbo::simtest
