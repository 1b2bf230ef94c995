// The data of plain text/template cases: Go values by name.
#pragma once

#include <optional>
#include <string_view>

#include "script/any.h"

namespace rumbo::conformance {

/// nullopt for fixtures that a C++ program cannot have: structs with methods, iterators, pointers.
std::optional<script::Any> go_fixture(std::string_view name);

}  // namespace rumbo::conformance
