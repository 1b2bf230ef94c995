// The verbs that show what happened: history, show, log, verify, follow.
#include <algorithm>
#include <chrono>
#include <set>

#include "base/strings.h"
#include "control/local_operations.h"
#include "control/record_view.h"
#include "engine/manifest_store.h"

namespace rumbo::control {
namespace {

constexpr std::size_t kPage = 1000;
constexpr std::size_t kMostRecords = 10'000;  // in one answer

/// Calls `take` with every record the filter lets through, in order.
template <class F>
Result<> each_record(const Journal& journal, const RecordFilter& filter, F&& take) {
  for (Seq after = 0;;) {
    const auto records = TRY(journal.read(filter, after, kPage));
    for (const Record& record : records) take(record);
    if (records.size() < kPage) return {};
    after = records.back().seq;
  }
}

Value head_value(const Head& head) {
  return Value::object({{"seq", head.seq}, {"hash", head.hash}});
}

std::string_view phase_word(engine::StepProgress::Phase phase) {
  using Phase = engine::StepProgress::Phase;
  switch (phase) {
    case Phase::pending:
      return "pending";
    case Phase::intent:
      return "running";
    case Phase::done:
      return "done";
    case Phase::undo_intent:
      return "undoing";
    case Phase::undone:
      return "undone";
    case Phase::reap_intent:
      return "cleaning up";
    case Phase::reaped:
      return "cleaned up";
  }
  return "pending";
}

engine::ChangeAction action_of(const Step& step, const Item& item) {
  if (step.kind == StepKind::prune) return engine::ChangeAction::prune;
  if (step.kind == StepKind::hook) return engine::ChangeAction::hook;
  if (item.pre.absent) return engine::ChangeAction::create;
  return item.pre.digest == item.want_digest ? engine::ChangeAction::restart
                                             : engine::ChangeAction::update;
}

/// The plan as it ran, in the shape of a fresh plan: from the recorded objects.
Value recorded_plan(const engine::TxnState& state) {
  engine::Plan plan = state.plan;
  std::set<ObjectKey> told;
  for (const Step& step : plan.steps) {
    const bool bookkeeping = step.kind == StepKind::switch_over || step.kind == StepKind::retire ||
                             step.kind == StepKind::quiesce;
    for (const Item& item : step.items) {
      if (bookkeeping || !told.insert(item.key).second) continue;
      plan.changes.push_back({item.scope,
                              item.key,
                              action_of(step, item),
                              step.wave,
                              step.reason,
                              {},
                              item.pre.absent ? Value() : item.pre.object,
                              item.want_object});
    }
  }
  for (const Item& item : plan.unchanged) {
    plan.changes.push_back({item.scope,
                            item.key,
                            engine::ChangeAction::unchanged,
                            0,
                            "",
                            {},
                            item.pre.object,
                            item.want_object});
  }
  return engine::describe(plan);
}

Value steps_value(const engine::TxnState& state) {
  std::vector<Value> out;
  for (const Step& step : state.plan.steps) {
    const engine::StepProgress& progress = state.steps[step.id];
    std::vector<Value> objects;
    for (const Item& item : step.items) objects.emplace_back(item.key.to_string());
    std::vector<Value> kept(progress.kept.begin(), progress.kept.end());
    for (const Attribution& one : progress.kept_foreign) {
      kept.emplace_back(one.key.to_string() + ": " + (one.field.empty() ? "edited" : one.field) +
                        " by " + (one.manager.empty() ? "someone else" : one.manager));
    }
    out.push_back(Value::object({{"id", step.id},
                                 {"kind", to_string(step.kind)},
                                 {"wave", step.wave},
                                 {"objects", Value::array(std::move(objects))},
                                 {"state", phase_word(progress.phase)},
                                 {"reason", step.reason},
                                 {"kept", Value::array(std::move(kept))},
                                 {"left", progress.left}}));
  }
  return Value::array(std::move(out));
}

/// The remote bases and files that the manifests were made with.
Value remotes_value(const Journal& journal, const engine::TxnState& state) {
  std::vector<Value> out;
  for (const engine::TxnScope& scope : state.scopes) {
    if (!scope.manifest) continue;
    const auto pins = engine::load_pins(journal, *scope.manifest);
    if (!pins) continue;  // compacted, or a lost key
    for (const Pin& pin : *pins) {
      out.push_back(Value::object({{"application", scope.scope.to_string()},
                                   {"location", pin.location},
                                   {"id", pin.id},
                                   {"name", pin.name}}));
    }
  }
  return Value::array(std::move(out));
}

Value abort_value(const std::optional<engine::Abort>& abort) {
  if (!abort) return {};
  std::vector<Value> evidence(abort->evidence.begin(), abort->evidence.end());
  return Value::object({{"class", to_string(abort->fault)},
                        {"cause", abort->cause},
                        {"evidence", Value::array(std::move(evidence))}});
}

/// Follows records whose transaction touches one of these scopes.
class ScopeFilter {
 public:
  explicit ScopeFilter(std::vector<Scope> scopes) : scopes_(std::move(scopes)) {}

  bool passes(const Record& record) {
    const bool names = std::any_of(record.body["scopes"].items().begin(),
                                   record.body["scopes"].items().end(), [&](const Value& scope) {
                                     return std::find(scopes_.begin(), scopes_.end(),
                                                      scope_from(scope)) != scopes_.end();
                                   });
    if (names && record.txn) txns_.insert(*record.txn);
    return names || (record.txn && txns_.contains(*record.txn));
  }

 private:
  std::vector<Scope> scopes_;
  std::set<TxnId> txns_;
};

}  // namespace

Result<Value> LocalOperations::history(const Selector& selector, std::size_t max) {
  std::vector<Scope> chosen;
  if (!selector.applications.empty() || !selector.environment.empty()) {
    chosen = TRY(scopes(selector));
    const std::vector<Scope> named = chosen;
    for (const Scope& scope : named) {
      for (Scope& former : core_.former_names(scope)) chosen.push_back(std::move(former));
    }
  }
  Summaries summaries;
  RecordFilter filter;
  filter.types = Summaries::types();
  TRY(each_record(core_.journal(), filter, [&](const Record& record) { summaries.add(record); }));
  return Value::object({{"transactions", Value::array(summaries.newest(chosen, max))}});
}

Result<Value> LocalOperations::show(const std::string& txn) {
  const TxnId id{txn};
  engine::TxnState state = TRY(core_.executor().load(id));
  Summaries summaries;
  std::vector<Value> records;
  RecordFilter filter;
  filter.txn = id;
  TRY(each_record(core_.journal(), filter, [&](const Record& record) {
    summaries.add(record);
    if (records.size() < kMostRecords) records.push_back(record_value(record));
  }));
  // Without its blobs (compacted, or a lost key) a transaction can be shown all the same.
  const auto hydrated = engine::hydrate(core_.journal(), state);
  return summaries.one(id)
      .with("abort", abort_value(state.abort))
      .with("remotes", remotes_value(core_.journal(), state))
      .with("steps", steps_value(state))
      .with("records", Value::array(std::move(records)))
      .with("plan", hydrated ? recorded_plan(state) : engine::describe(state.plan));
}

Result<Value> LocalOperations::log(const LogOptions& options) {
  RecordFilter filter;
  if (!options.txn.empty()) filter.txn = TxnId{options.txn};
  std::optional<ScopeFilter> only;
  if (!options.select.applications.empty() || !options.select.environment.empty()) {
    only.emplace(TRY(scopes(options.select)));
  }
  const std::size_t max = std::min(options.max, kMostRecords);
  std::vector<Value> records;
  // Which transactions are meant stands in their first records: read from the start then.
  Seq after = only ? 0 : options.after;
  while (records.size() < max) {
    const auto page = TRY(core_.journal().read(filter, after, kPage));
    for (const Record& record : page) {
      if (only && !only->passes(record)) continue;
      if (record.seq > options.after && records.size() < max) {
        records.push_back(record_value(record));
      }
    }
    if (page.size() < kPage) break;
    after = page.back().seq;
  }
  return Value::object({{"records", Value::array(std::move(records))},
                        {"head", head_value(core_.journal().head())}});
}

Result<Value> LocalOperations::verify_log() {
  const Head head = core_.journal().head();
  if (head.seq > 0) TRY(core_.journal().verify(1, head.seq));
  return Value::object({{"records", head.seq}, {"head", head_value(head)}});
}

Result<> LocalOperations::follow(std::uint64_t after, const EventSink& events,
                                 const Cancel& cancel) {
  struct News {
    Mutex mutex;
    Condition changed;
    Seq head = 0;
  };
  const auto news = std::make_shared<News>();
  const auto feed = core_.journal().feed([news](const Record& record) {
    {
      MutexLock lock(news->mutex);
      news->head = record.seq;
    }
    news->changed.notify_all();
  });
  while (true) {
    const auto page = TRY(core_.journal().read({}, after, kPage));
    for (const Record& record : page) {
      after = record.seq;
      if (!events(Value::object({{"type", "record"}, {"record", record_value(record)}}))) return {};
    }
    if (!page.empty()) continue;
    if (cancel.cancelled()) return {};
    std::unique_lock<Mutex> lock(news->mutex);
    news->changed.wait_for(lock, std::chrono::milliseconds(200),
                           [&] { return news->head > after || cancel.cancelled(); });
    if (cancel.deadline() && core_.clock().mono() >= *cancel.deadline()) return {};
  }
}

}  // namespace rumbo::control
