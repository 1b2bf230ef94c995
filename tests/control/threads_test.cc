// The daemon on real threads and real time: it deploys soon, and stops at once in mid-transaction.
#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>

#include "io/env.h"
#include "rig.h"

namespace rumbo::controltest {
namespace {

/// Waits for the condition, at most ten seconds.
bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

/// A process on real threads; the world and the disk outlive it.
struct Daemon {
  Daemon(sim::World& world, sim::MemoryDisk& disk, MemorySource& source)
      : journal(disk, io::real_clock()),
        target(world, io::real_clock(), sim::Character::host, disk.install) {
    const auto epoch = journal.take_over("test", "boot-1");
    auto config = control::parse_config(application("shop") + environment(), "/etc/rumbo.yaml");
    control::CoreParts parts{*config,
                             journal,
                             epoch.value_or(0),
                             "boot-1",
                             {{TargetId{"podman"}, &target}},
                             {{"dev", TargetId{"podman"}}},
                             source,
                             {{RendererKind::plain, &renderer}},
                             io::real_clock()};
    parts.runner.poll = 10ms;
    core = std::move(*control::Core::open(std::move(parts)));
    control::ReconcilerOptions options;
    options.deployers = 1;  // a simulated target takes one caller at a time
    reconciler = std::make_unique<control::Reconciler>(*core, options);
  }

  bool committed() {
    return core->with_states([](const engine::ScopeStates& states) {
      const auto* state = states.find("shop", "dev");
      return state != nullptr && state->committed.has_value() && !state->open;
    });
  }
  bool open() {
    return core->with_states([](const engine::ScopeStates& states) {
      const auto* state = states.find("shop", "dev");
      return state != nullptr && state->open.has_value();
    });
  }

  sim::MemoryJournal journal;
  sim::SimTarget target;
  YamlRenderer renderer;
  std::unique_ptr<control::Core> core;
  std::unique_ptr<control::Reconciler> reconciler;
};

TEST(Threads, DeploysAndStopsInMidTransaction) {
  sim::World world;
  sim::MemoryDisk disk;
  MemorySource source;
  source.commit(kShopUrl, release("shop", "app:1", "after:600ms"));
  {
    Daemon daemon(world, disk, source);
    ASSERT_TRUE(daemon.reconciler->start());
    ASSERT_TRUE(eventually([&] { return daemon.open(); }));
    const auto before = std::chrono::steady_clock::now();
    daemon.reconciler->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
    EXPECT_TRUE(daemon.open());
    EXPECT_EQ(disk.records.back().type, RecordType::suspended);
  }
  Daemon daemon(world, disk, source);
  ASSERT_TRUE(daemon.reconciler->start());
  EXPECT_TRUE(eventually([&] { return daemon.committed(); }));
  daemon.reconciler->stop();
  EXPECT_EQ(world.visible().size(), 2u);
  EXPECT_TRUE(world.leftovers().empty());
}

TEST(Threads, AFollowerHearsARecordAsItIsWritten) {
  sim::World world;
  sim::MemoryDisk disk;
  MemorySource source;
  Daemon daemon(world, disk, source);
  control::LocalOperations operations(*daemon.core);
  std::atomic<int> heard{0};
  Cancel cancel;
  std::thread follower([&] {
    const auto result = operations.follow(
        daemon.journal.head().seq,
        [&](const Value& event) {
          if (event["record"]["body"]["event"].as_string() == "pause") ++heard;
          return true;
        },
        cancel);
    EXPECT_TRUE(result);
  });
  ASSERT_TRUE(operations.pause({{"shop"}, ""}, "for a while", "user:anna"));
  // The follower may begin after the first; the second it must hear.
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ASSERT_TRUE(operations.pause({{"shop"}, ""}, "for long", "user:anna"));
  EXPECT_TRUE(eventually([&] { return heard.load() >= 1; }));
  cancel.cancel();
  follower.join();
}

TEST(Threads, SyncStreamsFromOtherThreads) {
  sim::World world;
  sim::MemoryDisk disk;
  MemorySource source;
  source.commit(kShopUrl, release("shop", "app:1", "after:200ms"));
  Daemon daemon(world, disk, source);
  control::LocalOperations operations(*daemon.core);
  const auto mine = std::this_thread::get_id();
  bool other_thread = false;
  int records = 0;
  const auto result = operations.sync({}, [&](const Value&) {
    other_thread = other_thread || std::this_thread::get_id() != mine;
    ++records;
    return true;
  });
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ((*result)["worst"].str(), "committed");
  EXPECT_FALSE(other_thread) << "the sink is called on the caller's thread";
  EXPECT_GE(records, 6);
}

}  // namespace
}  // namespace rumbo::controltest
