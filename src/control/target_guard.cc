#include "control/target_guard.h"

#include <algorithm>

namespace rumbo::control {
namespace {

constexpr std::string_view kEvent = "target";
/// Noted anew after so long: events do not stay in a journal for ever.
constexpr Duration kNoteAgain = 7 * 24h;

std::vector<Scope> scopes_of(const Record& record) {
  std::vector<Scope> out;
  for (const Value& scope : record.body["scopes"].items()) out.push_back(scope_from(scope));
  return out;
}

Error frozen(const std::string& why, std::string hint) {
  return Error(Code::denied, "frozen: " + why).with_hint(std::move(hint));
}

Value heads_value(const std::vector<TxnMirror>& mirrors) {
  std::vector<Value> out;
  for (const TxnMirror& one : mirrors) {
    out.push_back(Value::object({{"seq", one.head}, {"hash", one.head_hash}}));
  }
  return Value::array(std::move(out));
}

Value event_body(const TargetId& id, const std::string& identity, const Value& accepted) {
  return Value::object({{"event", kEvent},
                        {"scopes", Value::array()},
                        {"target", id.value},
                        {"identity", identity},
                        {"accepted", accepted}});
}

/// Empty where the account may not see it: then it is not compared.
Result<std::string> identity_of(Target& target, const Cancel& cancel) {
  auto identity = target.identity(cancel);
  if (!identity && identity.error().code() == Code::denied) return std::string();
  return identity;
}

/// A transaction's first record is on disk before its target hears of it. Where the journal knows
/// it, later records were lost in a power cut, and recovery goes on from what is left.
Result<bool> knows(const Journal& journal, const TxnId& txn) {
  RecordFilter filter;
  filter.txn = txn;
  return !TRY(journal.read(filter, 0, 1)).empty();
}

/// The journal's own record of that place; nullopt if it was compacted away.
Result<std::optional<Digest>> hash_at(const Journal& journal, Seq seq) {
  const auto records = TRY(journal.read({}, seq - 1, 1));
  if (records.empty() || records[0].seq != seq) return std::optional<Digest>();
  return std::optional(records[0].hash);
}

}  // namespace

void TargetFacts::apply(const Record& record) {
  if (record.type == RecordType::event && record.body["event"].as_string() == kEvent) {
    const TargetId id{record.body["target"].str()};
    identities[id] = {record.body["identity"].str(), record.at};
    std::vector<Head>& heads = accepted[id];
    heads.clear();
    for (const Value& one : record.body["accepted"].items()) {
      heads.push_back({one["seq"].as_uint(), one["hash"].str()});
    }
    // What was accepted counts from here on.
    std::erase_if(mirrored, [&](const auto& entry) { return entry.first.target == id; });
    return;
  }
  if (!record.txn) return;
  if (record.type == RecordType::begin) {
    prepared_[*record.txn] = {0, scopes_of(record)};
  }
  const auto it = prepared_.find(*record.txn);
  if (it == prepared_.end()) return;
  auto& [seq, scopes] = it->second;
  if (record.type == RecordType::prepared) seq = record.seq;
  // The record on the target is written between these two.
  if (record.type == RecordType::intent && seq != 0) {
    for (const Scope& scope : scopes) mirrored[scope] = seq;
  }
  if (record.type == RecordType::end) prepared_.erase(it);
}

Result<> check_target(const TargetFacts& facts, const TargetId& id, const std::string& identity,
                      const std::vector<TxnMirror>& mirrors, const Journal& journal) {
  const auto known = facts.identities.find(id);
  if (known != facts.identities.end() && !identity.empty() && !known->second.uid.empty() &&
      known->second.uid != identity) {
    return fail(frozen(id.value + " is another cluster than before (its identity is " + identity +
                           ", it was " + known->second.uid + ")",
                       "correct the kubeconfig or its context; if this cluster is right: `rumbo "
                       "recover --adopt`"));
  }
  const auto accepted = facts.accepted.find(id);
  const Head head = journal.head();
  // A scope's record may lie in two namespaces: where it was before its own was there, too.
  std::map<Scope, Seq> newest;
  for (const TxnMirror& one : mirrors) {
    const Head there{one.head, one.head_hash};
    if (accepted != facts.accepted.end() &&
        std::find(accepted->second.begin(), accepted->second.end(), there) !=
            accepted->second.end()) {
      continue;
    }
    const std::string whose = one.scopes.empty() ? one.txn.value : one.scopes[0].to_string();
    const bool ahead = one.head > head.seq;
    const auto ours =
        ahead || one.head == 0 ? std::optional<Digest>() : TRY(hash_at(journal, one.head));
    if ((ahead || (ours && *ours != one.head_hash)) && !TRY(knows(journal, one.txn))) {
      return fail(frozen(
          id.value + " is ahead of the state directory: its record of " + whose + " (" +
              one.txn.value + ") is of entry " + std::to_string(one.head) +
              (ahead ? ", the journal ends at " + std::to_string(head.seq)
                     : ", which is another one in the journal"),
          "was the state directory restored from a backup? `rumbo recover --from-target` takes "
          "over what is there"));
    }
    for (const Scope& scope : one.scopes) {
      Seq& seq = newest[Scope{scope.application, scope.environment, id}];
      seq = std::max(seq, one.head);
    }
  }
  for (const auto& [scope, seq] : newest) {
    const auto least = facts.mirrored.find(scope);
    if (least == facts.mirrored.end() || seq >= least->second) continue;
    return fail(frozen(id.value + " is older than the journal: its record of " + scope.to_string() +
                           " is of entry " + std::to_string(seq) + ", entry " +
                           std::to_string(least->second) + " was there before",
                       "was the cluster restored from a backup? If it is right as it is: `rumbo "
                       "recover --adopt`"));
  }
  return {};
}

Result<> TargetGuard::check(const TargetId& id, Target& target, const Cancel& cancel) {
  if (!target.capabilities().needs_mirror) return {};
  const MonoTime now = clock_.mono();
  const bool lately = good_.with([&](const auto& good) {
    const auto it = good.find(id);
    return it != good.end() && now - it->second < kAgain;
  });
  if (lately) return {};
  const std::string identity = TRY(identity_of(target, cancel));
  const auto mirrors = TRY(target.mirrors(journal_.installation(), cancel));
  const TargetFacts facts = facts_();
  TRY(check_target(facts, id, identity, mirrors, journal_));
  const auto known = facts.identities.find(id);
  if (known == facts.identities.end()) {
    TRY(note_(event_body(id, identity, Value::array())));
  } else if (clock_.wall().since_epoch - known->second.at.since_epoch > kNoteAgain) {
    std::vector<TxnMirror> accepted;
    for (const TxnMirror& one : mirrors) {
      const auto it = facts.accepted.find(id);
      const Head head{one.head, one.head_hash};
      if (it != facts.accepted.end() &&
          std::find(it->second.begin(), it->second.end(), head) != it->second.end()) {
        accepted.push_back(one);
      }
    }
    TRY(note_(event_body(id, identity, heads_value(accepted))));
  }
  good_.with([&](auto& good) { good[id] = now; });
  return {};
}

Result<> TargetGuard::accept(const TargetId& id, Target& target, const Cancel& cancel) {
  const std::string identity = TRY(identity_of(target, cancel));
  const auto mirrors = TRY(target.mirrors(journal_.installation(), cancel));
  good_.with([&](auto& good) { good.erase(id); });
  return note_(event_body(id, identity, heads_value(mirrors)));
}

}  // namespace rumbo::control
