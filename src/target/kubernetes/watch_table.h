// WatchTable: what a watch remembers of each object: enough to tell whether someone else touched
// what Rumbo owns, and no more (kubernetes-apply.md 5).
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "model/target.h"

namespace rumbo::target::kubernetes {

class WatchTable {
 public:
  /// An object as it is now (its metadata is enough). An event if someone else took a field from
  /// Rumbo, or it is being deleted. Rumbo's own writes are none: after them it owns just what the
  /// object's marks say.
  std::optional<TargetEvent> put(const ObjectKey& key, const Value& object);
  std::optional<TargetEvent> remove(const ObjectKey& key);

  /// A list begins anew: what it does not name until end_list() is gone.
  void begin_list();
  void end_list(const EventSink& sink);

  std::size_t size() const { return rows_.size(); }

 private:
  struct Row {
    std::uint64_t fields = 0;  ///< digest of Rumbo's entry in managedFields
    std::uint32_t round = 0;   ///< of the last list that named it
    bool leaving = false;      ///< being deleted
  };
  std::map<ObjectKey, Row> rows_;
  std::uint32_t round_ = 0;
};

}  // namespace rumbo::target::kubernetes
