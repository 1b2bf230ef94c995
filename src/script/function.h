// Function: what a template can call, with the Go signature that decides how its arguments are
// converted and which errors wrong ones give; and FunctionTable, functions by name.
//
// Threads: a table is immutable once templates were parsed with it and may be shared.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "script/any.h"
#include "script/failure.h"

namespace rumbo::script {

class Session;
class TemplateSet;

/// One call: the arguments are already of the types the signature asks for.
struct Call {
  Session& session;
  const TemplateSet& templates;  ///< the set whose template calls, for include and tpl
  const Function& function;
  std::span<Any> arguments;
  const Any* receiver = nullptr;  ///< of methods
  Location place;                 ///< filled for random functions only

  const Any& operator[](std::size_t index) const { return arguments[index]; }
  std::size_t size() const { return arguments.size(); }
};

using Body = std::function<Outcome<Any>(Call&)>;

struct Function {
  std::string name;
  std::vector<const Type*> parameters;  ///< of a variadic function the last is its element type
  bool variadic = false;
  Body body;
  /// Evaluated by the engine itself: `and`, `or` (short circuit) and `call`.
  enum class Special { none, logical_and, logical_or, call } special = Special::none;
  bool random = false;  ///< wants Call::place

  /// `signature` is a list of Go types: "string, int", "string, ...any", "map, string, any".
  /// Words: any value (reflect.Value) string int int64 float64 bool map list strings bytes; others
  /// through `more`.
  static Function make(std::string name, std::string_view signature, Body body,
                       std::span<const Type* const> more = {});
};

class FunctionTable {
 public:
  void add(Function function);
  void add(std::string name, std::string_view signature, Body body) {
    add(Function::make(std::move(name), signature, std::move(body)));
  }
  void remove(std::string_view name);
  const Function* find(std::string_view name) const;
  /// In order.
  std::vector<std::string_view> names() const;

 private:
  std::map<std::string, Function, std::less<>> functions_;
};

/// Go's own functions: and, or, not, eq, …, len, index, slice, printf, html, js, urlquery, call.
void add_builtins(FunctionTable& table);

}  // namespace rumbo::script
