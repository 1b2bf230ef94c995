#include "rig.h"

#include <algorithm>

#include "engine/manifest_store.h"

namespace rumbo::simtest {
namespace {

constexpr int kMostLives = 8;
constexpr int kMostResumes = 40;

class MemoryMaker : public JournalMaker {
 public:
  explicit MemoryMaker(const Clock& clock) : clock_(clock) {}
  std::unique_ptr<Journal> open() override {
    return std::make_unique<sim::MemoryJournal>(disk_, clock_);
  }
  void crash() override { disk_.lose_unsynced(); }

 private:
  sim::MemoryDisk disk_;
  const Clock& clock_;
};

Manifest manifest_of(const AppVersion& version) {
  Manifest manifest;
  for (const Value& value : version.objects) {
    manifest.objects.push_back({key_of(value), value, {"app.yaml", 1, 1}});
  }
  return manifest;
}

Value edited(const Value& object) {
  return object.with_path({"spec", "foreign"}, "kept").with_path({"foreign"}, "kept");
}

}  // namespace

std::unique_ptr<JournalMaker> memory_journal_maker(const Clock& clock) {
  return std::make_unique<MemoryMaker>(clock);
}

/// One process: a journal handle, faulty faces of the targets, an executor.
struct Rig::Life {
  std::unique_ptr<Journal> journal;
  std::unique_ptr<sim::FaultyJournal> faulty;
  std::map<TargetId, std::unique_ptr<sim::FaultyTarget>> targets;
  std::unique_ptr<engine::Executor> executor;
};

Rig::Rig(const Scenario& scenario, MakerFactory maker, StepFunction step)
    : scenario_(scenario), maker_(maker(clock_)), step_(std::move(step)) {
  for (const auto& [id, character] : scenario.targets) {
    sim::World& world = worlds_[id];
    world.id = id.value;
    targets_[id] =
        std::make_unique<sim::SimTarget>(world, clock_, character, InstallationId{"aaaabbbbcccc"});
  }
}
Rig::~Rig() = default;

engine::Request Rig::request(const std::vector<AppVersion>& versions, bool heal) {
  engine::Request request;
  request.actor = {"user:test"};
  request.cause = heal ? "drift" : "sync";
  request.heal = heal;
  for (const AppVersion& version : versions) {
    if (version.deletes) request.cause = "delete";
  }
  for (const AppVersion& version : versions) {
    engine::ScopeInput input;
    input.scope = version.scope;
    input.manifest = manifest_of(version);
    input.revision = {"c0ffee", "main@c0ffee", "a commit"};
    input.manifest_digest = engine::manifest_digest(*journal_, input.manifest);
    input.policy = version.policy;
    input.deletes = version.deletes;
    request.scopes.push_back(std::move(input));
  }
  return request;
}

void Rig::watch_inventory() {
  if (journal_ == nullptr) return;
  const auto owned = journal_->inventories();
  if (!owned) return;
  for (auto& [id, world] : worlds_) {
    for (const auto& [key, thing] : world.current) {
      if (!thing.owner) continue;
      const bool listed = std::any_of(owned->begin(), owned->end(), [&](const auto& entry) {
        return entry.second == key && entry.first.target == id;
      });
      if (!listed) ending_.broken.push_back("inventory covers: it lacks " + key.to_string());
    }
  }
}

/// One process life; nullopt if it died or lost its journal.
std::optional<engine::Report> Rig::live(Life& life, bool first) {
  life.journal = maker_->open();
  if (life.journal == nullptr) {
    ending_.broken.push_back("the journal does not open");
    return engine::Report{};
  }
  journal_ = life.journal.get();
  life.faulty = std::make_unique<sim::FaultyJournal>(*life.journal, faults_);
  engine::ExecutorParts parts{*life.faulty, {}, clock_, {}, {}, {}, nullptr, {}, step_};
  for (auto& [id, target] : targets_) {
    life.targets[id] = std::make_unique<sim::FaultyTarget>(*target, faults_, id.value);
    parts.targets[id] = life.targets[id].get();
  }
  parts.options.poll = Duration(1s);
  // A dead process decides nothing more, also where it would only wait and ask again.
  parts.step = [this](const engine::TxnState& state, const engine::Moment& moment) {
    if (faults_.dead) return engine::Action(engine::Finish{engine::Finish::Why::suspended});
    return step_ ? step_(state, moment) : engine::step(state, moment);
  };
  parts.pause = [this](MonoTime until) {
    clock_.advance_to(std::min(until, clock_.mono() + Duration(1min)));
  };
  parts.signals = [this](const TxnId&) {
    engine::Signals signals;
    signals.suspend = faults_.suspend;
    return signals;
  };
  const std::string boot = worlds_.begin()->second.boot_id;
  const auto epoch = life.journal->take_over("test", boot);
  life.executor = std::make_unique<engine::Executor>(parts, epoch.value_or(0), boot);
  faults_.take_over = [this] { static_cast<void>(journal_->take_over("other", "boot-1")); };

  std::optional<engine::Report> report;
  if (first) {
    auto result = life.executor->run(request(scenario_.after, scenario_.heal));
    if (faults_.dead || !result) {
      ending_.note = result ? "" : result.error().to_string();
      return std::nullopt;
    }
    report = *result;
  }
  for (const TxnId& txn : life.journal->open_txns().value_or(std::vector<TxnId>())) {
    for (int tries = 0; tries < kMostResumes; ++tries) {
      if (faults_.suspend) return std::nullopt;
      auto result = life.executor->resume(txn);
      if (faults_.dead || !result) {
        if (!result) ending_.note = result.error().to_string();
        return std::nullopt;
      }
      report = *result;
      if (report->kind != engine::Report::Kind::needs_operator) break;
      clock_.advance(Duration(1min));
    }
  }
  return report ? report : engine::Report{};
}

void Rig::deploy_before() {
  if (scenario_.before.empty()) return;
  auto journal = maker_->open();
  journal_ = journal.get();
  engine::ExecutorParts parts{*journal, {}, clock_, {}, {}, {}, nullptr, {}, {}};
  for (auto& [id, target] : targets_) parts.targets[id] = target.get();
  parts.pause = [this](MonoTime until) { clock_.advance_to(until); };
  const auto epoch = journal->take_over("test", "boot-1");
  engine::Executor executor(parts, epoch.value_or(0), "boot-1");
  const auto report = executor.run(request(scenario_.before, false));
  if (!report || report->kind != engine::Report::Kind::committed) {
    ending_.broken.push_back("the state before could not be deployed: " +
                             (report ? report->note : report.error().to_string()));
  }
  journal_ = nullptr;
}

Value Rig::wanted(const ObjectKey& key) const {
  for (const AppVersion& version : scenario_.after) {
    for (const Value& value : version.objects) {
      if (key_of(value) == key) return value;
    }
  }
  return {};
}

Ending Rig::run(const std::vector<sim::Injection>& injections) {
  deploy_before();
  for (auto& [id, world] : worlds_) pre_[id] = world.visible();
  if (scenario_.damage) scenario_.damage(worlds_);
  if (scenario_.foreign) {
    const auto& [id, key] = *scenario_.foreign;
    sim::World& world = worlds_[id];
    faults_.foreign_edit = [&world, key = key] {
      const auto it = world.current.find(key);
      if (it != world.current.end()) world.edit(key, edited(it->second.object));
    };
    faults_.foreign_delete = [&world, key = key] { world.remove(key); };
    faults_.foreign_create = [this, &world, key = key] {
      if (!world.current.contains(key)) world.create(key, wanted(key), clock_.mono());
    };
  }
  faults_.watch = [this] { watch_inventory(); };
  faults_.arm(injections);

  bool first = true;
  for (; ending_.lives < kMostLives; first = false) {
    ++ending_.lives;
    Life life;
    const auto report = live(life, first);
    journal_ = nullptr;
    const bool died = faults_.dead;
    life = {};
    if (report && !faults_.suspend) {
      ending_.last = report->kind;
      ending_.note = report->note;
      break;
    }
    if (died) maker_->crash();
    faults_.dead = false;
    faults_.suspend = false;
    if (faults_.rebooted) {
      faults_.rebooted = false;
      for (auto& [id, world] : worlds_) {
        world.boot_id += "'";
        world.fences.clear();
      }
    }
    clock_.advance(Duration(3s));
  }
  clock_.advance(Duration(2min));  // whatever is still in some socket has arrived
  return conclude();
}

Ending Rig::conclude() {
  Ending& out = ending_;
  out.trace = faults_.trace();
  out.fired = faults_.fired_faults();
  auto journal = maker_->open();
  if (!journal->verify(1, journal->head().seq))
    out.broken.push_back("chain verifies: it is broken");
  for (const TxnId& txn : journal->open_txns().value_or(std::vector<TxnId>())) {
    out.broken.push_back("no limbo: " + txn.value + " is still open");
  }
  const auto records = journal->read({}, 0, 100'000).value_or(std::vector<Record>());
  for (const Record& record : records) out.record_types.emplace_back(to_string(record.type));
  journal_ = journal.get();
  watch_inventory();
  journal_ = nullptr;

  bool before = true, after = true;
  std::string differing;
  for (auto& [id, world] : worlds_) {
    for (const std::string& violation : world.violations) {
      out.broken.push_back(
          violation.starts_with("order kept") ? violation : "no two generations: " + violation);
    }
    for (const std::string& left : world.leftovers()) out.broken.push_back("nothing left: " + left);
    for (const auto& [at, runs] : world.hook_runs) {
      out.most_hook_runs = std::max(out.most_hook_runs, runs);
    }
    // What the target should be if all went through: before, with the declared objects, minus
    // pruned.
    std::map<ObjectKey, Value> post = pre_[id];
    for (const AppVersion& version : scenario_.before) {
      if (version.scope.target != id) continue;
      for (const Value& value : version.objects) post.erase(key_of(value));
    }
    for (const AppVersion& version : scenario_.after) {
      if (version.scope.target != id) continue;
      for (const Value& value : version.objects) {
        if (key_of(value).kind != "Job") post[key_of(value)] = semantic(value);
      }
    }
    std::map<ObjectKey, Value> now = world.visible();
    // A foreign hand's edit must be there whatever happened; then the object is compared without
    // it.
    if (out.fired.contains(sim::Fault::foreign_edit) && scenario_.foreign &&
        scenario_.foreign->first == id) {
      const auto it = now.find(scenario_.foreign->second);
      out.edit_kept = it != now.end() && it->second["foreign"].as_string() == "kept";
      if (it != now.end()) {
        it->second =
            it->second.without("foreign").with("spec", it->second["spec"].without("foreign"));
        if (it->second["spec"].empty()) it->second = it->second.without("spec");
      }
    }
    std::map<ObjectKey, Value> pre = pre_[id];
    const bool came_or_went = out.fired.contains(sim::Fault::foreign_delete) ||
                              out.fired.contains(sim::Fault::foreign_create);
    if (came_or_went && scenario_.foreign && scenario_.foreign->first == id) {
      now.erase(scenario_.foreign->second);
      pre.erase(scenario_.foreign->second);
      post.erase(scenario_.foreign->second);
    }
    before = before && now == pre;
    after = after && now == post;
    if (now != pre && now != post) {
      for (const auto& [key, value] : now) {
        const bool in_pre = pre.contains(key) && pre[key] == value;
        const bool in_post = post.contains(key) && post[key] == value;
        if (!in_pre && !in_post) differing += " " + key.to_string() + " is neither";
        if (in_pre != in_post) differing += " " + key.to_string() + (in_pre ? " old" : " new");
      }
      for (const auto& [key, value] : pre) {
        if (!now.contains(key)) differing += " " + key.to_string() + " gone";
      }
    }
  }
  out.state = before ? "before" : after ? "after" : "mixed:" + differing;
  if (before && after) out.state = "same";
  judge_hooks();
  return out;
}

bool Rig::ran(const std::string& hook) const {
  for (const auto& [id, world] : worlds_) {
    for (const auto& [at, runs] : world.hook_runs) {
      if (at.second.name == hook && runs > 0) return true;
    }
  }
  return false;
}

/// The world tells which hooks ran; what the outcome was, its objects tell.
void Rig::judge_hooks() {
  Ending& out = ending_;
  const bool committed = out.state == "after";
  for (const std::string& hook : scenario_.answers) {
    if (committed && ran(hook)) out.broken.push_back("hooks answer: " + hook + " ran all the same");
    if (scenario_.natural == Natural::restored && out.fired.empty() && !ran(hook)) {
      out.broken.push_back("hooks answer: " + hook + " did not run");
    }
  }
  if (scenario_.taken_back) {
    const auto& [hook, job] = *scenario_.taken_back;
    if (committed && ran(job)) out.broken.push_back("taken back: " + job + " ran all the same");
    if (out.state == "before" && ran(hook) && !ran(job)) {
      out.broken.push_back("taken back: " + job + " did not run");
    }
  }
  for (const auto& [id, world] : worlds_) {
    for (const auto& [at, object] : world.hook_objects) {
      const bool left =
          out.fired.empty() && committed && scenario_.cleaned.contains(at.second.name);
      if (left) out.broken.push_back("nothing left: hook " + at.second.name);
    }
  }
}

// ---- Objects

Value object(const std::string& api, const std::string& kind, const std::string& ns,
             const std::string& name, const std::string& data) {
  Value metadata = Value::object({{"name", name}});
  if (!ns.empty()) metadata = metadata.with("namespace", ns);
  Value out = Value::object({{"apiVersion", api}, {"kind", kind}, {"metadata", metadata}});
  return data.empty() ? out : out.with("data", Value::object({{"value", data}}));
}

Value deployment(const std::string& ns, const std::string& name, const std::string& image,
                 const std::string& health) {
  Value out = object("apps/v1", "Deployment", ns, name);
  const Value container = Value::object({{"name", "app"}, {"image", image}});
  out = out.with_path({"spec", "replicas"}, 2)
            .with_path({"spec", "template", "spec", "containers"}, Value::array({container}));
  return health.empty() ? out : annotated(out, "sim/health", health);
}

Value annotated(Value object, const std::string& name, const std::string& value) {
  return object.with_path({"metadata", "annotations", name}, value);
}

}  // namespace rumbo::simtest
