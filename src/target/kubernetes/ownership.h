// Ownership: what an object says of its owners: Rumbo's labels and annotations, and the entries of
// metadata.managedFields.
//
// rumbo.dev/managed (label)  the installation: watches and lists select by it
// rumbo.dev/owner            INSTALLATION/APPLICATION/ENVIRONMENT
// rumbo.dev/txn              the transaction that wrote it last
// rumbo.dev/applied          digest of the declared object (not on Secrets)
// rumbo.dev/fields           the set of fields that Rumbo's apply owned then: its digest, and a
// short
//                            digest of each
// rumbo.dev/fence            raised by fence(), so that older writes lose
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"
#include "model/step.h"
#include "model/target.h"
#include "target/kubernetes/field_set.h"

namespace rumbo::target::kubernetes {

inline constexpr std::string_view kManager = "rumbo";
/// Another name for the bump of a fence: an apply of kManager must not conflict with it.
inline constexpr std::string_view kFenceManager = "rumbo-fence";
inline constexpr std::string_view kManagedLabel = "rumbo.dev/managed";
inline constexpr std::string_view kOwnerMark = "rumbo.dev/owner";
inline constexpr std::string_view kTxnMark = "rumbo.dev/txn";
inline constexpr std::string_view kAppliedMark = "rumbo.dev/applied";
inline constexpr std::string_view kFieldsMark = "rumbo.dev/fields";
inline constexpr std::string_view kFenceMark = "rumbo.dev/fence";

/// Reads the marks; nullopt if the object carries none.
std::optional<Owner> owner_of(const Value& object);
/// `object` with the marks of `owner`, the digest of what is declared and that of the owned fields.
Value marked(const Value& object, const Owner& owner, const std::string& applied,
             const std::string& fields);
/// Digest of what is declared; empty for Secrets, whose content no digest may tell.
std::string declared_digest(const Value& want);

/// The digest to mark a write of `want` with: declared_digest(), unless it is noted to be written
/// for something else.
std::string applied_digest(const Value& want);

/// The fields that Rumbo's own apply owns (fieldsV1); null if it never applied the object.
Value own_fields(const Value& object);
/// The mark of a fieldsV1: tells whether a set is this one, and whether a field is in it.
std::string fields_mark(const Value& fields_v1);
/// True if Rumbo owns just what it owned after its last apply: nobody touched any of it since.
bool is_intact(const Value& object);
/// True if Rumbo owned all these fields, written as conflicts write them, after its last apply:
/// whoever owns them now took them from it.
bool owned_before(const Value& object, const std::vector<std::string>& paths);
/// The set of own_fields(); empty if there are none or they are malformed.
FieldSet own_set(const Value& object);

/// The fields that tools which deploy (kubectl apply, Argo CD, Flux, Helm) applied in this version
/// of the API: who adopts an object takes all of these over, as else none of them would ever leave
/// it.
FieldSet deployed_set(const Value& object, std::string_view api_version);
/// managedFields with the entries of those tools made one of Rumbo's; null if there are none.
Value taken_over(const Value& object, std::string_view api_version);
/// True if `now` is `before`, of which nothing but taken_over() was written.
bool half_adopted(const Value& now, const Value& before);

/// Who else wrote which of these fields: entries of managedFields but Rumbo's and those of
/// subresources. Without a set: every other writer, of the whole object.
std::vector<Attribution> writers(const ObjectKey& key, const Value& object,
                                 const std::optional<FieldSet>& of = {});
/// "kubectl-edit at 2026-11-24T03:46:12Z and helm at …"; empty without any.
std::string name_writers(const std::vector<Attribution>& writers);

}  // namespace rumbo::target::kubernetes
