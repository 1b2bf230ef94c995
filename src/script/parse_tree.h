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
  std::shared_ptr<const Source> source;
  const FunctionTable& functions;
  std::map<std::string, std::shared_ptr<Template>, std::less<>> trees;
  std::vector<std::string> order;
  std::map<std::string, int, std::less<>> slots;
  std::optional<Failure> failure;
  int nesting = 0;
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

  ParseShared& shared_;
  std::string name_;
  NodePtr root_;
  std::array<Token, 3> tokens_{};
  std::size_t peeked_ = 0;
  std::vector<std::string> variables_{"$"};
  int action_line_ = 0;
  int range_depth_ = 0;
};

}  // namespace rumbo::script
