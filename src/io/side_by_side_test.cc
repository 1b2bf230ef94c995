#include "io/side_by_side.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace rumbo::io {
namespace {

using namespace std::chrono_literals;

TEST(SideBySide, DoesEachOnce) {
  for (const std::size_t most : {0u, 1u, 2u, 7u, 64u, 1000u}) {
    std::vector<std::atomic<int>> done(100);
    side_by_side(done.size(), most, [&](std::size_t i) { ++done[i]; });
    for (const auto& one : done) EXPECT_EQ(one, 1);
  }
  side_by_side(0, 8, [](std::size_t) { FAIL(); });
}

TEST(SideBySide, NeverMoreAtOnceThanAsked) {
  std::atomic<int> now{0}, highest{0};
  side_by_side(40, 4, [&](std::size_t) {
    const int mine = ++now;
    int seen = highest;
    while (mine > seen && !highest.compare_exchange_weak(seen, mine)) {
    }
    std::this_thread::sleep_for(2ms);
    --now;
  });
  EXPECT_LE(highest, 4);
  EXPECT_GE(highest, 2);
}

TEST(SideBySide, MayNestAndBeUsedFromManyThreads) {
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        side_by_side(8, 8, [&](std::size_t) { side_by_side(4, 4, [&](std::size_t) { ++done; }); });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 8 * 20 * 8 * 4);
}

/// One that waits for another of its batch is not left alone with it.
TEST(SideBySide, RunsThemReallySideBySide) {
  std::atomic<int> there{0};
  side_by_side(6, 6, [&](std::size_t) {
    ++there;
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (there < 6 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  });
  EXPECT_EQ(there, 6);
}

}  // namespace
}  // namespace rumbo::io
