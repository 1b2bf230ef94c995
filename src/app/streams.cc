#include "app/streams.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace rumbo::app {
namespace {

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(fd, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

/// A pipe that can be written to has room for PIPE_BUF bytes, 4 KiB; one that nobody will read any
/// more takes all.
bool takes(int fd) {
  pollfd one{fd, POLLOUT, 0};
  return ::poll(&one, 1, 0) == 1;
}

bool holds(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 7> kGood{"Synced",  "Ready", "committed",   "ok",
                                                "healthy", "done",  "wave_healthy"};
constexpr std::array<std::string_view, 10> kBad{
    "Failed",  "Missing", "needs-operator", "needs_operator", "failed",
    "failure", "refused", "error",          "abort",          "unhealthy"};
constexpr std::array<std::string_view, 9> kBetween{"OutOfSync", "Progressing", "Suspended",
                                                   "restored",  "suspended",   "quarantine",
                                                   "warning",   "hold",        "undo_intent"};

}  // namespace

Streams real_streams() {
  std::signal(SIGPIPE, SIG_IGN);
  Streams streams;
  streams.out = [](std::string_view text) { write_all(STDOUT_FILENO, text); };
  streams.err = [](std::string_view text) { write_all(STDERR_FILENO, text); };
  streams.err_takes = [] { return takes(STDERR_FILENO); };
  streams.out_terminal = ::isatty(STDOUT_FILENO) == 1;
  streams.err_terminal = ::isatty(STDERR_FILENO) == 1;
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  streams.color = streams.out_terminal && !holds("NO_COLOR") && !dumb;
  if (dumb) streams.err_terminal = false;  // cannot redraw lines
  winsize size{};
  if (streams.err_terminal && ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    streams.width = size.ws_col;
  }
  return streams;
}

std::string Paint::wrap(std::string_view code, std::string_view text) const {
  if (!on || text.empty()) return std::string(text);
  std::string out = "\x1b[";
  out += code;
  out += 'm';
  out += text;
  return out + "\x1b[0m";
}

std::string Paint::tint(std::string_view text, std::size_t which) const {
  constexpr std::string_view kCodes[] = {"36", "33", "35", "32", "34", "96"};
  return wrap(kCodes[which % std::size(kCodes)], text);
}

std::string Paint::word(std::string_view text) const {
  if (is_one_of(kGood, text)) return good(text);
  if (is_one_of(kBad, text)) return bad(text);
  if (is_one_of(kBetween, text)) return warn(text);
  return std::string(text);
}

}  // namespace rumbo::app
