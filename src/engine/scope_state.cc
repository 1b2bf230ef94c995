#include "engine/scope_state.h"

#include <algorithm>

namespace rumbo::engine {
namespace {

std::vector<Scope> scopes_of(const Record& record) {
  std::vector<Scope> out;
  for (const Value& scope : record.body["scopes"].items()) out.push_back(scope_from(scope));
  return out;
}

Draft scope_draft(RecordType type, const Scope& scope, const Actor& actor, std::uint64_t epoch,
                  const Value& body) {
  Draft draft;
  draft.type = type;
  draft.actor = actor;
  draft.epoch = epoch;
  draft.body = body.with("scopes", Value::array({to_value(scope)}));
  return draft;
}

void apply_commit(ScopeState& state, const Record& record, const TxnScope& scope) {
  CommittedState committed;
  committed.txn = record.txn.value_or(TxnId{});
  committed.seq = record.seq;
  committed.at = record.at;
  committed.revision = scope.revision;
  committed.manifest_digest = scope.manifest_digest;
  committed.manifest = scope.manifest;
  committed.policy = scope.policy;
  for (const Member& pin : record.body["pins"].members()) {
    committed.pins[std::string(pin.key())] = pin.value.str();
  }
  // What was deployed well is no longer suspected.
  state.quarantined.erase(committed.manifest_digest);
  state.history.push_back(committed.txn);
  state.deleted = false;
  state.committed = std::move(committed);
}

void forget(ScopeState& state) {
  state.committed.reset();
  state.history.clear();
  state.held = false;
  state.deleted = true;
}

void apply_quarantine(ScopeState& state, const Record& record) {
  const Digest digest = record.body["manifestDigest"].str();
  if (record.body["cleared"].as_bool()) {
    state.quarantined.erase(digest);
    return;
  }
  state.quarantined[digest] = {record.txn.value_or(TxnId{}), record.at,
                               record.body["revision"].str(), record.body["reason"].str()};
}

void apply_hold(ScopeState& state, const Record& record) {
  state.held = record.body["held"].as_bool();
  state.held_against = state.held ? record.body["heldAgainst"].str() : Digest();
  state.held_reason = state.held ? record.body["reason"].str() : std::string();
}

}  // namespace

bool ScopeState::may_deploy(const Digest& digest) const {
  if (paused || open) return false;
  if (quarantined.contains(digest)) return false;
  return !held || digest != held_against;
}

ScopeState& ScopeStates::state(const Scope& scope) {
  ScopeState& found = states_[scope];
  found.scope = scope;
  return found;
}

void ScopeStates::apply(const Record& record) {
  seq_ = record.seq;
  switch (record.type) {
    case RecordType::begin:
      for (const Scope& scope : scopes_of(record)) {
        ScopeState& one = state(scope);
        one.open = record.txn;
        one.last_txn = record.txn;
        one.last_outcome = "open";
        one.last_cause.clear();
        one.last_at = record.at;
        open_[*record.txn].push_back(scope);
      }
      break;
    case RecordType::commit:
      for (const Value& value : record.body["scopes"].items()) {
        const TxnScope scope = txn_scope_from(value);
        ScopeState& one = state(scope.scope);
        if (record.body["cause"].as_string() == "delete") {
          forget(one);
          continue;
        }
        apply_commit(one, record, scope);
        // A new digest was deployed on purpose: the hold has served. Healing keeps it.
        if (record.body["cause"].as_string() == "sync") one.held = false;
        if (record.body["cause"].as_string() != "drift") one.contested.clear();
      }
      break;
    case RecordType::abort:
      if (record.txn) causes_[*record.txn] = record.body["cause"].str();
      break;
    case RecordType::needs_operator:
      for (const Scope& scope : record.txn ? open_[*record.txn] : std::vector<Scope>()) {
        state(scope).last_outcome = "needs_operator";
        state(scope).last_cause = record.body["cause"].str();
      }
      break;
    case RecordType::end: {
      if (!record.txn) break;
      for (const Scope& scope : open_[*record.txn]) {
        ScopeState& one = state(scope);
        one.open.reset();
        one.last_outcome = record.body["outcome"].str();
        one.last_cause =
            causes_.contains(*record.txn) ? causes_[*record.txn] : record.body["note"].str();
        one.last_at = record.at;
      }
      open_.erase(*record.txn);
      causes_.erase(*record.txn);
      break;
    }
    case RecordType::quarantine:
      for (const Scope& scope : scopes_of(record)) apply_quarantine(state(scope), record);
      break;
    case RecordType::hold:
      for (const Scope& scope : scopes_of(record)) apply_hold(state(scope), record);
      break;
    case RecordType::event:
      apply_event(record);
      break;
    default:
      break;
  }
}

void ScopeStates::apply_event(const Record& record) {
  const std::string_view event = record.body["event"].as_string();
  if (event == "pause") {
    for (const Scope& scope : scopes_of(record)) {
      ScopeState& one = state(scope);
      one.paused = record.body["paused"].as_bool();
      one.paused_reason = one.paused ? record.body["reason"].str() : std::string();
    }
  } else if (event == "contested") {
    for (const Scope& scope : scopes_of(record)) {
      state(scope).contested = record.body["message"].str();
    }
  } else if (event == "freeze") {
    frozen_.reset();
    if (record.body["frozen"].as_bool()) {
      frozen_ = Freeze{record.actor.name, record.body["reason"].str(), record.at};
    }
  } else if (event == "renamed") {
    rename(scope_from(record.body["from"]), scope_from(record.body["to"]));
  } else if (event == "released") {
    for (const Scope& scope : scopes_of(record)) forget(state(scope));
  }
}

void ScopeStates::rename(const Scope& from, const Scope& to) {
  const auto it = states_.find(from);
  if (it == states_.end()) return;
  ScopeState moved = std::move(it->second);
  states_.erase(it);
  moved.scope = to;
  states_[to] = std::move(moved);
}

const ScopeState* ScopeStates::find(const std::string& application,
                                    const std::string& environment) const {
  const auto it = std::find_if(states_.begin(), states_.end(), [&](const auto& entry) {
    return entry.first.application == application && entry.first.environment == environment;
  });
  return it == states_.end() ? nullptr : &it->second;
}

Result<ScopeStates> read_scope_states(const Journal& journal) {
  constexpr std::size_t kPage = 1000;
  ScopeStates states;
  Seq after = 0;
  while (true) {
    const auto records = TRY(journal.read({}, after, kPage));
    for (const Record& record : records) states.apply(record);
    if (records.size() < kPage) return states;
    after = records.back().seq;
  }
}

Draft hold_draft(const Scope& scope, bool held, const Digest& against, const std::string& reason,
                 const Actor& actor, std::uint64_t epoch) {
  return scope_draft(RecordType::hold, scope, actor, epoch,
                     Value::object({{"held", held}, {"heldAgainst", against}, {"reason", reason}}));
}

Draft clear_quarantine_draft(const Scope& scope, const Digest& digest, const Actor& actor,
                             std::uint64_t epoch) {
  return scope_draft(RecordType::quarantine, scope, actor, epoch,
                     Value::object({{"cleared", true}, {"manifestDigest", digest}}));
}

Draft pause_draft(const Scope& scope, bool paused, const std::string& reason, const Actor& actor,
                  std::uint64_t epoch) {
  return scope_draft(RecordType::event, scope, actor, epoch,
                     Value::object({{"event", "pause"}, {"paused", paused}, {"reason", reason}}));
}

Draft freeze_draft(bool frozen, const std::string& reason, const Actor& actor,
                   std::uint64_t epoch) {
  Draft draft;
  draft.type = RecordType::event;
  draft.actor = actor;
  draft.epoch = epoch;
  draft.body = Value::object(
      {{"event", "freeze"}, {"frozen", frozen}, {"reason", reason}, {"scopes", Value::array()}});
  return draft;
}

Draft rename_draft(const Scope& from, const Scope& to, const std::vector<ObjectKey>& inventory,
                   const Actor& actor, std::uint64_t epoch) {
  Draft draft = scope_draft(RecordType::event, to, actor, epoch,
                            Value::object({{"event", "renamed"},
                                           {"from", to_value(from)},
                                           {"to", to_value(to)},
                                           {"message", "is the new name of " + from.to_string()}}));
  for (const ObjectKey& key : inventory) {
    draft.inventory.push_back({InventoryChange::Op::add, to, key});
    draft.inventory.push_back({InventoryChange::Op::remove, from, key});
  }
  return draft;
}

Draft release_draft(const Scope& scope, const std::vector<ObjectKey>& inventory, const Actor& actor,
                    std::uint64_t epoch) {
  Draft draft =
      scope_draft(RecordType::event, scope, actor, epoch,
                  Value::object({{"event", "released"},
                                 {"message", "gave up its " + std::to_string(inventory.size()) +
                                                 " objects; they are kept and belong to nobody"}}));
  for (const ObjectKey& key : inventory) {
    draft.inventory.push_back({InventoryChange::Op::remove, scope, key});
  }
  return draft;
}

}  // namespace rumbo::engine
