// Records and transactions as the Values people see: one place for their shapes and sentences.
//
// Threads: pure functions.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/value.h"
#include "engine/executor.h"
#include "engine/scope_state.h"
#include "model/record.h"

namespace rumbo::control {

/// Who asks, as the journal names them.
Actor actor_of(const std::string& name);
/// ["shop@dev", …]
Value names_value(const std::vector<Scope>& scopes);
Value revision_value(const Revision& revision);

/// {seq, at, type, txn, actor, step, participant, message, body}
Value record_value(const Record& record);
/// One sentence: "shop@dev committed at main@1a2b3c4".
std::string message_of(const Record& record);
/// The scopes that a record names: "shop@dev, cart@dev"; empty if it names none.
std::string scopes_text(const Record& record);
/// An outcome of the journal as people see it: "committed", "restored", "needs-operator"; what
/// ended before it changed anything was "refused".
std::string outcome_word(std::string_view outcome);

/// {by, reason, at}; an empty object while nothing is frozen.
Value freeze_value(const std::optional<engine::Freeze>& freeze);

/// Gathers the records of transactions, in order, into summaries.
class Summaries {
 public:
  void add(const Record& record);
  /// Newest first; at most `max`, of those that touch any of `scopes` (all, if empty).
  std::vector<Value> newest(const std::vector<Scope>& scopes, std::size_t max) const;
  /// {transaction, applications, cause, actor, revision, began, ended, duration, outcome, note};
  /// null if unknown.
  Value one(const TxnId& txn) const;

  static const std::set<RecordType>& types();

 private:
  struct Summary {
    TxnId txn;
    std::vector<Scope> scopes;
    Value revision;
    std::string cause, actor, outcome, note;
    WallTime began;
    std::optional<WallTime> ended;
  };
  static Value value_of(const Summary& summary);
  std::vector<Summary> all_;
  std::map<TxnId, std::size_t> index_;
};

/// The worst outcome's word: needs-operator, restored, refused, suspended, committed, unchanged.
std::string worst_outcome(const std::vector<Value>& transactions);

}  // namespace rumbo::control
