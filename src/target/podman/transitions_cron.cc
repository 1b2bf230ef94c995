// CronJobs: the record's part. One run is a Job of its own, as if somebody had deployed it.
#include <algorithm>
#include <fmt/core.h>

#include "base/cron.h"
#include "base/time_zone.h"
#include "crypto/digest.h"
#include "target/podman/transitions.h"

namespace rumbo::target::podman {
namespace {

constexpr int kMostMissed = 100;  // as the controller: older ones are not counted one by one

bool is_cron(const ObjectKey& key) {
  return key.kind == "CronJob";
}

/// A schedule in the time zone it is written for.
struct Clockwork {
  CronSchedule schedule;
  std::string zone;  ///< TZif bytes; empty: UTC

  static Result<Clockwork> of(const Value& spec, const ZoneFiles& zones) {
    Clockwork out{TRY(CronSchedule::parse(spec["schedule"].as_string())), {}};
    const std::string name = spec["timeZone"].str();
    if (name.empty() || name == "UTC") return out;
    auto bytes = zones(name);
    if (!bytes) {
      return fail(Error(Code::unavailable, "this machine knows no time zone `" + name + "`")
                      .with_hint("install tzdata, or write the schedule in UTC"));
    }
    out.zone = *std::move(bytes);
    return out;
  }

  std::optional<WallTime> next_after(WallTime time) const {
    if (zone.empty()) return schedule.next_after(time);
    return schedule.next_after(time, [this](std::int64_t at) -> std::int64_t {
      const auto there = zone_at(zone, at);
      return there ? there->offset : 0;
    });
  }
};

/// The newest time that is due and not worked off; nullopt if none is.
std::optional<WallTime> newest_due(const Clockwork& clockwork, WallTime after, WallTime now) {
  std::optional<WallTime> due;
  for (int i = 0; i < kMostMissed; ++i) {
    const auto next = clockwork.next_after(due.value_or(after));
    if (!next || *next > now) return due;
    due = next;
  }
  return due;
}

std::vector<std::string> runs_of(const Record& record, const ObjectKey& cron, bool active_only) {
  std::vector<std::pair<WallTime, std::string>> found;
  for (const auto& [revision, thing] : record.runs) {
    const Value& owner = thing.object["metadata"]["labels"]["rumbo.dev/cronjob"];
    if (owner.as_string() != cron.name || thing.object["metadata"]["namespace"] != Value(cron.ns)) {
      continue;
    }
    if (!active_only || !thing.outcome) found.emplace_back(thing.since, revision);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> out;
  for (auto& [since, revision] : found) out.push_back(std::move(revision));
  return out;
}

void drop_run(Record& record, const std::string& revision, WallTime now) {
  const auto run = record.runs.find(revision);
  if (run == record.runs.end()) return;
  let_leave(record, run->second, now);
  record.runs.erase(run);
}

/// successfulJobsHistoryLimit and failedJobsHistoryLimit.
bool forget_old_runs(Record& record, const ObjectKey& key, const Value& spec, WallTime now) {
  std::int64_t complete = 0, failed = 0;
  bool changed = false;
  auto runs = runs_of(record, key, false);
  std::reverse(runs.begin(), runs.end());
  for (const std::string& revision : runs) {
    const auto& outcome = record.runs.at(revision).outcome;
    if (!outcome) continue;
    std::int64_t& count = outcome->complete ? complete : failed;
    const std::int64_t limit = outcome->complete ? spec["successfulJobsHistoryLimit"].as_int(3)
                                                 : spec["failedJobsHistoryLimit"].as_int(1);
    if (++count <= limit) continue;
    drop_run(record, revision, now);
    changed = true;
  }
  return changed;
}

Value job_of(const ObjectKey& key, const Value& cron, WallTime due) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(due.since_epoch).count();
  const Value& from = cron["spec"]["jobTemplate"];
  const Value labels = from["metadata"]["labels"].with("rumbo.dev/cronjob", key.name);
  const Value metadata = Value::object({{"annotations", from["metadata"]["annotations"]},
                                        {"labels", labels},
                                        {"name", fmt::format("{}-{}", key.name, minutes)},
                                        {"namespace", key.ns}});
  return Value::object({{"apiVersion", "batch/v1"},
                        {"kind", "Job"},
                        {"metadata", metadata},
                        {"spec", from["spec"]}});
}

Result<> run(Record& record, const ObjectKey& key, const Thing& cron, WallTime due, WallTime now,
             const InstallationId& install) {
  Thing thing;
  thing.object = job_of(key, cron.object, due);
  thing.version = record.next();
  thing.owner = cron.owner;
  thing.pins = cron.pins;
  thing.since = now;
  const ObjectKey job = key_of(thing.object);
  thing.uid =
      crypto::sha256(install.value + job.to_string() + std::to_string(thing.version)).substr(7, 32);
  thing.revision = revision_name(thing.owner, job, thing.version);
  TRY(add_replicas(record, job, thing));
  record.runs.emplace(thing.revision, std::move(thing));
  return {};
}

Result<bool> work_off(Record& record, const ObjectKey& key, const InstallationId& install,
                      WallTime now, const ZoneFiles& zones) {
  const Thing cron = record.current.at(key);
  const Value& spec = cron.object["spec"];
  bool changed = forget_old_runs(record, key, spec, now);
  auto clockwork = Clockwork::of(spec, zones);
  if (!clockwork) return fail(std::move(clockwork).error().with_context(key.to_string()));
  const auto until = record.crons.find(key);
  const WallTime after =
      std::max(cron.since, until == record.crons.end() ? WallTime() : until->second);
  const auto due = newest_due(*clockwork, after, now);
  if (!due) return changed;
  record.crons[key] = now;
  const Value& deadline = spec["startingDeadlineSeconds"];
  const bool late = deadline.is_integer() && now.since_epoch - due->since_epoch >
                                                 Duration(std::chrono::seconds(deadline.as_int()));
  if (spec["suspend"].as_bool() || cron.stopped || late) return true;
  const auto active = runs_of(record, key, true);
  const std::string_view policy = spec["concurrencyPolicy"].as_string("Allow");
  if (policy == "Forbid" && !active.empty()) return true;
  if (policy == "Replace") {
    for (const std::string& revision : active) drop_run(record, revision, now);
  }
  TRY(run(record, key, cron, *due, now, install));
  return true;
}

}  // namespace

Result<bool> work_off_crons(Record& record, const InstallationId& install, WallTime now,
                            const ZoneFiles& zones) {
  bool changed = false;
  std::vector<ObjectKey> keys;
  for (const auto& [key, thing] : record.current) {
    if (is_cron(key)) keys.push_back(key);
  }
  // One that cannot be worked off keeps no other from its time.
  std::optional<Error> trouble;
  for (const ObjectKey& key : keys) {
    const auto worked = work_off(record, key, install, now, zones);
    if (!worked) trouble = worked.error();
    changed = changed || worked.value_or(false);
  }
  // Whose CronJob is gone.
  std::vector<std::string> orphans;
  for (const auto& [revision, thing] : record.runs) {
    const Value& metadata = thing.object["metadata"];
    const ObjectKey cron{"batch", "CronJob", metadata["namespace"].str(),
                         metadata["labels"]["rumbo.dev/cronjob"].str()};
    if (!record.current.contains(cron)) orphans.push_back(revision);
  }
  for (const std::string& revision : orphans) drop_run(record, revision, now);
  const auto gone = std::erase_if(
      record.crons, [&](const auto& entry) { return !record.current.contains(entry.first); });
  changed = changed || !orphans.empty() || gone > 0;
  if (trouble && !changed) return fail(*std::move(trouble));
  return changed;
}

std::optional<WallTime> next_cron(const Record& record, const ZoneFiles& zones) {
  std::optional<WallTime> next;
  for (const auto& [key, thing] : record.current) {
    if (!is_cron(key)) continue;
    const auto clockwork = Clockwork::of(thing.object["spec"], zones);
    if (!clockwork) continue;
    const auto until = record.crons.find(key);
    const WallTime after =
        std::max(thing.since, until == record.crons.end() ? WallTime() : until->second);
    const auto due = clockwork->next_after(after);
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

}  // namespace rumbo::target::podman
