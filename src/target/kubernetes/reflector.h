// Reflector: keeps somebody's set of objects current: all of one kind that selectors name, by a
// streaming list where the server has that, else by list and watch; again from the start when the
// server has forgotten what it would have to tell; after failures with growing pauses.
// Rules: k8s.io/client-go tools/cache (reflector.go), kubernetes-apply.md section 1.4.
//
// Threads: run() blocks and calls the sink from its own thread.
#pragma once

#include <functional>
#include <string>

#include "target/kubernetes/api_client.h"

namespace rumbo::target::kubernetes {

/// Whose set it is. Calls come one at a time.
class ReflectorSink {
 public:
  virtual ~ReflectorSink() = default;
  /// What is put from now until end() is the whole set. It may begin anew before it ended.
  virtual void begin() = 0;
  virtual void put(Value object) = 0;
  /// Deleted, or no longer selected: only a read tells.
  virtual void gone(Value object) = 0;
  /// What was not put since begin() is not there any more.
  virtual void end() = 0;
  /// Whether changes are told as they happen, from now on.
  virtual void live(bool is_live) = 0;
  /// It could not go on for now. Told once per failure; it tries again.
  virtual void trouble(const ApiError& error) = 0;
};

/// How the kind is served now: asked before each list and watch.
using ResourceFinder = std::function<ApiResult<Resource>(const Cancel& cancel)>;

struct ReflectorOptions {
  std::string ns = {}, label_selector = {}, field_selector = {};
  bool metadata_only = false;
  bool streaming_list = true;  ///< try the streaming list first
};

class Reflector {
 public:
  /// References outlive it. `chance` gives numbers in [0, 1), for jitter.
  Reflector(ApiClient& client, Clock& clock, std::function<void(Duration)> sleep,
            std::function<double()> chance, ResourceFinder find, ReflectorOptions options,
            ReflectorSink& sink);

  /// Until cancelled.
  void run(const Cancel& cancel);

 private:
  ApiResult<> go_on(const Cancel& cancel);
  ApiResult<> fill(const Resource& resource, const Cancel& cancel);
  ApiResult<> fill_by_stream(const Resource& resource, const Cancel& cancel);
  ApiResult<> follow(const Resource& resource, const Cancel& cancel);
  ApiResult<> watch(const Resource& resource, bool initial_events, const Cancel& cancel);
  bool take(ApiEvent event, bool initial_events);
  Duration next_pause();

  ApiClient& client_;
  Clock& clock_;
  std::function<void(Duration)> sleep_;
  std::function<double()> chance_;
  const ResourceFinder find_;
  const ReflectorOptions options_;
  ReflectorSink& sink_;

  std::string version_;  ///< seen last; empty: begin from the start
  bool streaming_;       ///< the server has streaming lists, as far as is known
  bool synced_ = false;  ///< this list came to its end
  int failures_ = 0;
  MonoTime failed_{};
};

}  // namespace rumbo::target::kubernetes
