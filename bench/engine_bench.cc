// Plan and commit of 1,000 applications with 4 objects each, one transaction an application, on
// simulated hosts, with the durable journal. Goal: at most one second.
//
// usage: engine_bench [DIRECTORY]
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "bench_directory.h"
#include "engine/executor.h"
#include "engine/manifest_store.h"
#include "io/env.h"
#include "row.h"
#include "sim/sim_target.h"
#include "store/sqlite_journal.h"

namespace rumbo::bench {
namespace {

constexpr int kApplications = 1000;
constexpr int kRounds = 5;
constexpr int kThreads = 32;  // reconcilers wait for the disk most of the time

using Steady = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "engine_bench: %s\n", why.c_str());
  std::exit(2);
}

Value object(const char* api, const char* kind, const std::string& name, Value spec) {
  return Value::object({{"apiVersion", api},
                        {"kind", kind},
                        {"metadata", Value::object({{"name", name}, {"namespace", "bench"}})},
                        {"spec", std::move(spec)}});
}

Manifest manifest_of(const std::string& application, const std::string& tag) {
  const Value labels = Value::object({{"app", application}});
  const Value container =
      Value::object({{"name", "web"}, {"image", "registry.example.com/web:" + tag}});
  const Value pod =
      Value::object({{"metadata", Value::object({{"labels", labels}})},
                     {"spec", Value::object({{"containers", Value::array({container})}})}});
  const Value workload = Value::object(
      {{"replicas", 1}, {"selector", Value::object({{"matchLabels", labels}})}, {"template", pod}});
  Manifest out;
  const auto add = [&](Value value) {
    const ObjectKey key = key_of(value);
    out.objects.push_back({key, std::move(value), {"app.yaml", 1, 1}});
  };
  add(object("v1", "ConfigMap", application + "-config", Value())
          .with("data", Value::object({{"version", tag}, {"mode", "production"}})));
  add(object("v1", "Service", application,
             Value::object({{"selector", labels},
                            {"ports", Value::array({Value::object({{"port", 80}})})}})));
  add(object("apps/v1", "Deployment", application, workload));
  add(object("apps/v1", "Deployment", application + "-worker", workload));
  return out;
}

/// A host of its own for each thread: a SimTarget serves one at a time.
struct Host {
  sim::World world;
  std::unique_ptr<sim::SimTarget> target;
};

class Fleet {
 public:
  Fleet(Journal& journal, std::uint64_t epoch, sim::Character character)
      : journal_(journal),
        hosts_(kThreads),
        parts_{journal, {}, io::real_clock(), {}, {}, {}, nullptr, {}, {}} {
    for (int i = 0; i < kThreads; ++i) {
      Host& host = hosts_[static_cast<std::size_t>(i)];
      host.world.id = host_name(i);
      host.target = std::make_unique<sim::SimTarget>(host.world, io::real_clock(), character,
                                                     journal.installation());
      parts_.targets[TargetId{host_name(i)}] = host.target.get();
    }
    parts_.pause = [](MonoTime until) {
      std::this_thread::sleep_for(std::max(Duration(0), until - io::real_clock().mono()));
    };
    executor_ = std::make_unique<engine::Executor>(parts_, epoch, "boot-1");
  }

  /// Deploys every application at the tag; seconds taken.
  double deploy(const std::string& tag) {
    std::atomic<int> next{0};
    std::vector<std::thread> threads;
    const auto begin = Steady::now();
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        for (int n = next++; n < kApplications; n = next++) {
          deploy_one(n, i, tag);
        }
      });
    }
    for (auto& thread : threads) thread.join();
    return std::chrono::duration<double>(Steady::now() - begin).count();
  }

 private:
  static std::string host_name(int i) { return "host-" + std::to_string(i); }

  void deploy_one(int number, int host, const std::string& tag) {
    const std::string name = "app-" + std::to_string(number);
    engine::ScopeInput input;
    input.scope = {name, "bench", TargetId{host_name(host)}};
    input.manifest = manifest_of(name, tag);
    input.revision = {"c0ffee", "main@c0ffee", "a commit"};
    input.manifest_digest = engine::manifest_digest(journal_, input.manifest);
    engine::Request request;
    request.actor = {"user:bench"};
    request.scopes.push_back(std::move(input));
    const auto report = executor_->run(request);
    if (!report) give_up(report.error().to_string());
    if (report->kind != engine::Report::Kind::committed) give_up(name + ": " + report->note);
  }

  Journal& journal_;
  std::vector<Host> hosts_;
  engine::ExecutorParts parts_;
  std::unique_ptr<engine::Executor> executor_;
};

int run(int argc, char** argv) {
  const BenchDirectory directory(argc, argv);
  for (const auto& [character, word] :
       {std::pair{sim::Character::host, "host"}, std::pair{sim::Character::cluster, "cluster"}}) {
    std::vector<double> rounds;
    for (int round = 1; round <= kRounds; ++round) {
      const std::string state = directory.path() + "/" + word + "-" + std::to_string(round);
      auto journal = store::SqliteJournal::open({state, ""}, io::real_filesystem(),
                                                io::real_clock(), io::real_random());
      if (!journal) give_up(journal.error().to_string());
      const auto epoch = (*journal)->take_over("bench", "boot-1");
      if (!epoch) give_up(epoch.error().to_string());
      Fleet fleet(**journal, *epoch, character);
      const double seconds = fleet.deploy("v1");
      std::printf("engine: %s: %d applications x 4 objects in %.2f s, %llu records\n", word,
                  kApplications, seconds, static_cast<unsigned long long>((*journal)->head().seq));
      rounds.push_back(seconds);
    }
    row("plan and commit of 1,000 applications x 4 objects, simulated " + std::string(word) +
            "s, durable journal",
        "≤ 1 s", spread(rounds, "s", 2));
  }
  return 0;
}

}  // namespace
}  // namespace rumbo::bench

int main(int argc, char** argv) {
  return rumbo::bench::run(argc, argv);
}
