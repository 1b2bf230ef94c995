// Parsing pipelines, commands and operands.
#include "script/go_number.h"
#include "script/number_literal.h"
#include "script/parse_tree.h"
#include "script/unicode.h"

namespace rumbo::script {

/// `$x := `, `$i, $x := `, `$x = ` at the front of a pipeline; the variables stay on the stack.
bool ParseTree::declarations(Node& pipe, std::string_view context) {
  const std::size_t mark = shared_.nodes.size();
  const auto declare = [&](const Token& variable) {
    shared_.nodes.push_back(make_variable(variable));
    variables_.emplace_back(variable.text);
  };
  while (true) {
    const Token variable = peek_non_space();
    if (variable.kind != TokenKind::variable) return true;
    next();
    const Token after = peek();
    const Token next_token = peek_non_space();
    if (next_token.kind == TokenKind::assign || next_token.kind == TokenKind::declare) {
      pipe.is_assign = next_token.kind == TokenKind::assign;
      next_non_space();
      declare(variable);
      return true;
    }
    if (next_token.kind == TokenKind::character && next_token.text == ",") {
      next_non_space();
      declare(variable);
      if (context == "range" && shared_.nodes.size() - mark < 2) {
        const TokenKind kind = peek_non_space().kind;
        if (kind == TokenKind::variable || kind == TokenKind::right_delimiter ||
            kind == TokenKind::right_paren) {
          continue;
        }
        error("range can only initialize variables");
        return false;
      }
      error("too many declarations in " + std::string(context));
      return false;
    }
    if (after.kind == TokenKind::space) {
      backup3(variable, after);
    } else {
      backup2(variable);
    }
    return true;
  }
}

Node* ParseTree::pipeline(std::string_view context, TokenKind end) {
  const Nesting nesting(*this);
  Node* const pipe = make(NodeKind::pipe, peek_non_space());
  const std::size_t mark = shared_.nodes.size();
  if (!declarations(*pipe, context)) return nullptr;
  pipe->declared = take_nodes(mark);
  while (!bad()) {
    const Token token = next_non_space();
    if (token.kind == end) {
      pipe->nodes = take_nodes(mark);
      check_pipeline(*pipe, context);
      break;
    }
    switch (token.kind) {
      case TokenKind::boolean:
      case TokenKind::character_constant:
      case TokenKind::complex:
      case TokenKind::dot:
      case TokenKind::field:
      case TokenKind::identifier:
      case TokenKind::number:
      case TokenKind::nil:
      case TokenKind::raw_string:
      case TokenKind::string:
      case TokenKind::variable:
      case TokenKind::left_paren:
        backup();
        shared_.nodes.push_back(command());
        break;
      default:
        return unexpected(token, context);
    }
  }
  return bad() ? nullptr : pipe;
}

void ParseTree::check_pipeline(const Node& pipe, std::string_view context) {
  if (pipe.nodes.empty()) {
    error("missing value for " + std::string(context));
    return;
  }
  for (std::size_t i = 1; i < pipe.nodes.size(); ++i) {
    switch (pipe.nodes[i]->nodes[0]->kind) {
      case NodeKind::boolean:
      case NodeKind::dot:
      case NodeKind::nil:
      case NodeKind::number:
      case NodeKind::string:
        error("non executable command in pipeline stage " + std::to_string(i + 1));
        return;
      default:
        break;
    }
  }
}

Node* ParseTree::command() {
  Node* const node = make(NodeKind::command, peek_non_space());
  const std::size_t mark = shared_.nodes.size();
  while (true) {
    peek_non_space();
    const Node* const argument = operand();
    if (bad()) return nullptr;
    if (argument != nullptr) shared_.nodes.push_back(argument);
    const Token token = next();
    if (token.kind == TokenKind::space) continue;
    if (token.kind == TokenKind::right_delimiter || token.kind == TokenKind::right_paren) {
      backup();
    } else if (token.kind != TokenKind::pipe) {
      return unexpected(token, "operand");
    }
    break;
  }
  node->nodes = take_nodes(mark);
  if (node->nodes.empty()) return error("empty command");
  return node;
}

Node* ParseTree::operand() {
  Node* const node = term();
  if (node == nullptr || peek().kind != TokenKind::field) return node;
  const Token first = peek();
  const std::size_t mark = shared_.names.size();
  const bool goes_on = node->kind == NodeKind::field || node->kind == NodeKind::variable;
  if (goes_on) shared_.names.insert(shared_.names.end(), node->names.begin(), node->names.end());
  while (peek().kind == TokenKind::field) shared_.names.push_back(next().text.substr(1));
  const auto names = take_names(mark);
  switch (node->kind) {
    case NodeKind::field:
    case NodeKind::variable:
      node->names = names;
      node->position = first.position;
      node->line = first.line;
      return node;
    case NodeKind::boolean:
    case NodeKind::string:
    case NodeKind::number:
    case NodeKind::nil:
    case NodeKind::dot:
      return error("unexpected . after term " + quote(node->print()));
    default:
      break;
  }
  Node* const chain = make(NodeKind::chain, first);
  const Node* const inner = node;
  chain->names = names;
  chain->nodes = shared_.source->arena.copy(Node::Nodes(&inner, 1));
  return chain;
}

Node* ParseTree::term() {
  const Token token = next_non_space();
  switch (token.kind) {
    case TokenKind::identifier: {
      Node* const node = make(NodeKind::identifier, token);
      node->text = token.text;
      node->function = shared_.functions.find(token.text);
      if (node->function == nullptr) return error("function " + quote(token.text) + " not defined");
      return node;
    }
    case TokenKind::dot:
      return make(NodeKind::dot, token);
    case TokenKind::nil:
      return make(NodeKind::nil, token);
    case TokenKind::variable:
      return use_variable(token);
    case TokenKind::field:
      return make_named(NodeKind::field, token, token.text.substr(1));
    case TokenKind::boolean: {
      Node* const node = make(NodeKind::boolean, token);
      node->value = &shared_.source->values.emplace_back(token.text == "true");
      return node;
    }
    case TokenKind::character_constant:
    case TokenKind::complex:
    case TokenKind::number: {
      auto number = read_number(token.text, token.kind);
      if (!number) return error(number.error().text());
      Node* const node = make(NodeKind::number, token);
      node->text = token.text;
      node->number = &shared_.source->numbers.emplace_back(std::move(*number));
      return node;
    }
    case TokenKind::left_paren:
      return pipeline("parenthesized pipeline", TokenKind::right_paren);
    case TokenKind::string:
    case TokenKind::raw_string: {
      const auto text = unquote(token.text);
      if (!text) return error("invalid syntax");
      Node* const node = make(NodeKind::string, token);
      node->text = token.text;
      node->value = &shared_.source->values.emplace_back(*text);
      return node;
    }
    default:
      break;
  }
  backup();
  return nullptr;
}

Node* ParseTree::use_variable(const Token& token) {
  for (const std::string_view name : variables_) {
    if (name == token.text) return make_variable(token);
  }
  return error("undefined variable " + quote(token.text));
}

}  // namespace rumbo::script
