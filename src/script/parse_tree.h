// ParseTree: the work of parsing one tree; parser.h is what others use.
//
// After a failure every function returns null at once. Threads: one at a time.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "script/failure.h"
#include "script/lexer.h"
#include "script/node.h"

namespace rumbo::script {

constexpr int kMaxParseNesting = 500;

/// What all trees of one text share.
struct ParseShared {
  Lexer lexer;
  std::shared_ptr<Source> source;
  const FunctionTable& functions;
  std::map<std::string, std::shared_ptr<Template>, std::less<>> trees;
  std::vector<std::string> order;
  std::map<std::string_view, int> slots;
  std::optional<Failure> failure;
  int nesting = 0;
  // Children and names of the nodes that are not complete yet, those of inner ones last.
  std::vector<const Node*> nodes;
  std::vector<std::string_view> names;
};

class ParseTree {
 public:
  ParseTree(ParseShared& shared, std::string name) : shared_(shared), name_(std::move(name)) {}

  void parse();
  void parse_definition();

 private:
  struct Nesting {
    explicit Nesting(ParseTree& tree) : tree_(tree) {
      if (++tree_.shared_.nesting > kMaxParseNesting) tree_.error("template nests too deeply");
    }
    ~Nesting() { --tree_.shared_.nesting; }
    ParseTree& tree_;
  };

  // Each is valid until the next of them is called.
  const Token& next();
  const Token& peek();
  void backup() { ++peeked_; }
  void backup2(const Token& first);
  void backup3(const Token& second, const Token& first);
  const Token& next_non_space();
  const Token& peek_non_space();
  bool expect(TokenKind kind, std::string_view context);

  bool bad() const { return shared_.failure.has_value(); }
  std::nullptr_t error(std::string text);
  std::nullptr_t unexpected(const Token& token, std::string_view context);

  Node* make(NodeKind kind, const Token& token) {
    Source* const source = shared_.source.get();
    return source->arena.make<Node>(kind, source, token.position, token.line);
  }
  Node* make_named(NodeKind kind, const Token& token, std::string_view name);
  Node* make_variable(const Token& token);
  int slot(std::string_view name);
  /// Takes from the shared stacks what lies above `mark`.
  Node::Nodes take_nodes(std::size_t mark);
  std::span<const std::string_view> take_names(std::size_t mark);

  void add();
  /// A list of what stands before `end`, which is the node of `end` or `else`.
  Node* item_list(const Node*& end);
  Node* text_or_action();
  Node* action();
  Node* jump(NodeKind kind, std::string_view word, const Token& token);
  Node* else_control();
  Node* end_control();
  Node* control(NodeKind kind, std::string_view context);
  Node* block_control();
  Node* template_control();
  std::optional<std::string_view> template_name(const Token& token, std::string_view context);
  Node* pipeline(std::string_view context, TokenKind end);
  bool declarations(Node& pipe, std::string_view context);
  void check_pipeline(const Node& pipe, std::string_view context);
  Node* command();
  Node* operand();
  Node* term();
  Node* use_variable(const Token& token);

  ParseShared& shared_;
  std::string name_;
  Node* root_ = nullptr;
  std::array<Token, 3> tokens_{};
  std::size_t peeked_ = 0;
  std::vector<std::string_view> variables_{"$"};
  int action_line_ = 0;
  int range_depth_ = 0;
};

}  // namespace rumbo::script
