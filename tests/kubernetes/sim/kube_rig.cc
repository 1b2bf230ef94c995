#include "kube_rig.h"

#include <algorithm>
#include <array>

#include "engine/manifest_store.h"
#include "target/kubernetes/kubernetes_target.h"

namespace rumbo::kubesim {
namespace {

using fake_api::Injected;
using target::kubernetes::ApiRequest;
using target::kubernetes::ApiResponse;
using target::kubernetes::KubernetesTarget;
using target::kubernetes::PieceSink;
using target::kubernetes::Transport;

constexpr int kMostLives = 8;
constexpr int kMostResumes = 60;
const InstallationId kInstall{"aaaabbbbcccc"};
const Scope kScope{"shop", "dev", TargetId{"cluster"}};

constexpr std::array<std::pair<Fault, std::string_view>, kFaults> kWords{{
    {Fault::crash_before, "crash-before"},
    {Fault::crash_after, "crash-after"},
    {Fault::suspend, "suspend"},
    {Fault::disk_full, "disk-full"},
    {Fault::sync_failure, "sync-failure"},
    {Fault::not_sent, "not-sent"},
    {Fault::lost, "lost"},
    {Fault::done, "done"},
    {Fault::done_later, "done-later"},
    {Fault::timeout_done, "timeout-done"},
    {Fault::zombie_crash, "zombie-crash"},
    {Fault::throttled, "throttled"},
    {Fault::throttle_storm, "throttle-storm"},
    {Fault::unavailable, "unavailable"},
    {Fault::outage, "outage"},
    {Fault::long_outage, "long-outage"},
    {Fault::crash_outage, "crash-outage"},
    {Fault::unauthorized, "unauthorized"},
    {Fault::status_writer, "status-writer"},
    {Fault::foreign_edit, "foreign-edit"},
    {Fault::foreign_addition, "foreign-addition"},
    {Fault::foreign_delete, "foreign-delete"},
    {Fault::foreign_create, "foreign-create"},
    {Fault::namespace_delete, "namespace-delete"},
    {Fault::denied, "denied"},
}};

/// Faults of the process and its disk, which the journal's face injects itself.
std::optional<sim::Fault> as_journal_fault(Fault fault) {
  switch (fault) {
    case Fault::crash_before:
      return sim::Fault::crash_before;
    case Fault::crash_after:
      return sim::Fault::crash_after;
    case Fault::suspend:
      return sim::Fault::suspend;
    case Fault::disk_full:
      return sim::Fault::disk_full;
    case Fault::sync_failure:
      return sim::Fault::sync_failure;
    default:
      return std::nullopt;
  }
}

Error died() {
  return Error(Code::cancelled, "the process is dead");
}

/// What Rumbo keeps for itself on the cluster.
bool is_record(const Value& object) {
  return object["metadata"]["labels"].contains("rumbo.dev/mirror");
}

}  // namespace

/// An object's meaning: without what servers, controllers and Rumbo's bookkeeping write.
Value meaning(const Value& object) {
  Value out = semantic(object);
  Value metadata = out["metadata"];
  for (const char* part : {"annotations", "labels"}) {
    Value rest = metadata[part];
    if (!rest.is_object()) continue;
    for (const Member& member : metadata[part].members()) {
      if (member.key().starts_with("rumbo.dev/")) rest = rest.without(member.key());
    }
    metadata = rest.empty() ? metadata.without(part) : metadata.with(part, rest);
  }
  for (const char* name : {"deletionTimestamp", "deletionGracePeriodSeconds", "managedFields"}) {
    metadata = metadata.without(name);
  }
  out = out.with("metadata", metadata);
  if (out["kind"].as_string() == "Service") {
    out = out.with("spec", out["spec"].without("clusterIP").without("clusterIPs"));
  }
  return out;
}

std::string_view to_string(Fault fault) {
  for (const auto& [value, word] : kWords) {
    if (value == fault) return word;
  }
  return "?";
}

/// The connection of one process: each call is a boundary.
class KubeRig::Link : public Transport {
 public:
  Link(KubeRig& rig, bool faulty) : rig_(rig), faulty_(faulty) {}

  Result<ApiResponse> send(const ApiRequest& request, const Cancel& cancel) override {
    if (!faulty_) return rig_.api_.send(request, cancel);
    if (rig_.plan_.dead) return fail(died());
    const fake_api::Call call = fake_api::read_call(request);
    const std::size_t at = rig_.plan_.trace().size();
    static_cast<void>(rig_.plan_.reach("api " + fake_api::label_of(call)));
    std::optional<Fault> fault;
    if (rig_.injection_ && rig_.injection_->boundary == at) fault = rig_.injection_->fault;
    if (fault) rig_.ending_.fired = true;
    if (fault == Fault::crash_before) {
      rig_.plan_.dead = true;
      return fail(died());
    }
    if (fault) rig_.act(*fault);
    if (fault == Fault::crash_outage) {
      rig_.plan_.dead = true;
      return fail(died());
    }
    const bool dies = fault == Fault::crash_after || fault == Fault::zombie_crash;
    auto response = rig_.api_.send(request, cancel);
    if (rig_.journal_ != nullptr) rig_.watch_inventory(*rig_.journal_, fake_api::label_of(call));
    if (dies) {
      rig_.plan_.dead = true;
      return fail(died());
    }
    return response;
  }

  Result<ApiResponse> stream(const ApiRequest& request, const PieceSink& sink,
                             const Cancel& cancel) override {
    if (rig_.plan_.dead) return fail(died());
    return rig_.api_.stream(request, sink, cancel);
  }

 private:
  KubeRig& rig_;
  bool faulty_;
};

struct KubeRig::Life {
  std::unique_ptr<Journal> journal;
  std::unique_ptr<sim::FaultyJournal> faulty;
  std::unique_ptr<Target> target;
  std::unique_ptr<engine::Executor> executor;
};

KubeRig::KubeRig(const Scenario& scenario, std::map<ObjectKey, Value> after)
    : scenario_(scenario),
      api_(clock_, scenario.cluster, [this](Duration d) { clock_.advance(d); }),
      post_(std::move(after)) {
  const Value ns = Value::object({{"apiVersion", "v1"},
                                  {"kind", "Namespace"},
                                  {"metadata", Value::object({{"name", "shop"}})}});
  api_.as("admin", "POST", "/api/v1/namespaces", ns);
  if (scenario.prepare) scenario.prepare(api_);
}

KubeRig::~KubeRig() = default;

std::unique_ptr<Target> KubeRig::target(bool faulty) {
  target::kubernetes::KubernetesOptions options;
  options.install = kInstall;
  options.namespaces = {{"dev", "shop"}};
  options.reads_at_once = 1;
  return std::make_unique<KubernetesTarget>(std::move(options),
                                            std::make_unique<Link>(*this, faulty), clock_,
                                            [this](Duration d) { clock_.advance(d); });
}

engine::Request KubeRig::request(Journal& journal, const std::vector<Value>& objects) {
  engine::Request request;
  request.actor = {"user:test"};
  engine::ScopeInput input;
  input.scope = kScope;
  for (const Value& value : objects) {
    input.manifest.objects.push_back({key_of(value), value, {"app.yaml", 1, 1}});
  }
  input.revision = {"c0ffee", "main@c0ffee", "a commit"};
  input.manifest_digest = engine::manifest_digest(journal, input.manifest);
  input.policy = scenario_.policy;
  request.scopes.push_back(std::move(input));
  return request;
}

/// Everything that says it is Rumbo's is in the inventory, at every instant.
void KubeRig::watch_inventory(Journal& journal, const std::string& when) {
  const auto owned = journal.inventories();
  if (!owned) return;
  for (const auto& [key, object] : visible()) {
    const Value live = api_.find(key.group, key.kind, key.ns, key.name);
    if (annotation(live, "rumbo.dev/owner").empty()) continue;
    if (!annotation(live, "rumbo.dev/hook").empty()) continue;
    const bool listed = std::ranges::any_of(
        *owned, [&, wanted = key](const auto& entry) { return entry.second == wanted; });
    if (!listed) {
      ending_.broken.push_back("inventory covers: it lacks " + key.to_string() + " at " + when);
    }
  }
}

std::map<ObjectKey, Value> KubeRig::visible() {
  std::map<ObjectKey, Value> all;
  api_.with([&](fake_api::Cluster& cluster, fake_api::Controllers&) {
    for (const auto& [storage, objects] : cluster.store().everything()) {
      for (const auto& [name, object] : objects) {
        const std::string& ns = name.first.empty() ? name.second : name.first;
        if (ns.starts_with("kube-") || ns == "default" || is_record(object)) continue;
        all[key_of(object)] = object;
      }
    }
  });
  return all;
}

void KubeRig::deploy_before() {
  if (scenario_.before.empty()) return;
  sim::MemoryJournal journal(disk_, clock_);
  const auto on = target(false);
  engine::ExecutorParts parts{journal, {}, clock_, {}, {}, {}, nullptr, {}, {}};
  parts.targets[kScope.target] = on.get();
  parts.pause = [this](MonoTime until) { clock_.advance_to(until); };
  const auto epoch = journal.take_over("test", "boot-1");
  engine::Executor executor(parts, epoch.value_or(0), "boot-1");
  const auto report = executor.run(request(journal, scenario_.before));
  if (!report || report->kind != engine::Report::Kind::committed) {
    ending_.broken.push_back("the state before could not be deployed: " +
                             (report ? report->note : report.error().to_string()));
  }
}

std::optional<engine::Report> KubeRig::live(Life& life, bool first) {
  life.journal = std::make_unique<sim::MemoryJournal>(disk_, clock_);
  journal_ = life.journal.get();
  life.faulty = std::make_unique<sim::FaultyJournal>(*life.journal, plan_);
  life.target = target(true);
  engine::ExecutorParts parts{*life.faulty, {}, clock_, {}, {}, {}, nullptr, {}, {}};
  parts.targets[kScope.target] = life.target.get();
  parts.options.poll = Duration(1s);
  // A dead process decides nothing more, also where it would only wait and ask again.
  parts.step = [this](const engine::TxnState& state, const engine::Moment& moment) {
    if (plan_.dead) return engine::Action(engine::Finish{engine::Finish::Why::suspended});
    return engine::step(state, moment);
  };
  parts.pause = [this](MonoTime until) {
    clock_.advance_to(std::min(until, clock_.mono() + Duration(1min)));
  };
  parts.signals = [this](const TxnId&) {
    engine::Signals signals;
    signals.suspend = plan_.suspend;
    return signals;
  };
  const auto epoch = life.journal->take_over("test", "boot-1");
  life.executor = std::make_unique<engine::Executor>(parts, epoch.value_or(0), "boot-1");

  std::optional<engine::Report> report;
  if (first) {
    auto result = life.executor->run(request(*life.journal, scenario_.after));
    if (plan_.dead) return std::nullopt;
    if (!result) {
      ending_.note = result.error().to_string();
      return std::nullopt;
    }
    report = *result;
    if (report->kind == engine::Report::Kind::needs_operator) ask(report->note);
  }
  for (const TxnId& txn : life.journal->open_txns().value_or(std::vector<TxnId>())) {
    for (int tries = 0; tries < kMostResumes; ++tries) {
      if (plan_.suspend) return std::nullopt;
      auto result = life.executor->resume(txn);
      if (plan_.dead || !result) {
        if (!result) ending_.note = result.error().to_string();
        return std::nullopt;
      }
      report = *result;
      if (report->kind != engine::Report::Kind::needs_operator) break;
      ask(report->note);
      clock_.advance(Duration(1min));
    }
  }
  return report ? report : engine::Report{};
}

Ending KubeRig::run(std::optional<Injection> injection) {
  deploy_before();
  for (const auto& [key, object] : visible()) pre_[key] = meaning(object);
  injection_ = injection;
  if (injection) {
    if (const auto fault = as_journal_fault(injection->fault)) {
      plan_.arm({{injection->boundary, *fault}});
    }
  }
  api_.intercept([this](const fake_api::Seen&) -> std::optional<Injected> {
    if (clock_.mono() < storm_until_) {
      return Injected{.kind = Injected::Kind::answer, .status = 429, .retry_after = 2};
    }
    return std::exchange(next_, std::nullopt);
  });
  for (bool first = true; ending_.lives < kMostLives; first = false) {
    ++ending_.lives;
    Life life;
    const auto report = live(life, first);
    journal_ = nullptr;
    const bool died = plan_.dead;
    life = {};
    if (report && !plan_.suspend) {
      ending_.last = report->kind;
      ending_.note = report->note;
      break;
    }
    if (died) disk_.lose_unsynced();
    plan_.dead = false;
    plan_.suspend = false;
    clock_.advance(Duration(3s));
  }
  clock_.advance(Duration(2min));  // whatever is still in some socket has arrived
  api_.intercept({});
  api_.step();
  conclude();
  return std::move(ending_);
}

void KubeRig::conclude() {
  ending_.trace = plan_.trace();
  ending_.fired = ending_.fired || !plan_.fired_faults().empty();
  sim::MemoryJournal journal(disk_, clock_);
  if (!journal.verify(1, journal.head().seq)) {
    ending_.broken.push_back("chain verifies: it is broken");
  }
  for (const TxnId& txn : journal.open_txns().value_or(std::vector<TxnId>())) {
    ending_.broken.push_back("no limbo: " + txn.value + " is still open");
  }
  watch_inventory(journal, "the end");
  for (const auto& [key, object] : visible()) ending_.objects[key] = meaning(object);
  std::map<ObjectKey, Value> now = ending_.objects;
  std::map<ObjectKey, Value> pre = pre_;
  std::map<ObjectKey, Value> post = post_.empty() ? now : post_;
  // Hooks are run, not kept.
  for (auto* objects : {&now, &pre, &post}) {
    std::erase_if(*objects, [](const auto& entry) { return entry.first.kind == "Job"; });
  }
  const std::optional<Fault> fault = injection_ ? std::optional(injection_->fault) : std::nullopt;
  if (scenario_.foreign && fault) {
    const auto found = now.find(*scenario_.foreign);
    if (*fault == Fault::foreign_edit || *fault == Fault::foreign_addition) {
      const char* field = *fault == Fault::foreign_edit ? "value" : "foreign";
      const bool kept = found != now.end() && found->second["data"][field].as_string() == "kept";
      if (!kept && ending_.fired) ending_.broken.push_back("edit kept: a foreign edit was lost");
      for (auto* objects : {&now, &pre, &post}) {
        const auto it = objects->find(*scenario_.foreign);
        if (it == objects->end()) continue;
        it->second = it->second.with("data", it->second["data"].without(field));
      }
    }
    if (*fault == Fault::foreign_delete || *fault == Fault::foreign_create) {
      for (auto* objects : {&now, &pre, &post}) objects->erase(*scenario_.foreign);
    }
  }
  if (now == pre && now == post) {
    ending_.state = "same";
  } else if (now == pre) {
    ending_.state = "before";
  } else if (now == post) {
    ending_.state = "after";
  } else {
    ending_.state = "mixed:";
    std::set<ObjectKey> keys;
    for (const auto* objects : {&now, &pre, &post}) {
      for (const auto& [key, value] : *objects) keys.insert(key);
    }
    for (const ObjectKey& key : keys) {
      const auto in = [&](const std::map<ObjectKey, Value>& objects) {
        const auto it = objects.find(key);
        return it == objects.end() ? Value() : it->second;
      };
      if (in(pre) == in(post) && in(now) == in(pre)) continue;
      ending_.state += " " + key.to_string() +
                       (in(now).is_null()     ? " gone"
                        : in(now) == in(pre)  ? " old"
                        : in(now) == in(post) ? " new"
                                              : " neither");
    }
  }
}

}  // namespace rumbo::kubesim
