// CronJobs: the agent's part. What is due is recorded first, and then runs like any Job.
#include <algorithm>

#include "base/log.h"
#include "io/time_zone_file.h"
#include "target/podman/agent.h"
#include "target/podman/transitions.h"

namespace rumbo::target::podman {

MonoTime Agent::work_off_schedules(MonoTime now) {
  const auto record = parts_.store.read();
  const ZoneFiles zones = [this](std::string_view name) {
    return io::time_zone_file(parts_.env.files, name);
  };
  const bool any = !record->runs.empty() || !record->crons.empty() ||
                   std::any_of(record->current.begin(), record->current.end(),
                               [](const auto& entry) { return entry.first.kind == "CronJob"; });
  if (!any) return MonoTime::never();
  const WallTime wall = parts_.env.clock.wall();
  // Tried on a copy: most rounds change nothing, and every change of the record is a sync.
  Record trial = *record;
  const auto changes = work_off_crons(trial, parts_.install, wall, zones);
  Result<> done;
  if (!changes) {
    done = fail(changes.error());
  } else if (*changes) {
    done = parts_.store.change([&](Record& next) -> Result<> {
      TRY(work_off_crons(next, parts_.install, wall, zones));
      return {};
    });
    look_asked_ = true;
  }
  if (!done) log(LogLevel::warn, "podman", "a CronJob does not run: {}", done.error().to_string());
  const auto due = next_cron(*parts_.store.read(), zones);
  if (!due) return MonoTime::never();
  return now + std::max(due->since_epoch - wall.since_epoch, Duration(1s));
}

}  // namespace rumbo::target::podman
