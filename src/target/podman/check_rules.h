// check_rules: what a table of fields cannot say: references, ranges, names that must match.
//
// Threads: the functions may be called from any thread.
#pragma once

#include <string>
#include <vector>

#include "base/value.h"
#include "model/target.h"
#include "target/podman/check_object.h"

namespace rumbo::target::podman {

/// A JSON pointer with one more part, escaped.
std::string below(const std::string& pointer, std::string_view part);
std::string below(const std::string& pointer, std::size_t index);

/// Appends findings of an object whose fields have the types of the table.
void check_rules(const Value& object, const Ipv6Support& ipv6, std::vector<FieldFinding>& findings);

}  // namespace rumbo::target::podman
