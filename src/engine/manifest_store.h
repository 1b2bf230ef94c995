// Manifests and objects as journal blobs. A manifest is a list of keys, origins and object digests;
// each object is a blob of its own, so unchanged objects are stored once. Secrets are stored
// encrypted and named by HMAC.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/txn_state.h"
#include "model/journal.h"
#include "model/object.h"

namespace rumbo::engine {

/// Secret for kind Secret, plain otherwise.
Secrecy secrecy_of(const ObjectKey& key);

/// Digest of what an object means (see semantic()), as plans, quarantine and drift compare it.
Digest object_digest(const Journal& journal, const ObjectKey& key, const Value& object);

/// Digest of a whole manifest: order-sensitive, independent of where the files lay.
Digest manifest_digest(const Journal& journal, const Manifest& manifest);

struct StoredManifest {
  BlobRef manifest;
  std::vector<BlobRef> objects;
};

/// Stages the blobs; they become durable with the record that names them.
Result<StoredManifest> store_manifest(Journal& journal, const Manifest& manifest);
Result<Manifest> load_manifest(const Journal& journal, const BlobRef& ref);
/// The remote locations a stored manifest was made with, without reading its objects.
Result<std::vector<Pin>> load_pins(const Journal& journal, const BlobRef& ref);
/// The object blobs a stored manifest names.
Result<std::vector<BlobRef>> manifest_objects(const Journal& journal, const BlobRef& ref);

/// Stages the objects of a plan's items and fills in their references and digests.
Result<> bind_blobs(Journal& journal, Plan& plan);

/// Fills in what a folded state holds only as references: item objects, manifest object lists.
/// `known` are objects already in memory, by blob digest.
Result<> hydrate(const Journal& journal, TxnState& state, std::map<Digest, Value> known = {});

}  // namespace rumbo::engine
