// Lua's errors are long jumps: between a call that may raise one and the end of a function nothing
// may need a destructor.
#include "script/lua_strings.h"

#include <cstring>
extern "C" {
#include <lua5.4/lauxlib.h>
#include <lua5.4/lua.h>
}

#include "script/lua_pattern.h"

namespace rumbo::script {
namespace {

using Outcome = LuaPattern::Outcome;

std::string_view text_at(lua_State* lua, int index) {
  std::size_t size = 0;
  const char* text = luaL_checklstring(lua, index, &size);
  return {text, size};
}

std::int64_t& budget_of(lua_State* lua) {
  return *static_cast<std::int64_t*>(lua_touserdata(lua, lua_upvalueindex(1)));
}

/// True or false; raises what is neither.
bool found(lua_State* lua, const LuaPattern& pattern, Outcome outcome) {
  if (outcome == Outcome::malformed) luaL_error(lua, "%s", pattern.problem());
  if (outcome == Outcome::exhausted) luaL_error(lua, "pattern matching takes too long");
  return outcome == Outcome::yes;
}

void push_capture(lua_State* lua, const LuaPattern::Capture& capture, std::string_view subject) {
  if (capture.position) {
    lua_pushinteger(lua, static_cast<lua_Integer>(capture.start + 1));
  } else {
    lua_pushlstring(lua, subject.data() + capture.start, static_cast<std::size_t>(capture.length));
  }
}

/// All captures; without any the whole match, if `whole`.
int push_captures(lua_State* lua, const LuaPattern& match, std::string_view subject,
                  std::size_t start, bool whole) {
  if (match.captures() == 0 && whole) {
    lua_pushlstring(lua, subject.data() + start, match.end() - start);
    return 1;
  }
  luaL_checkstack(lua, match.captures(), "too many captures");
  for (int i = 0; i < match.captures(); ++i) push_capture(lua, match.capture(i), subject);
  return match.captures();
}

std::size_t start_of(lua_State* lua, int index, std::size_t size) {
  const lua_Integer at = luaL_optinteger(lua, index, 1);
  if (at > 0) return static_cast<std::size_t>(at) - 1;
  if (at == 0) return 0;
  const auto back = static_cast<std::uint64_t>(-(at + 1)) + 1;
  return back > size ? 0 : size - static_cast<std::size_t>(back);
}

int find_or_match(lua_State* lua, bool find) {
  const std::string_view subject = text_at(lua, 1);
  std::string_view pattern = text_at(lua, 2);
  std::size_t start = start_of(lua, 3, subject.size());
  if (start > subject.size()) {
    lua_pushnil(lua);
    return 1;
  }
  if (find && (lua_toboolean(lua, 4) != 0 || LuaPattern::is_plain(pattern))) {
    // memmem is linear, whatever the texts are.
    const void* at = pattern.empty() ? subject.data() + start
                                     : ::memmem(subject.data() + start, subject.size() - start,
                                                pattern.data(), pattern.size());
    if (at == nullptr) {
      lua_pushnil(lua);
      return 1;
    }
    const auto offset = static_cast<const char*>(at) - subject.data();
    lua_pushinteger(lua, offset + 1);
    lua_pushinteger(lua, offset + static_cast<lua_Integer>(pattern.size()));
    return 2;
  }
  const bool anchored = pattern.starts_with('^');
  if (anchored) pattern.remove_prefix(1);
  LuaPattern match(subject, pattern, budget_of(lua));
  do {
    if (!found(lua, match, match.match_at(start))) continue;
    if (!find) return push_captures(lua, match, subject, start, true);
    lua_pushinteger(lua, static_cast<lua_Integer>(start + 1));
    lua_pushinteger(lua, static_cast<lua_Integer>(match.end()));
    return 2 + push_captures(lua, match, subject, start, false);
  } while (++start <= subject.size() && !anchored);
  lua_pushnil(lua);
  return 1;
}

int string_find(lua_State* lua) {
  return find_or_match(lua, true);
}
int string_match(lua_State* lua) {
  return find_or_match(lua, false);
}

/// Upvalues: budget, subject, pattern, next start, end of the last match (-1: none).
int next_match(lua_State* lua) {
  const std::string_view subject = text_at(lua, lua_upvalueindex(2));
  const std::string_view pattern = text_at(lua, lua_upvalueindex(3));
  auto start = static_cast<std::size_t>(lua_tointeger(lua, lua_upvalueindex(4)));
  const lua_Integer last = lua_tointeger(lua, lua_upvalueindex(5));
  LuaPattern match(subject, pattern, budget_of(lua));
  for (; start <= subject.size(); ++start) {
    if (!found(lua, match, match.match_at(start))) continue;
    const auto end = static_cast<lua_Integer>(match.end());
    if (end == last) continue;  // an empty match right behind the last one
    lua_pushinteger(lua, end);
    lua_copy(lua, -1, lua_upvalueindex(4));
    lua_copy(lua, -1, lua_upvalueindex(5));
    lua_pop(lua, 1);
    return push_captures(lua, match, subject, start, true);
  }
  return 0;
}

int string_gmatch(lua_State* lua) {
  text_at(lua, 1);
  text_at(lua, 2);
  lua_pushvalue(lua, lua_upvalueindex(1));
  lua_pushvalue(lua, 1);
  lua_pushvalue(lua, 2);
  lua_pushinteger(lua, 0);
  lua_pushinteger(lua, -1);
  lua_pushcclosure(lua, next_match, 5);
  return 1;
}

/// Appends the replacement text with its %0 to %9.
void add_text(lua_State* lua, luaL_Buffer* out, std::string_view replacement,
              const LuaPattern& match, std::string_view subject, std::size_t start) {
  for (std::size_t i = 0; i < replacement.size(); ++i) {
    const char c = replacement[i];
    if (c != '%') {
      luaL_addchar(out, c);
      continue;
    }
    const char which = ++i < replacement.size() ? replacement[i] : '\0';
    if (which == '%') {
      luaL_addchar(out, '%');
    } else if (which == '0' || (which == '1' && match.captures() == 0)) {
      luaL_addlstring(out, subject.data() + start, match.end() - start);
    } else if (which >= '1' && which <= '9' && which - '1' < match.captures()) {
      push_capture(lua, match.capture(which - '1'), subject);
      luaL_tolstring(lua, -1, nullptr);
      lua_remove(lua, -2);
      luaL_addvalue(out);
    } else {
      luaL_error(lua, "invalid use of '%%' or capture index in the replacement");
    }
  }
}

/// Appends what the replacement (argument 3) makes of one match.
void add_replacement(lua_State* lua, luaL_Buffer* out, const LuaPattern& match,
                     std::string_view subject, std::size_t start) {
  const int type = lua_type(lua, 3);
  if (type == LUA_TNUMBER || type == LUA_TSTRING) {
    add_text(lua, out, text_at(lua, 3), match, subject, start);
    return;
  }
  if (type == LUA_TTABLE) {
    if (match.captures() == 0) {
      lua_pushlstring(lua, subject.data() + start, match.end() - start);
    } else {
      push_capture(lua, match.capture(0), subject);
    }
    lua_gettable(lua, 3);
  } else {
    lua_pushvalue(lua, 3);
    lua_call(lua, push_captures(lua, match, subject, start, true), 1);
  }
  if (lua_toboolean(lua, -1) == 0) {
    lua_pop(lua, 1);
    luaL_addlstring(out, subject.data() + start, match.end() - start);
    return;
  }
  if (lua_isstring(lua, -1) == 0) {
    luaL_error(lua, "invalid replacement value (a %s)", luaL_typename(lua, -1));
  }
  luaL_addvalue(out);
}

int string_gsub(lua_State* lua) {
  const std::string_view subject = text_at(lua, 1);
  std::string_view pattern = text_at(lua, 2);
  const int type = lua_type(lua, 3);
  luaL_argexpected(
      lua,
      type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TTABLE || type == LUA_TFUNCTION, 3,
      "string/function/table");
  const lua_Integer most = luaL_optinteger(lua, 4, static_cast<lua_Integer>(subject.size()) + 1);
  const bool anchored = pattern.starts_with('^');
  if (anchored) pattern.remove_prefix(1);
  LuaPattern match(subject, pattern, budget_of(lua));
  luaL_Buffer out;
  luaL_buffinit(lua, &out);
  lua_Integer times = 0;
  std::size_t at = 0;
  std::ptrdiff_t last = -1;
  while (times < most) {
    const bool hit = found(lua, match, match.match_at(at));
    if (hit && static_cast<std::ptrdiff_t>(match.end()) != last) {
      ++times;
      add_replacement(lua, &out, match, subject, at);
      at = match.end();
      last = static_cast<std::ptrdiff_t>(at);
    } else if (at < subject.size()) {
      luaL_addchar(&out, subject[at++]);
    } else {
      break;
    }
    if (anchored) break;
  }
  if (at < subject.size()) luaL_addlstring(&out, subject.data() + at, subject.size() - at);
  luaL_pushresult(&out);
  lua_pushinteger(lua, times);
  return 2;
}

}  // namespace

void set_string_patterns(lua_State* lua, std::int64_t* budget) {
  const luaL_Reg functions[] = {{"find", string_find},
                                {"match", string_match},
                                {"gmatch", string_gmatch},
                                {"gsub", string_gsub},
                                {nullptr, nullptr}};
  lua_pushlightuserdata(lua, budget);
  luaL_setfuncs(lua, functions, 1);
}

}  // namespace rumbo::script
