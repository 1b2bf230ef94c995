// Parsing control structures: if, range, with, block, template.
#include "script/go_number.h"
#include "script/parse_tree.h"

namespace rumbo::script {

Node* ParseTree::control(NodeKind kind, std::string_view context) {
  const Nesting nesting(*this);
  const std::size_t mark = variables_.size();
  const Node* const pipe = pipeline(context, TokenKind::right_delimiter);
  if (bad()) return nullptr;
  Node* const node = make(kind, Token{.position = pipe->position, .line = pipe->line, .text = {}});
  node->pipe = pipe;
  if (kind == NodeKind::range) ++range_depth_;
  const Node* end = nullptr;
  node->list = item_list(end);
  if (kind == NodeKind::range) --range_depth_;
  if (bad()) return nullptr;
  if (end->kind == NodeKind::else_) {
    const TokenKind after = peek().kind;
    if ((kind == NodeKind::if_ && after == TokenKind::if_) ||
        (kind == NodeKind::with && after == TokenKind::with)) {
      next();
      Node* const list =
          make(NodeKind::list, Token{.position = end->position, .line = end->line, .text = {}});
      const std::size_t inner = shared_.nodes.size();
      shared_.nodes.push_back(control(kind, context));
      if (bad()) return nullptr;
      list->nodes = take_nodes(inner);
      node->otherwise = list;
    } else {
      node->otherwise = item_list(end);
      if (bad()) return nullptr;
      if (end->kind != NodeKind::end) return error("expected end; found " + end->print());
    }
  }
  variables_.resize(mark);
  return node;
}

std::optional<std::string_view> ParseTree::template_name(const Token& token,
                                                         std::string_view context) {
  if (token.kind != TokenKind::string && token.kind != TokenKind::raw_string) {
    unexpected(token, context);
    return std::nullopt;
  }
  const auto name = unquote(token.text);
  if (name) return shared_.source->arena.copy(*name);
  error("invalid syntax");
  return std::nullopt;
}

Node* ParseTree::block_control() {
  constexpr std::string_view kContext = "block clause";
  const Token token = next_non_space();
  const auto name = template_name(token, kContext);
  if (!name) return nullptr;
  Node* const node = make(NodeKind::template_, token);
  node->text = *name;
  node->pipe = pipeline(kContext, TokenKind::right_delimiter);
  if (bad()) return nullptr;
  ParseTree block(shared_, std::string(*name));
  const Node* end = nullptr;
  block.root_ = block.item_list(end);
  if (bad()) return nullptr;
  if (end->kind != NodeKind::end) {
    return block.error("unexpected " + end->print() + " in " + std::string(kContext));
  }
  block.add();
  return node;
}

Node* ParseTree::template_control() {
  constexpr std::string_view kContext = "template clause";
  const Token token = next_non_space();
  const auto name = template_name(token, kContext);
  if (!name) return nullptr;
  Node* const node = make(NodeKind::template_, token);
  node->text = *name;
  if (next_non_space().kind != TokenKind::right_delimiter) {
    backup();
    node->pipe = pipeline(kContext, TokenKind::right_delimiter);
  }
  return node;
}

}  // namespace rumbo::script
