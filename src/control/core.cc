#include "control/core.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "control/workers.h"
#include "engine/health.h"
#include "engine/manifest_store.h"

namespace rumbo::control {
namespace {

constexpr std::size_t kPage = 1000;

std::string_view word(DeletionPolicy policy) {
  return policy == DeletionPolicy::remove ? "delete" : "orphan";
}

Value scopes_value(const std::vector<Scope>& scopes) {
  std::vector<Value> out;
  for (const Scope& scope : scopes) out.push_back(to_value(scope));
  return Value::array(std::move(out));
}

std::vector<Scope> scopes_in(const Value& body) {
  std::vector<Scope> out;
  for (const Value& scope : body["scopes"].items()) out.push_back(scope_from(scope));
  return out;
}

}  // namespace

// ---- History

void Core::History::apply(const Record& record) {
  if (record.seq <= states.seq()) return;
  states.apply(record);
  targets.apply(record);
  if (record.type == RecordType::commit) {
    // What a deletion kept is not tried again at each start.
    const bool deleted = record.body["cause"].as_string() == "delete";
    for (const Scope& scope : scopes_in(record.body)) {
      if (deleted) {
        orphaned[scope] = true;
      } else {
        orphaned.erase(scope);
      }
    }
  }
  if (record.type != RecordType::event) return;
  const std::string_view event = record.body["event"].as_string();
  if (event == "orphaned") {
    for (const Scope& scope : scopes_in(record.body)) orphaned[scope] = true;
  }
  if (event != "config") return;
  last_config = record.body["applications"];
  for (const Value& one : last_config.items()) {
    policies[scope_from(one["scope"])] = one["deletionPolicy"].as_string() == "delete"
                                             ? DeletionPolicy::remove
                                             : DeletionPolicy::orphan;
  }
}

Core::Core(CoreParts parts)
    : parts_(std::move(parts)),
      placements_(placements_of(parts_.config, parts_.environment_targets)),
      desired_(
          parts_.journal, parts_.source, parts_.files, parts_.renderers, parts_.clock,
          [this](const Scope& scope) -> std::optional<Desired::Committed> {
            const auto committed = state(scope).committed;
            if (!committed || !committed->manifest) return std::nullopt;
            return Desired::Committed{*committed->manifest, committed->revision.id};
          },
          [this](const Scope& scope, const std::vector<ObjectKey>& keys, const Cancel& cancel) {
            return read_live(scope, keys, cancel);
          },
          [this](const TargetId& id, const Cancel& cancel) -> Result<Served> {
            Target* const on = target(id);
            return on == nullptr ? Served{} : on->served(cancel);
          },
          [this](const TargetId& id, const ObjectKey& kind,
                 const Cancel& cancel) -> Result<std::optional<bool>> {
            Target* const on = target(id);
            if (on == nullptr) return std::optional<bool>();
            return on->namespaced(kind.group, kind.kind, cancel);
          }),
      guard_(
          parts_.journal, parts_.clock,
          [this] { return history_.with([](const History& history) { return history.targets; }); },
          [this](const Value& body) { return note("target", {}, body, {"automation"}); }) {
  engine::ExecutorParts executor{
      parts_.journal, parts_.targets, parts_.clock, {}, {}, {}, this, parts_.runner, {}};
  executor.pause = [this](MonoTime until) { pause(until); };
  executor.admit = [this](const TargetId& id) { return check_target(id); };
  executor.signals = [this](const TxnId& txn) { return signals(txn); };
  executor.run_all = [this](std::vector<std::function<void()>> work) {
    run_all(std::move(work), {});
  };
  executor_ = std::make_unique<engine::Executor>(executor, parts_.epoch, parts_.boot_id);
}

Core::~Core() = default;

Result<std::map<ObjectKey, Value>> Core::read_live(const Scope& scope,
                                                   const std::vector<ObjectKey>& keys,
                                                   const Cancel& cancel) const {
  Target* const on = target(scope.target);
  if (on == nullptr) return fail(Code::not_found, "no target `" + scope.target.value + "`");
  return engine::read_objects(*on, keys, cancel);
}

Result<std::unique_ptr<Core>> Core::open(CoreParts parts) {
  for (const Environment& environment : parts.config.environments) {
    const auto it = parts.environment_targets.find(environment.name);
    if (it == parts.environment_targets.end() || !parts.targets.contains(it->second)) {
      return fail(Code::internal, "environment `" + environment.name + "` has no target");
    }
  }
  std::unique_ptr<Core> core(new Core(std::move(parts)));
  TRY(core->read_history());
  Core* self = core.get();
  core->feed_ = core->parts_.journal.feed([self](const Record& record) { self->hear(record); });
  if (core->parts_.records_config) {
    TRY(core->record_config());
    // Where a transaction is still open under the former name, the next one takes it over.
    for (const Placement& one : core->placements_) {
      const auto former = core->former_names(one.scope);
      const bool open = std::any_of(former.begin(), former.end(), [&](const Scope& scope) {
        return core->state(scope).open.has_value();
      });
      if (!open) TRY(core->take_former_names(one.scope));
    }
  }
  return core;
}

Result<> Core::read_history() {
  for (Seq after = 0;;) {
    const auto records = TRY(parts_.journal.read({}, after, kPage));
    history_.with([&](History& history) {
      for (const Record& record : records) history.apply(record);
    });
    if (records.size() < kPage) return {};
    after = records.back().seq;
  }
}

/// Which applications there are, and what becomes of their objects once they are gone from here.
Result<> Core::record_config() {
  std::vector<Value> applications;
  std::vector<Scope> scopes;
  for (const Placement& one : placements_) {
    scopes.push_back(one.scope);
    applications.push_back(
        Value::object({{"scope", to_value(one.scope)},
                       {"source", location_of(one.source)},
                       {"ref", reference_of(one.source)},
                       {"path", path_of(one.source)},
                       {"deletionPolicy", word(one.application->deletion_policy)}}));
  }
  const Value value = Value::array(std::move(applications));
  if (history_.with([&](const History& history) { return history.last_config == value; })) {
    return {};
  }
  return note("config", scopes,
              Value::object({{"applications", value}, {"origin", parts_.config_origin}}),
              {"automation"});
}

void Core::hear(const Record& record) {
  history_.with([&](History& history) { history.apply(record); });
  if (record.type == RecordType::end && record.txn) {
    superseded_.with([&](auto& all) { all.erase(*record.txn); });
  }
}

engine::ScopeState Core::state(const Scope& scope) const {
  return with_states([&](const engine::ScopeStates& states) {
    const auto it = states.all().find(scope);
    if (it != states.all().end()) return it->second;
    engine::ScopeState none;
    none.scope = scope;
    return none;
  });
}

std::vector<Scope> Core::known_scopes() const {
  return with_states([](const engine::ScopeStates& states) {
    std::vector<Scope> out;
    for (const auto& [scope, state] : states.all()) {
      if (state.committed || state.open || state.last_txn) out.push_back(scope);
    }
    return out;
  });
}

Result<std::vector<std::pair<Scope, DeletionPolicy>>> Core::abandoned() const {
  std::set<Scope> owners;
  for (const auto& [scope, key] : TRY(parts_.journal.inventories())) owners.insert(scope);
  for (const Placement& one : placements_) {
    owners.erase(one.scope);
    // Under its former name it is the same application.
    for (const std::string& alias : one.application->aliases) {
      owners.erase(Scope{alias, one.scope.environment, one.scope.target});
    }
  }
  return history_.with([&](const History& history) {
    std::vector<std::pair<Scope, DeletionPolicy>> out;
    for (const Scope& scope : owners) {
      if (history.orphaned.contains(scope)) continue;
      const auto it = history.policies.find(scope);
      out.emplace_back(scope, it == history.policies.end() ? DeletionPolicy::orphan : it->second);
    }
    return out;
  });
}

Target* Core::target(const TargetId& id) const {
  const auto it = parts_.targets.find(id);
  return it == parts_.targets.end() ? nullptr : it->second;
}

const Placement* Core::placement(const Scope& scope) const {
  const auto it = std::find_if(placements_.begin(), placements_.end(),
                               [&](const Placement& one) { return one.scope == scope; });
  return it == placements_.end() ? nullptr : &*it;
}

SyncPolicy Core::policy(const Scope& scope) const {
  if (const Placement* here = placement(scope)) return here->deployment->sync;
  const auto committed = state(scope).committed;
  return committed ? committed->policy : SyncPolicy{};
}

std::optional<engine::Freeze> Core::frozen() const {
  return with_states([](const engine::ScopeStates& states) { return states.frozen(); });
}

Result<> Core::freeze(bool frozen, const std::string& reason, const Actor& actor) {
  return append(engine::freeze_draft(frozen, reason, actor, parts_.epoch));
}

// ---- Signals, waits, records

void Core::supersede(const Scope& scope, const std::string& by) {
  const auto open = state(scope).open;
  if (!open) return;
  superseded_.with([&](auto& all) { all[*open] = by; });
  wake();
}

void Core::suspend() {
  suspend_.store(true);
  wake();
}

engine::Signals Core::signals(const TxnId& txn) const {
  engine::Signals signals;
  signals.suspend = suspend_.load();
  superseded_.with([&](const auto& all) {
    const auto it = all.find(txn);
    if (it != all.end()) signals.superseded_by = it->second;
  });
  return signals;
}

void Core::wake() {
  {
    MutexLock lock(wake_mutex_);
    ++wakes_;
  }
  wake_.notify_all();
}

void Core::pause(MonoTime until) {
  if (parts_.pause) return parts_.pause(until);
  // In slices, so that a clock that jumps or a missed wake costs little.
  const Duration most = std::chrono::seconds(1);
  const Duration left = until - parts_.clock.mono();
  if (left <= Duration(0)) return;
  const auto end = std::chrono::steady_clock::now() + std::min(left, most);
  MutexLock lock(wake_mutex_);
  const std::uint64_t seen = wakes_;
  while (wakes_ == seen) {
    if (wake_.wait_until(wake_mutex_, end) == std::cv_status::timeout) break;
  }
}

void Core::run_all(std::vector<std::function<void()>> work,
                   const std::function<void()>& meanwhile) {
  if (work.empty()) return;
  if (parts_.run_all) return parts_.run_all(std::move(work), meanwhile);
  side_by_side(std::move(work), meanwhile);
}

Result<> Core::append(Draft draft) {
  TRY(parts_.journal.append({std::move(draft)}, Durability::synced));
  return {};
}

Result<> Core::compact() {
  Retention retention;
  int most = 0;
  for (const Application& application : parts_.config.applications) {
    most = std::max(most, application.revision_history_limit);
  }
  if (most > 0) retention.transactions_per_scope = most;
  return parts_.journal.compact(parts_.journal.head().seq + 1, retention);
}

Result<> Core::note(const std::string& event, const std::vector<Scope>& scopes, const Value& body,
                    const Actor& actor) {
  Draft draft;
  draft.type = RecordType::event;
  draft.actor = actor;
  draft.epoch = parts_.epoch;
  draft.body = body.with("event", event).with("scopes", scopes_value(scopes));
  return append(std::move(draft));
}

std::shared_ptr<void> Core::listen(WaitListener listener) {
  const int id = listeners_->with([&](Listeners& listeners) {
    listeners.all[listeners.next] = std::move(listener);
    return listeners.next++;
  });
  return std::shared_ptr<void>(nullptr, [all = listeners_, id](void*) {
    all->with([&](Listeners& listeners) { listeners.all.erase(id); });
  });
}

std::map<TargetId, Error> Core::unreachable() const {
  return unreachable_.with([](const auto& all) { return all; });
}

void Core::set_unreachable(const TargetId& target, const std::optional<Error>& why) {
  unreachable_.with([&](auto& all) {
    if (why) {
      all.insert_or_assign(target, *why);
    } else {
      all.erase(target);
    }
  });
}

Result<> Core::check_target(const TargetId& id) {
  Target* const on = target(id);
  if (on == nullptr) return {};  // the executor says so
  constexpr Duration kPatience = std::chrono::minutes(1);
  auto checked = guard_.check(id, *on, Cancel().with_deadline(parts_.clock.mono() + kPatience));
  if (!checked && checked.error().code() != Code::denied) return checked;
  const auto known = unreachable();
  const auto it = known.find(id);
  if (!checked) {
    set_unreachable(id, checked.error());
  } else if (it != known.end() && it->second.code() == Code::denied) {
    set_unreachable(id, std::nullopt);
  }
  return checked;
}

Result<> Core::accept_target(const TargetId& id, const Cancel& cancel) {
  Target* const on = target(id);
  if (on == nullptr || !on->capabilities().needs_mirror) return {};
  return guard_.accept(id, *on, cancel);
}

void Core::waiting(const engine::TxnState& state) {
  const auto listeners = listeners_->with([](const Listeners& all) { return all.all; });
  if (listeners.empty()) return;
  const std::string message = waiting_for(state);
  for (const auto& [id, listener] : listeners) listener(state.id, message);
}

std::string waiting_for(const engine::TxnState& state) {
  for (const auto& [target, observations] : state.view.by_participant) {
    for (const Observation& one : observations) {
      const Health health = engine::assess(one);
      if (health.status == HealthStatus::ready || health.status == HealthStatus::suspended) {
        continue;
      }
      return one.key.to_string() + ": " +
             (health.reason.empty() ? std::string(to_string(health.status)) : health.reason);
    }
  }
  if (state.blind_since && state.view.error) return state.view.error->message();
  for (const auto& [target, error] : state.call_errors) return error.message();
  for (const engine::StepProgress& progress : state.steps) {
    if (progress.error) return progress.error->message();
  }
  if (!state.prepared) return "preparing";
  if (state.committed) return "cleaning up";
  if (state.abort) return "undoing";
  if (state.stage < state.stages.size()) return state.stages[state.stage].name();
  return "soaking";
}

}  // namespace rumbo::control
