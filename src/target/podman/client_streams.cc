// The calls of the libpod API whose answers stream: logs, exec, events.
#include <algorithm>
#include <csignal>
#include <deque>
#include <fmt/core.h>
#include <fstream>
#include <string>
#include <utility>

#include "base/strings.h"
#include "codec/json.h"
#include "codec/json_lines.h"
#include "target/podman/answers.h"
#include "target/podman/client.h"
#include "target/podman/client_call.h"

namespace rumbo::target::podman {
namespace {

constexpr std::size_t kHead = 2048;  // of an exec's output: enough to tell Podman's own words

// What a streaming call collects while its status is not known yet: the body of a refusal.
class Refusal {
 public:
  void add(std::string_view piece) {
    if (text_.size() < kMost) text_.append(piece.substr(0, kMost - text_.size()));
  }
  const std::string& text() const { return text_; }
  // An error answer is one JSON object that begins so; no frame header does.
  bool plausible() const { return text_.starts_with('{'); }

 private:
  static constexpr std::size_t kMost = 8192;
  std::string text_;
};

}  // namespace

/// One log goes on across restarts: the earlier runs end where the present one began. Podman tells
/// the times of lines in whole seconds, so that lines of the second it began in may be of either:
/// they count as earlier only if there was an earlier run at all.
Result<> Client::previous_logs(const std::string& name, LogOptions options, const LineSink& sink,
                               const Cancel& cancel) const {
  constexpr std::size_t kMostLines = 100'000;
  const Value seen = TRY(inspect_container(name, cancel));
  const auto began = from_rfc3339(seen["State"]["StartedAt"].str());
  if (!began) return fail(Code::unavailable, "podman does not tell when " + name + " started");
  bool ran_before = seen["RestartCount"].as_int() > 0;
  const std::size_t most =
      options.tail < 0 ? kMostLines : std::min(kMostLines, static_cast<std::size_t>(options.tail));
  const bool stamped = options.timestamps;
  options.previous = false;
  options.timestamps = true;
  options.tail = -1;
  std::deque<std::string> kept;
  const auto keep = [&](std::string_view line) {
    const std::string_view stamp = line.substr(0, line.find(' '));
    const auto at = from_rfc3339(stamp);
    if (!at || *at >= *began) return true;
    ran_before = ran_before || began->since_epoch - at->since_epoch >= 1s;
    kept.emplace_back(stamped ? line : line.substr(std::min(line.size(), stamp.size() + 1)));
    if (kept.size() > most) kept.pop_front();
    return true;
  };
  TRY(logs(name, options, keep, cancel));
  if (!ran_before) return {};
  for (const std::string& line : kept) {
    if (!sink(line)) break;
  }
  return {};
}

Result<> Client::logs(const std::string& name, const LogOptions& options, const LineSink& sink,
                      const Cancel& cancel) const {
  if (options.previous) return previous_logs(name, options, sink, cancel);
  FrameReader frames;
  LineJoiner out;
  LineJoiner err;
  Refusal refusal;
  Result<> fed;
  bool stopped = false;
  Call call{.path = "/containers/" + url_escape(name) + "/logs",
            .query = {{"stdout", "true"},
                      {"stderr", "true"},
                      {"follow", options.follow ? "true" : "false"}},
            .what = "read the log of container " + name,
            .endless = options.follow};
  if (options.tail >= 0) call.query.emplace_back("tail", std::to_string(options.tail));
  if (options.since) call.query.emplace_back("since", to_rfc3339(*options.since));
  if (options.timestamps) call.query.emplace_back("timestamps", "true");
  call.sink = [&](std::string_view piece) {
    refusal.add(piece);
    if (refusal.plausible()) return true;
    auto more = frames.feed(piece, [&](FrameReader::Stream stream, std::string_view text) {
      return (stream == FrameReader::err ? err : out).feed(text, sink);
    });
    if (!more) {
      fed = fail(std::move(more).error());
      return false;
    }
    stopped = !*more;
    return *more;
  };
  auto answer = send(call, cancel);
  if (stopped) return {};
  if (!fed) return fail(std::move(fed).error().with_context(call.what));
  if (!answer) return fail(std::move(answer).error());
  if (answer->status >= 400) return fail(api_error(answer->status, refusal.text(), call.what));
  if (out.finish(sink)) err.finish(sink);
  return {};
}

Result<ExecResult> Client::exec(const std::string& name, const std::vector<std::string>& argv,
                                const ExecOptions& options, const Cancel& cancel) const {
  const std::string what = fmt::format("run a command in container {}", name);
  std::vector<Value> words(argv.begin(), argv.end());
  const Value body = Value::object(
      {{"AttachStdout", true}, {"AttachStderr", true}, {"Cmd", Value::array(std::move(words))}});
  const Cancel bounded = cancel.with_deadline(clock_.mono() + options.timeout);
  const Value created = TRY(ask({.method = "POST",
                                 .path = "/containers/" + url_escape(name) + "/exec",
                                 .body = body,
                                 .what = what},
                                bounded));
  const std::string session = created["Id"].str();

  ExecResult result;
  std::string head;
  FrameReader frames;
  Refusal refusal;
  Result<> fed;
  Call start{.method = "POST",
             .path = "/exec/" + url_escape(session) + "/start",
             .body = Value::object({{"Detach", false}, {"Tty", false}}),
             .what = what,
             .endless = true};
  start.sink = [&](std::string_view piece) {
    refusal.add(piece);
    if (refusal.plausible()) return true;
    auto more = frames.feed(piece, [&](FrameReader::Stream stream, std::string_view text) {
      if (head.size() < kHead) head.append(text.substr(0, kHead - head.size()));
      if (stream == FrameReader::fault) return true;
      const std::size_t room = options.max_output - result.output.size();
      result.output.append(text.substr(0, room));
      result.truncated = result.truncated || text.size() > room;
      return true;
    });
    if (more) return true;
    fed = fail(std::move(more).error());
    return false;
  };
  auto answer = send(start, bounded);
  if (!answer) {
    const Code code = answer.error().code();
    if (code == Code::timeout || code == Code::cancelled) kill_exec(session, name);
  }
  if (!answer && answer.error().code() == Code::timeout) {
    return fail(Code::timeout,
                fmt::format("the command in container {} did not end within {}", name,
                            rumbo::to_string(options.timeout)),
                Retry::later);
  }
  if (!answer) return fail(std::move(answer).error());
  if (!fed) return fail(std::move(fed).error().with_context(what));
  if (answer->status >= 400) return fail(api_error(answer->status, refusal.text(), what));

  const auto state = ask({.path = "/exec/" + url_escape(session) + "/json", .what = what}, cancel);
  if (!state && state.error().code() == Code::not_found) {
    // Podman forgets a session exit_command_delay after its end.
    return fail(Code::unavailable,
                fmt::format("podman no longer knows how the command in container {} ended", name),
                Retry::unknown_outcome);
  }
  if (!state) return fail(state.error());
  result.exit_code = static_cast<int>((*state)["ExitCode"].as_int(-1));
  // The runtime could not start it, which is not the program's answer: Podman says so in its place.
  const bool not_started = (result.exit_code == 126 || result.exit_code == 127) &&
                           head.starts_with("Error: ") &&
                           head.find("OCI runtime") != std::string::npos;
  if (not_started) {
    const std::string_view line = std::string_view(head).substr(0, head.find('\n'));
    return fail(Code::invalid, fmt::format("podman cannot {}: {}", what, printable(line, kHead)));
  }
  return result;
}

void Client::kill_exec(const std::string& session, const std::string& container) const {
  const Cancel brief = Cancel().with_deadline(clock_.mono() + 2s);
  const auto state =
      ask({.path = "/exec/" + url_escape(session) + "/json", .what = "look at an exec"}, brief);
  if (!state || !(*state)["Running"].as_bool()) return;
  const auto pid = (*state)["Pid"].as_int();
  const std::string id = (*state)["ContainerID"].str(container);
  if (pid <= 1 || id.empty()) return;
  // Podman's API cannot end an exec. Only a process in this container's cgroup is one.
  std::ifstream cgroup(fmt::format("/proc/{}/cgroup", pid));
  const std::string text((std::istreambuf_iterator<char>(cgroup)), {});
  if (text.find("libpod-" + id) == std::string::npos) return;
  ::kill(static_cast<pid_t>(pid), SIGKILL);
}

Result<> Client::events(std::optional<std::int64_t> since, const Filters& filters,
                        const ValueSink& sink, const Cancel& cancel) const {
  std::vector<Member> members;
  for (const auto& [name, values] : filters) {
    members.emplace_back(name, Value::array({values.begin(), values.end()}));
  }
  Call call{
      .path = "/events",
      .query = {{"stream", "true"}, {"filters", codec::to_json(Value::object(std::move(members)))}},
      .what = "send its events",
      .endless = true};
  if (since) call.query.emplace_back("since", std::to_string(*since));
  codec::JsonLines lines(std::size_t{1} << 20);
  Refusal refusal;
  Result<> fed;
  bool stopped = false;
  const auto read = [&]() -> Result<> {
    while (true) {
      const auto text = TRY(lines.next());
      if (!text) return {};
      const Value event = TRY(codec::parse_json(*text));
      // An error answer is one object too, but has no type.
      if (!event.contains("Type")) continue;
      if (!sink(event)) {
        stopped = true;
        return {};
      }
    }
  };
  call.sink = [&](std::string_view piece) {
    refusal.add(piece);
    lines.feed(piece);
    fed = read();
    return fed.has_value() && !stopped;
  };
  auto answer = send(call, cancel);
  if (stopped || cancel.cancelled()) return {};
  if (!fed) return fail(std::move(fed).error().with_context(call.what));
  if (!answer) return fail(std::move(answer).error());
  if (answer->status >= 400) return fail(api_error(answer->status, refusal.text(), call.what));
  return fail(Code::unavailable, "podman's event stream ended", Retry::later);
}

}  // namespace rumbo::target::podman
