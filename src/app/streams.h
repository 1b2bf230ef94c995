// Streams: where a verb's output goes, and what is known of the other end.
//
// Threads: the functions may be called from any thread; lines of two threads do not mix.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace rumbo::app {

struct Streams {
  std::function<void(std::string_view)> out, err;
  /// Whether `err` takes a line of up to 4 KiB now, without waiting for who reads it; always, if
  /// not set.
  std::function<bool()> err_takes;
  bool out_terminal = false, err_terminal = false;
  bool color = false;  ///< of `out` and `err`; only where both the terminal and NO_COLOR allow it
  int width = 80;      ///< columns of the terminal
};

/// The process's own. SIGPIPE is ignored; what cannot be written is dropped.
Streams real_streams();

/// Colours for words people look for; plain when colours are off.
struct Paint {
  bool on = false;
  std::string good(std::string_view text) const { return wrap("32", text); }
  std::string bad(std::string_view text) const { return wrap("31", text); }
  std::string warn(std::string_view text) const { return wrap("33", text); }
  std::string dim(std::string_view text) const { return wrap("2", text); }
  std::string bold(std::string_view text) const { return wrap("1", text); }
  /// One of six colours, for telling many sources apart.
  std::string tint(std::string_view text, std::size_t which) const;
  /// By meaning: Synced, Ready, committed are good; Failed, needs-operator bad; the rest between.
  std::string word(std::string_view text) const;

 private:
  std::string wrap(std::string_view code, std::string_view text) const;
};

}  // namespace rumbo::app
