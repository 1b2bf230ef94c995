// Journal: the durable append-only log of everything Rumbo does and sees. One writer; group commit;
// blobs and inventory changes become durable in the same commit as their record.
//
// Threads: every method may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/record.h"

namespace rumbo {

enum class Durability {
  synced,   ///< returns after the bytes are on disk
  batched,  ///< becomes durable with the next synced append at the latest
};

enum class Secrecy { plain, secret };  ///< secret blobs are encrypted and named by HMAC

struct RecordFilter {
  std::optional<TxnId> txn;
  std::optional<Scope>
      scope;  ///< records of transactions or events that name this scope in `body.scopes`
  std::set<RecordType> types;  ///< empty: all
};

struct Head {
  Seq seq = 0;
  Digest hash;
  friend bool operator==(const Head&, const Head&) = default;
};

/// What compact() keeps in full. Open transactions and the committed state of every scope always
/// stay.
struct Retention {
  int transactions_per_scope = 20;
  Duration events = 30 * 24h;
};

/// Held until destroyed.
class ScopeLock {
 public:
  virtual ~ScopeLock() = default;
};

class Journal {
 public:
  virtual ~Journal() = default;

  /// Becomes the one owner and returns its new epoch; appends that carry an older one fail from now
  /// on with Code::conflict. `boot_id` is stamped into this owner's records.
  virtual Result<std::uint64_t> take_over(std::string_view owner, std::string_view boot_id) = 0;
  virtual const InstallationId& installation() const = 0;

  /// Stages bytes under their digest; durable with the next append that names the reference.
  virtual Result<BlobRef> put_blob(std::string_view bytes, Secrecy secrecy) = 0;
  virtual Result<std::string> get_blob(const BlobRef& ref) const = 0;
  /// Digest of a value as blobs and plans name it: HMAC under the installation key when secret.
  virtual Digest digest(std::string_view bytes, Secrecy secrecy) const = 0;

  /// The next transaction name; never given twice, also across crashes.
  virtual Result<TxnId> new_txn() = 0;

  /// All or none; returns the records in order. Types that are always_synced() are synced whatever
  /// is asked. After a failed sync every further append fails until the journal is opened again:
  /// what is on disk is then unknown.
  virtual Result<std::vector<Record>> append(std::vector<Draft> drafts, Durability durability) = 0;

  /// At most `max` records with seq > after, in order.
  virtual Result<std::vector<Record>> read(const RecordFilter& filter, Seq after,
                                           std::size_t max) const = 0;
  /// Transactions with a begin and no end, in order of their begin.
  virtual Result<std::vector<TxnId>> open_txns() const = 0;
  virtual Result<std::vector<ObjectKey>> inventory(const Scope& scope) const = 0;
  /// Every scope that owns anything, with its keys.
  virtual Result<std::vector<std::pair<Scope, ObjectKey>>> inventories() const = 0;
  /// Who owns these keys on the target; keys that nobody owns are left out.
  virtual Result<std::vector<std::pair<Scope, ObjectKey>>> owners(
      const TargetId& target, const std::vector<ObjectKey>& keys) const = 0;

  /// Takes the locks of all scopes, or fails at once with Code::conflict naming the holder.
  virtual Result<std::unique_ptr<ScopeLock>> lock(const std::vector<Scope>& scopes,
                                                  const TxnId& holder) = 0;

  virtual Head head() const = 0;
  /// Recomputes the hash chain over [from, to]; Code::corrupt names the first broken record.
  virtual Result<> verify(Seq from, Seq to) const = 0;
  /// Replaces the prefix before `before` by a checkpoint record; retained transactions keep their
  /// records, manifests and pre-images.
  virtual Result<> compact(Seq before, const Retention& retention) = 0;

  /// Calls the sink after each durable record, in order, from the appending thread; must not block
  /// or call the journal. Destroying the subscription ends it.
  class Subscription {
   public:
    virtual ~Subscription() = default;
  };
  virtual std::unique_ptr<Subscription> feed(std::function<void(const Record&)> sink) = 0;
};

}  // namespace rumbo
