// Lexer: template text to tokens, exactly as Go cuts it, since error texts and positions show it.
//
// Threads: one at a time; the text must outlive it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rumbo::script {

enum class TokenKind : std::uint8_t {
  error,
  boolean,
  character,
  character_constant,
  complex,
  assign,
  declare,
  end_of_file,
  field,
  identifier,
  left_delimiter,
  left_paren,
  number,
  pipe,
  raw_string,
  right_delimiter,
  right_paren,
  space,
  string,
  text,
  variable,
  keyword,  ///< only a border: what follows are keywords
  block,
  break_,
  continue_,
  dot,
  define,
  else_,
  end,
  if_,
  nil,
  range,
  template_,
  with,
};

struct Token {
  TokenKind kind = TokenKind::error;
  std::uint32_t position = 0;
  int line = 0;
  std::string_view text;
  /// As Go prints it in messages: `"x"`, `<end>`, `EOF`.
  std::string describe() const;
};

class Lexer {
 public:
  explicit Lexer(std::string_view input) : input_(input) {}
  Token next();

 private:
  char32_t advance();
  char32_t advance_over_word();
  void back();
  char32_t peek();
  bool accept(std::string_view valid);
  void accept_run(std::string_view valid);
  bool looking_at(std::string_view text) const { return rest().starts_with(text); }
  std::string_view rest() const { return input_.substr(position_); }
  Token emit(TokenKind kind);
  Token error(std::string message);
  void ignore();
  void count_lines();
  bool at_right_delimiter(bool& trims) const;
  bool at_terminator();

  /// False if it went over to an action or the next text.
  bool lex_text(Token& out);
  bool lex_left_delimiter(Token& out);
  bool lex_comment(Token& out);
  Token lex_right_delimiter();
  Token lex_inside_action();
  Token lex_space();
  Token lex_identifier();
  Token lex_field_or_variable(TokenKind kind);
  Token lex_quoted(char quote, TokenKind kind, std::string_view what);
  Token lex_raw();
  Token lex_number();
  bool scan_number();

  std::string_view input_;
  std::size_t position_ = 0, start_ = 0;
  int line_ = 1, start_line_ = 1;
  int parens_ = 0;
  bool at_end_ = false, inside_action_ = false;
  std::string error_;
};

}  // namespace rumbo::script
