// Record: one fact in the journal. The journal is the only feed of UI, notifications, metrics and
// audit, and the authority that recovery reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/value.h"
#include "model/ids.h"
#include "model/object.h"
#include "model/step.h"

namespace rumbo {

enum class RecordType {
  begin,
  plan,
  prepared,
  intent,
  done,
  failed,
  wave_healthy,
  commit,
  abort,
  undo_intent,
  undo_done,
  reap_intent,
  reap_done,
  suspended,
  resumed,
  quarantine,
  hold,
  event,
  checkpoint,
  end,
  needs_operator,
};

std::string_view to_string(RecordType type);
std::optional<RecordType> record_type_from(std::string_view word);

/// Records that promise something to the outside are durable before anything else happens.
bool always_synced(RecordType type);

/// Widens or shrinks the inventory of a scope, in the same commit as its record.
struct InventoryChange {
  enum class Op { add, remove };
  Op op = Op::add;
  Scope scope;
  ObjectKey key;
  friend bool operator==(const InventoryChange&, const InventoryChange&) = default;
};

/// What a writer hands to the journal. `body` holds no secrets: those are in blobs.
struct Draft {
  RecordType type = RecordType::event;
  Actor actor;
  std::optional<TxnId> txn;
  StepId step = kNoStep;
  TargetId participant;
  std::uint64_t epoch = 0;
  Value body;
  std::vector<BlobRef> blobs;
  std::vector<InventoryChange> inventory;
};

/// What the journal makes of it.
struct Record : Draft {
  Seq seq = 0;
  Digest prev;  ///< hash of the record before
  Digest hash;  ///< H(prev ‖ canonical bytes of canonical_value(record))
  WallTime at;
  std::string boot_id;
  std::uint32_t schema = 1;
};

/// All of a record except its hash, as the value whose compact JSON is hashed and stored.
Value canonical_value(const Record& record);
/// The inverse; fails on unknown types and missing fields.
Result<Record> record_from(const Value& value);

}  // namespace rumbo
