// Healing drift, taking up open transactions, and what becomes of applications that left the
// configuration.
#include <algorithm>

#include "base/log.h"
#include "base/strings.h"
#include "control/reconciler.h"

namespace rumbo::control {
namespace {

const Actor kAutomation{"automation"};
constexpr Duration kSoon = 1s;
constexpr Duration kFrozenAgain = 10s;  ///< a frozen target: a person may have decided
/// So often within so long the same edit is put right; then whoever makes it is left to people.
constexpr std::size_t kFights = 3;
constexpr Duration kFightsWithin = 10min;
constexpr Duration kQuiet = 10min;  ///< without drift for so long, the next heal is at once again

Value drift_value(const engine::DriftItem& item) {
  std::vector<Value> fields(item.fields.begin(), item.fields.end());
  return Value::object({{"object", item.key.to_string()},
                        {"kind", to_string(item.kind)},
                        {"fields", Value::array(std::move(fields))},
                        {"reason", item.reason}});
}

/// "drift: Deployment.apps shop/web changed by kubectl-edit at …: spec.replicas".
std::string drift_message(const std::vector<engine::DriftItem>& drift) {
  const engine::DriftItem& first = drift.front();
  std::string out = "drift: " + first.key.to_string() + " ";
  out += first.reason.empty() ? "is " + std::string(to_string(first.kind)) : first.reason;
  if (!first.fields.empty()) out += ": " + join(first.fields, ", ");
  if (drift.size() > 1) out += " (and " + std::to_string(drift.size() - 1) + " more)";
  return out;
}

/// "contested: Deployment.apps shop/web was changed by kubectl-edit at …: spec.replicas".
std::string contested_message(const std::vector<engine::DriftItem>& drift) {
  return "contested, " + drift_message(drift) + "; put right " + std::to_string(kFights) +
         " times within " + to_string(kFightsWithin) + ", and left as it is from now on";
}

}  // namespace

MonoTime Reconciler::next_scan(const Scope& scope, MonoTime now) const {
  const Target* target = core_.target(scope.target);
  const Duration quiet = target == nullptr ? Duration(0) : target->capabilities().quiet_for;
  if (quiet == Duration(0)) return now + options_.safety_scan;
  // Spread, so that many applications do not look at once.
  const auto spread = static_cast<std::uint64_t>(quiet.count() / 2);
  return now + quiet +
         Duration(static_cast<std::int64_t>(std::hash<std::string>()(scope.to_string()) % spread));
}

void Reconciler::check(const Scope& scope) {
  const MonoTime now = core_.clock().mono();
  const auto [fresh, reported, occupied, policy] = state_.with([&](State& state) {
    Watched& watched = state.watched.at(scope);
    const Batch& batch = state.batches[watched.batch];
    SyncPolicy mine;
    for (const Placement& one : batch.placements) {
      if (one.scope == scope) mine = one.deployment->sync;
    }
    return std::tuple(std::exchange(watched.fresh, false), watched.reported, batch.busy, mine);
  });
  const auto leave = [&](MonoTime due) {
    state_.with([&](State& state) {
      Watched& watched = state.watched.at(scope);
      watched.busy = false;
      watched.due = watched.fresh ? now : due;
    });
    poke_scheduler();
  };
  const engine::ScopeState state = core_.state(scope);
  if (!state.committed) return leave(next_scan(scope, now));
  // Drift under an open transaction is its runner's business; a deployment mends it on its way.
  if (state.open || occupied || core_.driving(scope)) return leave(now + kSoon);
  // What a deployment has just read or written is believed where a watch tells what happens to it.
  const Target* target = core_.target(scope.target);
  const bool hears = target != nullptr && target->capabilities().quiet_for != Duration(0);
  const Consistency unasked = hears ? Consistency::watched : Consistency::cached;
  const ScopeLive live = live_.look(scope, fresh ? Consistency::fresh : unasked, within(1min));
  if (live.error) return leave(now + options_.safety_scan);
  if (live.drift.empty()) {
    state_.with([&](State& all) {
      Watched& watched = all.watched.at(scope);
      watched.reported.clear();
      watched.unhealthy_since.reset();
      if (watched.not_before + kQuiet < now) watched.heals.succeeded();
    });
    return leave(next_scan(scope, now));
  }
  std::vector<Value> items;
  std::string told, edit;
  bool edited = false;
  for (const engine::DriftItem& item : live.drift) {
    items.push_back(drift_value(item));
    told += item.key.to_string() + std::string(to_string(item.kind));
    for (const std::string& field : item.fields) told += " " + field;
    if (item.kind == engine::DriftItem::Kind::unhealthy) continue;
    edited = true;
    if (item.fields.empty()) continue;  // what is gone is brought back however often
    edit += item.key.to_string() + std::string(to_string(item.kind));
    for (const std::string& field : item.fields) edit += " " + field;
  }
  if (told != reported) {
    const auto noted = core_.note("drift", {scope},
                                  Value::object({{"objects", Value::array(std::move(items))},
                                                 {"message", drift_message(live.drift)}}),
                                  kAutomation);
    if (!noted) log(LogLevel::error, "reconciler", "{}", noted.error().to_string());
  }
  const MonoTime allowed = state_.with([&](State& all) {
    Watched& watched = all.watched.at(scope);
    watched.reported = told;
    if (edited) return watched.not_before;
    // The target's own agent restarts what died; only what it cannot mend is healed.
    if (!watched.unhealthy_since) watched.unhealthy_since = now;
    return std::max(watched.not_before, *watched.unhealthy_since + options_.unhealthy_for);
  });
  if (!policy.self_heal || state.paused || core_.frozen() || !state.contested.empty()) {
    return leave(next_scan(scope, now));
  }
  if (!edit.empty() && is_contested(scope, edit, now)) {
    const auto noted =
        core_.note("contested", {scope},
                   Value::object({{"message", contested_message(live.drift)}}), kAutomation);
    if (!noted) log(LogLevel::error, "reconciler", "{}", noted.error().to_string());
    return leave(next_scan(scope, now));
  }
  if (allowed > now) return leave(allowed);
  heal(scope, edit);
  leave(core_.clock().mono() + kSoon);
}

bool Reconciler::is_contested(const Scope& scope, const std::string& edit, MonoTime now) {
  return state_.with([&](State& state) {
    Watched& watched = state.watched.at(scope);
    std::erase_if(watched.fights, [&](MonoTime at) { return now - at > kFightsWithin; });
    if (watched.fought != edit || watched.fights.size() < kFights) return false;
    watched.fights.clear();  // whoever lets it be healed again begins anew
    return true;
  });
}

void Reconciler::heal(const Scope& scope, const std::string& edit) {
  const auto request = core_.heal_request(scope, kAutomation);
  const auto busy = state_.with([&](State& state) {
    Batch& batch = state.batches[state.watched.at(scope).batch];
    if (batch.busy || !request) return true;
    batch.busy = true;
    batch.bringing = kHealing;
    return false;
  });
  if (busy) return;
  const auto report = core_.run(*request);
  const MonoTime now = core_.clock().mono();
  state_.with([&](State& state) {
    Watched& watched = state.watched.at(scope);
    Batch& batch = state.batches[watched.batch];
    batch.busy = false;
    batch.bringing.clear();
    const bool yielded =
        report && report->abort && report->abort->fault == engine::FaultClass::superseded;
    // Each heal in a row waits longer: who fights it out with another hand wins slowly.
    if (!report && report.error().code() == Code::denied) {
      watched.not_before = now + kFrozenAgain;  // nobody fought: it was not tried
    } else if (!yielded) {
      watched.not_before = watched.heals.failed(now, options_.retry);
    }
    if (report && report->kind == engine::Report::Kind::committed) {
      watched.reported.clear();
      watched.unhealthy_since.reset();
      if (watched.fought != edit) watched.fights.clear();
      watched.fought = edit;
      if (!edit.empty()) watched.fights.push_back(now);
    }
  });
  if (!report) {
    log(LogLevel::warn, "reconciler", "{}: not healed: {}", scope.to_string(),
        report.error().to_string());
  }
}

void Reconciler::recover(const TxnId& txn) {
  const auto report = core_.resume(txn);
  const MonoTime now = core_.clock().mono();
  const bool open = !report || report->kind == engine::Report::Kind::needs_operator ||
                    report->kind == engine::Report::Kind::suspended;
  state_.with([&](State& state) {
    OpenTxn& one = state.open[txn];
    one.busy = false;
    one.due = one.retries.failed(now, options_.retry);
    if (!open) state.open.erase(txn);
    if (open) return;
    for (Batch& batch : state.batches) {
      batch.dirty = true;
      batch.not_before = {};
    }
  });
  if (!report) {
    log(LogLevel::warn, "reconciler", "{} is still open: {}", txn.value,
        report.error().to_string());
  }
  poke_scheduler();
}

void Reconciler::abandon() {
  if (core_.frozen()) return;  // whoever ends that pokes
  const auto abandoned = core_.abandoned();
  if (!abandoned) {
    log(LogLevel::error, "reconciler", "{}", abandoned.error().to_string());
    return;
  }
  for (const auto& [scope, policy] : *abandoned) {
    if (core_.state(scope).open) continue;
    if (policy == DeletionPolicy::orphan) {
      const auto noted =
          core_.note("orphaned", {scope},
                     Value::object({{"message", "left the configuration; its objects are kept"}}),
                     kAutomation);
      if (!noted) log(LogLevel::error, "reconciler", "{}", noted.error().to_string());
      continue;
    }
    const auto request = core_.delete_request(scope, {}, kAutomation);
    const auto report =
        request ? core_.run(*request) : Result<engine::Report>(fail(Error(request.error())));
    if (!report) {
      log(LogLevel::warn, "reconciler", "{}: not deleted: {}", scope.to_string(),
          report.error().to_string());
    }
  }
}

}  // namespace rumbo::control
