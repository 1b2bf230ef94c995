#include "engine/manifest_store.h"

#include "codec/json.h"

namespace rumbo::engine {
namespace {

Result<BlobRef> store_object(Journal& journal, const ObjectKey& key, const Value& object) {
  return journal.put_blob(codec::to_json(object), secrecy_of(key));
}

Result<Value> load_value(const Journal& journal, const BlobRef& ref) {
  const std::string bytes = TRY(journal.get_blob(ref));
  return codec::parse_json(bytes);
}

/// Reads objects by reference, each once.
class ObjectReader {
 public:
  ObjectReader(const Journal& journal, std::map<Digest, Value> known)
      : journal_(journal), known_(std::move(known)) {}

  Result<Value> read(const BlobRef& ref) {
    const auto it = known_.find(ref.digest);
    if (it != known_.end()) return it->second;
    const Value object = TRY(load_value(journal_, ref));
    known_.emplace(ref.digest, object);
    return object;
  }

  Result<> fill(std::vector<Item>& items) {
    for (Item& item : items) {
      if (item.want) item.want_object = TRY(read(*item.want));
      if (item.pre.blob) item.pre.object = TRY(read(*item.pre.blob));
    }
    return {};
  }

 private:
  const Journal& journal_;
  std::map<Digest, Value> known_;
};

Result<> bind_items(Journal& journal, std::vector<Item>& items) {
  for (Item& item : items) {
    if (!item.want_object.is_null()) {
      item.want = TRY(store_object(journal, item.key, item.want_object));
      item.want_digest = object_digest(journal, item.key, item.want_object);
    }
    if (!item.pre.absent) {
      const Value before = item.pre.object.without("status");
      item.pre.blob = TRY(store_object(journal, item.key, before));
      item.pre.digest = object_digest(journal, item.key, before);
    }
  }
  return {};
}

/// The entry of a manifest's remote locations.
Value to_value(const std::vector<Pin>& pins) {
  std::vector<Value> out;
  for (const Pin& pin : pins) {
    out.push_back(Value::object({{"location", pin.location}, {"id", pin.id}, {"name", pin.name}}));
  }
  return Value::object({{"pins", Value::array(std::move(out))}});
}

std::vector<Pin> pins_from(const Value& entry) {
  std::vector<Pin> pins;
  for (const Value& pin : entry["pins"].items()) {
    pins.push_back({pin["location"].str(), pin["id"].str(), pin["name"].str()});
  }
  return pins;
}

}  // namespace

Secrecy secrecy_of(const ObjectKey& key) {
  return key.group.empty() && key.kind == "Secret" ? Secrecy::secret : Secrecy::plain;
}

Digest object_digest(const Journal& journal, const ObjectKey& key, const Value& object) {
  return journal.digest(codec::to_json(semantic(object)), secrecy_of(key));
}

Digest manifest_digest(const Journal& journal, const Manifest& manifest) {
  std::vector<Value> entries;
  entries.reserve(manifest.objects.size());
  for (const Object& object : manifest.objects) {
    entries.push_back(Value::array(
        {to_value(object.key), Value(object_digest(journal, object.key, object.value))}));
  }
  return journal.digest(codec::to_json(Value::array(std::move(entries))), Secrecy::plain);
}

Result<StoredManifest> store_manifest(Journal& journal, const Manifest& manifest) {
  StoredManifest stored;
  std::vector<Value> entries;
  for (const Object& object : manifest.objects) {
    const BlobRef ref = TRY(store_object(journal, object.key, object.value));
    stored.objects.push_back(ref);
    entries.push_back(Value::object({{"key", to_value(object.key)},
                                     {"blob", ref.digest},
                                     {"file", object.origin.file},
                                     {"line", object.origin.line},
                                     {"column", object.origin.column}}));
  }
  if (!manifest.recorded.is_null()) {
    const BlobRef ref = TRY(journal.put_blob(codec::to_json(manifest.recorded), Secrecy::secret));
    stored.objects.push_back(ref);
    entries.push_back(Value::object({{"recorded", true}, {"blob", ref.digest}}));
  }
  if (!manifest.pins.empty()) entries.push_back(to_value(manifest.pins));
  stored.manifest =
      TRY(journal.put_blob(codec::to_json(Value::array(std::move(entries))), Secrecy::plain));
  return stored;
}

Result<Manifest> load_manifest(const Journal& journal, const BlobRef& ref) {
  const Value entries = TRY(load_value(journal, ref));
  Manifest manifest;
  for (const Value& entry : entries.items()) {
    if (entry["pins"].is_array()) {
      manifest.pins = pins_from(entry);
      continue;
    }
    if (entry["recorded"].as_bool()) {
      manifest.recorded = TRY(load_value(journal, BlobRef{entry["blob"].str()}));
      continue;
    }
    Object object;
    object.key = key_from(entry["key"]);
    object.value = TRY(load_value(journal, BlobRef{entry["blob"].str()}));
    object.origin = {entry["file"].str(), static_cast<int>(entry["line"].as_int()),
                     static_cast<int>(entry["column"].as_int())};
    manifest.objects.push_back(std::move(object));
  }
  return manifest;
}

Result<std::vector<Pin>> load_pins(const Journal& journal, const BlobRef& ref) {
  const Value entries = TRY(load_value(journal, ref));
  for (const Value& entry : entries.items()) {
    if (entry["pins"].is_array()) return pins_from(entry);
  }
  return std::vector<Pin>();
}

Result<std::vector<BlobRef>> manifest_objects(const Journal& journal, const BlobRef& ref) {
  const Value entries = TRY(load_value(journal, ref));
  std::vector<BlobRef> out;
  for (const Value& entry : entries.items()) {
    if (entry.contains("blob")) out.push_back({entry["blob"].str()});
  }
  return out;
}

Result<> bind_blobs(Journal& journal, Plan& plan) {
  for (Step& step : plan.steps) TRY(bind_items(journal, step.items));
  return bind_items(journal, plan.unchanged);
}

Result<> hydrate(const Journal& journal, TxnState& state, std::map<Digest, Value> known) {
  ObjectReader reader(journal, std::move(known));
  for (Step& step : state.plan.steps) TRY(reader.fill(step.items));
  TRY(reader.fill(state.plan.unchanged));
  for (TxnScope& scope : state.scopes) {
    if (scope.manifest) scope.objects = TRY(manifest_objects(journal, *scope.manifest));
  }
  return {};
}

}  // namespace rumbo::engine
