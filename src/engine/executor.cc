#include "engine/executor.h"

#include <algorithm>
#include <set>

#include "codec/json.h"
#include "engine/drafts.h"
#include "engine/manifest_store.h"

namespace rumbo::engine {
namespace {

Report report_of(const TxnState& state, Report::Kind kind, std::string note) {
  Report report;
  report.kind = kind;
  report.txn = state.id;
  report.note = std::move(note);
  report.abort = state.abort;
  return report;
}

Report ended_report(const TxnState& state) {
  switch (*state.ended) {
    case Outcome::committed:
      return report_of(state, Report::Kind::committed, state.end_note);
    case Outcome::restored:
      return report_of(state, Report::Kind::restored, state.end_note);
    case Outcome::unchanged:
      break;
  }
  return report_of(state, Report::Kind::unchanged, state.end_note);
}

/// Objects already in memory, by the digest of their blob: spares reading them back.
std::map<Digest, Value> known_objects(const Plan& plan) {
  std::map<Digest, Value> known;
  const auto add = [&](const std::vector<Item>& items) {
    for (const Item& item : items) {
      if (item.want) known.emplace(item.want->digest, item.want_object);
      if (item.pre.blob) known.emplace(item.pre.blob->digest, item.pre.object.without("status"));
    }
  };
  for (const Step& step : plan.steps) add(step.items);
  add(plan.unchanged);
  return known;
}

bool wants_sync(const std::vector<Draft>& drafts) {
  return std::any_of(drafts.begin(), drafts.end(),
                     [](const Draft& draft) { return always_synced(draft.type); });
}

}  // namespace

std::string_view to_string(Report::Kind kind) {
  switch (kind) {
    case Report::Kind::nothing_to_do:
      return "unchanged";
    case Report::Kind::committed:
      return "committed";
    case Report::Kind::restored:
      return "restored";
    case Report::Kind::unchanged:
      return "refused";
    case Report::Kind::needs_operator:
      return "needs-operator";
    case Report::Kind::suspended:
      return "suspended";
  }
  return "unchanged";
}

ExecutorParts with_defaults(ExecutorParts parts) {
  if (!parts.run_all) {
    parts.run_all = [](const std::vector<std::function<void()>>& work) {
      for (const auto& one : work) one();
    };
  }
  if (!parts.signals) {
    parts.signals = [](const TxnId&) { return Signals{}; };
  }
  if (!parts.step) {
    parts.step = [](const TxnState& state, const Moment& moment) { return step(state, moment); };
  }
  return parts;
}

Executor::Executor(ExecutorParts parts, std::uint64_t epoch, std::string boot_id)
    : parts_(with_defaults(std::move(parts))), epoch_(epoch), boot_id_(std::move(boot_id)) {}

Target* Executor::target(const TargetId& id) const {
  const auto it = parts_.targets.find(id);
  return it == parts_.targets.end() ? nullptr : it->second;
}

Moment Executor::moment(const TxnState& state) const {
  return {parts_.clock.mono(), parts_.signals(state.id), epoch_, parts_.options};
}

// ---- Running

Result<Report> Executor::run(const Request& request) {
  const TxnId txn = TRY(parts_.journal.new_txn());
  std::vector<Scope> scopes;
  for (const ScopeInput& scope : request.scopes) scopes.push_back(scope.scope);
  TRY(hold_locks(scopes, txn));
  // Locks come before the first look at the target: what is observed is the pre-image.
  auto result = [&]() -> Result<Report> {
    Plan plan = make_plan(TRY(plan_input(request)));
    if (!plan.refusals.empty()) return refuse(request, txn, plan);
    if (request.expect_plan && *request.expect_plan != plan_digest(plan)) {
      return fail(Code::conflict, "the plan is out of date: what it was made from has changed");
    }
    if (plan.empty()) return Report{};
    TxnState state = TRY(new_state(request, txn, std::move(plan)));
    return drive(state);
  }();
  const bool stays_open = result && (result->kind == Report::Kind::needs_operator ||
                                     result->kind == Report::Kind::suspended);
  if (!stays_open) drop_locks(txn);
  return result;
}

/// A refused plan is recorded as a transaction that changed nothing.
Result<Report> Executor::refuse(const Request& request, const TxnId& txn, const Plan& plan) {
  TxnState state = TRY(new_state(request, txn, Plan{}));
  const std::string note = refusal_error(plan).to_string();
  TRY(parts_.journal.append({begin_draft(state, {epoch_, Duration(0)}),
                             end_draft(state, Outcome::unchanged, note, {epoch_, Duration(0)})},
                            Durability::synced));
  return report_of(state, Report::Kind::unchanged, note);
}

Result<TxnState> Executor::new_state(const Request& request, const TxnId& txn, Plan plan) {
  TxnState state;
  state.id = txn;
  state.actor = request.actor;
  state.cause = request.cause;
  state.hold_after = request.hold_after;
  state.pins = request.pins;
  for (const ScopeInput& input : request.scopes) {
    const StoredManifest stored = TRY(store_manifest(parts_.journal, input.manifest));
    TxnScope scope;
    scope.scope = input.scope;
    scope.revision = input.revision;
    scope.manifest_digest = input.manifest_digest;
    scope.manifest = stored.manifest;
    scope.objects = stored.objects;
    scope.policy = input.policy;
    scope.reads = input.reads;
    const auto held = request.held_against.find(input.scope);
    if (held != request.held_against.end()) scope.held_against = held->second;
    state.participants.insert(input.scope.target);
    state.scopes.push_back(std::move(scope));
  }
  TRY(bind_blobs(parts_.journal, plan));
  state.plan = std::move(plan);
  state.run_started = parts_.clock.mono();
  state.fenced = state.participants;  // nothing older of this transaction can be under way
  for (const TargetId& id : state.participants) {
    if (const Target* on = target(id)) state.capabilities[id] = on->capabilities();
  }
  return state;
}

Result<TxnState> Executor::load(const TxnId& txn) const {
  constexpr std::size_t kPage = 1000;
  TxnState state;
  RecordFilter filter;
  filter.txn = txn;
  Seq after = 0;
  while (true) {
    const auto records = TRY(parts_.journal.read(filter, after, kPage));
    for (const Record& record : records) TRY(fold(state, record));
    if (records.size() < kPage) break;
    after = records.back().seq;
  }
  if (state.id.empty()) return fail(Code::not_found, "no transaction is named `" + txn.value + "`");
  return state;
}

Result<Report> Executor::resume(const TxnId& txn) {
  TxnState state = TRY(load(txn));
  if (state.ended) return ended_report(state);
  if (!state.planned) {
    return fail(Code::corrupt, txn.value + " has a begin and no plan, which are written together");
  }
  TRY(hydrate(parts_.journal, state));
  for (const TargetId& id : state.participants) {
    const Target* on = target(id);
    if (on == nullptr) {
      return fail(Code::not_found, txn.value + " is open on target `" + id.value +
                                       "`, which is not configured any more");
    }
    state.capabilities[id] = on->capabilities();
  }
  std::vector<Scope> scopes;
  for (const TxnScope& scope : state.scopes) scopes.push_back(scope.scope);
  TRY(hold_locks(scopes, txn));
  begin_recovery(state, state.boot_id != boot_id_, parts_.clock.mono());
  auto result = drive(state);
  const bool stays_open = !result || result->kind == Report::Kind::needs_operator ||
                          result->kind == Report::Kind::suspended;
  if (!stays_open) drop_locks(txn);
  return result;
}

Result<Report> Executor::decide(const TxnId& txn, Decision decision, const Actor& actor) {
  TxnState state = TRY(load(txn));
  if (state.ended) return ended_report(state);
  if (!state.needs_operator) {
    return fail(Code::conflict,
                txn.value + " does not need an operator: it is running or resumes by itself");
  }
  state.actor = actor;
  const DraftContext context{epoch_, state.active};
  if (decision == Decision::accept) {
    TRY(parts_.journal.append(
        {end_draft(state, state.committed ? Outcome::committed : Outcome::restored,
                   "accepted as it is by " + actor.name + ": " + *state.needs_operator, context)},
        Durability::synced));
    drop_locks(txn);
    return ended_report(TRY(load(txn)));
  }
  const bool finish = decision == Decision::finish;
  const bool undo_began =
      std::any_of(state.steps.begin(), state.steps.end(), [](const StepProgress& progress) {
        return progress.phase == StepProgress::Phase::undo_intent ||
               progress.phase == StepProgress::Phase::undone;
      });
  if (finish && undo_began) {
    return fail(Code::conflict,
                txn.value + ": its undo has begun; it can only be undone or accepted");
  }
  if (!finish && state.committed) {
    return fail(Error(Code::conflict, txn.value + " is committed and cannot be undone any more")
                    .with_hint("--finish goes on with what it deletes, --accept leaves that; "
                               "`rumbo rollback` brings the state before it back"));
  }
  std::vector<Draft> drafts;
  drafts.push_back(simple_draft(state, RecordType::resumed,
                                Value::object({{"decision", finish ? "finish" : "undo"}}),
                                context));
  if (!finish && !state.abort) {
    const Abort asked{FaultClass::operator_asked, "undone by " + actor.name, {}, {}};
    for (Draft& draft : abort_drafts(state, asked, context)) drafts.push_back(std::move(draft));
  }
  TRY(parts_.journal.append(drafts, Durability::synced));
  return resume(txn);
}

Result<> Executor::hold_locks(const std::vector<Scope>& scopes, const TxnId& txn) {
  if (locks_.with([&](auto& held) { return held.contains(txn); })) return {};
  std::vector<Scope> sorted = scopes;
  std::sort(sorted.begin(), sorted.end());
  auto lock = TRY(parts_.journal.lock(sorted, txn));
  locks_.with([&](auto& held) { held[txn] = std::move(lock); });
  return {};
}

void Executor::drop_locks(const TxnId& txn) {
  locks_.with([&](auto& held) { held.erase(txn); });
}

// ---- The loop

Result<Report> Executor::drive(TxnState& state) {
  while (true) {
    const Moment now = moment(state);
    const Action action = parts_.step(state, now);
    if (const auto* records = std::get_if<Append>(&action)) {
      TRY(append(state, *records, now));
    } else if (const auto* calls = std::get_if<Calls>(&action)) {
      call_all(state, calls->calls, now);
    } else if (const auto* wait = std::get_if<Wait>(&action)) {
      // While an operator is needed the caller decides when to try again.
      if (state.needs_operator) {
        return report_of(state, Report::Kind::needs_operator, *state.needs_operator);
      }
      if (parts_.progress != nullptr) parts_.progress->waiting(state);
      parts_.pause(wait->until);
    } else {
      switch (std::get<Finish>(action).why) {
        case Finish::Why::ended:
          return ended_report(state);
        case Finish::Why::needs_operator:
          return report_of(state, Report::Kind::needs_operator,
                           state.needs_operator.value_or("needs an operator"));
        case Finish::Why::suspended:
          return report_of(state, Report::Kind::suspended, "suspended; the next start resumes it");
        case Finish::Why::lost:
        case Finish::Why::journal_failed:
          return fail(Error(*state.append_error).with_context("transaction " + state.id.value));
      }
    }
  }
}

Result<> Executor::append(TxnState& state, const Append& action, const Moment& now) {
  auto appended = parts_.journal.append(
      action.drafts, wants_sync(action.drafts) ? Durability::synced : Durability::batched);
  if (!appended) {
    if (!state.planned) return fail(std::move(appended).error());  // nothing has begun
    absorb_append_failure(state, appended.error(), now);
    return {};
  }
  state.append_error.reset();
  state.call_attempts.erase(TargetId{});
  const bool first = !state.planned;
  std::map<Digest, Value> known;
  if (first) known = known_objects(state.plan);
  for (const Record& record : *appended) TRY(fold(state, record));
  // The plan that runs is the one that is durable: read back, with the objects filled in again.
  if (first) TRY(hydrate(parts_.journal, state, std::move(known)));
  return {};
}

void Executor::call_all(TxnState& state, const std::vector<Call>& calls, const Moment& now) {
  std::vector<CallResult> results(calls.size());
  std::vector<std::function<void()>> work;
  work.reserve(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    work.emplace_back([this, &state, &calls, &results, i] { results[i] = call(state, calls[i]); });
  }
  parts_.run_all(std::move(work));
  Moment after = now;
  after.now = parts_.clock.mono();
  for (const CallResult& result : results) absorb(state, result, after);
}

Outline Executor::outline(const TxnState& state, const TargetId& participant) const {
  Outline out;
  out.txn = state.id;
  out.pins = state.pins;
  for (const TxnScope& scope : state.scopes) {
    if (scope.scope.target == participant) out.scopes.push_back(scope.scope);
  }
  std::set<ObjectKey> seen;
  const auto add = [&](const Item& item) {
    if (item.scope.target == participant && item.want && seen.insert(item.key).second) {
      out.objects.push_back({item.key, item.want_object, {}});
    }
  };
  for (const Step& step : state.plan.steps) {
    for (const Item& item : step.items) {
      add(item);
      if (item.scope.target != participant || item.pre.absent) continue;
      if (step.kind == StepKind::prune) out.removes.push_back(item.key);
      if (step.takes_foreign_fields) out.takes_over.insert(item.key);
    }
  }
  for (const Item& item : state.plan.unchanged) add(item);
  return out;
}

Result<TxnMirror> Executor::mirror_of(const TxnState& state) const {
  TxnMirror out;
  out.txn = state.id;
  out.epoch = epoch_;
  const Head head = parts_.journal.head();
  out.head = head.seq;
  out.head_hash = head.hash;
  for (const TxnScope& scope : state.scopes) {
    out.scopes.push_back(scope.scope);
    for (ObjectKey& key : TRY(parts_.journal.inventory(scope.scope))) {
      out.inventory.emplace_back(scope.scope, std::move(key));
    }
  }
  return out;
}

/// Before anything is touched the policy's timeout bounds the call, too: a registry that answers
/// slowly is given up then.
Duration Executor::time_for(const TxnState& state, const Call& call) const {
  const Duration most = parts_.options.call_timeout;
  if (call.kind != CallKind::prepare) return most;
  const Duration left = state.longest_timeout() - state.active_at(parts_.clock.mono());
  return std::clamp<Duration>(left, std::min<Duration>(1s, most), most);
}

CallResult Executor::call(const TxnState& state, const Call& call) {
  CallResult result;
  result.call = call;
  Target* const on = target(call.participant);
  if (on == nullptr) {
    result.error = Error(Code::not_found, "no target is named `" + call.participant.value + "`");
    return result;
  }
  Fence fence{parts_.journal.installation(), state.id, epoch_, state.attempt};
  const Cancel cancel = Cancel().with_deadline(parts_.clock.mono() + time_for(state, call));
  const auto keep = [&](auto answer, auto& into) {
    if (answer) {
      into = std::move(*answer);
    } else {
      result.error = std::move(answer).error();
    }
  };
  switch (call.kind) {
    case CallKind::prepare:
      keep(on->prepare(outline(state, call.participant), fence, cancel), result.reservation);
      break;
    case CallKind::dry_run:
      keep(on->dry_run(state.step(call.step), cancel), result.dry_run);
      break;
    case CallKind::read_again:
      for (const TxnScope& scope : state.scopes) {
        if (scope.scope.target != call.participant) continue;
        std::vector<std::string> changed;
        keep(changed_reads(parts_.journal, *on, scope.reads, cancel), changed);
        result.changed_reads.insert(result.changed_reads.end(), changed.begin(), changed.end());
      }
      break;
    case CallKind::perform:
      keep(on->perform(state.step(call.step), fence, cancel), result.receipt);
      break;
    case CallKind::inspect:
      keep(on->inspect(state.step(call.step), fence, cancel), result.sighting);
      break;
    case CallKind::revert: {
      const auto& receipt = state.steps[call.step].receipt;
      keep(on->revert(state.step(call.step), receipt ? &*receipt : nullptr, fence, cancel),
           result.reverted);
      break;
    }
    case CallKind::fence: {
      if (const auto good = parts_.admit ? parts_.admit(call.participant) : Result<>(); !good) {
        result.error = good.error();
        break;
      }
      std::vector<Step> steps;
      for (const StepId id : call.steps) steps.push_back(state.step(id));
      fence.attempt = state.attempt + 1;
      keep(on->fence(steps, fence, cancel), result.versions);
      break;
    }
    case CallKind::observe:
      keep(on->observe(call.keys, call.consistency, cancel), result.observations);
      break;
    case CallKind::mirror: {
      auto mirror = mirror_of(state);
      Result<> written =
          mirror ? on->mirror(*mirror, fence, cancel) : Result<>(fail(std::move(mirror).error()));
      if (!written) result.error = std::move(written).error();
      break;
    }
    case CallKind::release: {
      if (Result<> released = on->release(state.id, fence, cancel); !released) {
        result.error = std::move(released).error();
      }
      break;
    }
  }
  return result;
}

}  // namespace rumbo::engine
