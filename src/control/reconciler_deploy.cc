// Deploying what the sources say.
#include <algorithm>

#include "base/log.h"
#include "base/strings.h"
#include "control/dependencies.h"
#include "control/reconciler.h"

namespace rumbo::control {
namespace {

const Actor kAutomation{"automation"};
constexpr Duration kSoon = 1s;

}  // namespace

/// If all is committed that the last resolved revisions want: that, without rendering it again.
std::optional<Reconciler::Rendered> Reconciler::at_rest(
    const std::vector<Placement>& placements) const {
  Rendered out;
  for (const Placement& one : placements) {
    const auto source = core_.desired().source(source_key(one));
    if (!source || !source->revision) return std::nullopt;
    const auto digest = core_.desired().known_digest(one.scope, *source->revision);
    const engine::ScopeState state = core_.state(one.scope);
    if (!digest || !state.committed || state.committed->manifest_digest != *digest) {
      return std::nullopt;
    }
    engine::ScopeInput input;
    input.scope = one.scope;
    input.revision = *source->revision;
    input.manifest_digest = *digest;
    out.inputs.push_back(std::move(input));
    out.state += one.scope.to_string() + "=" + *digest + " ";
  }
  return out;
}

/// The manifests at the last resolved revisions.
Result<Reconciler::Rendered> Reconciler::render(const std::vector<Placement>& placements) {
  if (auto known = at_rest(placements)) return std::move(*known);
  Rendered out;
  for (const Placement& one : placements) {
    const auto source = core_.desired().source(source_key(one));
    if (!source || !source->revision) {
      return fail(Code::unavailable, one.scope.to_string() + ": its source did not answer yet",
                  Retry::later);
    }
    out.inputs.push_back(
        TRY(core_.desired().render(one, *source->revision, {}, within(options_.fetch_timeout))));
    const engine::ScopeState state = core_.state(one.scope);
    const Digest& digest = out.inputs.back().manifest_digest;
    out.state += one.scope.to_string() + "=" + digest + " ";
    if (!state.committed || state.committed->manifest_digest != digest) out.pending = true;
  }
  return out;
}

void Reconciler::again(std::size_t batch, MonoTime when) {
  state_.with([&](State& state) {
    Batch& one = state.batches[batch];
    // A new revision that came meanwhile is not kept waiting.
    if (!one.dirty) one.not_before = when;
    one.dirty = true;
  });
}

/// Others it depends on come first: each must be deployed, at rest, and healthy.
bool Reconciler::waits_for_others(std::size_t batch) {
  const auto [needed, restless] = state_.with([&](const State& state) {
    const std::vector<Scope> all =
        dependencies_of(state.batches[batch].placements, core_.placements());
    const bool busy = std::any_of(all.begin(), all.end(), [&](const Scope& scope) {
      const auto it = state.watched.find(scope);
      if (it == state.watched.end()) return false;
      const Batch& other = state.batches[it->second.batch];
      return other.dirty || other.busy;
    });
    return std::pair(all, busy);
  });
  if (restless) return true;
  return std::any_of(needed.begin(), needed.end(), [&](const Scope& scope) {
    if (!core_.state(scope).committed) return true;
    const HealthStatus status = live_.look(scope, Consistency::cached, within(1min)).health.status;
    return status != HealthStatus::ready && status != HealthStatus::suspended;
  });
}

void Reconciler::deploy(std::size_t batch) {
  const auto placements =
      state_.with([&](const State& state) { return state.batches[batch].placements; });
  if (waits_for_others(batch)) {
    again(batch, core_.clock().mono() + kSoon);
  } else if (auto rendered = render(placements)) {
    run_deploy(batch, std::move(*rendered));
  } else {
    std::string revisions;
    for (const Placement& one : placements) {
      const auto source = core_.desired().source(source_key(one));
      if (source && source->revision) revisions += source->revision->id + " ";
    }
    trouble(batch, revisions, rendered.error());
  }
  state_.with([&](State& state) {
    state.batches[batch].busy = false;
    state.batches[batch].bringing.clear();
  });
  poke_scheduler();
}

void Reconciler::run_deploy(std::size_t batch, Rendered rendered) {
  if (!rendered.pending) {
    state_.with([&](State& state) { state.batches[batch].retries.succeeded(); });
    return;
  }
  if (core_.frozen()) return;  // whoever ends that pokes
  const bool gave_up = state_.with(
      [&](const State& state) { return state.batches[batch].gave_up == rendered.state; });
  if (gave_up) return;
  for (const engine::ScopeInput& input : rendered.inputs) {
    const engine::ScopeState state = core_.state(input.scope);
    const bool differs =
        !state.committed || state.committed->manifest_digest != input.manifest_digest;
    if (state.open) return again(batch, core_.clock().mono() + kSoon);
    if (state.paused) return;
    if (!differs) continue;
    // Quarantined, held or manual: a person or another revision moves it on.
    if (!input.policy.automated || !state.may_deploy(input.manifest_digest)) return;
  }
  const std::string wanted = rendered.state;
  const engine::Request request = core_.request(std::move(rendered.inputs), kAutomation);
  if (still_refused(batch, request, wanted)) {
    return again(batch, core_.clock().mono() + options_.refused_again);
  }
  state_.with([&](State& state) { state.batches[batch].bringing = wanted; });
  auto report = core_.run(request);
  if (report) return after_deploy(batch, wanted, *report);
  trouble(batch, wanted, report.error());
}

/// What was refused once is only planned again, without a record, until nothing speaks against it.
bool Reconciler::still_refused(std::size_t batch, const engine::Request& request,
                               const std::string& wanted) {
  const bool refused =
      state_.with([&](const State& state) { return state.batches[batch].refused == wanted; });
  if (!refused) return false;
  const auto plan = core_.executor().plan(request);
  return !plan || !plan->refusals.empty();
}

void Reconciler::after_deploy(std::size_t batch, const std::string& wanted,
                              const engine::Report& report) {
  using Kind = engine::Report::Kind;
  const MonoTime now = core_.clock().mono();
  switch (report.kind) {
    case Kind::committed:
    case Kind::nothing_to_do:
      state_.with([&](State& state) {
        Batch& one = state.batches[batch];
        one.retries.succeeded();
        one.reported.clear();
        one.refused.clear();
        for (const Placement& placement : one.placements) {
          state.watched[placement.scope].due = next_scan(placement.scope, now);
        }
      });
      return;
    case Kind::unchanged:
      if (!report.abort) {  // the plan was refused
        state_.with([&](State& state) { state.batches[batch].refused = wanted; });
        return again(batch, now + options_.refused_again);
      }
      [[fallthrough]];
    case Kind::restored:
      if (!report.abort) return;
      switch (report.abort->fault) {
        case engine::FaultClass::revision:        // quarantined: waits for another
        case engine::FaultClass::operator_asked:  // as a person wished
          return;
        case engine::FaultClass::superseded:
          return again(batch, now);
        case engine::FaultClass::outdated:
        case engine::FaultClass::infrastructure:
        case engine::FaultClass::conflict:
          return retry(batch, wanted);
      }
      return;
    case Kind::needs_operator:
    case Kind::suspended:
      return;  // open: recover() takes it up
  }
}

/// A failure before any transaction: recorded once for what was wanted, and retried if it may pass.
void Reconciler::trouble(std::size_t batch, const std::string& wanted, const Error& error) {
  if (stopping_.cancelled()) return;
  const std::string report = wanted + ": " + error.to_string();
  const auto [fresh, scopes] = state_.with([&](State& state) {
    Batch& one = state.batches[batch];
    std::vector<Scope> all;
    for (const Placement& placement : one.placements) all.push_back(placement.scope);
    const bool unseen = one.reported != report;
    one.reported = report;
    return std::pair(unseen, all);
  });
  const bool locked = error.code() == Code::conflict;
  if (fresh && !locked) {
    const auto noted = core_.note(error.retry() == Retry::never ? "refused" : "trouble", scopes,
                                  Value::object({{"message", error.to_string()}}), kAutomation);
    if (!noted) log(LogLevel::error, "reconciler", "{}", noted.error().to_string());
  }
  if (locked) return again(batch, core_.clock().mono() + kSoon);
  // The answer will not change until the revision does.
  if (error.retry() == Retry::never) return;
  retry(batch, wanted);
}

/// Once more, as late and as often as the application's `retry` says.
void Reconciler::retry(std::size_t batch, const std::string& wanted) {
  const MonoTime now = core_.clock().mono();
  std::vector<Scope> scopes;
  const auto when = state_.with([&](State& state) -> std::optional<MonoTime> {
    Batch& one = state.batches[batch];
    const RetryPolicy& policy = one.placements.front().deployment->sync.retry;
    if (policy.limit < 0 || one.retries.failures() < policy.limit) {
      return one.retries.failed(now, {policy.first, policy.most, policy.factor});
    }
    one.gave_up = wanted;
    for (const Placement& placement : one.placements) scopes.push_back(placement.scope);
    return std::nullopt;
  });
  if (when) return again(batch, *when);
  const auto noted =
      core_.note("gave-up", scopes,
                 Value::object({{"message",
                                 "not tried again by itself: sync.retry.limit is reached; a new "
                                 "revision or `rumbo sync` tries again"}}),
                 kAutomation);
  if (!noted) log(LogLevel::error, "reconciler", "{}", noted.error().to_string());
}

}  // namespace rumbo::control
