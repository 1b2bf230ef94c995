// KubeRig: one scenario of the engine on a KubernetesTarget over the fake API server, lived through
// by one process after another in virtual time, with one fault at one boundary: a journal append or
// an API call.
//
// Threads: one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "engine/executor.h"
#include "fake_api.h"
#include "sim/clock.h"
#include "sim/faults.h"
#include "sim/memory_journal.h"

namespace rumbo::kubesim {

/// Faults, with the fault point of kubernetes-apply.md 4.8 that each one injects.
enum class Fault {
  crash_before,      ///< 1, 3, 14, 17: the process dies before the effect
  crash_after,       ///< 4: after it, before it hears of it
  suspend,           ///< SIGTERM arrives
  disk_full,         ///< 7
  sync_failure,      ///< 6: what is on disk is unknown until it is opened again
  not_sent,          ///< no connection, once
  lost,              ///< no answer, no effect
  done,              ///< 4: no answer, but the effect
  done_later,        ///< 5: no answer; the effect comes 20 s later
  timeout_done,      ///< 5: 504, and the effect
  zombie_crash,      ///< 20: as done_later, and the process dies
  throttled,         ///< 24: one 429 with Retry-After
  throttle_storm,    ///< 24: nothing but 429 for 30 s
  unavailable,       ///< one 503
  outage,            ///< 19: away for 2 minutes
  long_outage,       ///< 19: away for 30 minutes
  crash_outage,      ///< 19: the process dies, and the next one finds nobody for 30 minutes
  unauthorized,      ///< 26: one 401
  status_writer,     ///< 9: somebody writes the status right before
  foreign_edit,      ///< 10: somebody edits an owned field right before
  foreign_addition,  ///< somebody adds a field of his own right before
  foreign_delete,    ///< 11
  foreign_create,    ///< 12
  namespace_delete,  ///< 25: somebody deletes the namespace
  denied,            ///< 2, 18: one refusal by admission
};
std::string_view to_string(Fault fault);
inline constexpr int kFaults = 25;

struct Injection {
  std::size_t boundary = 0;
  Fault fault = Fault::crash_before;
};

enum class Natural { committed, restored, unchanged };

struct Scenario {
  std::string name;
  std::vector<Value> before;  ///< deployed first, without faults; may be empty
  std::vector<Value> after;   ///< the transaction under test
  Natural natural = Natural::committed;
  SyncPolicy policy;
  fake_api::ClusterOptions cluster;
  /// Prepares the cluster, before anything is deployed: webhooks, objects of others.
  std::function<void(fake_api::FakeApi&)> prepare;
  /// The ConfigMap that foreign hands touch.
  std::optional<ObjectKey> foreign;
  /// Without faults a person is asked, in these words; then `help` is what he does on the cluster.
  std::string asks;
  std::function<void(fake_api::FakeApi&)> help;
};

/// GoogleTest prints the name, not the bytes.
inline void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.name;
}

/// What one run ended in.
struct Ending {
  std::string state;  ///< "before", "after", "same" or "mixed: …", by the fake alone
  std::vector<std::string> broken;  ///< promises broken, each with the name of its assertion first
  std::vector<std::string> trace;   ///< boundaries passed, by name
  bool fired = false;
  engine::Report::Kind last = engine::Report::Kind::nothing_to_do;
  std::string note;
  int lives = 0;
  std::vector<std::string> asked;      ///< what a person was told that it waits for
  std::map<ObjectKey, Value> waiting;  ///< what was there when that was told first, by meaning
  std::map<ObjectKey, Value> objects;  ///< what is there in the end, by meaning
};

class KubeRig {
 public:
  /// `after`: what a faultless run ended with; empty: this is that run.
  explicit KubeRig(const Scenario& scenario, std::map<ObjectKey, Value> after = {});
  ~KubeRig();

  Ending run(std::optional<Injection> injection);

 private:
  class Link;
  struct Life;

  std::unique_ptr<Target> target(bool faulty);
  engine::Request request(Journal& journal, const std::vector<Value>& objects);
  void deploy_before();
  std::optional<engine::Report> live(Life& life, bool first);
  void ask(const std::string& note);
  void act(Fault fault);
  void watch_inventory(Journal& journal, const std::string& when);
  std::map<ObjectKey, Value> visible();
  void conclude();

  const Scenario& scenario_;
  sim::SimClock clock_;
  sim::FaultPlan plan_{clock_};
  fake_api::FakeApi api_;
  sim::MemoryDisk disk_;
  std::optional<Injection> injection_;
  MonoTime storm_until_;
  std::optional<fake_api::Injected> next_;
  Journal* journal_ = nullptr;
  std::map<ObjectKey, Value> pre_, post_;
  Ending ending_;
};

const std::vector<Scenario>& scenarios();
/// An object's meaning: without what servers, controllers and Rumbo's bookkeeping write.
Value meaning(const Value& object);
Value annotated(Value object, const std::string& name, const std::string& value);

}  // namespace rumbo::kubesim
