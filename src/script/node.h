// Node: one piece of a parsed template; Template: a named tree of them.
//
// Threads: immutable once parsed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "script/function.h"

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

/// The text a tree was parsed from, for the positions in messages.
struct Source {
  std::string name;
  std::string text;
};

/// What a number literal may stand for.
struct Number {
  bool is_int = false, is_uint = false, is_float = false, is_complex = false;
  std::int64_t int64 = 0;
  std::uint64_t uint64 = 0;
  double float64 = 0;
  double real = 0, imaginary = 0;
  Any constant;  ///< as Go types it where nothing else says; nil if complex or over int
};

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Node {
  Node(NodeKind k, const Source* s, std::uint32_t p, int l)
      : kind(k), position(p), line(l), source(s) {}

  NodeKind kind;
  bool is_assign = false;  ///< pipe: `=`, not `:=`
  std::uint32_t position;  ///< byte in the source
  int line;
  int slot = 0;  ///< variable: its number
  const Source* source;
  std::string text;                ///< text; name of identifier, template; number or quoted string
  std::vector<std::string> names;  ///< field, chain, variable (the first is "$x")
  std::vector<NodePtr> nodes;     ///< list; commands of pipe; arguments of command; chain's operand
  std::vector<NodePtr> declared;  ///< pipe: its variables
  NodePtr pipe, list, otherwise;  ///< of action, template and control structures
  const Function* function = nullptr;  ///< identifier
  Any value;                           ///< boolean, string
  std::unique_ptr<Number> number;

  /// As Go prints the node in messages.
  std::string print() const;
};

struct Template {
  std::string name;
  std::shared_ptr<const Source> source;
  NodePtr root;        ///< a list
  bool empty = false;  ///< blanks, comments and definitions only
};

/// "name:line:column" of a node, as Go counts: columns are bytes from 0.
Location locate(const Node& node);
std::string to_string_go(const Location& location);

}  // namespace rumbo::script
