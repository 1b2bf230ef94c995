#include "store/blob_store.h"

#include <memory>

#include "crypto/digest.h"

namespace rumbo::store {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;

}  // namespace

Digest BlobStore::name(std::string_view bytes, Secrecy secrecy) const {
  return secrecy == Secrecy::secret ? keys_.name(bytes) : crypto::sha256(bytes);
}

Result<BlobRef> BlobStore::put(GroupWriter& writer, Database& database, std::string_view bytes,
                               Secrecy secrecy) {
  if (bytes.size() > kMostBytes) {
    return fail(Code::too_large, "a blob of " + std::to_string(bytes.size()) +
                                     " bytes is larger than the limit of " +
                                     std::to_string(kMostBytes));
  }
  const BlobRef ref{name(bytes, secrecy)};
  waiting_.insert(ref.digest);
  if (TRY(database.integer("SELECT 1 FROM blobs WHERE digest=?", {ref.digest}))) return ref;
  const bool secret = secrecy == Secrecy::secret;
  // Shared, since the write may have to run again.
  const auto stored = std::make_shared<const std::string>(secret ? keys_.seal(bytes, ref.digest)
                                                                 : std::string(bytes));
  TRY(writer.write(
      [stored, digest = ref.digest, secret](Database& db) {
        return db.run("INSERT INTO blobs(digest, sealed, bytes) VALUES(?,?,?)",
                      {digest, secret ? 1 : 0, Arg::blob(*stored)});
      },
      stored->size()));
  return ref;
}

Result<std::string> BlobStore::get(Database& database, const BlobRef& ref) const {
  Query query = TRY(database.query("SELECT sealed, bytes FROM blobs WHERE digest=?", {ref.digest}));
  if (!TRY(query.next())) return fail(Code::not_found, "no blob " + ref.digest);
  const bool sealed = query.integer(0) != 0;
  std::string bytes = query.str(1);
  if (sealed) {
    auto opened = keys_.open(bytes, ref.digest);
    if (!opened) return fail(std::move(opened).error().with_context("blob " + ref.digest));
    bytes = *std::move(opened);
  }
  if (name(bytes, sealed ? Secrecy::secret : Secrecy::plain) != ref.digest) {
    return fail(Code::corrupt, "blob " + ref.digest + " does not match its digest");
  }
  return bytes;
}

Result<> BlobStore::require(Database& database, const BlobRef& ref) const {
  if (TRY(database.integer("SELECT 1 FROM blobs WHERE digest=?", {ref.digest}))) return {};
  return fail(Code::not_found, "a record names blob " + ref.digest + ", which was never put");
}

}  // namespace rumbo::store
