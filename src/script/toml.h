// TOML as the BurntSushi library writes and reads it.
//
// Threads: as its arguments.
#pragma once

#include <string>
#include <string_view>

#include "script/any.h"
#include "script/failure.h"

namespace rumbo::script {

Outcome<std::string> write_toml(const Any& value);
/// A map: integers are int64, times time.Time. The error is the library's text.
Outcome<Any> read_toml(std::string_view text);

}  // namespace rumbo::script
