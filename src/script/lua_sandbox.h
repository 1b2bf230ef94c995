// LuaSandbox: runs one Lua 5.4 script on one value. It sees `obj` and the harmless parts of the
// base, string, table and math libraries: no files, no system, no loading of code, no metatables,
// no coroutines, no randomness. Its memory, its instructions and its pattern matching are bounded.
//
// Threads: any; every run is a state of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::script {

struct LuaLimits {
  std::size_t memory = std::size_t{8} << 20;  ///< bytes, the object included
  std::int64_t instructions = 5'000'000;
  std::int64_t matching = 5'000'000;  ///< steps of pattern matching
  std::size_t source = std::size_t{256} << 10;
  int depth = 32;                ///< of what it returns
  std::size_t values = 100'000;  ///< in what it returns
  /// Asked every hundred instructions; true ends the run. Empty: never asked.
  std::function<bool()> expired;
};

/// Runs `source` with the global `obj`; what it returns first. Nulls of `object` are absent to it.
/// Errors: Code::invalid with "NAME:LINE: …", Code::too_large for memory, Code::timeout for
/// instructions, matching and expired().
Result<Value> run_lua(std::string_view source, const std::string& name, const Value& object,
                      const LuaLimits& limits = {});

/// The error that running it would begin with: its syntax.
Result<> check_lua(std::string_view source, const std::string& name);

}  // namespace rumbo::script
