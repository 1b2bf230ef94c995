// Rig: one scenario on simulated targets, lived through by one process after another until nothing
// is open any more, with faults armed on the way.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/executor.h"
#include "sim/clock.h"
#include "sim/faults.h"
#include "sim/memory_journal.h"
#include "sim/sim_target.h"
#include "sim/world.h"

namespace rumbo::simtest {

/// What a scenario's target must look like in the end.
enum class Natural { committed, restored, unchanged };

struct AppVersion {
  Scope scope;
  std::vector<Value> objects;
  SyncPolicy policy;
  bool deletes = false;  ///< `objects` are hooks; all it owns goes
};

struct Scenario {
  std::string name;
  std::map<TargetId, sim::Character> targets;
  std::vector<AppVersion> before;  ///< deployed first, without faults; may be empty
  std::vector<AppVersion> after;   ///< the transaction under test
  Natural natural = Natural::committed;
  bool heal = false;  ///< the transaction heals `before`, after `damage`
  std::function<void(std::map<TargetId, sim::World>&)> damage;
  /// Hooks, by name, that run when the transaction is restored after it was prepared, and only
  /// then.
  std::set<std::string> answers;
  /// A hook, and the Job that takes it back: it runs if the hook ran and nothing was committed.
  std::optional<std::pair<std::string, std::string>> taken_back;
  std::set<std::string> cleaned;  ///< hooks of which nothing is left after a commit
  /// The object that foreign hands edit or delete, and on which target.
  std::optional<std::pair<TargetId, ObjectKey>> foreign;
};

/// Where the journal lives: in memory, or on a simulated disk below SQLite.
class JournalMaker {
 public:
  virtual ~JournalMaker() = default;
  /// Opens it anew, as a process does at its start. The last one is gone by then.
  virtual std::unique_ptr<Journal> open() = 0;
  /// The process died: what was not synced is lost.
  virtual void crash() = 0;
};

using MakerFactory = std::function<std::unique_ptr<JournalMaker>(const Clock&)>;
std::unique_ptr<JournalMaker> memory_journal_maker(const Clock& clock);

using StepFunction = std::function<engine::Action(const engine::TxnState&, const engine::Moment&)>;

/// What one run ended in.
struct Ending {
  std::string state;  ///< "before", "after", "mixed: …" (the target alone, foreign edits kept)
  std::vector<std::string>
      broken;  ///< promises broken: leftovers, two writers, limbo, inventory, chain
  std::vector<std::string> trace;        ///< boundaries passed, by name
  std::size_t durable_begin = SIZE_MAX;  ///< boundary at which the record became durable
  std::size_t durable_prepared = SIZE_MAX;
  std::size_t durable_commit = SIZE_MAX;
  std::set<sim::Fault> fired;
  engine::Report::Kind last = engine::Report::Kind::nothing_to_do;
  std::string note;
  int lives = 0;
  bool edit_kept = true;
  int most_hook_runs = 0;                 ///< of one hook in one transaction
  std::vector<std::string> record_types;  ///< the journal, in order
};

class Rig {
 public:
  explicit Rig(const Scenario& scenario, MakerFactory maker = memory_journal_maker,
               StepFunction step = {});
  ~Rig();

  Ending run(const std::vector<sim::Injection>& injections);

 private:
  struct Life;

  void deploy_before();
  engine::Request request(const std::vector<AppVersion>& versions, bool heal);
  std::optional<engine::Report> live(Life& life, bool first);
  void watch_inventory();
  Value wanted(const ObjectKey& key) const;
  Ending conclude();
  bool ran(const std::string& hook) const;
  void judge_hooks();

  const Scenario& scenario_;
  sim::SimClock clock_;
  sim::FaultPlan faults_{clock_};
  std::map<TargetId, sim::World> worlds_;
  std::map<TargetId, std::unique_ptr<sim::SimTarget>> targets_;
  std::unique_ptr<JournalMaker> maker_;
  StepFunction step_;
  Journal* journal_ = nullptr;  ///< of the current life
  std::map<TargetId, std::map<ObjectKey, Value>> pre_;
  Ending ending_;
};

// Objects for scenarios.
Value deployment(const std::string& ns, const std::string& name, const std::string& image,
                 const std::string& health = "");
Value object(const std::string& api, const std::string& kind, const std::string& ns,
             const std::string& name, const std::string& data = "");
Value annotated(Value object, const std::string& name, const std::string& value);

/// Every scenario of the enumeration.
const std::vector<Scenario>& scenarios();
const Scenario& scenario(std::string_view name);

}  // namespace rumbo::simtest
