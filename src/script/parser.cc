#include "script/parser.h"

#include "script/go_number.h"
#include "script/parse_tree.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

bool is_empty(const Node& node) {
  if (node.kind == NodeKind::text) return trim_space(node.text).empty();
  if (node.kind != NodeKind::list) return false;
  for (const NodePtr& child : node.nodes) {
    if (!is_empty(*child)) return false;
  }
  return true;
}

}  // namespace

Token ParseTree::next() {
  if (peeked_ > 0) {
    --peeked_;
  } else {
    tokens_[0] = shared_.lexer.next();
  }
  return tokens_[peeked_];
}

Token ParseTree::peek() {
  if (peeked_ > 0) return tokens_[peeked_ - 1];
  peeked_ = 1;
  tokens_[0] = shared_.lexer.next();
  return tokens_[0];
}

void ParseTree::backup2(const Token& first) {
  tokens_[1] = first;
  peeked_ = 2;
}

void ParseTree::backup3(const Token& second, const Token& first) {
  tokens_[1] = first;
  tokens_[2] = second;
  peeked_ = 3;
}

Token ParseTree::next_non_space() {
  Token token = next();
  while (token.kind == TokenKind::space) token = next();
  return token;
}

Token ParseTree::peek_non_space() {
  const Token token = next_non_space();
  backup();
  return token;
}

bool ParseTree::expect(TokenKind kind, std::string_view context) {
  const Token token = next_non_space();
  if (token.kind != kind) unexpected(token, context);
  return !bad();
}

std::nullptr_t ParseTree::error(std::string text) {
  if (bad()) return nullptr;
  const std::string& name = shared_.source->name;
  const int line = tokens_[0].line;
  shared_.failure =
      Failure("template: " + name + ":" + std::to_string(line) + ": " + text, Failure::Kind::parse)
          .at({name, line, 0});
  return nullptr;
}

std::nullptr_t ParseTree::unexpected(const Token& token, std::string_view context) {
  if (token.kind == TokenKind::error) {
    std::string extra;
    if (action_line_ != 0 && action_line_ != token.line) {
      extra = " in action started at " + shared_.source->name + ":" + std::to_string(action_line_);
      if (token.text.ends_with(" action")) extra = extra.substr(10);
    }
    return error(token.describe() + extra);
  }
  return error("unexpected " + token.describe() + " in " + std::string(context));
}

int ParseTree::slot(std::string_view name) {
  const auto [at, added] =
      shared_.slots.try_emplace(std::string(name), static_cast<int>(shared_.slots.size()));
  return at->second;
}

NodePtr ParseTree::make_named(NodeKind kind, const Token& token, std::vector<std::string> names) {
  NodePtr node = make(kind, token);
  node->names = std::move(names);
  return node;
}

NodePtr ParseTree::make_variable(const Token& token) {
  NodePtr node = make_named(NodeKind::variable, token, {std::string(token.text)});
  node->slot = slot(node->names[0]);
  return node;
}

void ParseTree::add() {
  if (bad()) return;
  auto tree = std::make_shared<Template>();
  tree->name = name_;
  tree->source = shared_.source;
  tree->root = std::move(root_);
  tree->empty = is_empty(*tree->root);
  const auto at = shared_.trees.find(name_);
  if (at == shared_.trees.end()) {
    shared_.order.push_back(name_);
    shared_.trees[name_] = std::move(tree);
  } else if (at->second->empty) {
    at->second = std::move(tree);
  } else if (!tree->empty) {
    error("template: multiple definition of template " + quote(name_));
  }
}

void ParseTree::parse() {
  root_ = make(NodeKind::list, peek());
  while (!bad() && peek().kind != TokenKind::end_of_file) {
    if (peek().kind == TokenKind::left_delimiter) {
      const Token delimiter = next();
      if (next_non_space().kind == TokenKind::define) {
        ParseTree(shared_, "definition").parse_definition();
        continue;
      }
      backup2(delimiter);
    }
    NodePtr node = text_or_action();
    if (bad()) return;
    if (node->kind == NodeKind::end || node->kind == NodeKind::else_) {
      error("unexpected " + node->print());
      return;
    }
    root_->nodes.push_back(std::move(node));
  }
  add();
}

void ParseTree::parse_definition() {
  constexpr std::string_view kContext = "define clause";
  const Token name = next_non_space();
  if (name.kind != TokenKind::string && name.kind != TokenKind::raw_string) {
    unexpected(name, kContext);
    return;
  }
  const auto text = unquote(name.text);
  if (!text) {
    error("invalid syntax");
    return;
  }
  name_ = *text;
  if (!expect(TokenKind::right_delimiter, kContext)) return;
  NodePtr end;
  root_ = item_list(end);
  if (bad()) return;
  if (end->kind != NodeKind::end) {
    error("unexpected " + end->print() + " in " + std::string(kContext));
    return;
  }
  add();
}

NodePtr ParseTree::item_list(NodePtr& end) {
  const Nesting nesting(*this);
  NodePtr list = make(NodeKind::list, peek_non_space());
  while (!bad() && peek_non_space().kind != TokenKind::end_of_file) {
    NodePtr node = text_or_action();
    if (bad()) return nullptr;
    if (node->kind == NodeKind::end || node->kind == NodeKind::else_) {
      end = std::move(node);
      return list;
    }
    list->nodes.push_back(std::move(node));
  }
  return error("unexpected EOF");
}

NodePtr ParseTree::text_or_action() {
  const Token token = next_non_space();
  if (token.kind == TokenKind::text) {
    NodePtr node = make(NodeKind::text, token);
    node->text = token.text;
    return node;
  }
  if (token.kind != TokenKind::left_delimiter) return unexpected(token, "input");
  action_line_ = token.line;
  NodePtr node = action();
  action_line_ = 0;
  return node;
}

NodePtr ParseTree::action() {
  const Token token = next_non_space();
  switch (token.kind) {
    case TokenKind::block:
      return block_control();
    case TokenKind::break_:
      return jump(NodeKind::break_, "{{break}}", token);
    case TokenKind::continue_:
      return jump(NodeKind::continue_, "{{continue}}", token);
    case TokenKind::else_:
      return else_control();
    case TokenKind::end:
      return end_control();
    case TokenKind::if_:
      return control(NodeKind::if_, "if");
    case TokenKind::range:
      return control(NodeKind::range, "range");
    case TokenKind::template_:
      return template_control();
    case TokenKind::with:
      return control(NodeKind::with, "with");
    default:
      break;
  }
  backup();
  NodePtr node = make(NodeKind::action, peek());
  node->pipe = pipeline("command", TokenKind::right_delimiter);
  return node;
}

NodePtr ParseTree::jump(NodeKind kind, std::string_view word, const Token& token) {
  const Token after = next_non_space();
  if (after.kind != TokenKind::right_delimiter) return unexpected(after, word);
  if (range_depth_ == 0) return error(std::string(word) + " outside {{range}}");
  return make(kind, token);
}

NodePtr ParseTree::else_control() {
  const Token token = peek_non_space();
  if (token.kind == TokenKind::if_ || token.kind == TokenKind::with)
    return make(NodeKind::else_, token);
  if (!expect(TokenKind::right_delimiter, "else")) return nullptr;
  return make(NodeKind::else_, token);
}

NodePtr ParseTree::end_control() {
  const Token token = peek_non_space();
  if (!expect(TokenKind::right_delimiter, "end")) return nullptr;
  return make(NodeKind::end, token);
}

Outcome<std::vector<std::shared_ptr<const Template>>> parse_templates(
    std::string_view name, std::string_view text, const FunctionTable& functions) {
  auto source = std::make_shared<const Source>(Source{std::string(name), std::string(text)});
  ParseShared shared{Lexer(source->text), source, functions, {}, {}, {}, {}, 0};
  shared.slots.emplace("$", 0);
  ParseTree(shared, std::string(name)).parse();
  if (shared.failure) return fail(std::move(*shared.failure));
  std::vector<std::shared_ptr<const Template>> out;
  for (const std::string& each : shared.order) out.push_back(shared.trees[each]);
  return out;
}

}  // namespace rumbo::script
