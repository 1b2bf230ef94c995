// Lua's errors are long jumps: functions that Lua calls keep nothing that needs a destructor while
// they may raise one. Everything that may raise one runs below lua_pcall in run().
#include "script/lua_sandbox.h"

#include <cstdlib>
#include <memory>
extern "C" {
#include <lua5.4/lauxlib.h>
#include <lua5.4/lua.h>
#include <lua5.4/lualib.h>
}

#include "base/strings.h"
#include "script/lua_strings.h"

namespace rumbo::script {
namespace {

constexpr int kHookEvery = 100;  // instructions
constexpr std::size_t kMaxMessage = 1000;

/// One run; found from its state by the extra space every state has.
struct Run {
  const LuaLimits& limits;
  std::string_view source;
  const std::string& name;
  const Value* object;
  std::size_t used = 0;
  std::int64_t instructions = 0;
  std::int64_t matching = 0;
  const char* exceeded = nullptr;  ///< which bound, once one was
};

Run& run_of(lua_State* lua) {
  return **static_cast<Run**>(lua_getextraspace(lua));
}

void* allocate(void* user, void* block, std::size_t old_size, std::size_t size) {
  Run& run = *static_cast<Run*>(user);
  if (block == nullptr) old_size = 0;  // then it is a type, not a size
  if (size == 0) {
    run.used -= old_size;
    std::free(block);
    return nullptr;
  }
  if (size > old_size && run.used - old_size + size > run.limits.memory) return nullptr;
  void* out = std::realloc(block, size);
  if (out != nullptr) run.used = run.used - old_size + size;
  return out;
}

void on_count(lua_State* lua, lua_Debug*) {
  Run& run = run_of(lua);
  run.instructions -= kHookEvery;
  if (run.instructions <= 0) run.exceeded = "too many instructions";
  if (run.limits.expired && run.limits.expired()) run.exceeded = "too much time";
  if (run.exceeded != nullptr) luaL_error(lua, "%s", run.exceeded);
}

/// As Lua's pcall, except that a bound that was exceeded cannot be caught.
int protected_call(lua_State* lua) {
  luaL_checkany(lua, 1);
  const int status = lua_pcall(lua, lua_gettop(lua) - 1, LUA_MULTRET, 0);
  if (status != LUA_OK && (status == LUA_ERRMEM || run_of(lua).exceeded != nullptr)) {
    return lua_error(lua);
  }
  lua_pushboolean(lua, status == LUA_OK ? 1 : 0);
  lua_insert(lua, 1);
  return lua_gettop(lua);
}

/// Lua 5.1's table.getn, which older scripts call.
int table_getn(lua_State* lua) {
  luaL_checktype(lua, 1, LUA_TTABLE);
  lua_pushinteger(lua, luaL_len(lua, 1));
  return 1;
}

int no_print(lua_State*) {
  return 0;
}

void keep_only(lua_State* lua, std::initializer_list<const char*> names) {
  lua_newtable(lua);
  for (const char* name : names) {
    lua_getfield(lua, -2, name);
    lua_setfield(lua, -2, name);
  }
  lua_remove(lua, -2);
}

/// Leaves the library's table, reduced to these functions, on the stack.
void open_library(lua_State* lua, const char* name, lua_CFunction open,
                  std::initializer_list<const char*> names) {
  luaL_requiref(lua, name, open, 0);
  keep_only(lua, names);
}

void open_libraries(lua_State* lua, Run& run) {
  luaL_requiref(lua, "_G", luaopen_base, 0);
  keep_only(lua, {"assert", "error", "ipairs", "next", "pairs", "rawequal", "rawget", "rawlen",
                  "rawset", "select", "tonumber", "tostring", "type"});
  lua_pushcfunction(lua, protected_call);
  lua_setfield(lua, -2, "pcall");
  lua_pushcfunction(lua, no_print);
  lua_setfield(lua, -2, "print");
  open_library(lua, "string", luaopen_string,
               {"byte", "char", "format", "len", "lower", "rep", "reverse", "sub", "upper"});
  set_string_patterns(lua, &run.matching);
  // Methods of texts ("x"):find(…) look here.
  lua_pushliteral(lua, "");
  lua_getmetatable(lua, -1);
  lua_pushvalue(lua, -3);
  lua_setfield(lua, -2, "__index");
  lua_pop(lua, 2);
  lua_setfield(lua, -2, "string");
  open_library(lua, "table", luaopen_table,
               {"concat", "insert", "pack", "remove", "sort", "unpack"});
  lua_pushcfunction(lua, table_getn);
  lua_setfield(lua, -2, "getn");
  lua_getfield(lua, -1, "unpack");
  lua_setfield(lua, -3, "unpack");
  lua_setfield(lua, -2, "table");
  open_library(lua, "math", luaopen_math,
               {"abs", "ceil", "floor", "fmod", "huge", "max", "maxinteger", "min", "mininteger",
                "modf", "sqrt", "tointeger", "type", "ult"});
  lua_setfield(lua, -2, "math");
  lua_pushvalue(lua, -1);
  lua_setfield(lua, -2, "_G");
}

void push(lua_State* lua, const Value& value) {
  luaL_checkstack(lua, 4, "object too deep");
  switch (value.kind()) {
    case Value::Kind::null:
      lua_pushnil(lua);
      break;
    case Value::Kind::boolean:
      lua_pushboolean(lua, value.as_bool() ? 1 : 0);
      break;
    case Value::Kind::integer:
      lua_pushinteger(lua, value.as_int());
      break;
    case Value::Kind::unsigned_integer:
    case Value::Kind::real:
      lua_pushnumber(lua, value.as_double());
      break;
    case Value::Kind::string: {
      const std::string_view text = value.as_string();
      lua_pushlstring(lua, text.data(), text.size());
      break;
    }
    case Value::Kind::array: {
      lua_createtable(lua, static_cast<int>(value.size()), 0);
      lua_Integer index = 0;
      for (const Value& item : value.items()) {
        push(lua, item);
        lua_seti(lua, -2, ++index);
      }
      break;
    }
    case Value::Kind::object:
      lua_createtable(lua, 0, static_cast<int>(value.size()));
      for (const Member& member : value.members()) {
        const std::string_view key = member.key();
        lua_pushlstring(lua, key.data(), key.size());
        push(lua, member.value);
        lua_rawset(lua, -3);
      }
      break;
  }
}

/// The whole run, protected: libraries, object, script; leaves its first result.
int body(lua_State* lua) {
  Run& run = run_of(lua);
  open_libraries(lua, run);
  if (run.object != nullptr) {
    push(lua, *run.object);
    lua_setfield(lua, -2, "obj");
  }
  lua_rawseti(lua, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  const std::size_t size = run.source.size();
  if (luaL_loadbufferx(lua, run.source.data(), size, run.name.c_str(), "t") != LUA_OK) {
    return lua_error(lua);
  }
  if (run.object == nullptr) return 0;
  lua_sethook(lua, on_count, LUA_MASKCOUNT, kHookEvery);
  lua_call(lua, 0, 1);
  return 1;
}

struct Close {
  void operator()(lua_State* lua) const { lua_close(lua); }
};
using State = std::unique_ptr<lua_State, Close>;

/// Reads a result. It only looks, at tables without metatables: nothing here raises or allocates
/// in Lua.
class Reader {
 public:
  Reader(lua_State* lua, const LuaLimits& limits) : lua_(lua), left_(limits.values) {}

  Result<Value> read(int depth) {
    if (depth < 0 || left_ == 0 || lua_checkstack(lua_, 4) == 0) {
      return fail(Code::too_large, "what the script returns is too large or refers to itself");
    }
    --left_;
    switch (lua_type(lua_, -1)) {
      case LUA_TBOOLEAN:
        return Value(lua_toboolean(lua_, -1) != 0);
      case LUA_TNUMBER:
        if (lua_isinteger(lua_, -1) != 0) {
          return Value(static_cast<std::int64_t>(lua_tointeger(lua_, -1)));
        }
        return Value(static_cast<double>(lua_tonumber(lua_, -1)));
      case LUA_TSTRING: {
        std::size_t size = 0;
        const char* text = lua_tolstring(lua_, -1, &size);
        return Value(std::string_view(text, size));
      }
      case LUA_TTABLE:
        return table(depth);
      default:
        return Value();
    }
  }

 private:
  Result<Value> table(int depth) {
    const auto length = static_cast<lua_Integer>(lua_rawlen(lua_, -1));
    if (length > 0) {
      std::vector<Value> items;
      for (lua_Integer i = 1; i <= length; ++i) {
        lua_rawgeti(lua_, -1, i);
        Value item = TRY(read(depth - 1));
        lua_pop(lua_, 1);
        items.push_back(std::move(item));
      }
      return Value::array(std::move(items));
    }
    std::vector<Member> members;
    for (lua_pushnil(lua_); lua_next(lua_, -2) != 0; lua_pop(lua_, 1)) {
      Value item = TRY(read(depth - 1));
      if (lua_type(lua_, -2) != LUA_TSTRING) continue;
      std::size_t size = 0;
      const char* key = lua_tolstring(lua_, -2, &size);
      members.emplace_back(std::string_view(key, size), std::move(item));
    }
    return Value::object(std::move(members));
  }

  lua_State* lua_;
  std::size_t left_;
};

Result<Value> execute(Run& run) {
  run.instructions = run.limits.instructions;
  run.matching = run.limits.matching;
  if (run.source.size() > run.limits.source) {
    return fail(Code::too_large, run.name.substr(1) + ": the script exceeds " +
                                     std::to_string(run.limits.source) + " bytes");
  }
  const State state(lua_newstate(allocate, &run));
  if (!state) return fail(Code::exhausted, "no memory for Lua", Retry::later);
  lua_State* lua = state.get();
  *static_cast<Run**>(lua_getextraspace(lua)) = &run;
  lua_pushcfunction(lua, body);
  const int status = lua_pcall(lua, 0, 1, 0);
  lua_sethook(lua, nullptr, 0, 0);
  if (status == LUA_OK) return Reader(lua, run.limits).read(run.limits.depth);
  if (status == LUA_ERRMEM) {
    return fail(Code::too_large, run.name.substr(1) + ": the script uses more than " +
                                     std::to_string(run.limits.memory >> 20) + " MiB");
  }
  const char* words = lua_type(lua, -1) == LUA_TSTRING ? lua_tostring(lua, -1) : "it failed";
  const bool bound = run.exceeded != nullptr || run.matching <= 0;
  return fail(bound ? Code::timeout : Code::invalid, printable(words, kMaxMessage));
}

}  // namespace

Result<Value> run_lua(std::string_view source, const std::string& name, const Value& object,
                      const LuaLimits& limits) {
  const std::string chunk = "=" + name;  // "=": take it as it is for messages
  Run run{.limits = limits, .source = source, .name = chunk, .object = &object};
  return execute(run);
}

Result<> check_lua(std::string_view source, const std::string& name) {
  const std::string chunk = "=" + name;
  const LuaLimits limits;
  Run run{.limits = limits, .source = source, .name = chunk, .object = nullptr};
  TRY(execute(run));
  return {};
}

}  // namespace rumbo::script
