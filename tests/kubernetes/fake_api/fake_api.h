// FakeApi: a Kubernetes API server in this process, behind the Transport that the client speaks
// to. Deterministic: objects, versions, uids and times depend on the requests and the Clock alone.
//
// Faults: before each call an interceptor may decide what becomes of it (see Injected).
// Threads: any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "controllers.h"
#include "target/kubernetes/transport.h"
#include "watcher.h"

namespace rumbo::fake_api {

/// What becomes of one call.
struct Injected {
  enum class Kind {
    answer,       ///< this status, and nothing is done: 429, 500, 503
    not_sent,     ///< no connection: nothing is done, and the caller knows it
    lost,         ///< nothing is done, and the caller does not know
    done,         ///< it is done, and the answer is lost
    done_later,   ///< no answer; it is done `after` later, if it still can be
    done_answer,  ///< it is done, and this status is the answer: 504
    slow,         ///< it is answered `after` later
    // Of watches:
    cut,     ///< the stream ends in the middle of the next event
    gone,    ///< the next event is ERROR 410
    silent,  ///< nothing comes any more
  };
  Kind kind = Kind::answer;
  int status = 503;
  int retry_after = 0;  ///< seconds
  Duration after{0};
};

/// A call as interceptors and logs see it.
struct Seen {
  std::size_t index = 0;  ///< from the beginning
  Call call;
  bool writes = false;  ///< changes something if it succeeds: no dry-run, no read, no review
};

using Interceptor = std::function<std::optional<Injected>(const Seen&)>;

/// "PATCH deployments.apps shop/web dry-run": one word for equal calls.
std::string label_of(const Call& call);

class FakeApi : public target::kubernetes::Transport {
 public:
  /// `clock` outlives it. `sleep` lets time pass for slow answers; virtual in tests.
  explicit FakeApi(const Clock& clock, ClusterOptions options = {},
                   std::function<void(Duration)> sleep = {});

  Result<target::kubernetes::ApiResponse> send(const target::kubernetes::ApiRequest& request,
                                               const Cancel& cancel) override;
  Result<target::kubernetes::ApiResponse> stream(const target::kubernetes::ApiRequest& request,
                                                 const target::kubernetes::PieceSink& sink,
                                                 const Cancel& cancel) override;

  void intercept(Interceptor interceptor);
  /// Nothing gets through before this instant.
  void partition_until(MonoTime until);
  /// What is due by now: delayed calls, controllers, garbage. Every call does this first.
  void step();
  /// When a watch has nothing to send; false ends the watch. Default: waits a millisecond.
  void on_idle(std::function<bool()> idle);

  /// The cluster itself, past all faults: for oracles, webhooks, scripts.
  template <class F>
  decltype(auto) with(F&& use) {
    MutexLock lock(mutex_);
    return std::forward<F>(use)(cluster_, controllers_);
  }
  /// The same call by somebody else: no faults, not counted.
  target::kubernetes::ApiResponse as(const std::string& manager, const std::string& method,
                                     const std::string& path, const Value& body = {},
                                     const std::string& content_type = "application/json");
  /// An object by kind, as it is stored; null if there is none.
  Value find(const std::string& group, const std::string& kind, const std::string& ns,
             const std::string& name);
  /// Calls so far.
  std::vector<Seen> calls();

 private:
  struct Delayed {
    MonoTime due;
    Call call;
  };

  void step_locked();
  target::kubernetes::ApiResponse handle_locked(const Call& call);
  std::optional<Injected> look(const Call& call);

  const Clock& clock_;
  std::function<void(Duration)> sleep_;
  Mutex mutex_;
  Cluster cluster_;
  Controllers controllers_;
  Interceptor interceptor_;
  std::function<bool()> idle_;
  MonoTime away_until_;
  std::vector<Delayed> delayed_;
  std::vector<Seen> calls_;
  std::pair<std::uint64_t, MonoTime> stepped_;
};

}  // namespace rumbo::fake_api
