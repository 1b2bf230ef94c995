// RecentObjects: objects as they were last written or read, for as long as a watch of their kind
// says that nothing happened to them since. Spares the reads of those who look at the same objects
// again and again while they wait for health.
//
// Rules: kubernetes-apply.md 1.4 (resourceVersions of one kind are integers that can be compared),
// 4.8 fault 22 (a watch that is silently stalled must not be believed for long).
//
// Threads: any.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/guarded.h"
#include "base/time.h"
#include "base/value.h"
#include "model/object.h"

namespace rumbo::target::kubernetes {

/// Group and kind.
using KindName = std::pair<std::string, std::string>;

class RecentObjects {
 public:
  /// Without news from the watch an object is believed for so long.
  static constexpr Duration kBelieved{20'000'000'000};

  /// From now on someone asks for this object: what the watch tells of it before put() counts too.
  void expect(const ObjectKey& key, MonoTime now);
  /// The object as the server just answered it.
  void put(const ObjectKey& key, const Value& object, MonoTime now);
  /// The object as put() last, or as the watch told; nullopt if the watch knows of a newer one, if
  /// no watch is there, or if it is too long ago.
  std::optional<Value> current(const ObjectKey& key, MonoTime now) const;

  /// A watch of this kind follows events from now on, or does not any more. Either way what was
  /// known of the kind is forgotten.
  void watched(const KindName& kind, bool live);
  /// An event: the object's version now, and the object itself if the watch has it whole.
  void moved(const ObjectKey& key, const std::string& version, const Value* whole, MonoTime now);
  void gone(const ObjectKey& key);

  /// Lets go of what nobody asked for in a while.
  void sweep(MonoTime now);

 private:
  struct Entry {
    std::optional<Value> object;
    std::uint64_t version = 0;  ///< of `object`
    std::uint64_t newest = 0;   ///< that any event told
    MonoTime at{};              ///< when `object` was known to be current
    MonoTime asked{};           ///< by expect() or put()
  };
  struct Known {
    std::map<ObjectKey, Entry> entries;
    std::set<KindName> live;
  };
  Guarded<Known> known_;
};

}  // namespace rumbo::target::kubernetes
