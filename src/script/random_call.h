// Running a random function so that the host can keep and give back its result.
//
// Threads: one at a time.
#pragma once

#include <functional>

#include "script/function.h"
#include "script/session.h"

namespace rumbo::script {

/// The kept result of an equal call at this place, or a fresh one, which the host may keep.
Outcome<Value> recalled(Call& call, const std::function<Outcome<Value>()>& make);

/// A number below `bound` (> 0) without bias.
std::uint64_t random_below(Host& host, std::uint64_t bound);

/// Adds a function whose calls know their place.
void add_random(FunctionTable& table, std::string name, std::string_view signature, Body body,
                std::span<const Type* const> more = {});

}  // namespace rumbo::script
