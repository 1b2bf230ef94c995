#include "target/podman/net/host_watch.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>

namespace rumbo::target::podman {
namespace {

TEST(HostWatch, HearsOfFilesAlsoInADirectoryThatComesLater) {
  std::string scratch = "/tmp/rumbo-watch-XXXXXX";
  ASSERT_NE(::mkdtemp(scratch.data()), nullptr);
  const std::string directory = scratch + "/names";
  HostWatch watch(nullptr, directory);
  watch.wait(Duration(0));  // what the machine's links do is not ours
  std::filesystem::create_directory(directory);
  EXPECT_TRUE(watch.wait(Duration(0)).names) << "it is new";
  EXPECT_FALSE(watch.wait(Duration(0)).names);
  std::ofstream(directory + "/network") << "10.0.0.1\n";
  EXPECT_TRUE(watch.wait(1s).names);
  std::filesystem::remove_all(scratch);
}

TEST(HostWatch, WakingEndsTheWait) {
  HostWatch watch(nullptr, "/nowhere");
  std::thread waker([&] { watch.wake(); });
  for (int i = 0; i < 100 && watch.wait(10s).any(); ++i) {  // links of this machine may change
  }
  waker.join();
  EXPECT_FALSE(watch.wait(Duration(0)).ruleset);
}

}  // namespace
}  // namespace rumbo::target::podman
