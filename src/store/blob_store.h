// BlobStore: contents by their digest. Secret ones are sealed and named by HMAC.
//
// Threads: guarded by the writer's mutex, but for name().
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/journal.h"
#include "store/database.h"
#include "store/group_writer.h"
#include "store/keyring.h"

namespace rumbo::store {

class BlobStore {
 public:
  /// The keyring outlives it.
  explicit BlobStore(const Keyring& keys) : keys_(keys) {}

  Digest name(std::string_view bytes, Secrecy secrecy) const;
  /// Stored if it is not there yet, in the open transaction. Code::too_large above 64 MiB.
  Result<BlobRef> put(GroupWriter& writer, Database& database, std::string_view bytes,
                      Secrecy secrecy) REQUIRES(writer.mutex());
  /// Checked against its name: Code::corrupt if the content is not what was put.
  Result<std::string> get(Database& database, const BlobRef& ref) const;

  /// Fails if the blob was never put.
  Result<> require(Database& database, const BlobRef& ref) const;
  /// A record names the blob now.
  void named(const BlobRef& ref) { waiting_.erase(ref.digest); }
  /// Put, and not yet named by a record: compaction must not take them for garbage.
  const std::set<Digest>& waiting() const { return waiting_; }

 private:
  const Keyring& keys_;
  std::set<Digest> waiting_;
};

}  // namespace rumbo::store
