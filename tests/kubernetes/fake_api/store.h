// Store: the objects of a cluster and the log of their changes, under one version counter, as etcd
// keeps them.
//
// Threads: used under the server's lock.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/value.h"

namespace rumbo::fake_api {

using Name = std::pair<std::string, std::string>;  ///< namespace and name

struct Change {
  std::uint64_t version = 0;
  std::string storage;  ///< "apps/deployments"
  Name name;
  Value before;  ///< null: it was made
  Value after;   ///< null: it is gone
  Value gone;    ///< what watchers of a deletion get: the last content with the new version
};

class Store {
 public:
  std::uint64_t version() const { return version_; }
  /// Versions up to this one can no longer be watched from.
  std::uint64_t forgotten() const { return forgotten_; }
  const std::deque<Change>& changes() const { return changes_; }
  const std::map<Name, Value>& all(const std::string& storage) const;
  /// Null if there is none.
  Value find(const std::string& storage, const Name& name) const;
  const std::map<std::string, std::map<Name, Value>>& everything() const { return objects_; }

  /// Keeps it under the next version and returns it with that.
  Value put(const std::string& storage, const Name& name, Value object);
  void erase(const std::string& storage, const Name& name);
  /// Drops the log up to here: older watches get 410.
  void compact() {
    changes_.clear();
    forgotten_ = version_;
  }
  /// As a restored backup: what was written after it is gone, and so are its versions.
  Store copy() const { return *this; }

  std::size_t window = 1000;  ///< changes kept for watches

 private:
  void log(Change change);

  std::uint64_t version_ = 1000;
  std::uint64_t forgotten_ = 0;
  std::map<std::string, std::map<Name, Value>> objects_;
  std::deque<Change> changes_;
};

}  // namespace rumbo::fake_api
