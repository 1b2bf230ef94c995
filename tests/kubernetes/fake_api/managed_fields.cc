#include "managed_fields.h"

#include <algorithm>
#include <map>

#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::fake_api {
namespace {

constexpr std::size_t kMaxUpdaters = 10;

ManagerEntry* find(Managers& managers, const ManagerEntry& wanted) {
  for (ManagerEntry& entry : managers) {
    if (entry.same_manager(wanted)) return &entry;
  }
  return nullptr;
}

void drop_empty(Managers& managers) {
  std::erase_if(managers, [](const ManagerEntry& entry) { return entry.fields.empty(); });
}

/// What is never owned: the identity of an object and what servers keep for themselves.
FieldSet without_identity(const FieldSet& fields) {
  static const FieldSet kIdentity = [] {
    FieldSet set;
    for (const char* name : {"apiVersion", "kind", "metadata"})
      set.at(FieldSet::field(name)).insert();
    for (const char* name : {"name", "namespace", "creationTimestamp", "selfLink", "uid",
                             "clusterName", "generation", "managedFields", "resourceVersion"}) {
      set.at("f:metadata").at(FieldSet::field(name)).insert();
    }
    return set;
  }();
  return fields.difference(kIdentity);
}

FieldSet own(const Writer& writer, FieldSet fields) {
  return writer.owned ? writer.owned(std::move(fields)) : fields;
}

/// Takes from the others what a write from `live` to `next` changes; conflicts if that needs force.
std::vector<FieldConflict> take_from_others(const Value& live, const Value& next,
                                            Managers& managers, const Writer& writer,
                                            Comparison& changes) {
  changes = compare(live, next, *writer.type);
  for (FieldSet* set : {&changes.removed, &changes.modified, &changes.added}) {
    *set = own(writer, std::move(*set));
  }
  const FieldSet set_anew = changes.modified.union_with(changes.added);
  std::vector<FieldConflict> conflicts;
  if (!writer.force) {
    for (const ManagerEntry& entry : managers) {
      if (entry.same_manager(writer.self)) continue;
      const FieldSet both = entry.fields.intersection(set_anew);
      const std::function<void(const FieldSet&, const std::string&)> list =
          [&](const FieldSet& set, const std::string& path) {
            if (set.member()) conflicts.push_back({entry, path});
            for (const auto& [element, child] : set.children()) {
              list(child, path + FieldSet::printed(element));
            }
          };
      list(both, "");
    }
    if (!conflicts.empty()) return conflicts;
  }
  for (ManagerEntry& entry : managers) {
    if (entry.same_manager(writer.self)) continue;
    entry.fields = entry.fields.difference(set_anew).difference(changes.removed);
  }
  drop_empty(managers);
  return {};
}

/// Removes what the applier applied last time and not now, unless somebody else owns it.
Value prune(const Value& object, const Managers& managers, const FieldSet& last, const Type& type) {
  if (last.empty()) return object;
  const FieldSet before = with_named_fields(last, type);
  Value left = without_items(object, before, type);
  FieldSet all_owned;
  for (const ManagerEntry& entry : managers) all_owned = all_owned.union_with(entry.fields);
  const FieldSet whole = with_named_fields(field_set(object, type), type);
  const auto rest = [&](const Value& part) {
    return with_named_fields(field_set(part, type), type);
  };
  left = without_items(
      object, whole.difference(rest(left).union_with(with_named_fields(all_owned, type))), type);
  return without_items(object, whole.difference(rest(left)).intersection(before), type);
}

void cap_updaters(Managers& managers) {
  const auto updaters = [&] {
    return static_cast<std::size_t>(
        std::ranges::count_if(managers, [](const ManagerEntry& entry) { return !entry.applies; }));
  };
  if (updaters() <= kMaxUpdaters) return;
  Managers oldest;
  for (const ManagerEntry& entry : managers) {
    if (!entry.applies) oldest.push_back(entry);
  }
  std::ranges::stable_sort(oldest, {}, &ManagerEntry::time);
  std::map<std::string, ManagerEntry> buckets;
  for (const ManagerEntry& entry : oldest) {
    if (updaters() <= kMaxUpdaters) break;
    ManagerEntry bucket;
    bucket.manager = "ancient-changes";
    bucket.api_version = entry.api_version;
    if (entry.same_manager(bucket)) {
      buckets.insert_or_assign(entry.api_version, entry);
      continue;
    }
    const auto first = buckets.find(entry.api_version);
    if (first == buckets.end()) {
      buckets.emplace(entry.api_version, entry);
      continue;
    }
    if (find(managers, bucket) == nullptr) {
      std::erase_if(managers, [&](const ManagerEntry& e) { return e.same_manager(first->second); });
      bucket.fields = first->second.fields;
      managers.push_back(bucket);
    }
    std::erase_if(managers, [&](const ManagerEntry& e) { return e.same_manager(entry); });
    ManagerEntry& into = *find(managers, bucket);
    into.fields = into.fields.union_with(entry.fields);
    into.time = entry.time;
  }
}

std::string printed(const ManagerEntry& entry) {
  std::string out = codec::to_json(Value(entry.manager));
  if (!entry.subresource.empty()) out += " with subresource " + codec::to_json(entry.subresource);
  if (!entry.applies) {
    out += " using " + entry.api_version;
    if (!entry.time.empty()) out += " at " + entry.time;
  }
  return out;
}

}  // namespace

bool ManagerEntry::same_manager(const ManagerEntry& other) const {
  return manager == other.manager && applies == other.applies && subresource == other.subresource &&
         (applies || api_version == other.api_version);
}

Result<Managers> managers_of(const Value& object) {
  Managers managers;
  for (const Value& entry : object["metadata"]["managedFields"].items()) {
    const std::string operation = entry["operation"].str();
    if (operation != "Apply" && operation != "Update") {
      return fail(Code::invalid, "operation must be `Apply` or `Update`");
    }
    if (entry["apiVersion"].str().empty())
      return fail(Code::invalid, "apiVersion must not be empty");
    if (entry["fieldsType"].as_string() != "FieldsV1") {
      return fail(Code::invalid, "fieldsType must be `FieldsV1`");
    }
    managers.push_back({.manager = entry["manager"].str(),
                        .applies = operation == "Apply",
                        .api_version = entry["apiVersion"].str(),
                        .subresource = entry["subresource"].str(),
                        .time = entry["time"].str(),
                        .fields = TRY(FieldSet::parse(entry["fieldsV1"]))});
  }
  return managers;
}

Value with_managers(const Value& object, Managers managers) {
  const Value metadata = object["metadata"].without("managedFields");
  if (managers.empty()) return object.with("metadata", metadata);
  std::ranges::stable_sort(managers, [](const ManagerEntry& a, const ManagerEntry& b) {
    return std::tuple(!a.applies, a.time, a.manager, a.api_version, a.subresource) <
           std::tuple(!b.applies, b.time, b.manager, b.api_version, b.subresource);
  });
  std::vector<Value> entries;
  for (const ManagerEntry& entry : managers) {
    Value value = Value::object({{"manager", entry.manager},
                                 {"operation", entry.applies ? "Apply" : "Update"},
                                 {"apiVersion", entry.api_version},
                                 {"fieldsType", "FieldsV1"},
                                 {"fieldsV1", entry.fields.to_value()}});
    if (!entry.time.empty()) value = value.with("time", entry.time);
    if (!entry.subresource.empty()) value = value.with("subresource", entry.subresource);
    entries.push_back(std::move(value));
  }
  return object.with("metadata", metadata.with("managedFields", Value::array(std::move(entries))));
}

tl::expected<std::pair<Value, Managers>, std::vector<FieldConflict>> apply_fields(
    const Value& live, const Value& applied, Managers managers, const Writer& writer) {
  if (writer.served) {
    std::erase_if(managers, [&](const ManagerEntry& e) { return !writer.served(e.api_version); });
  }
  FieldSet last;
  ManagerEntry* mine = find(managers, writer.self);
  if (mine == nullptr) {
    managers.push_back(writer.self);
    mine = &managers.back();
    mine->time.clear();
  } else {
    last = mine->fields;
  }
  mine->api_version = writer.self.api_version;
  mine->fields = own(writer, field_set(applied, *writer.type));
  Value next = prune(merged(live, applied, *writer.type), managers, last, *writer.type);
  if (next.is_null()) next = Value::object();
  Comparison changes;
  auto conflicts = take_from_others(live, next, managers, writer, changes);
  if (!conflicts.empty()) return tl::unexpected(std::move(conflicts));
  mine = find(managers, writer.self);
  if (mine != nullptr) {
    mine->fields = without_identity(mine->fields);
    if (live != next) mine->time = writer.self.time;
  }
  drop_empty(managers);
  return std::pair(without_nulls(next, *writer.type), std::move(managers));
}

Managers update_fields(const Value& live, const Value& next, Managers managers,
                       const Writer& writer) {
  if (writer.served) {
    std::erase_if(managers, [&](const ManagerEntry& e) { return !writer.served(e.api_version); });
  }
  Writer forced = writer;
  forced.force = true;
  // The writer's own entry loses what it changes like the others, and gets it back with the new
  // time.
  forced.self.manager = "current-operation";
  Comparison changes;
  take_from_others(live, next, managers, forced, changes);
  const FieldSet fields = without_identity(changes.modified.union_with(changes.added));
  if (!fields.empty()) {
    if (ManagerEntry* mine = find(managers, writer.self)) {
      mine->fields = mine->fields.union_with(fields);
      mine->time = writer.self.time;
    } else {
      managers.push_back(writer.self);
      managers.back().fields = fields;
    }
  }
  cap_updaters(managers);
  return managers;
}

std::string conflict_message(const std::vector<FieldConflict>& conflicts) {
  if (conflicts.size() == 1) {
    return "Apply failed with 1 conflict: conflict with " + printed(conflicts[0].holder) + ": " +
           conflicts[0].path;
  }
  std::map<std::string, std::vector<std::string>> by_manager;
  for (const FieldConflict& conflict : conflicts) {
    by_manager[printed(conflict.holder)].push_back("- " + conflict.path);
  }
  std::vector<std::string> lines;
  for (const auto& [manager, paths] : by_manager) {
    lines.push_back("conflicts with " + manager + ":");
    lines.insert(lines.end(), paths.begin(), paths.end());
  }
  return "Apply failed with " + std::to_string(conflicts.size()) +
         " conflicts: " + join(lines, "\n");
}

Value conflict_causes(const std::vector<FieldConflict>& conflicts) {
  std::vector<Value> causes;
  for (const FieldConflict& conflict : conflicts) {
    causes.push_back(Value::object({{"reason", "FieldManagerConflict"},
                                    {"message", "conflict with " + printed(conflict.holder)},
                                    {"field", conflict.path}}));
  }
  return Value::array(std::move(causes));
}

}  // namespace rumbo::fake_api
