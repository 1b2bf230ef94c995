// The verb logs: what containers wrote, of one workload or of whole applications.
#include <algorithm>
#include <map>

#include "app/handlers.h"
#include "app/interrupt.h"
#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::app {
namespace {

constexpr std::int64_t kMostTail = 1'000'000;

/// "5m" ago, or a time.
Result<std::optional<WallTime>> since_of(const Session& session) {
  const std::string text = session.invocation().value("since");
  if (text.empty()) return std::optional<WallTime>();
  if (const auto at = from_rfc3339(text)) return std::optional(*at);
  const auto ago = parse_duration(text);
  if (!ago || *ago < Duration(0)) {
    return fail(Error(Code::invalid,
                      "--since is neither a duration nor a time: `" + printable(text, 64) + "`")
                    .with_hint("write 30s, 5m, 1h30m or 2026-01-02T03:04:05Z"));
  }
  return std::optional(WallTime{session.clock().wall().since_epoch - *ago});
}

/// "[web-1a2b-0/app] " in the colour of its container.
class Prefix {
 public:
  explicit Prefix(const Session& session) : paint_(session.paint()) {}

  std::string of(const Value& event) {
    const std::string source = event["pod"].str() + "/" + event["container"].str();
    const auto [place, fresh] = known_.emplace(source, known_.size());
    return paint_.tint("[" + source + "]", place->second) + " ";
  }

 private:
  Paint paint_;
  std::map<std::string, std::size_t> known_;
};

}  // namespace

Result<int> run_logs(Session& session) {
  const Invocation& asked = session.invocation();
  control::ContainerLogOptions options;
  options.select = TRY(session.selector());
  // The last word is the object, unless it can only be an application.
  if (!asked.arguments.empty() && asked.arguments.back().find('@') == std::string::npos) {
    options.object = options.select.applications.back();
    options.select.applications.pop_back();
  }
  options.container = asked.value("container");
  options.all_containers = asked.has("all-containers");
  if (options.all_containers && !options.container.empty()) {
    return fail(Code::invalid, "--container and --all-containers exclude each other");
  }
  options.tail = asked.value("tail") == "all"
                     ? -1
                     : static_cast<int>(std::min(TRY(asked.number("tail", 100)), kMostTail));
  options.follow = asked.has("follow");
  options.previous = asked.has("previous");
  if (options.previous && options.follow) {
    return fail(Code::invalid, "--previous is over and cannot be followed");
  }
  options.timestamps = asked.has("timestamps");
  options.since = TRY(since_of(session));
  auto* operations = TRY(session.operations(Need::look));
  Prefix prefix(session);
  const auto sink = [&](const Value& event) {
    if (session.machine()) {
      session.print(codec::to_json(event) + "\n");
    } else {
      const bool named = asked.has("prefix") || event["several"].as_bool();
      session.print((named ? prefix.of(event) : "") + event["line"].str() + "\n");
    }
    return !interrupt().cancelled();
  };
  const auto done = operations->logs(options, sink, interrupt());
  if (!done && !interrupt().cancelled()) return fail(done.error());
  return kOk;
}

}  // namespace rumbo::app
