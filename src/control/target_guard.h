// TargetGuard: whether a target that keeps a record of its own (a cluster) is the one that the
// journal is about. A cluster of another identity, one that was restored from a backup, or one that
// is ahead of a state directory that was: nothing may be written to it until a person decides.
//
// Rules: transaction.md section 3; kubernetes-apply.md 4.8, fault 27.
//
// Threads: TargetFacts and check_target() are plain; TargetGuard's functions may be called from any
// thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "model/journal.h"
#include "model/target.h"

namespace rumbo::control {

/// What the journal says of its targets: a fold of its records.
struct TargetFacts {
  struct Identity {
    std::string uid;  ///< as Target::identity(); empty: it may not be seen
    WallTime at;      ///< when it was noted
  };
  std::map<TargetId, Identity> identities;
  /// Records of targets that a person accepted although the journal knows nothing of them.
  std::map<TargetId, std::vector<Head>> accepted;
  /// Each scope's target has had a record at least as new as this: a write came after it.
  std::map<Scope, Seq> mirrored;

  void apply(const Record& record);

 private:
  std::map<TxnId, std::pair<Seq, std::vector<Scope>>> prepared_;
};

/// An error that begins with "frozen:" if the target is not as the journal left it. Records that
/// are not in the journal any more because of compaction are not compared.
Result<> check_target(const TargetFacts& facts, const TargetId& id, const std::string& identity,
                      const std::vector<TxnMirror>& mirrors, const Journal& journal);

class TargetGuard {
 public:
  /// References outlive it. `facts` gives the fold as it is now, `note` appends an event.
  TargetGuard(const Journal& journal, const Clock& clock, std::function<TargetFacts()> facts,
              std::function<Result<>(const Value& body)> note)
      : journal_(journal), clock_(clock), facts_(std::move(facts)), note_(std::move(note)) {}

  /// Before anything is written there. Looks at most once in kAgain.
  Result<> check(const TargetId& id, Target& target, const Cancel& cancel);
  /// A person says that the target as it is now is right.
  Result<> accept(const TargetId& id, Target& target, const Cancel& cancel);

  static constexpr Duration kAgain{60'000'000'000};

 private:
  const Journal& journal_;
  const Clock& clock_;
  const std::function<TargetFacts()> facts_;
  const std::function<Result<>(const Value& body)> note_;
  Guarded<std::map<TargetId, MonoTime>> good_;
};

}  // namespace rumbo::control
