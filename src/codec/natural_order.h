// The order in which go-yaml prints the keys of a map: letters behind other characters, runs of
// digits by their number.
//
// Threads: pure functions.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "codec/yaml.h"

namespace rumbo::codec {

/// go-yaml's comparison. Beware: that of v2 is no order, `v2 < v10 < v1alpha1 < v2`.
bool natural_less(std::string_view a, std::string_view b, YamlDialect dialect);

/// The members in that order. Go sorts from a random start, so where its comparison runs in circles
/// its result is random too; this one begins with the bytewise order and always gives the same.
std::vector<const Member*> natural_order(std::span<const Member> members, YamlDialect dialect);

}  // namespace rumbo::codec
