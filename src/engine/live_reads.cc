#include "engine/live_reads.h"

#include <algorithm>
#include <map>

#include "codec/json.h"

namespace rumbo::engine {
namespace {

Value meaning(const Value& object) {
  if (!object["items"].is_array()) return semantic(object);
  std::vector<Value> items;
  for (const Value& one : object["items"].items()) items.push_back(semantic(one));
  return Value::array(std::move(items));
}

std::string named(const ObjectKey& key) {
  if (!key.name.empty()) return key.to_string();
  return "the " + key.kind + " objects of namespace " + key.ns;
}

bool of_group(const std::string& api, const std::vector<std::string>& groups) {
  return std::any_of(groups.begin(), groups.end(), [&](const std::string& group) {
    return api.size() > group.size() && api.starts_with(group) && api[group.size()] == '/';
  });
}

}  // namespace

Result<std::map<ObjectKey, Value>> read_objects(Target& target, const std::vector<ObjectKey>& keys,
                                                const Cancel& cancel) {
  std::map<ObjectKey, Value> out;
  std::vector<ObjectKey> single;
  for (const ObjectKey& key : keys) {
    if (!key.name.empty()) {
      single.push_back(key);
      continue;
    }
    auto items = TRY(target.list(key, cancel));
    out.emplace(key, Value::object(
                         {{"kind", key.kind + "List"}, {"items", Value::array(std::move(items))}}));
  }
  if (single.empty()) return out;
  for (Observation& one : TRY(target.observe(single, Consistency::fresh, cancel))) {
    if (one.exists) out.emplace(one.key, std::move(one.object));
  }
  return out;
}

Digest read_digest(const Journal& journal, const Value& object) {
  if (object.is_null()) return {};
  return journal.digest("read " + codec::to_json(meaning(object)), Secrecy::secret);
}

Digest served_digest(const Journal& journal, const Served& served,
                     const std::vector<std::string>& own_groups) {
  std::string text = "served " + served.version;
  for (const std::string& api : served.apis) {
    if (!of_group(api, own_groups)) text += "\n" + api;
  }
  return journal.digest(text, Secrecy::plain);
}

Result<std::vector<std::string>> changed_reads(const Journal& journal, Target& target,
                                               const LiveReads& reads, const Cancel& cancel) {
  std::vector<std::string> changed;
  std::vector<ObjectKey> keys;
  for (const auto& [key, digest] : reads.objects) keys.push_back(key);
  const auto now = TRY(read_objects(target, keys, cancel));
  for (const auto& [key, before] : reads.objects) {
    const auto found = now.find(key);
    const Digest after = found == now.end() ? Digest() : read_digest(journal, found->second);
    if (after == before) continue;
    changed.push_back(named(key) + (before.empty()  ? " has been made"
                                    : after.empty() ? " is gone"
                                                    : (key.name.empty() ? " have" : " has") +
                                                          std::string(" changed")));
  }
  if (!reads.served) return changed;
  const Served served = TRY(target.served(cancel));
  if (served_digest(journal, served, reads.own_groups) != *reads.served) {
    changed.emplace_back("the version or the kinds that the target serves have changed");
  }
  return changed;
}

Value to_value(const LiveReads& reads) {
  std::vector<Value> objects;
  for (const auto& [key, digest] : reads.objects) {
    objects.push_back(to_value(key).with("digest", digest));
  }
  return Value::object({{"objects", Value::array(std::move(objects))},
                        {"served", reads.served ? Value(*reads.served) : Value()},
                        {"ownGroups", Value::array(std::vector<Value>(reads.own_groups.begin(),
                                                                      reads.own_groups.end()))}});
}

LiveReads live_reads_from(const Value& value) {
  LiveReads out;
  for (const Value& one : value["objects"].items()) {
    out.objects.emplace_back(key_from(one), one["digest"].str());
  }
  if (value["served"].is_string()) out.served = value["served"].str();
  for (const Value& one : value["ownGroups"].items()) out.own_groups.push_back(one.str());
  return out;
}

}  // namespace rumbo::engine
