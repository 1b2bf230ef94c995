#include "script/node.h"

#include <algorithm>

#include "script/unicode.h"

namespace rumbo::script {
namespace {

void print_to(const Node& node, std::string& out);

void print_list(Node::Nodes nodes, std::string_view between, std::string& out) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (i > 0) out += between;
    print_to(*nodes[i], out);
  }
}

void print_operand(const Node& node, std::string& out) {
  const bool parens = node.kind == NodeKind::pipe;
  if (parens) out += '(';
  print_to(node, out);
  if (parens) out += ')';
}

void print_control(const Node& node, std::string_view word, std::string& out) {
  out.append("{{").append(word).append(" ");
  print_to(*node.pipe, out);
  out += "}}";
  print_to(*node.list, out);
  if (node.otherwise != nullptr) {
    out += "{{else}}";
    print_to(*node.otherwise, out);
  }
  out += "{{end}}";
}

void print_names(const Node& node, bool first_bare, std::string& out) {
  for (std::size_t i = 0; i < node.names.size(); ++i) {
    if (i > 0 || !first_bare) out += '.';
    out += node.names[i];
  }
}

void print_to(const Node& node, std::string& out) {
  switch (node.kind) {
    case NodeKind::list:
      print_list(node.nodes, "", out);
      break;
    case NodeKind::text:
    case NodeKind::identifier:
    case NodeKind::number:
    case NodeKind::string:
      out += node.text;
      break;
    case NodeKind::dot:
      out += '.';
      break;
    case NodeKind::nil:
      out += "nil";
      break;
    case NodeKind::boolean:
      out += node.value->as_bool() ? "true" : "false";
      break;
    case NodeKind::action:
      out += "{{";
      print_to(*node.pipe, out);
      out += "}}";
      break;
    case NodeKind::if_:
      print_control(node, "if", out);
      break;
    case NodeKind::range:
      print_control(node, "range", out);
      break;
    case NodeKind::with:
      print_control(node, "with", out);
      break;
    case NodeKind::template_:
      out += "{{template " + quote(node.text);
      if (node.pipe != nullptr) {
        out += ' ';
        print_to(*node.pipe, out);
      }
      out += "}}";
      break;
    case NodeKind::break_:
      out += "{{break}}";
      break;
    case NodeKind::continue_:
      out += "{{continue}}";
      break;
    case NodeKind::end:
      out += "{{end}}";
      break;
    case NodeKind::else_:
      out += "{{else}}";
      break;
    case NodeKind::pipe:
      if (!node.declared.empty()) {
        print_list(node.declared, ", ", out);
        out += node.is_assign ? " = " : " := ";
      }
      print_list(node.nodes, " | ", out);
      break;
    case NodeKind::command:
      for (std::size_t i = 0; i < node.nodes.size(); ++i) {
        if (i > 0) out += ' ';
        print_operand(*node.nodes[i], out);
      }
      break;
    case NodeKind::variable:
      print_names(node, true, out);
      break;
    case NodeKind::field:
      print_names(node, false, out);
      break;
    case NodeKind::chain:
      print_operand(*node.nodes[0], out);
      print_names(node, false, out);
      break;
  }
}

}  // namespace

std::string Node::print() const {
  std::string out;
  print_to(*this, out);
  return out;
}

Location locate(const Node& node) {
  const std::string_view before = std::string_view(node.source->text).substr(0, node.position);
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = newline == before.npos ? before.size() : before.size() - newline - 1;
  return {node.source->name, 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')),
          static_cast<int>(column)};
}

std::string to_string_go(const Location& location) {
  return location.file + ":" + std::to_string(location.line) + ":" +
         std::to_string(location.column);
}

}  // namespace rumbo::script
