#include "app/progress.h"

#include <fmt/core.h>

namespace rumbo::app {
namespace {
constexpr std::size_t kHeight = 20;
constexpr auto kFrame = std::chrono::milliseconds(120);
}  // namespace

Progress::Progress(const Session& session)
    : session_(session), live_(session.streams().err_terminal && !session.quiet()) {
  if (live_) ticker_ = std::thread([this] { turn(); });
}

Progress::~Progress() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (live_) draw();
  }
  stop_.notify_all();
  if (ticker_.joinable()) ticker_.join();
}

bool Progress::hear(const Value& event) {
  const std::lock_guard lock(mutex_);
  const auto line = model_.hear(event, session_.clock().mono());
  if (!line || session_.quiet()) return true;
  if (live_) {
    draw();
  } else {
    session_.streams().err(*line + "\n");
  }
  return true;
}

void Progress::draw() {
  if (model_.empty()) return;
  const auto lines =
      model_.lines(session_.clock().mono(), frame_,
                   static_cast<std::size_t>(session_.streams().width), kHeight, session_.paint());
  // One write between "begin" and "end of synchronized update": the terminal shows whole frames
  // only, and each line is overwritten in place, so nothing flickers.
  std::string out = "\x1b[?2026h";
  if (drawn_ > 0) out += fmt::format("\x1b[{}A", drawn_);
  for (const std::string& line : lines) out += "\r" + line + "\x1b[K\n";
  out += "\x1b[J\x1b[?2026l";
  session_.streams().err(out);
  drawn_ = lines.size();
}

void Progress::turn() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, kFrame, [this] { return stopped_; })) {
    ++frame_;
    draw();
  }
}

}  // namespace rumbo::app
