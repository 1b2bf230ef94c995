// Fault point 22 of kubernetes-apply.md 4.8: watches that break, are told that the past is
// forgotten, or fall silent while a transaction waits for health. In real time, as watches have
// threads of their own.
#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>

#include "codec/yaml.h"
#include "engine/executor.h"
#include "engine/manifest_store.h"
#include "fake_api.h"
#include "io/env.h"
#include "sim/memory_journal.h"
#include "target/kubernetes/kubernetes_target.h"

namespace rumbo::kubesim {
namespace {

using fake_api::Injected;
using target::kubernetes::ApiRequest;
using target::kubernetes::ApiResponse;
using target::kubernetes::PieceSink;

const Scope kScope{"shop", "dev", TargetId{"cluster"}};

struct Way {
  const char* name;
  std::vector<Injected::Kind> watches;  ///< what becomes of the first watches of Deployments
};

/// GoogleTest prints the name, not the bytes.
void PrintTo(const Way& way, std::ostream* out) {
  *out << way.name;
}

class Link : public target::kubernetes::Transport {
 public:
  explicit Link(fake_api::FakeApi& api) : api_(api) {}
  Result<ApiResponse> send(const ApiRequest& request, const Cancel& cancel) override {
    return api_.send(request, cancel);
  }
  Result<ApiResponse> stream(const ApiRequest& request, const PieceSink& sink,
                             const Cancel& cancel) override {
    return api_.stream(request, sink, cancel);
  }

 private:
  fake_api::FakeApi& api_;
};

class WatchFaults : public ::testing::TestWithParam<Way> {
 protected:
  WatchFaults() {
    api_.with([](fake_api::Cluster&, fake_api::Controllers& controllers) {
      controllers.script = [](const Value& object) {
        const Value& container = object["spec"]["template"]["spec"]["containers"][0];
        fake_api::Behaviour how;
        how.ready_after = 1500ms;
        how.fails = container["image"].as_string().starts_with("broken");
        return how;
      };
    });
    api_.as("admin", "POST", "/api/v1/namespaces",
            *codec::parse_yaml_value("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"));
    target::kubernetes::KubernetesOptions options;
    options.install = journal_.installation();
    options.namespaces = {{"dev", "shop"}};
    target_ = std::make_unique<target::kubernetes::KubernetesTarget>(
        std::move(options), std::make_unique<Link>(api_), env_.clock, env_.sleep);
  }

  engine::Request request(const std::string& image, Duration timeout) {
    engine::ScopeInput input;
    input.scope = kScope;
    const Value object = *codec::parse_yaml_value(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: "
        "{replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: "
        "web}}, spec: {containers: [{name: app, image: '" +
        image + "'}]}}}}");
    input.manifest.objects.push_back({key_of(object), object, {"app.yaml", 1, 1}});
    input.revision = {"c0ffee", "main@c0ffee", "a commit"};
    input.manifest_digest = engine::manifest_digest(journal_, input.manifest);
    input.policy.timeout = timeout;
    engine::Request request;
    request.actor = {"user:test"};
    request.scopes.push_back(std::move(input));
    return request;
  }

  /// Whether all pods of the newest generation serve, by the server itself.
  bool rolled_out() {
    const Value web = api_.find("apps", "Deployment", "shop", "web");
    return web["status"]["observedGeneration"] == web["metadata"]["generation"] &&
           web["status"]["availableReplicas"].as_int() == 2;
  }

  Result<engine::Report> run(const engine::Request& asked) {
    engine::ExecutorParts parts{journal_, {}, env_.clock, {}, {}, {}, nullptr, {}, {}};
    parts.targets[kScope.target] = target_.get();
    parts.pause = [](MonoTime) { std::this_thread::sleep_for(50ms); };
    parts.step = [this](const engine::TxnState& state, const engine::Moment& moment) {
      engine::Action action = engine::step(state, moment);
      if (const auto* records = std::get_if<engine::Append>(&action)) {
        for (const Draft& draft : records->drafts) {
          if (draft.type == RecordType::commit) ready_at_commit_ = rolled_out();
          if (draft.type == RecordType::abort) aborted_ = env_.clock.mono();
        }
      }
      return action;
    };
    engine::Executor executor(parts, journal_.take_over("test", "boot-1").value_or(0), "boot-1");
    return executor.run(asked);
  }

  /// Deploys web:1 and opens the watches, the first ones with their faults.
  void begin() {
    const auto first = run(request("web:1", 30s));
    ASSERT_TRUE(first) << first.error().to_string();
    ASSERT_EQ(first->kind, engine::Report::Kind::committed) << first->note;
    api_.intercept([this](const fake_api::Seen& seen) -> std::optional<Injected> {
      if (seen.call.option("watch").empty() || seen.call.plural != "deployments") return {};
      const std::size_t mine = watches_++;
      if (mine >= GetParam().watches.size()) return {};
      return Injected{.kind = GetParam().watches[mine]};
    });
    watch_ = *target_->watch(journal_.installation(), [](const TargetEvent&) {});
    const MonoTime limit = env_.clock.mono() + 10s;
    while (watches_ == 0 && env_.clock.mono() < limit) std::this_thread::sleep_for(10ms);
    ASSERT_GT(watches_, 0u);
    std::this_thread::sleep_for(200ms);
  }

  const io::Env env_ = io::real_env();
  fake_api::FakeApi api_{env_.clock};
  sim::MemoryDisk disk_;
  sim::MemoryJournal journal_{disk_, env_.clock};
  std::unique_ptr<target::kubernetes::KubernetesTarget> target_;
  std::atomic<std::size_t> watches_{0};
  std::optional<bool> ready_at_commit_;
  std::optional<MonoTime> aborted_;
  std::unique_ptr<Watch> watch_;  // its threads end first
};

TEST_P(WatchFaults, NothingIsTakenForHealthyThatIsNot) {
  ASSERT_NO_FATAL_FAILURE(begin());
  const auto report = run(request("web:2", 60s));
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(report->kind, engine::Report::Kind::committed) << report->note;
  EXPECT_EQ(ready_at_commit_, true) << "committed before the rollout was done";
}

TEST_P(WatchFaults, TheDeadlineHoldsWhateverTheWatchSays) {
  ASSERT_NO_FATAL_FAILURE(begin());
  const MonoTime start = env_.clock.mono();
  const auto report = run(request("broken:2", 3s));
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(report->kind, engine::Report::Kind::restored) << report->note;
  ASSERT_TRUE(aborted_);
  EXPECT_LT(*aborted_ - start, Duration(10s));
  EXPECT_TRUE(rolled_out());
}

const Way kWays[] = {
    {"cut", {Injected::Kind::cut, Injected::Kind::cut}},
    {"gone", {Injected::Kind::cut, Injected::Kind::gone, Injected::Kind::gone}},
    {"silent", {Injected::Kind::silent, Injected::Kind::silent}},
};

INSTANTIATE_TEST_SUITE_P(Ways, WatchFaults, ::testing::ValuesIn(kWays),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace rumbo::kubesim
