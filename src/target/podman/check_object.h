// check_object: what a Podman host cannot honour of an object, told before anything is touched.
//
// Threads: the functions may be called from any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/value.h"
#include "model/target.h"

namespace rumbo::target::podman {

/// Whether the host has IPv6 for Services.
struct Ipv6Support {
  enum class State { on, off, unknown };
  State state = State::unknown;  ///< unknown: offline, for any host; told as a note
  std::string why;               ///< not on
};

/// Every finding of one object, in the order of its fields. Pure.
std::vector<FieldFinding> check_object(const Value& object, const Ipv6Support& ipv6 = {});

/// "Kind" or "Kind.group" of the kinds that have a table.
std::set<std::string> supported_kinds();

/// The tables as Markdown: kind, field, type, what becomes of it and why.
std::string field_reference();

}  // namespace rumbo::target::podman
