#include "sim/sim_target.h"

#include <algorithm>

namespace rumbo::sim {
namespace {

Error conflict(const ObjectKey& key, std::string_view why) {
  return Error(Code::conflict, key.to_string() + " " + std::string(why));
}

bool changes_immutable(const Value& from, const Value& to) {
  return from["spec"]["immutable"] != to["spec"]["immutable"];
}

}  // namespace

SimTarget::SimTarget(World& world, const Clock& clock, Character character, InstallationId install)
    : world_(world), clock_(clock), character_(character), install_(std::move(install)) {}

Result<> SimTarget::answers() const {
  return world_.silent ? Result<>(fail(Error(*world_.silent))) : Result<>();
}

Result<std::string> SimTarget::identity(const Cancel&) {
  TRY(answers());
  return world_.id;
}
Result<std::string> SimTarget::incarnation(const Cancel&) {
  return world_.boot_id;
}

Capabilities SimTarget::capabilities() const {
  Capabilities out;
  out.atomic_switch = character_ == Character::host;
  out.rolls_on_config_change = out.atomic_switch;
  out.server_dry_run = !out.atomic_switch;
  out.needs_mirror = !out.atomic_switch;
  out.max_in_flight = out.atomic_switch ? 1 : 8;
  out.hook_kinds = {"Job.batch"};
  return out;
}

Observation SimTarget::observe_one(const ObjectKey& key) const {
  Observation out;
  out.key = key;
  const auto staged = std::find_if(world_.staged.begin(), world_.staged.end(),
                                   [&](const auto& entry) { return entry.first.second == key; });
  const auto hook = std::find_if(world_.hook_objects.rbegin(), world_.hook_objects.rend(),
                                 [&](const auto& entry) { return entry.first.second == key; });
  if (hook != world_.hook_objects.rend()) {
    const bool failed = annotation(hook->second, "sim/hook") == "fail";
    const Value condition = Value::object(
        {{"type", failed ? "Failed" : "Complete"}, {"status", "True"}, {"message", "exit 1"}});
    out.exists = true;
    out.object = hook->second.with_path({"status", "conditions"}, Value::array({condition}));
    return out;
  }
  const Thing* thing = nullptr;
  std::string stopped;
  if (staged != world_.staged.end()) {
    thing = &staged->second;
  } else if (const auto it = world_.current.find(key); it != world_.current.end()) {
    thing = &it->second;
    if (world_.quiesced.contains(key)) stopped = "pods are stopped";
    if (world_.lost.contains(key)) stopped = out.lost = "pods were removed";
  }
  if (staged != world_.staged.end()) stopped = out.obstacle = world_.obstacle;
  if (thing == nullptr) return out;
  out.exists = true;
  out.object = with_status(key, *thing, stopped, clock_.mono());
  out.uid = thing->uid;
  out.version = std::to_string(thing->version);
  out.owner = thing->owner;
  if (annotation(thing->object, "sim/health") == "never")
    out.log_tail = {"listening", "error: no database"};
  return out;
}

Result<std::vector<Observation>> SimTarget::observe(const std::vector<ObjectKey>& keys, Consistency,
                                                    const Cancel&) {
  TRY(answers());
  std::vector<Observation> out;
  for (const ObjectKey& key : keys) out.push_back(observe_one(key));
  return out;
}

Result<Served> SimTarget::served(const Cancel&) {
  TRY(answers());
  return world_.served;
}

Result<std::vector<Value>> SimTarget::list(const ObjectKey& kind, const Cancel&) {
  TRY(answers());
  std::vector<Value> out;
  for (const auto& [key, thing] : world_.current) {
    if (key.group != kind.group || key.kind != kind.kind || key.ns != kind.ns) continue;
    out.push_back(observe_one(key).object);
  }
  return out;
}

Result<DryRun> SimTarget::dry_run(const Step& step, const Cancel&) {
  TRY(answers());
  DryRun out;
  for (const Item& item : step.items) {
    DryRunItem one;
    one.key = item.key;
    one.accepted = annotation(item.want_object, "sim/dry-run") != "reject";
    if (!one.accepted) one.message = "spec.replicaz: unknown field";
    one.kind_unknown = annotation(item.want_object, "sim/kind") == "unknown";
    one.immutable = character_ == Character::cluster && step.kind == StepKind::apply &&
                    !item.pre.absent && changes_immutable(item.pre.object, item.want_object);
    if (one.immutable) one.message = "spec.immutable: field is immutable";
    out.items.push_back(std::move(one));
  }
  return out;
}

Result<Reservation> SimTarget::prepare(const Outline& outline, const Fence&, const Cancel&) {
  TRY(answers());
  for (const Object& object : outline.objects) {
    if (annotation(object.value, "sim/image") == "missing") {
      return fail(Code::not_found, object.key.to_string() + ": image app:missing not found");
    }
  }
  world_.reservations.insert(outline.txn);
  if (world_.while_preparing) world_.while_preparing();
  Reservation out;
  out.pins["app:1"] = "app@sha256:1";
  out.opaque = Value::object({{"txn", outline.txn.value}});
  return out;
}

Result<> SimTarget::release(const TxnId& txn, const Fence&, const Cancel&) {
  TRY(answers());
  world_.reservations.erase(txn);
  if (character_ == Character::host) {
    std::erase_if(world_.hook_objects, [&](const auto& hook) { return hook.first.first == txn; });
  }
  return {};
}

Result<> SimTarget::check_fence(const Fence& fence) const {
  if (character_ == Character::cluster) return {};  // an API server knows no epochs
  const auto it = world_.fences.find(fence.txn);
  if (it != world_.fences.end() && std::pair(fence.epoch, fence.attempt) < it->second) {
    return fail(Code::conflict, "fenced: a newer attempt of " + fence.txn.value + " took over");
  }
  return {};
}

Thing SimTarget::make(const Item& item, const Fence& fence, std::string uid) {
  Thing thing;
  thing.object = item.want_object;
  thing.uid = std::move(uid);
  thing.version = world_.next();
  thing.owner = Owner{install_, item.scope.application, item.scope.environment, fence.txn};
  thing.since = clock_.mono();
  if (thing.uid.empty()) thing.uid = "uid-" + std::to_string(thing.version);
  return thing;
}

Result<Receipt> SimTarget::perform(const Step& step, const Fence& fence, const Cancel&) {
  TRY(answers());
  TRY(check_fence(fence));
  switch (step.kind) {
    case StepKind::hook:
      return run_hook(step, fence);
    case StepKind::prune:
      return prune(step);
    case StepKind::retire:
      if (step.hook.empty()) return perform_host(step, fence);
      for (const Item& item : step.items) world_.hook_objects.erase({fence.txn, item.key});
      return Receipt{};
    case StepKind::scaffold:
    case StepKind::apply:
      return write(step, fence, false);
    default:
      return perform_host(step, fence);
  }
}

void SimTarget::late_arrival(const Step& step, const Fence& fence) {
  if (!check_fence(fence)) return;
  const bool is_write = step.kind == StepKind::apply || step.kind == StepKind::scaffold;
  const auto ignored = is_write ? write(step, fence, true) : perform(step, fence, Cancel());
  static_cast<void>(ignored);  // nobody is there any more to hear the answer
}

/// One object: create if absent, else compare-and-swap. `exact`: as the server does it; otherwise
/// as a client that refreshes the version when only bookkeeping moved.
Result<Receipt> SimTarget::write(const Step& step, const Fence& fence, bool exact) {
  const Item& item = step.items.at(0);
  const auto it = world_.current.find(item.key);
  if (it == world_.current.end()) {
    if (!item.pre.absent) return fail(conflict(item.key, "was deleted by someone else"));
    if (!exact) world_.note_write("apply", item.key, item.want_object);
    Thing& made = world_.current[item.key] = make(item, fence, {});
    return receipt_of(item.key, made);
  }
  Thing& thing = it->second;
  const bool ours = thing.owner && thing.owner->txn == fence.txn;
  if (ours && means(thing, item.want_object)) return receipt_of(item.key, thing);
  if (item.pre.absent) return fail(conflict(item.key, "was created by someone else"));
  if (thing.uid != item.pre.uid) return fail(conflict(item.key, "was replaced by someone else"));
  if (std::to_string(thing.version) != item.pre.version &&
      (exact || !means(thing, item.pre.object))) {
    return fail(conflict(item.key, "was changed by someone else"));
  }
  const bool anew = changes_immutable(thing.object, item.want_object);
  if (anew && !step.recreate) {
    return fail(Code::invalid, item.key.to_string() + ": spec.immutable: field is immutable");
  }
  if (!exact) world_.note_write("apply", item.key, item.want_object);
  thing = make(item, fence, anew ? std::string() : thing.uid);
  world_.lost.erase(item.key);
  return receipt_of(item.key, thing);
}

bool SimTarget::owned_by(const ObjectKey& key, const TxnId& txn) const {
  const auto it = world_.current.find(key);
  return it != world_.current.end() && it->second.owner && it->second.owner->txn == txn;
}

/// True if the current object is not what the plan saw.
bool SimTarget::foreign_since(const Item& item) const {
  const auto now = world_.current.find(item.key);
  if (now == world_.current.end()) return !item.pre.absent;
  return item.pre.absent || !means(now->second, item.pre.object);
}

Result<Receipt> SimTarget::stage(const Step& step, const Fence& fence) {
  const Item& item = step.items.at(0);
  if (foreign_since(item)) return fail(conflict(item.key, "was changed by someone else"));
  const auto now = world_.current.find(item.key);
  const bool there = now != world_.current.end();
  const std::pair at{fence.txn, item.key};
  if (const auto it = world_.staged.find(at); it != world_.staged.end()) {
    return receipt_of(item.key, it->second);
  }
  if (there && never_overlaps(item.want_object) && !world_.quiesced.contains(item.key)) {
    world_.violations.push_back("two generations at once: " + item.key.to_string());
  }
  Thing& made = world_.staged[at] = make(item, fence, there ? now->second.uid : "");
  return receipt_of(item.key, made);
}

Result<Receipt> SimTarget::switch_over(const Step& step, const Fence& fence) {
  Receipt receipt;
  const auto switched = [&](const Item& item) {
    const auto it = world_.current.find(item.key);
    return it != world_.current.end() && it->second.owner && it->second.owner->txn == fence.txn &&
           !world_.staged.contains({fence.txn, item.key});
  };
  for (const Item& item : step.items) {
    if (switched(item)) continue;
    if (!world_.staged.contains({fence.txn, item.key})) {
      return fail(conflict(item.key, "is not staged any more"));
    }
    if (foreign_since(item)) return fail(conflict(item.key, "was changed by someone else"));
  }
  // One kernel transaction: from here on nothing fails.
  for (const Item& item : step.items) {
    const std::pair at{fence.txn, item.key};
    const auto staged = world_.staged.find(at);
    if (staged != world_.staged.end()) {
      const auto old = world_.current.find(item.key);
      if (old != world_.current.end()) world_.replaced[at] = old->second;
      world_.current[item.key] = staged->second;
      world_.staged.erase(staged);
      world_.lost.erase(item.key);
      world_.quiesced.erase(item.key);
    }
    receipt.items.push_back(receipt_of(item.key, world_.current[item.key]).items[0]);
  }
  return receipt;
}

Result<Receipt> SimTarget::perform_host(const Step& step, const Fence& fence) {
  switch (step.kind) {
    case StepKind::stage:
      return stage(step, fence);
    case StepKind::switch_over:
      return switch_over(step, fence);
    case StepKind::quiesce:
      // It names the old pods: once they are switched away there is nothing left to stop.
      if (!owned_by(step.items.at(0).key, fence.txn)) {
        world_.quiesced.insert(step.items[0].key);
      }
      return Receipt{};
    default:  // retire
      for (const Item& item : step.items) world_.replaced.erase({fence.txn, item.key});
      return Receipt{};
  }
}

Result<Receipt> SimTarget::prune(const Step& step) {
  const Item& item = step.items.at(0);
  const auto it = world_.current.find(item.key);
  if (it == world_.current.end() || it->second.uid != item.pre.uid) return Receipt{};
  if (annotation(it->second.object, "sim/prune") == "denied") {
    return fail(Code::denied, item.key.to_string() + ": a webhook denied the delete");
  }
  world_.note_write("delete", item.key, it->second.object);
  world_.current.erase(it);
  return Receipt{};
}

Result<Receipt> SimTarget::run_hook(const Step& step, const Fence& fence) {
  const Item& item = step.items.at(0);
  const std::pair at{fence.txn, item.key};
  if (world_.hook_runs.contains(at)) return Receipt{};  // its name is unique to the attempt
  if (step.cleanup.before_creation) {
    std::erase_if(world_.hook_objects,
                  [&](const auto& old) { return old.first.second == item.key; });
  }
  world_.note_write("run", item.key, item.want_object);
  ++world_.hook_runs[at];
  world_.hook_objects[at] = item.want_object;
  return Receipt{};
}

Result<std::vector<ObservedVersion>> SimTarget::fence(const std::vector<Step>& steps,
                                                      const Fence& newer, const Cancel&) {
  TRY(answers());
  std::vector<ObservedVersion> out;
  if (character_ == Character::host) {
    auto& oldest = world_.fences[newer.txn];
    oldest = std::max(oldest, std::pair(newer.epoch, newer.attempt));
    return out;
  }
  for (const Step& step : steps) {
    for (const Item& item : step.items) {
      const auto it = world_.current.find(item.key);
      if (it == world_.current.end()) continue;
      it->second.version = world_.next();
      out.push_back({item.key, it->second.uid, std::to_string(it->second.version)});
    }
  }
  return out;
}

Result<> SimTarget::mirror(const TxnMirror& mirror, const Fence&, const Cancel&) {
  TRY(answers());
  // One for each scope, as in a cluster.
  std::erase_if(world_.mirrors, [&](const TxnMirror& old) {
    return old.txn == mirror.txn || old.scopes == mirror.scopes;
  });
  world_.mirrors.push_back(mirror);
  return {};
}

Result<std::vector<TxnMirror>> SimTarget::mirrors(const InstallationId&, const Cancel&) {
  TRY(answers());
  return world_.mirrors;
}

Result<std::vector<Owned>> SimTarget::remedy(Remedy remedy, const std::vector<ObjectKey>& keys,
                                             const Cancel& cancel) {
  const bool cluster = character_ == Character::cluster;
  if (cluster && remedy == Remedy::from_target) return list_owned(install_, cancel);
  if (cluster && remedy == Remedy::adopt) return std::vector<Owned>();
  return Target::remedy(remedy, keys, cancel);
}

Result<std::vector<Owned>> SimTarget::list_owned(const InstallationId& install, const Cancel&) {
  TRY(answers());
  std::vector<Owned> out;
  for (const auto& [key, thing] : world_.current) {
    if (thing.owner && thing.owner->install == install) out.push_back({key, *thing.owner});
  }
  return out;
}

Result<std::unique_ptr<Watch>> SimTarget::watch(const InstallationId&, EventSink) {
  return std::make_unique<Watch>();
}

Result<> SimTarget::logs(const ObjectKey& key, const std::string&, const LogOptions&,
                         const LineSink& sink, const Cancel&) {
  const Observation seen = observe_one(key);
  if (!seen.exists) return fail(Code::not_found, key.to_string() + " does not exist");
  for (const std::string& line : seen.log_tail) {
    if (!sink(line)) break;
  }
  return {};
}

}  // namespace rumbo::sim
