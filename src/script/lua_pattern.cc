#include "script/lua_pattern.h"

#include <cctype>

namespace rumbo::script {
namespace {

constexpr int kMaxDepth = 200;

bool in_class(unsigned char c, char letter) {
  bool yes = false;
  switch (std::tolower(static_cast<unsigned char>(letter))) {
    case 'a':
      yes = std::isalpha(c) != 0;
      break;
    case 'c':
      yes = std::iscntrl(c) != 0;
      break;
    case 'd':
      yes = std::isdigit(c) != 0;
      break;
    case 'g':
      yes = std::isgraph(c) != 0;
      break;
    case 'l':
      yes = std::islower(c) != 0;
      break;
    case 'p':
      yes = std::ispunct(c) != 0;
      break;
    case 's':
      yes = std::isspace(c) != 0;
      break;
    case 'u':
      yes = std::isupper(c) != 0;
      break;
    case 'w':
      yes = std::isalnum(c) != 0;
      break;
    case 'x':
      yes = std::isxdigit(c) != 0;
      break;
    default:
      return static_cast<unsigned char>(letter) == c;  // %. and the like: the character itself
  }
  return yes != (std::isupper(static_cast<unsigned char>(letter)) != 0);
}

}  // namespace

bool LuaPattern::is_plain(std::string_view pattern) {
  return pattern.find_first_of("^$*+?.([%-") == std::string_view::npos;
}

LuaPattern::Outcome LuaPattern::bad(const char* problem) {
  problem_ = problem;
  return Outcome::malformed;
}

LuaPattern::Outcome LuaPattern::match_at(std::size_t start) {
  count_ = 0;
  depth_ = 0;
  return match(start, 0);
}

std::size_t LuaPattern::class_end(std::size_t p) {
  const char first = pattern_[p++];
  if (first == '%') {
    if (p >= pattern_.size()) {
      problem_ = "malformed pattern (ends with '%')";
      return 0;
    }
    return p + 1;
  }
  if (first != '[') return p;
  if (p < pattern_.size() && pattern_[p] == '^') ++p;
  do {  // a ] at the start of the set is a character of it
    if (p >= pattern_.size()) break;
    p += pattern_[p] == '%' ? 2 : 1;
  } while (p < pattern_.size() && pattern_[p] != ']');
  if (p >= pattern_.size()) {
    problem_ = "malformed pattern (missing ']')";
    return 0;
  }
  return p + 1;
}

/// `p` is the '[' and `last` the ']' of a set.
bool LuaPattern::in_set(unsigned char c, std::size_t p, std::size_t last) const {
  bool wanted = true;
  if (pattern_[p + 1] == '^') {
    wanted = false;
    ++p;
  }
  for (++p; p < last; ++p) {
    if (pattern_[p] == '%' && p + 1 < last) {
      if (in_class(c, pattern_[++p])) return wanted;
    } else if (p + 2 < last && pattern_[p + 1] == '-') {
      if (static_cast<unsigned char>(pattern_[p]) <= c &&
          c <= static_cast<unsigned char>(pattern_[p + 2])) {
        return wanted;
      }
      p += 2;
    } else if (static_cast<unsigned char>(pattern_[p]) == c) {
      return wanted;
    }
  }
  return !wanted;
}

bool LuaPattern::is_single(std::size_t s, std::size_t p, std::size_t after) const {
  if (s >= subject_.size()) return false;
  const auto c = static_cast<unsigned char>(subject_[s]);
  switch (pattern_[p]) {
    case '.':
      return true;
    case '%':
      return in_class(c, pattern_[p + 1]);
    case '[':
      return in_set(c, p, after - 1);
    default:
      return static_cast<unsigned char>(pattern_[p]) == c;
  }
}

LuaPattern::Outcome LuaPattern::repeat_most(std::size_t s, std::size_t p, std::size_t after) {
  std::size_t times = 0;
  while (is_single(s + times, p, after)) {
    if (--budget_ <= 0) return Outcome::exhausted;
    ++times;
  }
  for (;; --times) {
    const Outcome rest = match(s + times, after + 1);
    if (rest != Outcome::no || times == 0) return rest;
  }
}

LuaPattern::Outcome LuaPattern::repeat_least(std::size_t s, std::size_t p, std::size_t after) {
  for (;; ++s) {
    const Outcome rest = match(s, after + 1);
    if (rest != Outcome::no) return rest;
    if (!is_single(s, p, after)) return Outcome::no;
  }
}

LuaPattern::Outcome LuaPattern::open_capture(std::size_t s, std::size_t p) {
  if (count_ >= kMaxCaptures) return bad("too many captures");
  const bool position = p + 1 < pattern_.size() && pattern_[p + 1] == ')';
  captures_[static_cast<std::size_t>(count_)] = {s, 0, position, !position};
  ++count_;
  const Outcome rest = match(s, p + (position ? 2 : 1));
  if (rest == Outcome::no) --count_;
  return rest;
}

LuaPattern::Outcome LuaPattern::close_capture(std::size_t s, std::size_t p) {
  int open = count_ - 1;
  while (open >= 0 && !captures_[static_cast<std::size_t>(open)].open) --open;
  if (open < 0) return bad("invalid pattern capture");
  Capture& capture = captures_[static_cast<std::size_t>(open)];
  capture.open = false;
  capture.length = static_cast<std::ptrdiff_t>(s - capture.start);
  const Outcome rest = match(s, p + 1);
  if (rest == Outcome::no) capture.open = true;
  return rest;
}

LuaPattern::Outcome LuaPattern::balanced(std::size_t& s, std::size_t p) {
  if (p + 3 >= pattern_.size()) return bad("malformed pattern (missing arguments to '%b')");
  const char begin = pattern_[p + 2], end = pattern_[p + 3];
  if (s >= subject_.size() || subject_[s] != begin) return Outcome::no;
  int open = 1;
  for (std::size_t at = s + 1; at < subject_.size(); ++at) {
    if (--budget_ <= 0) return Outcome::exhausted;
    if (subject_[at] == end) {
      if (--open == 0) {
        s = at + 1;
        return Outcome::yes;
      }
    } else if (subject_[at] == begin) {
      ++open;
    }
  }
  return Outcome::no;
}

LuaPattern::Outcome LuaPattern::back_reference(std::size_t& s, char digit) {
  const int index = digit - '1';
  if (index < 0 || index >= count_ || captures_[static_cast<std::size_t>(index)].open) {
    return bad("invalid capture index in a pattern");
  }
  const Capture& capture = captures_[static_cast<std::size_t>(index)];
  const auto text = subject_.substr(capture.start, static_cast<std::size_t>(capture.length));
  budget_ -= static_cast<std::int64_t>(text.size());
  if (budget_ <= 0) return Outcome::exhausted;
  if (subject_.substr(s, text.size()) != text) return Outcome::no;
  s += text.size();
  return Outcome::yes;
}

LuaPattern::Outcome LuaPattern::match(std::size_t s, std::size_t p) {
  if (++depth_ > kMaxDepth) return bad("pattern too complex");
  struct Leave {
    int& depth;
    ~Leave() { --depth; }
  } leave{depth_};
  for (;;) {
    if (--budget_ <= 0) return Outcome::exhausted;
    if (p >= pattern_.size()) {
      for (int i = 0; i < count_; ++i) {
        if (captures_[static_cast<std::size_t>(i)].open) return bad("unfinished capture");
      }
      end_ = s;
      return Outcome::yes;
    }
    const char c = pattern_[p];
    const char next = p + 1 < pattern_.size() ? pattern_[p + 1] : '\0';
    if (c == '(') return open_capture(s, p);
    if (c == ')') return close_capture(s, p);
    if (c == '$' && p + 1 == pattern_.size()) {
      if (s != subject_.size()) return Outcome::no;
      ++p;
      continue;
    }
    if (c == '%' && next == 'b') {
      const Outcome found = balanced(s, p);
      if (found != Outcome::yes) return found;
      p += 4;
      continue;
    }
    if (c == '%' && next == 'f') {
      p += 2;
      if (p >= pattern_.size() || pattern_[p] != '[') return bad("missing '[' after '%f'");
      const std::size_t after = class_end(p);
      if (after == 0) return Outcome::malformed;
      const auto before = s == 0 ? '\0' : subject_[s - 1];
      const auto here = s < subject_.size() ? subject_[s] : '\0';
      if (in_set(static_cast<unsigned char>(before), p, after - 1) ||
          !in_set(static_cast<unsigned char>(here), p, after - 1)) {
        return Outcome::no;
      }
      p = after;
      continue;
    }
    if (c == '%' && next >= '0' && next <= '9') {
      const Outcome found = back_reference(s, next);
      if (found != Outcome::yes) return found;
      p += 2;
      continue;
    }
    const std::size_t after = class_end(p);
    if (after == 0) return Outcome::malformed;
    const char suffix = after < pattern_.size() ? pattern_[after] : '\0';
    if (suffix == '*') return repeat_most(s, p, after);
    if (suffix == '-') return repeat_least(s, p, after);
    const bool single = is_single(s, p, after);
    if (suffix == '+') return single ? repeat_most(s + 1, p, after) : Outcome::no;
    if (suffix == '?') {
      if (single) {
        const Outcome with = match(s + 1, after + 1);
        if (with != Outcome::no) return with;
      }
      p = after + 1;
      continue;
    }
    if (!single) return Outcome::no;
    ++s;
    p = after;
  }
}

}  // namespace rumbo::script
