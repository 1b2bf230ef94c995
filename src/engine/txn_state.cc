#include "engine/txn_state.h"

#include <algorithm>
#include <array>
#include <utility>

namespace rumbo::engine {
namespace {

template <class Enum, std::size_t N>
using Words = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Words<FaultClass, 6> kFaults{{
    {FaultClass::revision, "revision"},
    {FaultClass::infrastructure, "infrastructure"},
    {FaultClass::outdated, "outdated"},
    {FaultClass::conflict, "conflict"},
    {FaultClass::superseded, "superseded"},
    {FaultClass::operator_asked, "operator"},
}};

constexpr Words<Outcome, 3> kOutcomes{{
    {Outcome::committed, "committed"},
    {Outcome::restored, "restored"},
    {Outcome::unchanged, "unchanged"},
}};

using Phase = StepProgress::Phase;

Error corrupt(const Record& record, std::string_view why) {
  return Error(Code::corrupt, "journal record " + std::to_string(record.seq) + " (" +
                                  std::string(to_string(record.type)) + "): " + std::string(why));
}

std::vector<std::string> strings_of(const Value& value) {
  std::vector<std::string> out;
  for (const Value& one : value.items()) out.push_back(one.str());
  return out;
}

Value texts_value(const std::vector<std::string>& all) {
  return Value::array(std::vector<Value>(all.begin(), all.end()));
}

Value rules_value(const std::vector<IgnoreRule>& rules) {
  std::vector<Value> out;
  for (const IgnoreRule& rule : rules) {
    out.push_back(Value::object({{"group", rule.group},
                                 {"kind", rule.kind},
                                 {"namespace", rule.ns},
                                 {"name", rule.name},
                                 {"pointers", texts_value(rule.pointers)},
                                 {"paths", texts_value(rule.paths)},
                                 {"managers", texts_value(rule.managers)}}));
  }
  return Value::array(std::move(out));
}

IgnoreRule rule_from(const Value& value) {
  return {value["group"].str(),         value["kind"].str(),           value["namespace"].str(),
          value["name"].str(),          strings_of(value["pointers"]), strings_of(value["paths"]),
          strings_of(value["managers"])};
}

Result<> fold_begin(TxnState& state, const Record& record) {
  state.id = record.txn.value_or(TxnId{});
  state.actor = record.actor;
  state.cause = record.body["cause"].str();
  state.hold_after = record.body["holdAfter"].as_bool();
  state.scopes.clear();
  for (const Value& scope : record.body["scopes"].items()) {
    state.scopes.push_back(txn_scope_from(scope));
    state.participants.insert(state.scopes.back().scope.target);
  }
  if (state.scopes.empty()) return fail(corrupt(record, "names no application"));
  return {};
}

Result<> fold_plan(TxnState& state, const Record& record) {
  state.plan = TRY(plan_from(record.body["plan"]));
  state.stages = stages_of(state.plan);
  state.steps.assign(state.plan.steps.size(), StepProgress{});
  state.planned = true;
  return {};
}

void fold_prepared(TxnState& state, const Record& record) {
  state.prepared = true;
  for (const Member& pin : record.body["pins"].members()) {
    state.pins[std::string(pin.key())] = pin.value.str();
  }
  for (const Member& one : record.body["reservations"].members()) {
    state.reservations[TargetId{std::string(one.key())}] = one.value;
  }
}

void fold_abort(TxnState& state, const Record& record) {
  Abort abort;
  abort.fault =
      fault_class_from(record.body["class"].as_string()).value_or(FaultClass::infrastructure);
  abort.cause = record.body["cause"].str();
  abort.evidence = strings_of(record.body["evidence"]);
  for (const Value& scope : record.body["atFault"].items()) {
    abort.at_fault.push_back(scope_from(scope));
  }
  state.abort = std::move(abort);
  state.stopped_by_policy = record.body["stopped"].as_bool();
}

/// A resumed record may carry versions that a fence bumped, that a silent target answers again, and
/// an operator's decision.
void fold_resumed(TxnState& state, const Record& record) {
  state.suspended = false;
  state.recovering = false;
  for (const Value& one : record.body["versions"].items()) {
    const auto id = static_cast<std::size_t>(one["step"].as_uint());
    if (id >= state.steps.size()) continue;
    set_version(state, static_cast<StepId>(id),
                {key_from(one["key"]), one["uid"].str(), one["version"].str()});
  }
  if (record.body["answered"].as_bool()) state.needs_operator.reset();
  const std::string_view decision = record.body["decision"].as_string();
  if (decision == "undo") state.stopped_by_policy = false;
  if (decision == "finish") {
    state.abort.reset();
    state.stopped_by_policy = false;
    state.needs_operator.reset();
    state.stage_started = state.active;
  }
}

Result<> fold_step(TxnState& state, const Record& record) {
  if (record.step >= state.steps.size()) return fail(corrupt(record, "names an unknown step"));
  StepProgress& step = state.steps[record.step];
  switch (record.type) {
    case RecordType::intent:
      step.phase = Phase::intent;
      break;
    case RecordType::done:
      if (step.phase != Phase::intent) return fail(corrupt(record, "done without intent"));
      step.phase = Phase::done;
      step.receipt = receipt_from(record.body["receipt"]);
      step.unrecorded.reset();
      state.stage_started = state.active;  // health has its time from the last write on
      break;
    case RecordType::failed:
      break;
    case RecordType::undo_intent:
      step.phase = Phase::undo_intent;
      break;
    case RecordType::undo_done:
      if (step.phase != Phase::undo_intent) return fail(corrupt(record, "undone without intent"));
      step.phase = Phase::undone;
      step.kept = strings_of(record.body["kept"]);
      for (const Value& one : record.body["keptForeign"].items()) {
        step.kept_foreign.push_back(
            {key_from(one["key"]), one["manager"].str(), one["field"].str(), {}});
      }
      step.reverted.reset();
      break;
    case RecordType::reap_intent:
      step.phase = Phase::reap_intent;
      break;
    default:  // reap_done
      step.phase = Phase::reaped;
      step.left = record.body["left"].str();
      step.reaped_unrecorded = false;
      break;
  }
  return {};
}

}  // namespace

std::string_view to_string(FaultClass fault) {
  for (const auto& [value, word] : kFaults) {
    if (value == fault) return word;
  }
  return "infrastructure";
}

std::optional<FaultClass> fault_class_from(std::string_view word) {
  for (const auto& [value, name] : kFaults) {
    if (name == word) return value;
  }
  return std::nullopt;
}

std::string_view to_string(Outcome outcome) {
  for (const auto& [value, word] : kOutcomes) {
    if (value == outcome) return word;
  }
  return "unchanged";
}

std::optional<Outcome> outcome_from(std::string_view word) {
  for (const auto& [value, name] : kOutcomes) {
    if (name == word) return value;
  }
  return std::nullopt;
}

Result<> fold(TxnState& state, const Record& record) {
  if (state.ended && record.type != RecordType::event) {
    return fail(corrupt(record, "follows the end of its transaction"));
  }
  state.last_seq = record.seq;
  state.boot_id = record.boot_id;
  state.active = std::chrono::milliseconds(record.body["activeMs"].as_int(
      std::chrono::duration_cast<std::chrono::milliseconds>(state.active).count()));
  switch (record.type) {
    case RecordType::begin:
      return fold_begin(state, record);
    case RecordType::plan:
      return fold_plan(state, record);
    case RecordType::prepared:
      fold_prepared(state, record);
      state.stage_started = state.active;
      break;
    case RecordType::wave_healthy:
      state.stage = static_cast<std::size_t>(record.body["stage"].as_uint()) + 1;
      state.stage_started = state.active;
      state.view = {};  // what comes next looks for itself, at once and not a poll later
      break;
    case RecordType::commit:
      if (state.abort) return fail(corrupt(record, "commits what was aborted"));
      state.committed = true;
      break;
    case RecordType::abort:
      if (state.committed) return fail(corrupt(record, "aborts what was committed"));
      fold_abort(state, record);
      break;
    case RecordType::suspended:
      state.suspended = true;
      break;
    case RecordType::resumed:
      fold_resumed(state, record);
      break;
    case RecordType::needs_operator:
      state.needs_operator = record.body["cause"].str();
      state.operator_told =
          told_of(record.body["object"].as_string(), record.body["code"].as_string());
      break;
    case RecordType::end:
      state.ended = outcome_from(record.body["outcome"].as_string());
      state.end_note = record.body["note"].str();
      if (!state.ended) return fail(corrupt(record, "ends without a known outcome"));
      break;
    case RecordType::intent:
    case RecordType::done:
    case RecordType::failed:
    case RecordType::undo_intent:
    case RecordType::undo_done:
    case RecordType::reap_intent:
    case RecordType::reap_done:
      return fold_step(state, record);
    case RecordType::quarantine:
    case RecordType::hold:
    case RecordType::event:
    case RecordType::checkpoint:
      break;  // facts about scopes, see scope_state.h
  }
  return {};
}

void set_version(TxnState& state, StepId step, const ObservedVersion& version) {
  if (state.steps[step].receipt) {
    for (ObservedVersion& item : state.steps[step].receipt->items) {
      if (item.key == version.key) item.version = version.version;
    }
    return;
  }
  for (Item& item : state.plan.steps[step].items) {
    if (item.key == version.key) item.pre.version = version.version;
  }
}

const TxnScope* TxnState::scope_of(const Scope& which) const {
  const auto it = std::find_if(scopes.begin(), scopes.end(),
                               [&](const TxnScope& one) { return one.scope == which; });
  return it == scopes.end() ? nullptr : &*it;
}

bool past_point_of_supersede(const TxnState& state) {
  if (state.committed) return true;
  for (const Step& step : state.plan.steps) {
    if (step.kind != StepKind::switch_over && step.kind != StepKind::apply) continue;
    if (state.steps[step.id].phase != Phase::pending) return true;
  }
  return false;
}

std::string told_of(std::string_view object, std::string_view code) {
  return std::string(object) + " " + std::string(code);
}

Duration TxnState::longest_timeout() const {
  Duration longest{0};
  for (const TxnScope& scope : scopes) longest = std::max(longest, scope.policy.timeout);
  return longest;
}

Value to_value(const TxnScope& scope) {
  const auto ms = [](Duration d) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
  };
  Value value =
      to_value(scope.scope)
          .with("revision", Value::object({{"id", scope.revision.id},
                                           {"name", scope.revision.name},
                                           {"subject", scope.revision.subject},
                                           {"signer", scope.revision.signer}}))
          .with("manifestDigest", scope.manifest_digest)
          .with("manifest", scope.manifest ? Value(scope.manifest->digest) : Value())
          .with("heldAgainst", scope.held_against)
          .with("policy",
                Value::object(
                    {{"timeoutMs", ms(scope.policy.timeout)},
                     {"soakMs", ms(scope.policy.soak)},
                     {"onFailure", scope.policy.on_failure == OnFailure::stop ? "stop" : "restore"},
                     {"prune", scope.policy.prune},
                     {"selfHeal", scope.policy.self_heal},
                     {"allowEmpty", scope.policy.allow_empty},
                     {"adopt", scope.policy.adopt},
                     {"allowDestructive", texts_value(scope.policy.allow_destructive)},
                     {"options", texts_value(scope.policy.options)},
                     {"ignore", rules_value(scope.policy.ignore)}}));
  return scope.reads.empty() ? value : value.with("reads", to_value(scope.reads));
}

TxnScope txn_scope_from(const Value& value) {
  TxnScope out;
  out.scope = scope_from(value);
  out.revision = {value["revision"]["id"].str(), value["revision"]["name"].str(),
                  value["revision"]["subject"].str(), value["revision"]["signer"].str()};
  out.manifest_digest = value["manifestDigest"].str();
  if (value["manifest"].is_string()) out.manifest = BlobRef{value["manifest"].str()};
  out.held_against = value["heldAgainst"].str();
  out.reads = live_reads_from(value["reads"]);
  const Value& policy = value["policy"];
  out.policy.timeout = std::chrono::milliseconds(policy["timeoutMs"].as_int(300'000));
  out.policy.soak = std::chrono::milliseconds(policy["soakMs"].as_int());
  out.policy.on_failure =
      policy["onFailure"].as_string() == "stop" ? OnFailure::stop : OnFailure::restore;
  out.policy.prune = policy["prune"].as_bool(true);
  out.policy.self_heal = policy["selfHeal"].as_bool(true);
  out.policy.allow_empty = policy["allowEmpty"].as_bool();
  out.policy.adopt = policy["adopt"].as_bool();
  out.policy.allow_destructive = strings_of(policy["allowDestructive"]);
  out.policy.options = strings_of(policy["options"]);
  for (const Value& rule : policy["ignore"].items()) out.policy.ignore.push_back(rule_from(rule));
  return out;
}

}  // namespace rumbo::engine
