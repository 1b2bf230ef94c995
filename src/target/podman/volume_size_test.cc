#include "target/podman/volume_size.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace rumbo::target::podman {
namespace {

TEST(VolumeSize, CountsWhatLiesOnDiskAndFollowsNoLink) {
  char name[] = "/var/tmp/rumbo-size-XXXXXX";
  ASSERT_NE(::mkdtemp(name), nullptr);
  const std::filesystem::path root = name;
  EXPECT_EQ(bytes_below(root), 0u);
  std::filesystem::create_directories(root / "a/b");
  std::ofstream(root / "a/b/file") << std::string(300'000, 'x');
  std::filesystem::create_symlink("/usr", root / "link");
  std::filesystem::create_symlink("/usr/bin/podman", root / "a/program");
  EXPECT_GE(bytes_below(root), 300'000u);
  EXPECT_LT(bytes_below(root), 400'000u);
  std::filesystem::resize_file(root / "a/b/file", 1 << 30);
  EXPECT_LT(bytes_below(root), 400'000u) << "a hole holds nothing";
  std::filesystem::remove_all(root);
  EXPECT_EQ(bytes_below(root), 0u);
}

}  // namespace
}  // namespace rumbo::target::podman
