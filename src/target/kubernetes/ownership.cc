#include "target/kubernetes/ownership.h"

#include <algorithm>
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
