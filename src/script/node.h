// Node: one piece of a parsed template; Template: a named tree of them.
//
// Threads: immutable once parsed.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "script/function.h"
#include "script/node_arena.h"

namespace rumbo::script {

enum class NodeKind : std::uint8_t {
  text,
  action,
  if_,
  range,
  with,
  list,
  template_,
  break_,
  continue_,
  pipe,
  command,
  field,
  chain,
  identifier,
  variable,
  dot,
  nil,
  boolean,
  number,
  string,
  end,
  else_,
};

struct Source;

/// What a number literal may stand for.
struct Number {
  bool is_int = false, is_uint = false, is_float = false, is_complex = false;
  std::int64_t int64 = 0;
  std::uint64_t uint64 = 0;
  double float64 = 0;
  double real = 0, imaginary = 0;
  Any constant;  ///< as Go types it where nothing else says; nil if complex or over int
};

/// Parts of the source's text and of its arena, valid as long as the source. What a kind does not
/// have is empty or null.
struct Node {
  using Nodes = std::span<const Node* const>;

  Node(NodeKind k, const Source* s, std::uint32_t p, int l)
      : kind(k), position(p), line(l), source(s) {}

  NodeKind kind;
  bool is_assign = false;  ///< pipe: `=`, not `:=`
  std::uint32_t position;  ///< byte in the source
  int line;
  int slot = 0;  ///< variable: its number
  const Source* source;
  std::string_view text;  ///< text; name of identifier, template; number or quoted string
  std::span<const std::string_view> names;  ///< field, chain, variable (the first is "$x")
  Nodes nodes;                 ///< list; commands of pipe; arguments of command; chain's operand
  Nodes declared;              ///< pipe: its variables
  const Node* pipe = nullptr;  ///< of action, template and control structures, as the next two
  const Node* list = nullptr;
  const Node* otherwise = nullptr;
  const Function* function = nullptr;  ///< identifier
  const Any* value = nullptr;          ///< boolean, string
  const Number* number = nullptr;

  /// As Go prints the node in messages.
  std::string print() const;
};

/// The text that trees were parsed from, for the positions in messages, and what they are made of.
struct Source {
  Source(std::string_view n, std::string_view t) : name(n), text(t), arena(text.size()) {}

  const std::string name;
  const std::string text;
  NodeArena arena;
  std::deque<Any> values;      ///< of literals
  std::deque<Number> numbers;  ///< the same
};

struct Template {
  std::string name;
  std::shared_ptr<const Source> source;
  const Node* root = nullptr;  ///< a list
  bool empty = false;          ///< blanks, comments and definitions only
};

/// "name:line:column" of a node, as Go counts: columns are bytes from 0.
Location locate(const Node& node);
std::string to_string_go(const Location& location);

}  // namespace rumbo::script
