#include "render/helm/json_path_parser.h"

#include <charconv>
#include <fmt/format.h>

#include "base/strings.h"

namespace rumbo::render::helm {
namespace {

using Node = JsonPathNode;
using Kind = Node::Kind;

constexpr std::size_t kMostText = 64 << 10;
constexpr int kMostDepth = 32;
constexpr std::string_view kTerminators = " \t\r\n.,[]$@{}";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return c == '_' || is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

tl::unexpected<Error> wrong(std::string message) {
  return fail(Code::invalid, std::move(message));
}

/// The text of quotes, with Go's simple escapes.
std::string unquoted(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
  }
  return out;
}

class Parser {
 public:
  Parser(std::string_view text, int depth) : text_(text), depth_(depth) {}

  /// The whole template.
  Result<std::vector<Node>> all() {
    std::vector<Node> nodes;
    while (at_ < text_.size()) {
      const std::size_t brace = std::min(text_.find('{', at_), text_.size());
      if (brace > at_) nodes.push_back(leaf(Kind::text, text_.substr(at_, brace - at_)));
      at_ = brace;
      if (at_ == text_.size()) break;
      ++at_;
      nodes.push_back(TRY(action()));
    }
    return nodes;
  }

 private:
  static Node leaf(Kind kind, std::string_view text) {
    Node node;
    node.kind = kind;
    node.text = text;
    return node;
  }

  /// Up to the closing brace, which is taken too.
  Result<Node> action() {
    if (depth_ > kMostDepth) return wrong("nested too deeply");
    Node list;
    while (true) {
      const std::string_view rest = text_.substr(at_);
      if (rest.starts_with('}')) {
        ++at_;
        return list;
      }
      if (rest.starts_with("[?(")) {
        list.children.push_back(TRY(filter()));
      } else if (rest.starts_with("..")) {
        TRY(recursive(list));
      } else {
        TRY(one(list));
      }
    }
  }

  Result<> one(Node& list) {
    if (at_ >= text_.size()) return wrong("unclosed action");
    const char c = text_[at_];
    if (c == '\r' || c == '\n') return wrong("unclosed action");
    if (c == ' ' || c == '@' || c == '$') {
      ++at_;
    } else if (c == '[') {
      return array(list);
    } else if (c == '"' || c == '\'') {
      return quote(list);
    } else if (c == '.') {
      ++at_;
      field(list);
    } else if (c == '+' || c == '-' || is_digit(c)) {
      return number(list);
    } else if (is_word(c)) {
      const std::size_t end = std::min(text_.find_first_of(kTerminators, at_), text_.size());
      const std::string_view word = text_.substr(at_, end - at_);
      at_ = end;
      const bool boolean = word == "true" || word == "false";
      list.children.push_back(leaf(boolean ? Kind::boolean : Kind::identifier, word));
    } else {
      return wrong(fmt::format("unrecognized character in action: U+{:04X} '{}'",
                               static_cast<unsigned char>(c), c));
    }
    return {};
  }

  void field(Node& list) {
    std::string name;
    while (at_ < text_.size() && kTerminators.find(text_[at_]) == kTerminators.npos) {
      if (text_[at_] == '\\' && ++at_ == text_.size()) break;
      name += text_[at_++];
    }
    list.children.push_back(name == "*" ? leaf(Kind::wildcard, "") : leaf(Kind::field, name));
  }

  Result<> recursive(Node& list) {
    if (!list.children.empty() && list.children.back().kind == Kind::recursive) {
      return wrong("invalid multiple recursive descent");
    }
    at_ += 2;
    list.children.push_back(leaf(Kind::recursive, ""));
    if (at_ < text_.size() && is_word(text_[at_])) field(list);
    return {};
  }

  Result<> number(Node& list) {
    const std::size_t from = at_++;
    while (at_ < text_.size() && (text_[at_] == '.' || is_digit(text_[at_]))) ++at_;
    const std::string_view word = text_.substr(from, at_ - from);
    const std::string_view digits = word.starts_with('+') ? word.substr(1) : word;
    Node node = leaf(digits.find('.') == digits.npos ? Kind::integer : Kind::real, word);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), node.number);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) {
      return wrong(fmt::format("cannot parse number {}", word));
    }
    list.children.push_back(std::move(node));
    return {};
  }

  Result<> quote(Node& list) {
    const char mark = text_[at_];
    const std::size_t from = ++at_;
    while (at_ < text_.size() && text_[at_] != '\n') {
      if (text_[at_] == mark && text_[at_ - 1] != '\\') {
        list.children.push_back(leaf(Kind::text, unquoted(text_.substr(from, at_ - from))));
        ++at_;
        return {};
      }
      ++at_;
    }
    return wrong("unterminated quoted string");
  }

  /// What stands in an expression of its own.
  Result<Node> inner(std::string_view text) const {
    const std::string whole = std::string(text) + "}";
    return Parser(whole, depth_ + 1).action();
  }

  Result<> array(Node& list) {
    const std::size_t end = text_.find_first_of("]\n", at_);
    if (end == text_.npos || text_[end] == '\n') return wrong("unterminated array");
    const std::string_view text = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    const auto parts = split(text, ',');
    if (parts.size() > 1) {
      Node all = leaf(Kind::join, "");
      for (const auto part : parts) {
        all.children.push_back(TRY(inner("[" + std::string(trim(part)) + "]")));
      }
      list.children.push_back(std::move(all));
      return {};
    }
    const bool quoted = text.size() >= 2 && text.front() == '\'' && text.back() == '\'' &&
                        text.find('\'', 1) == text.size() - 1;
    if (quoted) {
      Node key = TRY(inner("." + std::string(text.substr(1, text.size() - 2))));
      for (Node& node : key.children) list.children.push_back(std::move(node));
      return {};
    }
    list.children.push_back(TRY(slice(text == "*" ? ":" : text)));
    return {};
  }

  static Result<Node> slice(std::string_view text) {
    Node node = leaf(Kind::slice, "");
    const auto parts = split(text, ':');
    node.single = parts.size() == 1;
    bool good = parts.size() <= 3 && !(node.single && text.empty());
    for (std::size_t i = 0; good && i < parts.size(); ++i) {
      if (parts[i].empty()) continue;
      node.slice[i] = parse_int(parts[i]);
      good = node.slice[i].has_value();
    }
    if (!good) return wrong(fmt::format("invalid array index {}", text));
    return node;
  }

  Result<Node> filter() {
    at_ += 3;
    const std::size_t from = at_;
    char mark = 0;
    for (; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
      const char c = text_[at_];
      if (mark != 0) {
        if (c == mark && text_[at_ - 1] != '\\') mark = 0;
      } else if (c == '"' || c == '\'') {
        mark = c;
      } else if (c == ')') {
        break;
      }
    }
    if (at_ >= text_.size() || text_[at_] == '\n') return wrong("unterminated filter");
    const std::string_view text = text_.substr(from, at_ - from);
    if (!text_.substr(at_).starts_with(")]")) return wrong("unclosed array expect ]");
    at_ += 2;
    constexpr std::string_view kOperators = "!<>=";
    const std::size_t begin = text.find_first_of(kOperators);
    const std::size_t end = begin == text.npos
                                ? begin
                                : std::min(text.find_first_not_of(kOperators, begin), text.size());
    if (begin == text.npos || begin == 0 || end == text.size()) {
      Node node = leaf(Kind::filter, "exists");
      node.children.push_back(TRY(inner(text)));
      return node;
    }
    Node node = leaf(Kind::filter, text.substr(begin, end - begin));
    node.children.push_back(TRY(inner(text.substr(0, begin))));
    node.children.push_back(TRY(inner(text.substr(end))));
    return node;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_;
};

}  // namespace

Result<std::vector<JsonPathNode>> parse_json_path(std::string_view text) {
  if (text.size() > kMostText) return fail(Code::too_large, "longer than 64 KiB");
  return Parser(text, 0).all();
}

}  // namespace rumbo::render::helm
