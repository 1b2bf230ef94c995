// LuaPattern: Lua's patterns ("%d+", "^(%a+)-") with a bound on the work. Lua's own matcher runs
// exponentially long on some patterns, and no instruction count sees that.
// Rules: Lua 5.4 reference manual, section 6.4.1.
//
// Threads: one object belongs to one thread. It holds no heap memory, so that Lua's long jumps may
// leave it behind.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rumbo::script {

class LuaPattern {
 public:
  enum class Outcome { no, yes, malformed, exhausted };
  static constexpr int kMaxCaptures = 32;

  /// A capture: bytes of the subject, or with `position` only where it stands.
  struct Capture {
    std::size_t start = 0;
    std::ptrdiff_t length = 0;
    bool position = false;
    bool open = false;
  };

  /// `budget` is counted down, a unit a step; at zero every match is `exhausted`. A leading '^' is
  /// the caller's to cut off.
  LuaPattern(std::string_view subject, std::string_view pattern, std::int64_t& budget)
      : subject_(subject), pattern_(pattern), budget_(budget) {}

  /// Tries to match at exactly this offset.
  Outcome match_at(std::size_t start);
  /// Where the match ended; after `yes`.
  std::size_t end() const { return end_; }
  int captures() const { return count_; }
  const Capture& capture(int index) const { return captures_[static_cast<std::size_t>(index)]; }
  /// Why it is malformed.
  const char* problem() const { return problem_; }

  /// True if the text holds no character with a meaning in patterns.
  static bool is_plain(std::string_view pattern);

 private:
  Outcome match(std::size_t s, std::size_t p);
  Outcome open_capture(std::size_t s, std::size_t p);
  Outcome close_capture(std::size_t s, std::size_t p);
  Outcome repeat_most(std::size_t s, std::size_t p, std::size_t after);
  Outcome repeat_least(std::size_t s, std::size_t p, std::size_t after);
  Outcome balanced(std::size_t& s, std::size_t p);
  Outcome back_reference(std::size_t& s, char digit);
  Outcome bad(const char* problem);
  /// The end of the single-character class at `p`; 0 if malformed.
  std::size_t class_end(std::size_t p);
  bool is_single(std::size_t s, std::size_t p, std::size_t after) const;
  bool in_set(unsigned char c, std::size_t p, std::size_t last) const;

  std::string_view subject_, pattern_;
  std::int64_t& budget_;
  std::array<Capture, kMaxCaptures> captures_{};
  int count_ = 0;
  int depth_ = 0;
  std::size_t end_ = 0;
  const char* problem_ = "";
};

}  // namespace rumbo::script
