// The loop itself: what is due, and the polling of sources.
#include "control/reconciler.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"

namespace rumbo::control {
namespace {

const Actor kAutomation{"automation"};
constexpr int kMostPasses = 64;  // jobs run inline make others due

/// Up to a tenth of the interval, the same for a source each time: spreads polls without chance.
Duration jitter(const SourceKey& key, Duration interval) {
  const auto spread = interval.count() / 10;
  if (spread <= 0) return Duration(0);
  const auto hash = std::hash<std::string>()(key.url + " " + key.ref);
  return Duration(static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(spread)));
}

}  // namespace

Reconciler::Reconciler(Core& core, ReconcilerOptions options, RunJob run)
    : core_(core), live_(core), options_(options), run_(std::move(run)) {}

Reconciler::~Reconciler() {
  stop();
}

Cancel Reconciler::within(Duration most) const {
  return stopping_.with_deadline(core_.clock().mono() + most);
}

// ---- What is due

void Reconciler::begin(MonoTime now) {
  const auto batches = batches_of(core_.placements(), false);
  state_.with([&](State& state) {
    state.begun = true;
    for (const auto& placements : batches) {
      const std::size_t index = state.batches.size();
      for (const Placement& one : placements) {
        SourceJob& source = state.sources[source_key(one)];
        source.example = one;
        if (source.batches.empty() || source.batches.back() != index) {
          source.batches.push_back(index);
        }
        const Duration interval = one.application->poll_interval;
        source.interval =
            source.interval == Duration(0) ? interval : std::min(source.interval, interval);
        source.due = now;
        Watched& watched = state.watched[one.scope];
        watched.batch = index;
        watched.due = now;
      }
      Batch batch;
      batch.placements = placements;
      state.batches.push_back(std::move(batch));
    }
  });
  auto open = core_.journal().open_txns();
  if (!open) {
    log(LogLevel::error, "reconciler", "open transactions cannot be read: {}",
        open.error().to_string());
    return;
  }
  state_.with([&](State& state) {
    for (const TxnId& txn : *open) state.open[txn].due = now;
  });
}

/// Transactions that ended neither well nor badly: left by a failed journal, or by an operator's
/// need. Whoever drives one now is left alone.
void Reconciler::find_open(State& state, MonoTime now) {
  std::map<TxnId, bool> open;
  core_.with_states([&](const engine::ScopeStates& states) {
    for (const auto& [scope, one] : states.all()) {
      if (one.open) open[*one.open] = open[*one.open] || core_.driving(scope);
    }
  });
  for (const auto& [txn, driven] : open) {
    if (driven) continue;
    const auto [it, fresh] = state.open.try_emplace(txn);
    if (fresh) it->second.due = it->second.retries.failed(now, options_.retry);
  }
  std::erase_if(state.open, [&](const auto& entry) {
    return !entry.second.busy && !open.contains(entry.first);
  });
}

std::vector<Reconciler::Job> Reconciler::due_jobs(State& state, MonoTime now) {
  std::vector<Job> jobs;
  for (auto& [txn, open] : state.open) {
    if (open.busy || open.due > now) continue;
    open.busy = true;
    jobs.push_back({Lane::recover, [this, txn = txn] { recover(txn); }});
  }
  for (auto& [id, one] : state.unwatched) {
    if (one.busy || one.due > now) continue;
    one.busy = true;
    jobs.push_back({Lane::poll, [this, id = id] { watch(id); }});
  }
  for (auto& [key, source] : state.sources) {
    if (source.busy || source.due > now) continue;
    source.busy = true;
    jobs.push_back({Lane::poll, [this, key = key] { poll(key); }});
  }
  for (std::size_t i = 0; i < state.batches.size(); ++i) {
    Batch& batch = state.batches[i];
    if (batch.busy || !batch.dirty || batch.not_before > now) continue;
    batch.busy = true;
    batch.dirty = false;
    jobs.push_back({Lane::deploy, [this, i] { deploy(i); }});
  }
  for (auto& [scope, watched] : state.watched) {
    if (watched.busy || watched.due > now) continue;
    watched.busy = true;
    jobs.push_back({Lane::deploy, [this, scope = scope] { check(scope); }});
  }
  if (!state.compacting && state.compact_due <= now) {
    state.compacting = true;
    jobs.push_back({Lane::poll, [this] { compact(); }});
  }
  return jobs;
}

MonoTime Reconciler::next_due(const State& state) const {
  MonoTime next = MonoTime::never();
  const auto consider = [&](bool busy, MonoTime due) {
    if (!busy) next = std::min(next, due);
  };
  for (const auto& [txn, open] : state.open) consider(open.busy, open.due);
  for (const auto& [id, one] : state.unwatched) consider(one.busy, one.due);
  for (const auto& [key, source] : state.sources) consider(source.busy, source.due);
  for (const Batch& batch : state.batches) consider(batch.busy || !batch.dirty, batch.not_before);
  for (const auto& [scope, watched] : state.watched) consider(watched.busy, watched.due);
  consider(state.compacting, state.compact_due);
  return next;
}

void Reconciler::compact() {
  if (auto done = core_.compact(); !done) {
    log(LogLevel::warn, "reconciler", "the journal is not compacted: {}", done.error().to_string());
  }
  state_.with([&](State& state) {
    state.compacting = false;
    state.compact_due = core_.clock().mono() + options_.compact_every;
  });
  poke_scheduler();
}

void Reconciler::take_hints(MonoTime now) {
  const auto hints = state_.with([](State& state) { return std::exchange(state.hints, {}); });
  std::set<Scope> scopes;
  std::set<TargetId> whole;
  for (const auto& [target, event] : hints) {
    if (event.kind == TargetEvent::Kind::resync) {
      whole.insert(target);
    } else if (const auto owner = live_.owner(target, event.key)) {
      scopes.insert(*owner);
    }
  }
  state_.with([&](State& state) {
    for (auto& [scope, watched] : state.watched) {
      if (!scopes.contains(scope) && !whole.contains(scope.target)) continue;
      watched.due = std::min(watched.due, now);
      watched.fresh = true;
    }
  });
}

MonoTime Reconciler::step(MonoTime now) {
  if (!state_.with([](const State& state) { return state.begun; })) begin(now);
  if (state_.with([](State& state) { return std::exchange(state.abandon, false); })) {
    run_(Lane::deploy, [this] { abandon(); });
  }
  take_hints(now);
  for (int pass = 0; pass < kMostPasses && !core_.suspending(); ++pass) {
    const auto jobs = state_.with([&](State& state) {
      find_open(state, now);
      return due_jobs(state, now);
    });
    if (jobs.empty()) break;
    for (const Job& job : jobs) run_(job.lane, job.run);
    now = std::max(now, core_.clock().mono());
  }
  return state_.with([&](const State& state) { return next_due(state); });
}

// ---- Targets

/// Opens the watch of a target. One that is not there now is tried again: the daemon waits for it.
void Reconciler::watch(const TargetId& id) {
  constexpr Backoff kAgain{1s, 10s};
  const auto checked = core_.check_target(id);
  auto watch = checked ? core_.target(id)->watch(
                             core_.journal().installation(),
                             [this, id](const TargetEvent& event) { on_target_event(id, event); })
                       : Result<std::unique_ptr<Watch>>(fail(Error(checked.error())));
  if (stopping_.cancelled()) return;
  const MonoTime now = core_.clock().mono();
  if (!watch) {
    const bool first = !core_.unreachable().contains(id);
    core_.set_unreachable(id, watch.error());
    if (first) {
      log(LogLevel::error, "reconciler", "waiting for target {}: {}", id.value,
          watch.error().to_string());
    }
    state_.with([&](State& state) {
      Unwatched& one = state.unwatched[id];
      one.busy = false;
      one.due = one.retries.failed(now, kAgain);
    });
    poke_scheduler();
    return;
  }
  watches_.with([&](auto& watches) { watches.push_back(std::move(*watch)); });
  const bool missed = state_.with([&](State& state) {
    const bool failed = state.unwatched[id].retries.failures() > 0;
    state.unwatched.erase(id);
    return failed;
  });
  if (!missed) return;
  core_.set_unreachable(id, std::nullopt);
  log(LogLevel::info, "reconciler", "target {} answers", id.value);
  poke();
}

// ---- Sources

void Reconciler::poll(const SourceKey& key) {
  const auto [placement, batches, reported] = state_.with([&](const State& state) {
    const SourceJob& source = state.sources.at(key);
    return std::tuple(source.example, source.batches, source.reported);
  });
  const auto revision = core_.desired().resolve(placement, within(options_.resolve_timeout));
  const std::string error = revision ? "" : revision.error().to_string();
  if (error != reported && !stopping_.cancelled()) {
    std::vector<Scope> scopes;
    state_.with([&](const State& state) {
      for (const std::size_t i : batches) {
        for (const Placement& one : state.batches[i].placements) {
          if (source_key(one) == key) scopes.push_back(one.scope);
        }
      }
    });
    const std::string message = error.empty() ? key.url + " answers again" : error;
    const auto noted =
        core_.note(error.empty() ? "source-ok" : "source-error", scopes,
                   Value::object({{"url", key.url}, {"message", message}}), kAutomation);
    if (!noted) log(LogLevel::error, "reconciler", "{}", noted.error().to_string());
  }
  // Before the next look is due: who need not care is told so by the repository's own word.
  const bool unseen = revision && state_.with([&](const State& state) {
    return state.sources.at(key).revision != revision->id;
  });
  const auto concerned = unseen ? touched(key, *revision) : std::set<std::size_t>();
  const MonoTime now = core_.clock().mono();
  const bool news = state_.with([&](State& state) {
    SourceJob& source = state.sources.at(key);
    source.busy = false;
    source.reported = error;
    if (!revision) {
      source.due = source.retries.failed(now, options_.retry);
      return false;
    }
    source.retries.succeeded();
    source.due = now + source.interval + jitter(key, source.interval);
    return std::exchange(source.revision, revision->id) != revision->id;
  });
  if (news) {
    for (const std::size_t batch : concerned) new_revision(batch);
  }
  poke_scheduler();
}

/// The batches of a source in which something may render differently at this revision.
std::set<std::size_t> Reconciler::touched(const SourceKey& key, const Revision& revision) {
  std::vector<std::size_t> owners;
  std::vector<const Placement*> placements;  // they stay where they are once begin() is over
  state_.with([&](const State& state) {
    for (const std::size_t batch : state.sources.at(key).batches) {
      for (const Placement& one : state.batches[batch].placements) {
        if (source_key(one) != key) continue;
        owners.push_back(batch);
        placements.push_back(&one);
      }
    }
  });
  const auto concerned =
      core_.desired().touched(placements, revision, within(options_.fetch_timeout));
  std::set<std::size_t> out;
  for (std::size_t i = 0; i < owners.size(); ++i) {
    if (concerned[i]) out.insert(owners[i]);
  }
  return out;
}

/// Deploys it soon; a transaction under way that brings another state gives way, if it still may.
void Reconciler::new_revision(std::size_t batch) {
  const auto [placements, bringing] = state_.with([&](State& state) {
    Batch& one = state.batches[batch];
    one.dirty = true;
    one.not_before = {};
    one.retries.succeeded();
    return std::pair(one.placements, one.bringing);
  });
  if (bringing.empty()) return;
  const auto rendered = render(placements);
  if (!rendered || rendered->state == bringing) return;
  if (bringing == kHealing && !rendered->pending) return;
  for (const engine::ScopeInput& input : rendered->inputs) {
    core_.supersede(input.scope, input.revision.name);
  }
}

void Reconciler::refresh(const std::vector<Scope>& scopes) {
  std::set<SourceKey> keys;
  if (!state_.with([](const State& state) { return state.begun; })) return;
  state_.with([&](const State& state) {
    for (const Batch& batch : state.batches) {
      for (const Placement& one : batch.placements) {
        const bool asked =
            scopes.empty() || std::find(scopes.begin(), scopes.end(), one.scope) != scopes.end();
        if (asked) keys.insert(source_key(one));
      }
    }
  });
  std::vector<std::function<void()>> polls;
  for (const SourceKey& key : keys) polls.emplace_back([this, key] { poll(key); });
  core_.run_all(std::move(polls), {});
  poke();
}

void Reconciler::poke() {
  const MonoTime now = core_.clock().mono();
  state_.with([&](State& state) {
    state.abandon = true;
    for (Batch& batch : state.batches) {
      batch.dirty = true;
      batch.not_before = {};
      batch.gave_up.clear();
    }
    for (auto& [scope, watched] : state.watched) watched.due = std::min(watched.due, now);
  });
  poke_scheduler();
}

void Reconciler::on_target_event(const TargetId& target, const TargetEvent& event) {
  constexpr std::size_t kMostHints = 10'000;
  state_.with([&](State& state) {
    if (state.hints.size() >= kMostHints) {  // too many to tell apart: look at everything
      state.hints.clear();
      for (const auto& [id, one] : core_.parts().targets) state.hints.push_back({id, {}});
    }
    state.hints.emplace_back(target, event);
  });
  poke_scheduler();
}

// ---- The thread

void Reconciler::poke_scheduler() {
  {
    MutexLock lock(mutex_);
    poke_ = true;
  }
  poked_.notify_all();
}

Result<> Reconciler::start() {
  if (!run_) {
    pollers_ = std::make_unique<Workers>(options_.pollers);
    deployers_ = std::make_unique<Workers>(options_.deployers);
    recoverers_ = std::make_unique<Workers>(options_.recoverers);
    run_ = [this](Lane lane, std::function<void()> job) {
      Workers& workers = lane == Lane::poll     ? *pollers_
                         : lane == Lane::deploy ? *deployers_
                                                : *recoverers_;
      workers.submit(std::move(job));
    };
  }
  state_.with([&](State& state) {
    for (const auto& [id, target] : core_.parts().targets) state.unwatched[id] = {};
  });
  scheduler_ = std::thread([this] {
    while (true) {
      const MonoTime next = step(core_.clock().mono());
      const Duration left = next == MonoTime::never() ? Duration(1h) : next - core_.clock().mono();
      const auto end =
          std::chrono::steady_clock::now() + std::clamp(left, Duration(0), Duration(1h));
      MutexLock lock(mutex_);
      while (!poke_ && !stop_) {
        if (poked_.wait_until(mutex_, end) == std::cv_status::timeout) break;
      }
      poke_ = false;
      if (stop_) return;
    }
  });
  return {};
}

void Reconciler::stop() {
  core_.suspend();
  stopping_.cancel();
  watches_.with([](auto& watches) { watches.clear(); });
  {
    MutexLock lock(mutex_);
    stop_ = true;
  }
  poked_.notify_all();
  if (scheduler_.joinable()) scheduler_.join();
  pollers_.reset();
  deployers_.reset();
  recoverers_.reset();
  watches_.with([](auto& watches) { watches.clear(); });  // one may have come meanwhile
}

}  // namespace rumbo::control
