// Cycles among values that are counted by reference: what set() tied into a ring would never be
// freed.
//
// Threads: as the values.
#pragma once

#include <vector>

#include "script/map.h"

namespace rumbo::script {

/// Empties a map of every ring that goes through one of these maps; a ring can only come about by
/// changing a map. Takes time linear in what they reach.
void break_cycles(const std::vector<Ref<Map>>& changed);

}  // namespace rumbo::script
