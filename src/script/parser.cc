#include "script/parser.h"

#include "script/go_number.h"
#include "script/parse_tree.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

bool is_empty(const Node& node) {
  if (node.kind == NodeKind::text) return trim_space(node.text).empty();
  if (node.kind != NodeKind::list) return false;
  for (const Node* child : node.nodes) {
    if (!is_empty(*child)) return false;
  }
  return true;
}

}  // namespace

const Token& ParseTree::next() {
  if (peeked_ > 0) {
    --peeked_;
  } else {
    tokens_[0] = shared_.lexer.next();
  }
  return tokens_[peeked_];
}

const Token& ParseTree::peek() {
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

const Token& ParseTree::next_non_space() {
  for (;;) {
    const Token& token = next();
    if (token.kind != TokenKind::space) return token;
  }
}

const Token& ParseTree::peek_non_space() {
  const Token& token = next_non_space();
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
  const auto [at, added] = shared_.slots.try_emplace(name, static_cast<int>(shared_.slots.size()));
  return at->second;
}

Node::Nodes ParseTree::take_nodes(std::size_t mark) {
  auto& stack = shared_.nodes;
  const auto taken = shared_.source->arena.copy(Node::Nodes(stack).subspan(mark));
  stack.resize(mark);
  return taken;
}

std::span<const std::string_view> ParseTree::take_names(std::size_t mark) {
  auto& stack = shared_.names;
  const auto taken =
      shared_.source->arena.copy(std::span<const std::string_view>(stack).subspan(mark));
  stack.resize(mark);
  return taken;
}

Node* ParseTree::make_named(NodeKind kind, const Token& token, std::string_view name) {
  Node* const node = make(kind, token);
  node->names = shared_.source->arena.copy(std::span<const std::string_view>(&name, 1));
  return node;
}

Node* ParseTree::make_variable(const Token& token) {
  Node* const node = make_named(NodeKind::variable, token, token.text);
  node->slot = slot(token.text);
  return node;
}

void ParseTree::add() {
  if (bad()) return;
  auto tree = std::make_shared<Template>();
  tree->name = name_;
  tree->source = shared_.source;
  tree->root = root_;
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
  const std::size_t mark = shared_.nodes.size();
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
    Node* const node = text_or_action();
    if (bad()) return;
    if (node->kind == NodeKind::end || node->kind == NodeKind::else_) {
      error("unexpected " + node->print());
      return;
    }
    shared_.nodes.push_back(node);
  }
  root_->nodes = take_nodes(mark);
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
  const Node* end = nullptr;
  root_ = item_list(end);
  if (bad()) return;
  if (end->kind != NodeKind::end) {
    error("unexpected " + end->print() + " in " + std::string(kContext));
    return;
  }
  add();
}

Node* ParseTree::item_list(const Node*& end) {
  const Nesting nesting(*this);
  const std::size_t mark = shared_.nodes.size();
  Node* const list = make(NodeKind::list, peek_non_space());
  while (!bad() && peek_non_space().kind != TokenKind::end_of_file) {
    Node* const node = text_or_action();
    if (bad()) return nullptr;
    if (node->kind == NodeKind::end || node->kind == NodeKind::else_) {
      end = node;
      list->nodes = take_nodes(mark);
      return list;
    }
    shared_.nodes.push_back(node);
  }
  return error("unexpected EOF");
}

Node* ParseTree::text_or_action() {
  const Token token = next_non_space();
  if (token.kind == TokenKind::text) {
    Node* const node = make(NodeKind::text, token);
    node->text = token.text;
    return node;
  }
  if (token.kind != TokenKind::left_delimiter) return unexpected(token, "input");
  action_line_ = token.line;
  Node* const node = action();
  action_line_ = 0;
  return node;
}

Node* ParseTree::action() {
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
  Node* const node = make(NodeKind::action, peek());
  node->pipe = pipeline("command", TokenKind::right_delimiter);
  return node;
}

Node* ParseTree::jump(NodeKind kind, std::string_view word, const Token& token) {
  const Token after = next_non_space();
  if (after.kind != TokenKind::right_delimiter) return unexpected(after, word);
  if (range_depth_ == 0) return error(std::string(word) + " outside {{range}}");
  return make(kind, token);
}

Node* ParseTree::else_control() {
  const Token token = peek_non_space();
  if (token.kind == TokenKind::if_ || token.kind == TokenKind::with)
    return make(NodeKind::else_, token);
  if (!expect(TokenKind::right_delimiter, "else")) return nullptr;
  return make(NodeKind::else_, token);
}

Node* ParseTree::end_control() {
  const Token token = peek_non_space();
  if (!expect(TokenKind::right_delimiter, "end")) return nullptr;
  return make(NodeKind::end, token);
}

Outcome<std::vector<std::shared_ptr<const Template>>> parse_templates(
    std::string_view name, std::string_view text, const FunctionTable& functions) {
  const auto source = std::make_shared<Source>(name, text);
  ParseShared shared{Lexer(source->text), source, functions, {}, {}, {}, {}, 0, {}, {}};
  shared.slots.emplace("$", 0);
  ParseTree(shared, std::string(name)).parse();
  if (shared.failure) return fail(std::move(*shared.failure));
  std::vector<std::shared_ptr<const Template>> out;
  for (const std::string& each : shared.order) out.push_back(shared.trees[each]);
  return out;
}

}  // namespace rumbo::script
