#include "target/kubernetes/comparison.h"

#include "codec/base64.h"
#include "codec/diff.h"
#include "codec/json.h"
#include "target/kubernetes/ownership.h"
#include "target/kubernetes/touched_part.h"
#include "target/kubernetes/write_body.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

}  // namespace

Value restricted(const Value& object, const Value& shape) {
  if (!object.is_object() || !shape.is_object()) return object;
  std::vector<Member> out;
  for (const Member& member : shape.members()) {
    if (const Value* found = object.find(member.key())) {
      out.emplace_back(member.key(), restricted(*found, member.value));
    }
  }
  return Value::object(std::move(out));
}

namespace {

bool is_secret(const Value& object) {
  return object["kind"].as_string() == "Secret" && object["apiVersion"].as_string() == "v1";
}

/// What the server makes of a Secret: stringData becomes data, nulls vanish.
Value stored_secret(const Value& want) {
  Value data = Value::object();
  for (const Member& member : want["data"].members()) {
    if (!member.value.is_null()) data = data.with(member.key(), member.value);
  }
  for (const Member& member : want["stringData"].members()) {
    data = data.with(member.key(), codec::base64_encode(member.value.str()));
  }
  return data;
}

/// A map without nulls; an empty one is the same as none.
Value texts(const Value& map) {
  Value out = Value::object();
  for (const Member& member : map.members()) {
    if (!member.value.is_null()) out = out.with(member.key(), member.value);
  }
  return out;
}

bool secret_holds(const Value& live, const Value& want, bool partly) {
  Value mine = semantic(own_set(live).project(live));
  const Value& type = want["type"];
  if (partly) mine = restricted(mine, want.with("data", stored_secret(want)));
  return texts(mine["data"]) == stored_secret(want) && (type.is_null() || live["type"] == type) &&
         texts(mine["metadata"]["labels"]) == texts(want["metadata"]["labels"]) &&
         texts(mine["metadata"]["annotations"]) ==
             texts(semantic(want)["metadata"]["annotations"]) &&
         mine["immutable"].as_bool() == want["immutable"].as_bool();
}

/// What `want` declares and Rumbo does not own any more.
Value lost(const Value& live, const Value& want) {
  Value out = own_set(live).without(semantic(with_stored_texts(want)));
  for (const char* identity : {"apiVersion", "kind"}) out = out.without(identity);
  return out.with("metadata", out["metadata"].without("name").without("namespace"));
}

}  // namespace

bool OwnershipComparison::holds(const Value& live, const Value& want, bool partly) const {
  if (own_fields(live).is_null()) return false;
  if (!is_intact(live)) {
    // Something was taken from Rumbo: the fields that may differ, or others too?
    if (!partly || !differing(live, want).empty()) return false;
  }
  if (is_secret(want)) return secret_holds(live, want, partly);
  return annotation(live, kAppliedMark) == applied_digest(want);
}

Value OwnershipComparison::noted(const Value& write, const Value& declared) const {
  const std::string digest = declared_digest(declared);
  if (digest.empty()) return write;
  return write.with_path({"metadata", "annotations", kAppliedMark}, digest);
}

bool OwnershipComparison::as_before(const Value& now, const Value& before,
                                    const Value& want) const {
  const Value own = own_fields(before);
  if (own.is_null()) {
    // Rumbo never applied it: what counts is what the transaction declared.
    const Value shape = semantic(want);
    return own_fields(now).is_null() &&
           restricted(semantic(now), shape) == restricted(semantic(before), shape);
  }
  const FieldSet set = own_set(before);
  return own_fields(now) == own && semantic(set.project(now)) == semantic(set.project(before));
}

std::vector<std::string> OwnershipComparison::differing(const Value& live,
                                                        const Value& want) const {
  std::vector<std::string> fields;
  // With kind and version: of a Secret no value is told.
  const Value gone =
      lost(live, want).with("kind", want["kind"]).with("apiVersion", want["apiVersion"]);
  for (const auto& change : codec::diff_objects(gone, semantic(live))) {
    if (!change.before || change.path == "apiVersion") continue;
    fields.push_back(change.path);
  }
  return fields;
}

Comparison::Shown OwnershipComparison::shown(const Value& live, const Value& want) const {
  Shown out;
  out.after = with_default_keys(with_stored_texts(want));
  FieldSet own = own_set(live);
  if (own_fields(live).is_null()) {
    // It takes over what other tools deployed. kubectl owns the server's defaults, too: what it was
    // given stands in an annotation.
    own = deployed_set(live, live["apiVersion"].as_string());
    const auto given = codec::parse_json(annotation(live, kLastApplied));
    if (given && given->is_object()) own = declared_part(own, *given);
  }
  out.before = touched_part(live, out.after, own);
  return out;
}

std::string OwnershipComparison::editors(const Value& live, const Value& want) const {
  // Of all other writers only those that own now what Rumbo does not own any more.
  std::vector<Attribution> found;
  const Value gone = lost(live, want);
  for (const Value& entry : live["metadata"]["managedFields"].items()) {
    const auto theirs = FieldSet::parse(entry["fieldsV1"]);
    if (!theirs || entry["manager"].as_string() == kManager) continue;
    const Value part = theirs->project(gone);
    if (part.without("metadata").empty() && part["metadata"].empty()) continue;
    found.push_back({{}, entry["manager"].str(), {}, from_rfc3339(entry["time"].as_string())});
  }
  return name_writers(found);
}

}  // namespace rumbo::target::kubernetes
