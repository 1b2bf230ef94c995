#include "target/podman/record.h"

#include <algorithm>

namespace rumbo::target::podman {
namespace {

constexpr int kFormat = 1;
/// With IPv6 addresses, which an older version would leave out of its table.
constexpr int kFormatDual = 2;

Value time_value(WallTime time) {
  return Value(static_cast<std::int64_t>(time.since_epoch.count()));
}
WallTime time_from(const Value& value) {
  return {Duration(value.as_int())};
}

Value texts_value(const std::map<std::string, std::string>& texts) {
  std::vector<Member> members;
  for (const auto& [name, text] : texts) members.emplace_back(name, text);
  return Value::object(std::move(members));
}

Value owner_value(const Owner& owner) {
  return Value::object({{"application", owner.application},
                        {"environment", owner.environment},
                        {"install", owner.install.value},
                        {"txn", owner.txn.value}});
}
Owner owner_from(const Value& value) {
  return {{value["install"].str()},
          value["application"].str(),
          value["environment"].str(),
          {value["txn"].str()}};
}

Value outcome_value(const std::optional<JobOutcome>& outcome) {
  if (!outcome) return {};
  return Value::object({{"at", time_value(outcome->at)},
                        {"complete", outcome->complete},
                        {"message", outcome->message},
                        {"reason", outcome->reason}});
}
std::optional<JobOutcome> outcome_from(const Value& value) {
  if (!value.is_object()) return std::nullopt;
  return JobOutcome{value["complete"].as_bool(), value["reason"].str(), value["message"].str(),
                    time_from(value["at"])};
}

Value thing_value(const ObjectKey& key, const Thing& thing, const TxnId& txn) {
  return Value::object({{"generation", thing.generation},
                        {"key", to_value(key)},
                        {"object", thing.object},
                        {"outcome", outcome_value(thing.outcome)},
                        {"owner", owner_value(thing.owner)},
                        {"pins", texts_value(thing.pins)},
                        {"revision", thing.revision},
                        {"served", thing.served},
                        {"since", time_value(thing.since)},
                        {"stopped", thing.stopped},
                        {"txn", txn.value},
                        {"uid", thing.uid},
                        {"version", thing.version}});
}
Thing thing_from(const Value& value) {
  Thing out;
  out.object = value["object"];
  out.uid = value["uid"].str();
  out.version = value["version"].as_uint();
  out.generation = value["generation"].as_uint();
  out.owner = owner_from(value["owner"]);
  out.since = time_from(value["since"]);
  out.revision = value["revision"].str();
  for (const Member& pin : value["pins"].members()) out.pins.emplace(pin.key(), pin.value.str());
  out.stopped = value["stopped"].as_bool();
  out.served = value["served"].as_bool();
  out.outcome = outcome_from(value["outcome"]);
  return out;
}

Value things_value(const std::map<Record::Key, Thing>& things) {
  std::vector<Value> out;
  for (const auto& [at, thing] : things) out.push_back(thing_value(at.second, thing, at.first));
  return Value::array(std::move(out));
}
std::map<Record::Key, Thing> things_from(const Value& value) {
  std::map<Record::Key, Thing> out;
  for (const Value& one : value.items()) {
    out.emplace(Record::Key{{one["txn"].str()}, key_from(one["key"])}, thing_from(one));
  }
  return out;
}

Value replica_value(const Replica& replica) {
  return Value::object({{"address", replica.address},
                        {"leaving", replica.leaving},
                        {"name", replica.name},
                        {"network", replica.network},
                        {"ordinal", replica.ordinal},
                        {"revision", replica.revision},
                        {"since", time_value(replica.since)},
                        {"workload", to_value(replica.workload)}});
}
Replica replica_from(const Value& value) {
  return {value["name"].str(),        key_from(value["workload"]),
          value["revision"].str(),    static_cast<int>(value["ordinal"].as_int()),
          value["network"].str(),     value["address"].str(),
          value["leaving"].as_bool(), time_from(value["since"])};
}

Value change_value(const HostChange& change) {
  return Value::object({{"after", change.after},
                        {"before", change.before},
                        {"kind", change.kind == HostChange::Kind::route ? "route" : "sysctl"},
                        {"name", change.name}});
}
HostChange change_from(const Value& value) {
  const bool route = value["kind"].as_string() == "route";
  return {route ? HostChange::Kind::route : HostChange::Kind::sysctl, value["name"].str(),
          value["before"].str(), value["after"].str()};
}

Value pending_value(const PendingSwitch& pending) {
  std::vector<Value> keys;
  for (const ObjectKey& key : pending.keys) keys.push_back(to_value(key));
  return Value::object({{"back", pending.back},
                        {"bootId", pending.boot_id},
                        {"epoch", pending.epoch},
                        {"keys", Value::array(std::move(keys))},
                        {"seq", pending.seq},
                        {"txn", pending.txn.value}});
}
PendingSwitch pending_from(const Value& value) {
  PendingSwitch out;
  out.txn = {value["txn"].str()};
  out.epoch = value["epoch"].as_uint();
  out.seq = value["seq"].as_uint();
  out.back = value["back"].as_bool();
  out.boot_id = value["bootId"].str();
  for (const Value& key : value["keys"].items()) out.keys.push_back(key_from(key));
  return out;
}

Value generation_value(const ImageGeneration& one) {
  return Value::object({{"application", one.application},
                        {"environment", one.environment},
                        {"pins", texts_value(one.pins)},
                        {"txn", one.txn.value}});
}

std::map<std::string, std::string> texts_from(const Value& value) {
  std::map<std::string, std::string> out;
  for (const Member& one : value.members()) out.emplace(one.key(), one.value.str());
  return out;
}

Value small_parts(const Record& record) {
  std::vector<Value> changes, crons, fences, runs, generations;
  for (const ImageGeneration& one : record.generations) {
    generations.push_back(generation_value(one));
  }
  std::vector<Member> networks, reservations;
  for (const auto& [ns, network] : record.networks) {
    networks.emplace_back(ns, Value::object({{"bridge", network.bridge}, {"name", network.name}}));
  }
  for (const HostChange& change : record.host_changes) changes.push_back(change_value(change));
  for (const auto& [txn, opaque] : record.reservations) {
    reservations.emplace_back(txn.value, opaque);
  }
  for (const auto& [txn, oldest] : record.fences) {
    fences.push_back(
        Value::object({{"attempt", oldest.second}, {"epoch", oldest.first}, {"txn", txn.value}}));
  }
  for (const auto& [key, until] : record.crons) {
    crons.push_back(Value::object({{"key", to_value(key)}, {"until", time_value(until)}}));
  }
  for (const auto& [revision, thing] : record.runs) {
    runs.push_back(thing_value(key_of(thing.object), thing, {}));
  }
  return Value::object({{"addresses", to_value(record.addresses)},
                        {"fences", Value::array(std::move(fences))},
                        {"hooks", things_value(record.hooks)},
                        {"crons", Value::array(std::move(crons))},
                        {"runs", Value::array(std::move(runs))},
                        {"networks", Value::object(std::move(networks))},
                        {"reservations", Value::object(std::move(reservations))},
                        {"storage", record.storage},
                        {"generations", Value::array(std::move(generations))},
                        {"pulled", texts_value(record.pulled)},
                        {"hostChanges", Value::array(std::move(changes))}});
}

Result<> read_small_parts(const Value& value, Record& out) {
  if (value["addresses"].is_object()) out.addresses = TRY(address_state_from(value["addresses"]));
  for (const Member& one : value["networks"].members()) {
    out.networks.emplace(one.key(), Network{one.value["name"].str(), one.value["bridge"].str()});
  }
  out.storage = value["storage"].str();
  out.pulled = texts_from(value["pulled"]);
  for (const Value& one : value["generations"].items()) {
    out.generations.push_back({TxnId{one["txn"].str()}, one["application"].str(),
                               one["environment"].str(), texts_from(one["pins"])});
  }
  for (const Value& one : value["hostChanges"].items()) {
    out.host_changes.push_back(change_from(one));
  }
  for (const Member& one : value["reservations"].members()) {
    out.reservations.emplace(TxnId{std::string(one.key())}, one.value);
  }
  for (const Value& one : value["fences"].items()) {
    out.fences.emplace(
        TxnId{one["txn"].str()},
        std::pair(one["epoch"].as_uint(), static_cast<std::uint32_t>(one["attempt"].as_uint())));
  }
  out.hooks = things_from(value["hooks"]);
  for (const Value& one : value["runs"].items()) {
    out.runs.emplace(one["revision"].str(), thing_from(one));
  }
  for (const Value& one : value["crons"].items()) {
    out.crons.emplace(key_from(one["key"]), time_from(one["until"]));
  }
  return {};
}

template <class Things>
const Thing* find_revision(const Things& things, const std::string& revision) {
  const auto it = std::find_if(things.begin(), things.end(), [&](const auto& entry) {
    return entry.second.revision == revision;
  });
  return it == things.end() ? nullptr : &it->second;
}

}  // namespace

const Thing* Record::find_current(const ObjectKey& key) const {
  const auto it = current.find(key);
  return it == current.end() ? nullptr : &it->second;
}

const Thing* Record::seen_by(const TxnId& txn, const ObjectKey& key) const {
  const auto it = staged.find({txn, key});
  return it == staged.end() ? find_current(key) : &it->second;
}

bool Record::current_is_of(const TxnId& txn, const ObjectKey& key) const {
  const Thing* thing = find_current(key);
  return thing != nullptr && thing->owner.txn == txn;
}

std::vector<const Thing*> Record::things() const {
  std::vector<const Thing*> out;
  for (const auto& [key, thing] : current) out.push_back(&thing);
  for (const auto& [at, thing] : staged) out.push_back(&thing);
  for (const auto& [at, thing] : replaced) out.push_back(&thing);
  for (const auto& [revision, thing] : leaving) out.push_back(&thing);
  for (const auto& [at, thing] : hooks) out.push_back(&thing);
  for (const auto& [revision, thing] : runs) out.push_back(&thing);
  return out;
}

const Thing* Record::of_revision(const std::string& revision) const {
  if (revision.empty()) return nullptr;
  if (const Thing* found = find_revision(current, revision)) return found;
  if (const Thing* found = find_revision(staged, revision)) return found;
  if (const Thing* found = find_revision(replaced, revision)) return found;
  if (const Thing* found = find_revision(hooks, revision)) return found;
  if (const Thing* found = find_revision(runs, revision)) return found;
  return find_revision(leaving, revision);
}

bool Record::is_hook(const std::string& revision) const {
  return !revision.empty() && find_revision(hooks, revision) != nullptr;
}

void Record::set_outcome(const std::string& revision, const JobOutcome& outcome) {
  const auto set = [&](auto& things) {
    for (auto& [at, thing] : things) {
      if (thing.revision == revision && !thing.outcome) thing.outcome = outcome;
    }
  };
  set(current);
  set(staged);
  set(replaced);
  set(hooks);
  set(runs);
}

bool Record::transaction_open(const Thing& thing) const {
  for (const auto* things : {&staged, &replaced, &hooks}) {
    for (const auto& [at, other] : *things) {
      if (other.owner.application == thing.owner.application &&
          other.owner.environment == thing.owner.environment) {
        return true;
      }
    }
  }
  return false;
}

std::vector<const Replica*> Record::replicas_of(const std::string& revision) const {
  std::vector<const Replica*> out;
  for (const auto& [name, replica] : replicas) {
    if (replica.revision == revision) out.push_back(&replica);
  }
  std::sort(out.begin(), out.end(),
            [](const Replica* a, const Replica* b) { return a->ordinal < b->ordinal; });
  return out;
}

PodView view_of(const Record& record, const std::string& revision) {
  for (const auto* things : {&record.staged, &record.hooks}) {
    for (const auto& [at, thing] : *things) {
      if (thing.revision == revision) return {at.first, true, false};
    }
  }
  for (const auto& [at, thing] : record.replaced) {
    if (thing.revision == revision) return {at.first, false, true};
  }
  return {};
}

const Thing* config_in(const Record& record, const PodView& view, const ObjectKey& key) {
  if (view.is_replaced) {
    const auto it = record.replaced.find({view.txn, key});
    if (it != record.replaced.end()) return &it->second;
  }
  return view.is_staged ? record.seen_by(view.txn, key) : record.find_current(key);
}

Value to_value(const Record& record) {
  std::vector<Value> current, leaving, replicas;
  for (const auto& [key, thing] : record.current) current.push_back(thing_value(key, thing, {}));
  for (const auto& [revision, thing] : record.leaving) {
    leaving.push_back(thing_value(key_of(thing.object), thing, {}));
  }
  for (const auto& [name, replica] : record.replicas) replicas.push_back(replica_value(replica));
  return Value::object({{"clock", record.clock},
                        {"current", Value::array(std::move(current))},
                        {"format", record.addresses.networks6.empty() ? kFormat : kFormatDual},
                        {"leaving", Value::array(std::move(leaving))},
                        {"parts", small_parts(record)},
                        {"pending", record.pending ? pending_value(*record.pending) : Value()},
                        {"replaced", things_value(record.replaced)},
                        {"replicas", Value::array(std::move(replicas))},
                        {"staged", things_value(record.staged)}});
}

Result<Record> record_from(const Value& value) {
  const auto format = value["format"].as_int();
  if (format != kFormat && format != kFormatDual) {
    return fail(Error(Code::unsupported, "generation record has format " + std::to_string(format) +
                                             ", this version reads " + std::to_string(kFormat) +
                                             " and " + std::to_string(kFormatDual))
                    .with_hint("use the version of rumbo that wrote it"));
  }
  Record out;
  out.clock = value["clock"].as_uint();
  for (const Value& one : value["current"].items()) {
    out.current.emplace(key_from(one["key"]), thing_from(one));
  }
  out.staged = things_from(value["staged"]);
  out.replaced = things_from(value["replaced"]);
  for (const Value& one : value["leaving"].items()) {
    out.leaving.emplace(one["revision"].str(), thing_from(one));
  }
  for (const Value& one : value["replicas"].items()) {
    out.replicas.emplace(one["name"].str(), replica_from(one));
  }
  TRY(read_small_parts(value["parts"], out));
  if (value["pending"].is_object()) out.pending = pending_from(value["pending"]);
  return out;
}

}  // namespace rumbo::target::podman
