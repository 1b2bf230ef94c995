// Parsing pipelines, commands and operands.
#include "script/go_number.h"
#include "script/number_literal.h"
#include "script/parse_tree.h"
#include "script/unicode.h"

namespace rumbo::script {

/// `$x := `, `$i, $x := `, `$x = ` at the front of a pipeline.
bool ParseTree::declarations(Node& pipe, std::string_view context) {
  while (true) {
    const Token variable = peek_non_space();
    if (variable.kind != TokenKind::variable) return true;
    next();
    const Token after = peek();
    const Token next_token = peek_non_space();
    if (next_token.kind == TokenKind::assign || next_token.kind == TokenKind::declare) {
      pipe.is_assign = next_token.kind == TokenKind::assign;
      next_non_space();
      pipe.declared.push_back(make_variable(variable));
      variables_.emplace_back(variable.text);
      return true;
    }
    if (next_token.kind == TokenKind::character && next_token.text == ",") {
      next_non_space();
      pipe.declared.push_back(make_variable(variable));
      variables_.emplace_back(variable.text);
      if (context == "range" && pipe.declared.size() < 2) {
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

NodePtr ParseTree::pipeline(std::string_view context, TokenKind end) {
  const Nesting nesting(*this);
  NodePtr pipe = make(NodeKind::pipe, peek_non_space());
  if (!declarations(*pipe, context)) return nullptr;
  while (!bad()) {
    const Token token = next_non_space();
    if (token.kind == end) {
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
        pipe->nodes.push_back(command());
        break;
      default:
        return unexpected(token, context);
    }
  }
  return bad() ? nullptr : std::move(pipe);
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

NodePtr ParseTree::command() {
  NodePtr node = make(NodeKind::command, peek_non_space());
  while (true) {
    peek_non_space();
    NodePtr argument = operand();
    if (bad()) return nullptr;
    if (argument != nullptr) node->nodes.push_back(std::move(argument));
    const Token token = next();
    if (token.kind == TokenKind::space) continue;
    if (token.kind == TokenKind::right_delimiter || token.kind == TokenKind::right_paren) {
      backup();
    } else if (token.kind != TokenKind::pipe) {
      return unexpected(token, "operand");
    }
    break;
  }
  if (node->nodes.empty()) return error("empty command");
  return node;
}

NodePtr ParseTree::operand() {
  NodePtr node = term();
  if (node == nullptr || peek().kind != TokenKind::field) return node;
  NodePtr chain = make(NodeKind::chain, peek());
  std::vector<std::string> fields;
  while (peek().kind == TokenKind::field) fields.emplace_back(next().text.substr(1));
  switch (node->kind) {
    case NodeKind::field:
    case NodeKind::variable:
      node->names.insert(node->names.end(), fields.begin(), fields.end());
      node->position = chain->position;
      node->line = chain->line;
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
  chain->names = std::move(fields);
  chain->nodes.push_back(std::move(node));
  return chain;
}

NodePtr ParseTree::term() {
  const Token token = next_non_space();
  switch (token.kind) {
    case TokenKind::identifier: {
      NodePtr node = make(NodeKind::identifier, token);
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
      return make_named(NodeKind::field, token, {std::string(token.text.substr(1))});
    case TokenKind::boolean: {
      NodePtr node = make(NodeKind::boolean, token);
      node->value = Any(token.text == "true");
      return node;
    }
    case TokenKind::character_constant:
    case TokenKind::complex:
    case TokenKind::number: {
      auto number = read_number(token.text, token.kind);
      if (!number) return error(number.error().text());
      NodePtr node = make(NodeKind::number, token);
      node->text = token.text;
      node->number = std::make_unique<Number>(std::move(*number));
      return node;
    }
    case TokenKind::left_paren:
      return pipeline("parenthesized pipeline", TokenKind::right_paren);
    case TokenKind::string:
    case TokenKind::raw_string: {
      const auto text = unquote(token.text);
      if (!text) return error("invalid syntax");
      NodePtr node = make(NodeKind::string, token);
      node->text = token.text;
      node->value = Any(*text);
      return node;
    }
    default:
      break;
  }
  backup();
  return nullptr;
}

NodePtr ParseTree::use_variable(const Token& token) {
  for (const std::string& name : variables_) {
    if (name == token.text) return make_variable(token);
  }
  return error("undefined variable " + quote(token.text));
}

}  // namespace rumbo::script
