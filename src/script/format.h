// Go's fmt package over Any: what {{ x }}, print, println and printf write.
//
// Wrong verbs print Go's markers and never fail; only limits do (maps that hold themselves, huge
// texts). Threads: as its arguments.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "script/any.h"
#include "script/failure.h"

namespace rumbo::script {

constexpr std::size_t kMaxFormatted = std::size_t{32} << 20;

/// %v.
Outcome<std::string> format_value(const Any& value, std::size_t limit = kMaxFormatted);
Outcome<std::string> format_print(std::span<const Any> values, std::size_t limit = kMaxFormatted);
Outcome<std::string> format_println(std::span<const Any> values, std::size_t limit = kMaxFormatted);
Outcome<std::string> format_printf(std::string_view format, std::span<const Any> values,
                                   std::size_t limit = kMaxFormatted);

}  // namespace rumbo::script
