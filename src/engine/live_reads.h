// LiveReads: what a manifest was made from that lies on its target: objects that templates looked
// up, values and variables of ConfigMaps and Secrets, and what the target serves. Kept as digests
// in the transaction's first record and read again before PREPARED: a plan made from something that
// has changed since is given up before anything was written.
//
// An object counts by what it means (see semantic()): its status and bookkeeping do not.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "model/journal.h"
#include "model/object.h"
#include "model/target.h"

namespace rumbo::engine {

struct LiveReads {
  /// What was read, and its digest; empty: it was not there. A key without a name: all of its kind.
  std::vector<std::pair<ObjectKey, Digest>> objects;
  /// Of the target's version and kinds; nullopt if they decide nothing.
  std::optional<Digest> served;
  /// Groups that the manifest itself defines: they appear while it is deployed, and do not count.
  std::vector<std::string> own_groups;
  bool empty() const { return objects.empty() && !served; }
};

/// The objects of these keys as a target has them; a key without a name gives a `List`. What is
/// absent is left out.
Result<std::map<ObjectKey, Value>> read_objects(Target& target, const std::vector<ObjectKey>& keys,
                                                const Cancel& cancel);

/// Names what was read, under the installation's key: whoever sees it learns nothing of a Secret.
/// Null: was absent.
Digest read_digest(const Journal& journal, const Value& object);
Digest served_digest(const Journal& journal, const Served& served,
                     const std::vector<std::string>& own_groups);

/// Reads all of it again: what is not as it was, in words ("Secret shop/db has changed"); empty if
/// nothing changed.
Result<std::vector<std::string>> changed_reads(const Journal& journal, Target& target,
                                               const LiveReads& reads, const Cancel& cancel);

Value to_value(const LiveReads& reads);
LiveReads live_reads_from(const Value& value);

}  // namespace rumbo::engine
