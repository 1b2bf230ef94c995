// string.find, match, gmatch and gsub over LuaPattern, in place of Lua's own. Internal to the Lua
// sandbox.
#pragma once

#include <cstdint>

struct lua_State;

namespace rumbo::script {

/// Puts them into the table on top of the stack. `budget` bounds all matching of this state and
/// outlives it.
void set_string_patterns(lua_State* lua, std::int64_t* budget);

}  // namespace rumbo::script
