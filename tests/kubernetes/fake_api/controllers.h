// Controllers: what makes objects of a cluster live: rollouts of Deployments, StatefulSets and
// DaemonSets, Jobs that finish, claims that bind. How long each takes, and whether it fails, a test
// says. They act when stepped, by the clock.
//
// Threads: under the server's lock.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "cluster.h"

namespace rumbo::fake_api {

/// How an object behaves from the moment its controller sees a new generation.
struct Behaviour {
  Duration observed_after{0};           ///< until observedGeneration follows
  Duration ready_after{2'000'000'000};  ///< until the rollout, or the Job, is done
  bool fails = false;                   ///< never gets ready; a Job fails at ready_after
  std::string reason = "ImagePullBackOff";
  std::string message = "Back-off pulling image";
  Duration breaks_after{0};  ///< > 0: ready first, and no longer this long after
};

using Script = std::function<Behaviour(const Value& object)>;

class Controllers {
 public:
  explicit Controllers(Cluster& cluster) : cluster_(cluster) {}

  /// Does what is due now. True if anything changed.
  bool step();

  /// Default: images with "broken" in them fail, everything else is ready after 2 s.
  Script script;
  bool enabled = true;

 private:
  struct Seen {
    std::int64_t generation = -1;  ///< the controller has acted on
    std::int64_t noticed = -1;     ///< it will act on
    MonoTime noticed_at;
    Value work;        ///< what a rollout depends on
    MonoTime changed;  ///< when that changed
  };

  Behaviour behaviour(const Value& object) const;
  bool tend(const Kind& kind, const Name& name, const Value& object);
  bool tend_claim(const Kind& kind, const Name& name, const Value& object);
  Value workload_status(const Kind& kind, const Value& object, const Seen& seen,
                        const Behaviour& how) const;
  Value job_status(const Value& object, const Seen& seen, const Behaviour& how) const;
  std::string stamp(MonoTime at) const;

  Cluster& cluster_;
  std::map<std::string, Seen> seen_;  ///< by uid
};

}  // namespace rumbo::fake_api
