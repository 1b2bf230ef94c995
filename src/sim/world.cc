#include "sim/world.h"

#include <string_view>

namespace rumbo::sim {
namespace {

Value deployment_status(const Value& object, bool ready, std::string reason, bool failed) {
  const std::int64_t want = object["spec"]["replicas"].as_int(1);
  const std::int64_t have = ready ? want : 0;
  std::vector<Value> conditions;
  conditions.push_back(Value::object(
      {{"type", "Available"}, {"status", ready ? "True" : "False"}, {"message", reason}}));
  if (failed) {
    conditions.push_back(Value::object({{"type", "Progressing"},
                                        {"status", "False"},
                                        {"reason", "ProgressDeadlineExceeded"},
                                        {"message", reason}}));
  }
  return Value::object({{"replicas", want},
                        {"updatedReplicas", want},
                        {"readyReplicas", have},
                        {"availableReplicas", have},
                        {"conditions", Value::array(std::move(conditions))}});
}

}  // namespace

std::map<ObjectKey, Value> World::visible() const {
  std::map<ObjectKey, Value> out;
  for (const auto& [key, thing] : current) out[key] = semantic(thing.object);
  return out;
}

std::vector<std::string> World::leftovers() const {
  std::vector<std::string> out;
  for (const auto& [at, thing] : staged) out.push_back("staged " + at.second.to_string());
  for (const auto& [at, thing] : replaced) out.push_back("not retired " + at.second.to_string());
  for (const ObjectKey& key : quiesced) out.push_back("stopped " + key.to_string());
  for (const TxnId& txn : reservations) out.push_back("reservation of " + txn.value);
  return out;
}

bool World::has(std::string_view name) const {
  for (const auto& [key, thing] : current) {
    if (key.name == name) return true;
  }
  return false;
}

void World::note_write(std::string_view verb, const ObjectKey& key, const Value& object) {
  log.push_back(std::string(verb) + " " + key.to_string());
  const std::string_view needs = annotation(object, "sim/needs");
  const bool removes = verb == "delete";
  if (!needs.empty() && !removes && !has(needs)) {
    violations.push_back("order kept: " + log.back() + " before " + std::string(needs));
  }
  const std::string_view outlives = annotation(object, "sim/outlives");
  if (!outlives.empty() && (removes || verb == "run") && has(outlives)) {
    violations.push_back("order kept: " + log.back() + " while there is " + std::string(outlives));
  }
}

void World::edit(const ObjectKey& key, const Value& object) {
  Thing& thing = current[key];
  if (thing.uid.empty()) thing.uid = "uid-" + std::to_string(next());
  thing.object = object;
  thing.version = next();
}

void World::remove(const ObjectKey& key) {
  current.erase(key);
}

void World::create(const ObjectKey& key, const Value& object, MonoTime now) {
  Thing thing;
  thing.object = object;
  thing.version = next();
  thing.uid = "uid-" + std::to_string(thing.version);
  thing.since = now;
  current.emplace(key, std::move(thing));
}

Value with_status(const ObjectKey& key, const Thing& thing, const std::string& stopped,
                  MonoTime now) {
  if (key.kind != "Deployment" && key.kind != "StatefulSet") return thing.object;
  const std::string_view script = annotation(thing.object, "sim/health");
  const Duration age = now - thing.since;
  bool ready = stopped.empty();
  bool failed = false;
  std::string reason = stopped;
  if (script == "never") {
    ready = false;
    reason = "readiness probe failed: HTTP 503";
  } else if (script == "fail") {
    ready = false;
    failed = true;
    reason = "container app exited 1";
  } else if (script.starts_with("after:")) {
    if (age < parse_duration(script.substr(6)).value_or(Duration(0))) {
      ready = false;
      reason = "starting";
    }
  } else if (script.starts_with("regress:")) {
    if (age >= parse_duration(script.substr(8)).value_or(Duration(0))) {
      ready = false;
      reason = "container app exited 1";
    }
  }
  return thing.object.with("status", deployment_status(thing.object, ready, reason, failed));
}

bool never_overlaps(const Value& object) {
  return object["kind"].as_string() == "StatefulSet" ||
         object["spec"]["strategy"]["type"].as_string() == "Recreate";
}

Receipt receipt_of(const ObjectKey& key, const Thing& thing) {
  return {{{key, thing.uid, std::to_string(thing.version)}}, {}};
}

bool means(const Thing& thing, const Value& object) {
  return semantic(thing.object) == semantic(object);
}

Value three_way(const Value& before, const Value& mine, const Value& live, bool& foreign) {
  if (live == mine) return before;
  if (live == before) return before;
  if (!live.is_object() || !mine.is_object()) {
    foreign = true;
    return live;
  }
  std::vector<Member> out;
  for (const Member& member : live.members()) {
    const Value* ours = mine.find(member.key());
    if (ours == nullptr) {
      foreign = foreign || before.find(member.key()) == nullptr;
      out.push_back(member);
      continue;
    }
    const Value* old = before.find(member.key());
    if (old == nullptr && *ours == member.value) continue;  // we added it: gone again
    out.emplace_back(member.key(),
                     three_way(old == nullptr ? Value() : *old, *ours, member.value, foreign));
  }
  for (const Member& member : before.members()) {
    if (!live.contains(member.key()) && !mine.contains(member.key())) out.push_back(member);
    if (!live.contains(member.key()) && mine.contains(member.key())) foreign = true;
  }
  return Value::object(std::move(out));
}

}  // namespace rumbo::sim
