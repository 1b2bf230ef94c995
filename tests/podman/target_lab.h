// TargetLab: a PodmanTarget in namespaces and a storage root of its own, driven as the engine
// would: plan, then the steps one by one, so that a test can stop anywhere.
#pragma once

#include <atomic>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/plan.h"
#include "io/env.h"
#include "lab_files.h"
#include "target/podman/podman_target.h"

namespace rumbo::podman_test {

/// One transaction under way.
struct Deployment {
  engine::Plan plan;
  Fence fence;
  Outline outline;
};

class TargetLab {
 public:
  /// Builds the image localhost/app:1 (busybox). `why` is set where that is not possible.
  /// `ipv6`: the host has dual stack.
  explicit TargetLab(std::string& why, bool ipv6 = false);
  ~TargetLab();

  target::podman::PodmanTarget& target() { return *target_; }
  io::Env& env() { return env_; }
  LabFiles& files() { return files_; }

  /// Another process begins: the object is dropped without ceremony and opened anew.
  void reopen(bool started = true);
  /// From the next reopen() on.
  void set_ipv6(bool on) { ipv6_ = on; }
  /// The machine goes down and comes up: no process, no table, another boot id.
  void reboot();
  /// Removes everything deployed; the next test begins on an empty host.
  void clear();

  static std::vector<Value> parse(const std::string& yaml);
  /// Plans from these objects (YAML documents), observes, and prepares. `prune`: also what is owned
  /// and not named.
  Deployment begin(const std::string& txn, const std::string& yaml);
  const Step& step(const Deployment& run, StepKind kind, const std::string& object_kind = "") const;
  /// Sends again, as the engine does, what may pass later.
  Result<Receipt> perform(const Deployment& run, const Step& step);
  Result<Reverted> revert(const Step& step, const Fence& fence);
  /// All stage steps, then waits until they are healthy.
  void stage_all(const Deployment& run, Duration most = 30s);
  void perform_kind(const Deployment& run, StepKind kind);
  /// Stage, switch, verify, retire, prune, release.
  void commit(const Deployment& run);
  /// Everything undone in reverse, and released.
  void undo(const Deployment& run);
  void release(const Deployment& run);

  Health health(const ObjectKey& key);
  Observation observe(const ObjectKey& key);
  ::testing::AssertionResult becomes(const ObjectKey& key, HealthStatus status,
                                     Duration most = 30s);
  std::string service_address(const std::string& name);
  /// Every virtual address of the Service, the first family's first.
  std::vector<std::string> service_addresses(const std::string& name);
  /// Body of GET http://ADDRESS:PORT/ from this machine, or "error: …".
  std::string fetch(const std::string& address, int port = 80, const std::string& path = "/");
  /// Body of GET http://service/path from this machine, or "error: …".
  std::string get(const std::string& service, const std::string& path = "/");
  /// Runs podman with the same storage.
  io::Exit podman(std::vector<std::string> words);
  io::Exit buildah(std::vector<std::string> words);
  /// Names of the pods that exist.
  std::vector<std::string> pods();
  bool eventually(const std::function<bool()>& what, Duration most = 20s);

 private:
  io::Exit over_storage(std::vector<std::string> words);
  void open(bool started);
  void build_image();

  LabFiles files_;
  io::Env env_;
  bool ipv6_;
  std::string directory_;
  std::unique_ptr<target::podman::PodmanTarget> target_;
};

/// Requests on new connections, one after another, until stopped.
class Load {
 public:
  Load(io::Env& env, std::string url);
  ~Load() { stop(); }
  void stop();
  int failed() const { return failed_; }
  /// How often each answer came.
  std::map<std::string, int> answers() const { return answers_; }
  std::string first_error() const { return first_error_; }

 private:
  std::atomic<bool> ending_{false};
  int failed_ = 0;
  std::map<std::string, int> answers_;
  std::string first_error_;
  std::thread thread_;
};

}  // namespace rumbo::podman_test
