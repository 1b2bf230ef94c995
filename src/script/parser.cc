#include "script/parser.h"

#include <array>
#include <map>

#include "script/go_number.h"
#include "script/lexer.h"
#include "script/number_literal.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

constexpr int kMaxNesting = 500;

using Kind_ = TokenKind;

/// What all trees of one text share.
struct Shared {
  Lexer lexer;
  std::shared_ptr<const Source> source;
  const FunctionTable& functions;
  std::map<std::string, std::shared_ptr<Template>, std::less<>> trees;
  std::vector<std::string> order;
  std::map<std::string, int, std::less<>> slots;
  std::optional<Failure> failure;
  int nesting = 0;
};

bool is_empty(const Node& node) {
  if (node.kind == NodeKind::text) return trim_space(node.text).empty();
  if (node.kind != NodeKind::list) return false;
  for (const NodePtr& child : node.nodes) {
    if (!is_empty(*child)) return false;
  }
  return true;
}

/// One tree. After a failure every function returns null at once.
class Tree {
 public:
  Tree(Shared& shared, std::string name) : shared_(shared), name_(std::move(name)) {}

  void parse();
  void parse_definition();

 private:
  struct Nesting {
    explicit Nesting(Tree& tree) : tree_(tree) {
      if (++tree_.shared_.nesting > kMaxNesting) tree_.error("template nests too deeply");
    }
    ~Nesting() { --tree_.shared_.nesting; }
    Tree& tree_;
  };

  Token next();
  Token peek();
  void backup() { ++peeked_; }
  void backup2(const Token& first);
  void backup3(const Token& second, const Token& first);
  Token next_non_space();
  Token peek_non_space();
  bool expect(TokenKind kind, std::string_view context);

  bool bad() const { return shared_.failure.has_value(); }
  std::nullptr_t error(std::string text);
  std::nullptr_t unexpected(const Token& token, std::string_view context);

  NodePtr make(NodeKind kind, const Token& token) const {
    return std::make_unique<Node>(kind, shared_.source.get(), token.position, token.line);
  }
  NodePtr make_named(NodeKind kind, const Token& token, std::vector<std::string> names);
  NodePtr make_variable(const Token& token);
  int slot(std::string_view name);

  void add();
  NodePtr item_list(NodePtr& end);
  NodePtr text_or_action();
  NodePtr action();
  NodePtr jump(NodeKind kind, std::string_view word, const Token& token);
  NodePtr else_control();
  NodePtr end_control();
  NodePtr control(NodeKind kind, std::string_view context);
  NodePtr block_control();
  NodePtr template_control();
  std::optional<std::string> template_name(const Token& token, std::string_view context);
  NodePtr pipeline(std::string_view context, TokenKind end);
  bool declarations(Node& pipe, std::string_view context);
  void check_pipeline(const Node& pipe, std::string_view context);
  NodePtr command();
  NodePtr operand();
  NodePtr term();
  NodePtr use_variable(const Token& token);

  Shared& shared_;
  std::string name_;
  NodePtr root_;
  std::array<Token, 3> tokens_{};
  std::size_t peeked_ = 0;
  std::vector<std::string> variables_{"$"};
  int action_line_ = 0;
  int range_depth_ = 0;
};

Token Tree::next() {
  if (peeked_ > 0) {
    --peeked_;
  } else {
    tokens_[0] = shared_.lexer.next();
  }
  return tokens_[peeked_];
}

Token Tree::peek() {
  if (peeked_ > 0) return tokens_[peeked_ - 1];
  peeked_ = 1;
  tokens_[0] = shared_.lexer.next();
  return tokens_[0];
}

void Tree::backup2(const Token& first) {
  tokens_[1] = first;
  peeked_ = 2;
}

void Tree::backup3(const Token& second, const Token& first) {
  tokens_[1] = first;
  tokens_[2] = second;
  peeked_ = 3;
}

Token Tree::next_non_space() {
  Token token = next();
  while (token.kind == Kind_::space) token = next();
  return token;
}

Token Tree::peek_non_space() {
  const Token token = next_non_space();
  backup();
  return token;
}

bool Tree::expect(TokenKind kind, std::string_view context) {
  const Token token = next_non_space();
  if (token.kind != kind) unexpected(token, context);
  return !bad();
}

std::nullptr_t Tree::error(std::string text) {
  if (bad()) return nullptr;
  const std::string& name = shared_.source->name;
  const int line = tokens_[0].line;
  shared_.failure =
      Failure("template: " + name + ":" + std::to_string(line) + ": " + text, Failure::Kind::parse)
          .at({name, line, 0});
  return nullptr;
}

std::nullptr_t Tree::unexpected(const Token& token, std::string_view context) {
  if (token.kind == Kind_::error) {
    std::string extra;
    if (action_line_ != 0 && action_line_ != token.line) {
      extra = " in action started at " + shared_.source->name + ":" + std::to_string(action_line_);
      if (token.text.ends_with(" action")) extra = extra.substr(10);
    }
    return error(token.describe() + extra);
  }
  return error("unexpected " + token.describe() + " in " + std::string(context));
}

int Tree::slot(std::string_view name) {
  const auto [at, added] =
      shared_.slots.try_emplace(std::string(name), static_cast<int>(shared_.slots.size()));
  return at->second;
}

NodePtr Tree::make_named(NodeKind kind, const Token& token, std::vector<std::string> names) {
  NodePtr node = make(kind, token);
  node->names = std::move(names);
  return node;
}

NodePtr Tree::make_variable(const Token& token) {
  NodePtr node = make_named(NodeKind::variable, token, {std::string(token.text)});
  node->slot = slot(node->names[0]);
  return node;
}

void Tree::add() {
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

void Tree::parse() {
  root_ = make(NodeKind::list, peek());
  while (!bad() && peek().kind != Kind_::end_of_file) {
    if (peek().kind == Kind_::left_delimiter) {
      const Token delimiter = next();
      if (next_non_space().kind == Kind_::define) {
        Tree(shared_, "definition").parse_definition();
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

void Tree::parse_definition() {
  constexpr std::string_view kContext = "define clause";
  const Token name = next_non_space();
  if (name.kind != Kind_::string && name.kind != Kind_::raw_string) {
    unexpected(name, kContext);
    return;
  }
  const auto text = unquote(name.text);
  if (!text) {
    error("invalid syntax");
    return;
  }
  name_ = *text;
  if (!expect(Kind_::right_delimiter, kContext)) return;
  NodePtr end;
  root_ = item_list(end);
  if (bad()) return;
  if (end->kind != NodeKind::end) {
    error("unexpected " + end->print() + " in " + std::string(kContext));
    return;
  }
  add();
}

NodePtr Tree::item_list(NodePtr& end) {
  const Nesting nesting(*this);
  NodePtr list = make(NodeKind::list, peek_non_space());
  while (!bad() && peek_non_space().kind != Kind_::end_of_file) {
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

NodePtr Tree::text_or_action() {
  const Token token = next_non_space();
  if (token.kind == Kind_::text) {
    NodePtr node = make(NodeKind::text, token);
    node->text = token.text;
    return node;
  }
  if (token.kind != Kind_::left_delimiter) return unexpected(token, "input");
  action_line_ = token.line;
  NodePtr node = action();
  action_line_ = 0;
  return node;
}

NodePtr Tree::action() {
  const Token token = next_non_space();
  switch (token.kind) {
    case Kind_::block:
      return block_control();
    case Kind_::break_:
      return jump(NodeKind::break_, "{{break}}", token);
    case Kind_::continue_:
      return jump(NodeKind::continue_, "{{continue}}", token);
    case Kind_::else_:
      return else_control();
    case Kind_::end:
      return end_control();
    case Kind_::if_:
      return control(NodeKind::if_, "if");
    case Kind_::range:
      return control(NodeKind::range, "range");
    case Kind_::template_:
      return template_control();
    case Kind_::with:
      return control(NodeKind::with, "with");
    default:
      break;
  }
  backup();
  NodePtr node = make(NodeKind::action, peek());
  node->pipe = pipeline("command", Kind_::right_delimiter);
  return node;
}

NodePtr Tree::jump(NodeKind kind, std::string_view word, const Token& token) {
  const Token after = next_non_space();
  if (after.kind != Kind_::right_delimiter) return unexpected(after, word);
  if (range_depth_ == 0) return error(std::string(word) + " outside {{range}}");
  return make(kind, token);
}

NodePtr Tree::else_control() {
  const Token token = peek_non_space();
  if (token.kind == Kind_::if_ || token.kind == Kind_::with) return make(NodeKind::else_, token);
  if (!expect(Kind_::right_delimiter, "else")) return nullptr;
  return make(NodeKind::else_, token);
}

NodePtr Tree::end_control() {
  const Token token = peek_non_space();
  if (!expect(Kind_::right_delimiter, "end")) return nullptr;
  return make(NodeKind::end, token);
}

NodePtr Tree::control(NodeKind kind, std::string_view context) {
  const Nesting nesting(*this);
  const std::size_t mark = variables_.size();
  NodePtr pipe = pipeline(context, Kind_::right_delimiter);
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
    if ((kind == NodeKind::if_ && after == Kind_::if_) ||
        (kind == NodeKind::with && after == Kind_::with)) {
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

std::optional<std::string> Tree::template_name(const Token& token, std::string_view context) {
  if (token.kind != Kind_::string && token.kind != Kind_::raw_string) {
    unexpected(token, context);
    return std::nullopt;
  }
  auto name = unquote(token.text);
  if (!name) error("invalid syntax");
  return name;
}

NodePtr Tree::block_control() {
  constexpr std::string_view kContext = "block clause";
  const Token token = next_non_space();
  const auto name = template_name(token, kContext);
  if (!name) return nullptr;
  NodePtr node = make(NodeKind::template_, token);
  node->text = *name;
  node->pipe = pipeline(kContext, Kind_::right_delimiter);
  if (bad()) return nullptr;
  Tree block(shared_, *name);
  NodePtr end;
  block.root_ = block.item_list(end);
  if (bad()) return nullptr;
  if (end->kind != NodeKind::end) {
    return block.error("unexpected " + end->print() + " in " + std::string(kContext));
  }
  block.add();
  return node;
}

NodePtr Tree::template_control() {
  constexpr std::string_view kContext = "template clause";
  const Token token = next_non_space();
  const auto name = template_name(token, kContext);
  if (!name) return nullptr;
  NodePtr node = make(NodeKind::template_, token);
  node->text = *name;
  if (next_non_space().kind != Kind_::right_delimiter) {
    backup();
    node->pipe = pipeline(kContext, Kind_::right_delimiter);
  }
  return node;
}

/// `$x := `, `$i, $x := `, `$x = ` at the front of a pipeline.
bool Tree::declarations(Node& pipe, std::string_view context) {
  while (true) {
    const Token variable = peek_non_space();
    if (variable.kind != Kind_::variable) return true;
    next();
    const Token after = peek();
    const Token next_token = peek_non_space();
    if (next_token.kind == Kind_::assign || next_token.kind == Kind_::declare) {
      pipe.is_assign = next_token.kind == Kind_::assign;
      next_non_space();
      pipe.declared.push_back(make_variable(variable));
      variables_.emplace_back(variable.text);
      return true;
    }
    if (next_token.kind == Kind_::character && next_token.text == ",") {
      next_non_space();
      pipe.declared.push_back(make_variable(variable));
      variables_.emplace_back(variable.text);
      if (context == "range" && pipe.declared.size() < 2) {
        const TokenKind kind = peek_non_space().kind;
        if (kind == Kind_::variable || kind == Kind_::right_delimiter ||
            kind == Kind_::right_paren) {
          continue;
        }
        error("range can only initialize variables");
        return false;
      }
      error("too many declarations in " + std::string(context));
      return false;
    }
    if (after.kind == Kind_::space) {
      backup3(variable, after);
    } else {
      backup2(variable);
    }
    return true;
  }
}

NodePtr Tree::pipeline(std::string_view context, TokenKind end) {
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
      case Kind_::boolean:
      case Kind_::character_constant:
      case Kind_::complex:
      case Kind_::dot:
      case Kind_::field:
      case Kind_::identifier:
      case Kind_::number:
      case Kind_::nil:
      case Kind_::raw_string:
      case Kind_::string:
      case Kind_::variable:
      case Kind_::left_paren:
        backup();
        pipe->nodes.push_back(command());
        break;
      default:
        return unexpected(token, context);
    }
  }
  return bad() ? nullptr : std::move(pipe);
}

void Tree::check_pipeline(const Node& pipe, std::string_view context) {
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

NodePtr Tree::command() {
  NodePtr node = make(NodeKind::command, peek_non_space());
  while (true) {
    peek_non_space();
    NodePtr argument = operand();
    if (bad()) return nullptr;
    if (argument != nullptr) node->nodes.push_back(std::move(argument));
    const Token token = next();
    if (token.kind == Kind_::space) continue;
    if (token.kind == Kind_::right_delimiter || token.kind == Kind_::right_paren) {
      backup();
    } else if (token.kind != Kind_::pipe) {
      return unexpected(token, "operand");
    }
    break;
  }
  if (node->nodes.empty()) return error("empty command");
  return node;
}

NodePtr Tree::operand() {
  NodePtr node = term();
  if (node == nullptr || peek().kind != Kind_::field) return node;
  NodePtr chain = make(NodeKind::chain, peek());
  std::vector<std::string> fields;
  while (peek().kind == Kind_::field) fields.emplace_back(next().text.substr(1));
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

NodePtr Tree::term() {
  const Token token = next_non_space();
  switch (token.kind) {
    case Kind_::identifier: {
      NodePtr node = make(NodeKind::identifier, token);
      node->text = token.text;
      node->function = shared_.functions.find(token.text);
      if (node->function == nullptr) return error("function " + quote(token.text) + " not defined");
      return node;
    }
    case Kind_::dot:
      return make(NodeKind::dot, token);
    case Kind_::nil:
      return make(NodeKind::nil, token);
    case Kind_::variable:
      return use_variable(token);
    case Kind_::field:
      return make_named(NodeKind::field, token, {std::string(token.text.substr(1))});
    case Kind_::boolean: {
      NodePtr node = make(NodeKind::boolean, token);
      node->value = Any(token.text == "true");
      return node;
    }
    case Kind_::character_constant:
    case Kind_::complex:
    case Kind_::number: {
      auto number = read_number(token.text, token.kind);
      if (!number) return error(number.error().text());
      NodePtr node = make(NodeKind::number, token);
      node->text = token.text;
      node->number = std::make_unique<Number>(std::move(*number));
      return node;
    }
    case Kind_::left_paren:
      return pipeline("parenthesized pipeline", Kind_::right_paren);
    case Kind_::string:
    case Kind_::raw_string: {
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

NodePtr Tree::use_variable(const Token& token) {
  for (const std::string& name : variables_) {
    if (name == token.text) return make_variable(token);
  }
  return error("undefined variable " + quote(token.text));
}

}  // namespace

Outcome<std::vector<std::shared_ptr<const Template>>> parse_templates(
    std::string_view name, std::string_view text, const FunctionTable& functions) {
  auto source = std::make_shared<const Source>(Source{std::string(name), std::string(text)});
  Shared shared{Lexer(source->text), source, functions, {}, {}, {}, {}, 0};
  shared.slots.emplace("$", 0);
  Tree(shared, std::string(name)).parse();
  if (shared.failure) return fail(std::move(*shared.failure));
  std::vector<std::shared_ptr<const Template>> out;
  for (const std::string& each : shared.order) out.push_back(shared.trees[each]);
  return out;
}

}  // namespace rumbo::script
