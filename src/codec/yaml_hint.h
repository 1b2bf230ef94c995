// Hints for the mistakes that people make in YAML.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rumbo::codec {

/// What to do about libyaml's `problem` found at byte `offset` of `text`; empty if nothing is
/// known.
std::string yaml_hint(std::string_view problem, std::string_view text, std::size_t offset);

}  // namespace rumbo::codec
