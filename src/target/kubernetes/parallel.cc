#include "target/kubernetes/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace rumbo::target::kubernetes {

void side_by_side(std::size_t count, std::size_t most,
                  const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::thread> threads;
  const std::size_t wanted = std::min(count, most);
  for (std::size_t i = 1; i < wanted; ++i) threads.emplace_back(run);
  run();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace rumbo::target::kubernetes
