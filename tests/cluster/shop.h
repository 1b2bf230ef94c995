// A little shop on the real cluster: a Git repository, a configuration, a state directory and a
// namespace, all of its own; `rumbo` and `kubectl` as people run them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/value.h"
#include "io/env.h"

namespace rumbo::cluster_test {

struct Ran {
  int exit = -1;
  std::string out;  ///< stdout and stderr
};

class Shop {
 public:
  /// `name`: of the namespace; skips the test plainly where there is no cluster.
  explicit Shop(std::string name);
  ~Shop();

  /// False without RUMBO_TEST_KUBECONFIG: the test has to return.
  static bool has_cluster();

  const std::string& ns() const { return ns_; }
  /// The application's timeout, 30 s unless set.
  void set_timeout(const std::string& timeout) { timeout_ = timeout; }
  /// Lines for `spec.sync` of the application: "adopt: true".
  void set_sync(const std::string& fields) { sync_ = fields; }

  /// Commits one file with these manifests; `@NS@` stands for the namespace.
  void commit(const std::string& manifests);
  /// A ConfigMap, a Deployment of an image and a Service, as most tests begin.
  static std::string manifests(const std::string& image, const std::string& greeting = "hello");

  Ran rumbo(std::vector<std::string> arguments);
  /// Starts it and goes on.
  std::unique_ptr<io::Child> start(std::vector<std::string> arguments);
  Ran sync() { return rumbo({"sync", "shop"}); }
  Ran kubectl(std::vector<std::string> arguments, const std::string& input = "");
  /// An object now; null if it does not exist.
  Value object(const std::string& kind, const std::string& name);
  /// What Rumbo restores of the objects of the namespace: everything but status, versions, times,
  /// bookkeeping and what controllers write.
  std::string picture();
  /// The same of all objects of this installation in the whole cluster, but for CRDs, which an undo
  /// may keep. The manifests have the namespace among them.
  std::string picture_of_all();
  /// Waits until the condition holds; false after `most`.
  bool eventually(const std::function<bool()>& condition, Duration most = 20s);
  /// Keeps a copy of the state directory, and puts it back: no process may run.
  void save_state();
  void restore_state();
  std::string log() { return rumbo({"log"}).out; }

  io::Env env = io::real_env();

 private:
  void configure();
  Ran run(std::vector<std::string> argv, const std::string& input, Duration most);

  /// What kubectl gets with these arguments; nullopt if it tells no list.
  std::optional<std::string> picture_in(const std::vector<std::string>& get);
  /// The kinds that can be listed now, as `kubectl get` takes them.
  std::string kinds_now();

  std::string ns_, directory_, sync_, timeout_ = "30s", install_;
};

}  // namespace rumbo::cluster_test

/// First line of each test.
#define NEEDS_CLUSTER()                                       \
  if (!rumbo::cluster_test::Shop::has_cluster()) {            \
    GTEST_SKIP() << "RUMBO_TEST_KUBECONFIG names no cluster"; \
  }
