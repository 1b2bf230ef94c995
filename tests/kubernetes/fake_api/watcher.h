// Watcher: one watch on a cluster: what it has sent, and what is due.
// Rules: k8s.io/apiserver pkg/storage/cacher (cache_watcher.go), pkg/endpoints/handlers/watch.go.
//
// Threads: under the server's lock.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "cluster.h"

namespace rumbo::fake_api {

class Watcher {
 public:
  /// Reads a watch request. Problem 410 if its version is forgotten.
  static Outcome<Watcher> open(const Cluster& cluster, const Call& call);

  /// The lines due now, each with its line end.
  std::vector<std::string> poll(const Cluster& cluster);
  /// The server ends it: time is over, or an ERROR event was sent.
  bool ended() const { return ended_; }
  /// Ends it with an ERROR event at the next poll.
  void fail(Problem problem) { failure_ = std::move(problem); }

 private:
  std::string line(const Cluster& cluster, const char* type, const Value& object) const;
  std::string bookmark(const Cluster& cluster, std::uint64_t version, bool initial) const;

  std::string group_, kind_, version_name_, storage_, ns_, name_;
  Selector selector_;
  bool partial_ = false;
  bool bookmarks_ = false;
  std::uint64_t sent_ = 0;
  std::deque<std::string> first_;
  MonoTime end_, next_bookmark_;
  std::optional<Problem> failure_;
  bool ended_ = false;
};

}  // namespace rumbo::fake_api
