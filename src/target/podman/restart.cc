#include "target/podman/restart.h"

#include <algorithm>

namespace rumbo::target::podman {
namespace {

constexpr Duration kFirstPause = 10s;
constexpr Duration kLongestPause = 5min;
constexpr Duration kForgottenAfter = 10min;
/// Podman restarts a dead container itself within this time; we do it if it does not.
constexpr Duration kPodmanFirst = 1s;

}  // namespace

void RestartKeeper::die(MonoTime now, bool forgets) {
  if (forgets && now - running_since_ >= kForgottenAfter) deaths_ = 0;
  ++deaths_;
  Duration pause{0};
  if (deaths_ > 1) {
    pause = kFirstPause;
    for (int i = 2; i < deaths_ && pause < kLongestPause; ++i) pause *= 2;
    pause = std::min(pause, kLongestPause);
  }
  may_run_ = now + pause;
  waiting_ = pause > Duration(0);
  dead_ = true;
}

RestartKeeper::Do RestartKeeper::step(const ContainerSight& seen, RestartPolicy policy,
                                      MonoTime now, int most_restarts) {
  const bool forgets = most_restarts < 0;
  const bool running = seen.state == RunState::running;
  if (seen.state == RunState::created) return Do::nothing;  // its first start is not ours to give
  if (!seen_) {
    seen_ = true;
    pid_ = running ? seen.pid : 0;
    running_since_ = now;
    if (running) return Do::nothing;
    dead_ = true;  // before our time: after a reboot, or finished
    last_exit_ = seen.exit_code;
    may_run_ = now;
    // What runs to an end may have failed before the first look.
    if (policy == RestartPolicy::on_failure && seen.exit_code != 0) deaths_ = 1;
  } else if (running && seen.pid != pid_) {
    if (pid_ != 0 && !dead_) die(now, forgets);  // it died and was started again between two looks
    pid_ = seen.pid;
    running_since_ = now;
    dead_ = false;
    held_ = false;
  } else if (!running && started_) {
    last_exit_ = seen.exit_code;  // it ran and ended between two looks
    die(now, forgets);
  } else if (!running && !dead_) {
    dead_ = true;
    pid_ = 0;
    if (!held_) {
      last_exit_ = seen.exit_code;
      die(now, forgets);
    }
  }
  started_ = false;
  if (running) {
    if (waiting_ && now < may_run_ && policy == RestartPolicy::always) {
      held_ = true;
      return Do::stop;
    }
    waiting_ = false;
    return Do::nothing;
  }
  // Asked after this death was counted: it may have been the last that is forgiven.
  const bool exhausted = most_restarts >= 0 && deaths_ > most_restarts;
  const bool again = !exhausted && (policy == RestartPolicy::always ||
                                    (policy == RestartPolicy::on_failure && last_exit_ != 0));
  if (!again) {
    waiting_ = false;
    return Do::nothing;
  }
  const bool podman_does = policy == RestartPolicy::always && deaths_ > 0 && !held_;
  if (now < (podman_does ? may_run_ + kPodmanFirst : may_run_)) {
    return Do::nothing;
  }
  waiting_ = false;
  held_ = false;
  started_ = true;
  return Do::start;
}

std::string RestartKeeper::reason() const {
  if (waiting_) return "CrashLoopBackOff";
  return dead_ && last_exit_ != 0 ? "Error" : "";
}

std::string RestartKeeper::message() const {
  std::string out = last_exit_ >= 0 ? "exit " + std::to_string(last_exit_) : std::string();
  if (!why_.empty()) out += (out.empty() ? "" : ": ") + why_;
  return out;
}

}  // namespace rumbo::target::podman
