// Parsing control structures: if, range, with, block, template.
#include "script/go_number.h"
#include "script/parse_tree.h"

namespace rumbo::script {

NodePtr ParseTree::control(NodeKind kind, std::string_view context) {
  const Nesting nesting(*this);
  const std::size_t mark = variables_.size();
  NodePtr pipe = pipeline(context, TokenKind::right_delimiter);
  if (bad()) return nullptr;
  NodePtr node = make(kind, Token{.position = pipe->position, .line = pipe->line, .text = {}});
  node->pipe = std::move(pipe);
  if (kind == NodeKind::range) ++range_depth_;
  NodePtr end;
  node->list = item_list(end);
  if (kind == NodeKind::range) --range_depth_;
  if (bad()) return nullptr;
  if (end->kind == NodeKind::else_) {
    const TokenKind after = peek().kind;
    if ((kind == NodeKind::if_ && after == TokenKind::if_) ||
        (kind == NodeKind::with && after == TokenKind::with)) {
      next();
      node->otherwise =
          std::make_unique<Node>(NodeKind::list, node->source, end->position, end->line);
      NodePtr chained = control(kind, context);
      if (bad()) return nullptr;
      node->otherwise->nodes.push_back(std::move(chained));
    } else {
      node->otherwise = item_list(end);
      if (bad()) return nullptr;
      if (end->kind != NodeKind::end) return error("expected end; found " + end->print());
    }
  }
  variables_.resize(mark);
  return node;
}

std::optional<std::string> ParseTree::template_name(const Token& token, std::string_view context) {
  if (token.kind != TokenKind::string && token.kind != TokenKind::raw_string) {
    unexpected(token, context);
    return std::nullopt;
  }
  auto name = unquote(token.text);
  if (!name) error("invalid syntax");
  return name;
}

NodePtr ParseTree::block_control() {
  constexpr std::string_view kContext = "block clause";
  const Token token = next_non_space();
  const auto name = template_name(token, kContext);
  if (!name) return nullptr;
  NodePtr node = make(NodeKind::template_, token);
  node->text = *name;
  node->pipe = pipeline(kContext, TokenKind::right_delimiter);
  if (bad()) return nullptr;
  ParseTree block(shared_, *name);
  NodePtr end;
  block.root_ = block.item_list(end);
  if (bad()) return nullptr;
  if (end->kind != NodeKind::end) {
    return block.error("unexpected " + end->print() + " in " + std::string(kContext));
  }
  block.add();
  return node;
}

NodePtr ParseTree::template_control() {
  constexpr std::string_view kContext = "template clause";
  const Token token = next_non_space();
  const auto name = template_name(token, kContext);
  if (!name) return nullptr;
  NodePtr node = make(NodeKind::template_, token);
  node->text = *name;
  if (next_non_space().kind != TokenKind::right_delimiter) {
    backup();
    node->pipe = pipeline(kContext, TokenKind::right_delimiter);
  }
  return node;
}

}  // namespace rumbo::script
