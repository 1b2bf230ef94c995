#include "target/kubernetes/ownership.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/strings.h"
#include "base/time.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "crypto/digest.h"
#include "model/object.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr std::size_t kDigestLength = 16;  // 64 bits: only equality with one other is asked
constexpr std::size_t kPathDigest = 5;     // 30 bits: a few thousand fields at most
constexpr std::size_t kMostNamed = 4000;   // fields; of larger objects only the whole is told
constexpr std::size_t kMostWriters = 64;

std::string short_digest(const std::string& text) {
  const std::string digest = crypto::sha256(text);
  return digest.substr(digest.find(':') + 1, kDigestLength);
}

std::string path_digest(const std::string& path) {
  const auto bytes = crypto::sha256_raw(
      std::span(reinterpret_cast<const std::uint8_t*>(path.data()), path.size()));  // NOLINT
  return codec::base64url_encode(std::span(bytes).first(6)).substr(0, kPathDigest);
}

bool is_own(const Value& entry) {
  return entry["manager"].as_string() == kManager && entry["operation"].as_string() == "Apply" &&
         entry["subresource"].as_string().empty();
}

/// An entry that a tool made which deploys whole objects, in this version of the API. Edits by hand
/// and what controllers add are not theirs.
bool is_deployed(const Value& entry, std::string_view api_version) {
  static constexpr std::array<std::string_view, 13> kTools{"kubectl-client-side-apply",
                                                           "kubectl-last-applied",
                                                           "kubectl-create",
                                                           "kubectl-replace",
                                                           "before-first-apply",
                                                           "argocd-controller",
                                                           "argocd-application-controller",
                                                           "kustomize-controller",
                                                           "helm-controller",
                                                           "helm",
                                                           "Helm",
                                                           "flux",
                                                           "flux-client-side-apply"};
  if (!entry["subresource"].as_string().empty()) return false;
  if (entry["apiVersion"].as_string() != api_version) return false;
  const std::string_view manager = entry["manager"].as_string();
  // `kubectl apply --server-side` calls itself like its other verbs, which edit by hand.
  if (manager == "kubectl") return entry["operation"].as_string() == "Apply";
  return std::find(kTools.begin(), kTools.end(), manager) != kTools.end();
}

/// Entries that Rumbo itself makes besides its apply.
bool is_ours(const Value& entry) {
  const std::string_view manager = entry["manager"].as_string();
  return is_own(entry) || manager == kFenceManager;
}

}  // namespace

std::optional<Owner> owner_of(const Value& object) {
  const auto parts = split(annotation(object, kOwnerMark), '/');
  if (parts.size() != 3 || parts[0].empty()) return std::nullopt;
  return Owner{InstallationId{std::string(parts[0])}, std::string(parts[1]), std::string(parts[2]),
               TxnId{std::string(annotation(object, kTxnMark))}};
}

Value marked(const Value& object, const Owner& owner, const std::string& applied,
             const std::string& fields) {
  Value metadata = object["metadata"];
  Value annotations =
      metadata["annotations"]
          .with(kOwnerMark, owner.install.value + "/" + owner.application + "/" + owner.environment)
          .with(kTxnMark, owner.txn.value)
          .with(kFieldsMark, fields);
  if (!applied.empty()) annotations = annotations.with(kAppliedMark, applied);
  metadata = metadata.with("annotations", annotations)
                 .with("labels", metadata["labels"].with(kManagedLabel, owner.install.value));
  return object.with("metadata", metadata);
}

std::string declared_digest(const Value& want) {
  if (want["kind"].as_string() == "Secret" && want["apiVersion"].as_string() == "v1") return {};
  return short_digest(codec::to_json(semantic(want)));
}

std::string applied_digest(const Value& want) {
  const std::string_view noted = annotation(want, kAppliedMark);
  return noted.empty() ? declared_digest(want) : std::string(noted);
}

Value own_fields(const Value& object) {
  for (const Value& entry : object["metadata"]["managedFields"].items()) {
    if (is_own(entry)) return entry["fieldsV1"].is_object() ? entry["fieldsV1"] : Value::object();
  }
  return {};
}

std::string fields_mark(const Value& fields_v1) {
  std::string mark = short_digest(codec::to_json(fields_v1));
  const auto paths = FieldSet::parse(fields_v1).value_or(FieldSet()).paths();
  if (paths.size() > kMostNamed) return mark;
  std::set<std::string> digests;
  for (const std::string& path : paths) digests.insert(path_digest(path));
  mark += ":";
  for (const std::string& one : digests) mark += one;
  return mark;
}

bool is_intact(const Value& object) {
  const Value own = own_fields(object);
  if (own.is_null()) return false;
  return annotation(object, kFieldsMark).substr(0, kDigestLength) ==
         short_digest(codec::to_json(own));
}

bool owned_before(const Value& object, const std::vector<std::string>& paths) {
  const std::string_view mark = annotation(object, kFieldsMark);
  if (mark.size() <= kDigestLength || mark[kDigestLength] != ':') return false;
  std::set<std::string, std::less<>> digests;
  for (std::size_t at = kDigestLength + 1; at + kPathDigest <= mark.size(); at += kPathDigest) {
    digests.emplace(mark.substr(at, kPathDigest));
  }
  return std::all_of(paths.begin(), paths.end(),
                     [&](const std::string& path) { return digests.contains(path_digest(path)); });
}

FieldSet own_set(const Value& object) {
  return FieldSet::parse(own_fields(object)).value_or(FieldSet());
}

FieldSet deployed_set(const Value& object, std::string_view api_version) {
  FieldSet out;
  for (const Value& entry : object["metadata"]["managedFields"].items()) {
    if (!is_deployed(entry, api_version)) continue;
    if (const auto fields = FieldSet::parse(entry["fieldsV1"])) out = out.union_with(*fields);
  }
  return out;
}

Value taken_over(const Value& object, std::string_view api_version) {
  const FieldSet fields = deployed_set(object, api_version);
  if (fields.empty()) return {};
  std::vector<Value> ledger{Value::object({{"manager", kManager},
                                           {"operation", "Apply"},
                                           {"apiVersion", api_version},
                                           {"fieldsType", "FieldsV1"},
                                           {"fieldsV1", fields.to_value()}})};
  for (const Value& entry : object["metadata"]["managedFields"].items()) {
    if (!is_deployed(entry, api_version)) ledger.push_back(entry);
  }
  return Value::array(std::move(ledger));
}

bool half_adopted(const Value& now, const Value& before) {
  if (!own_fields(before).is_null() || own_fields(now).is_null()) return false;
  if (!annotation(now, kFieldsMark).empty()) return false;
  return own_set(now) == deployed_set(before, now["apiVersion"].as_string());
}

std::vector<Attribution> writers(const ObjectKey& key, const Value& object,
                                 const std::optional<FieldSet>& of) {
  std::vector<Attribution> out;
  for (const Value& entry : object["metadata"]["managedFields"].items()) {
    if (is_ours(entry) || !entry["subresource"].as_string().empty()) continue;
    if (out.size() >= kMostWriters) break;
    Attribution one{key,
                    printable(entry["manager"].as_string(), 128),
                    {},
                    from_rfc3339(entry["time"].as_string())};
    if (!of) {
      out.push_back(std::move(one));
      continue;
    }
    const auto theirs = FieldSet::parse(entry["fieldsV1"]);
    if (!theirs) continue;
    for (std::string& path : theirs->intersection(*of).paths()) {
      if (out.size() >= kMostWriters) break;
      one.field = path.starts_with('.') ? path.substr(1) : std::move(path);
      out.push_back(one);
    }
  }
  return out;
}

std::string name_writers(const std::vector<Attribution>& writers) {
  std::vector<std::string> names;
  for (const Attribution& one : writers) {
    std::string name = one.manager;
    if (one.at) name += " at " + to_rfc3339(*one.at);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return join(names, " and ");
}

}  // namespace rumbo::target::kubernetes
