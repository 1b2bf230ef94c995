// Oracle: which faults make sense at a boundary, and what the target must look like in the end. It
// reads the target only; the journal is only asked for limbo and chain.
#pragma once

#include <string>
#include <vector>

#include "rig.h"

namespace rumbo::simtest {

enum class End { before, after, either };

/// Where the boundaries of the faultless run lie, read from their names.
struct Shape {
  std::vector<std::string> trace;
  std::size_t begin = SIZE_MAX, prepared = SIZE_MAX, commit = SIZE_MAX, abort = SIZE_MAX,
              end = SIZE_MAX;
};
Shape shape_of(const Scenario& scenario, const MakerFactory& maker = memory_journal_maker);

/// Faults that make sense at a boundary.
std::vector<sim::Fault> faults_at(const Scenario& scenario, const std::string& label);

/// What the target must look like in the end. `at` is the boundary, in the faultless run's
/// numbering: up to the fault both runs are the same.
End required(const Scenario& scenario, const Shape& shape, std::size_t at, sim::Fault fault);

/// One of many equal polls in a row, neither the first two nor the last: nothing differs there.
bool inside_polling(const std::vector<std::string>& trace, std::size_t at);

/// Every promise this ending breaks, each with the name of the assertion first:
/// "ends as it must: …", "edit kept: …", "hook once: …", "nothing left: …", …
std::vector<std::string> broken_promises(const Scenario& scenario, const Shape& shape,
                                         std::size_t at, sim::Fault fault, const Ending& ending);

/// The promises that hold whatever happened: no limbo, no leftovers, one of the two states.
std::vector<std::string> broken_always(const Scenario& scenario, const Ending& ending);

}  // namespace rumbo::simtest
