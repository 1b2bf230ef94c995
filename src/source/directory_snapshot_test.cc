// DirectorySnapshot on a real directory: what it lists, and that links do not lead out.
#include "source/directory_snapshot.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rumbo::source {
namespace {

class Directory : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "snapshot-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    base_ = name;
    std::filesystem::create_directories(base_ / "tree/sub");
    std::filesystem::create_directories(base_ / "tree/.git");
    write("outside", "outside");
    write("tree/b.yaml", "b");
    write("tree/a.yaml", "a");
    write("tree/sub/c.yaml", "c");
    write("tree/.git/config", "x");
  }
  void TearDown() override { std::filesystem::remove_all(base_); }

  void write(const std::string& name, std::string_view text) const {
    std::ofstream(base_ / name) << text;
  }
  void link(const std::string& name, const std::string& target) const {
    std::filesystem::create_symlink(target, base_ / name);
  }
  std::unique_ptr<DirectorySnapshot> open(const std::string& name, SourceBounds bounds = {}) const {
    auto snapshot = DirectorySnapshot::open(io::real_filesystem(), (base_ / name).string(), bounds);
    return snapshot ? std::move(*snapshot) : nullptr;
  }
  static std::string paths(const DirectorySnapshot& snapshot, std::string_view directory = "") {
    std::string out;
    const auto files = snapshot.list(directory);
    if (!files) return files.error().message();
    for (const SnapshotFile& file : *files) out += file.path + (file.symlink ? "@ " : " ");
    return out;
  }

  std::filesystem::path base_;
};

TEST_F(Directory, APipeIsNoFileAndHoldsNobodyUp) {
  ASSERT_EQ(::mkfifo((base_ / "tree/pipe").c_str(), 0600), 0);
  EXPECT_FALSE(open("tree")->read("pipe"));
}

TEST_F(Directory, ListsFilesSortedWithoutGitsOwn) {
  const auto snapshot = open("tree");
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(paths(*snapshot), "a.yaml b.yaml sub/c.yaml ");
  EXPECT_EQ(paths(*snapshot, "sub"), "sub/c.yaml ");
  EXPECT_EQ(snapshot->read("sub/c.yaml"), "c");
  EXPECT_EQ(open("nowhere"), nullptr);
}

TEST_F(Directory, AFileAloneIsASnapshotOfItself) {
  const auto snapshot = open("tree/b.yaml");
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(paths(*snapshot), "b.yaml ");
  EXPECT_EQ(snapshot->read("b.yaml"), "b");
}

TEST_F(Directory, LinksAreFollowedWithinTheTreeOnly) {
  link("tree/sub/up", "../a.yaml");
  link("tree/whole", "sub");
  link("tree/out", "../outside");
  link("tree/sub/far", "../../outside");
  link("tree/absolute", (base_ / "outside").string());
  link("tree/loop", "loop");
  const auto snapshot = open("tree");
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->read("sub/up"), "a");
  EXPECT_EQ(snapshot->read("whole/c.yaml"), "c");
  for (const char* bad : {"out", "sub/far", "absolute", "whole/far", "../outside", "sub/../../x"}) {
    const auto read = snapshot->read(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code(), Code::denied) << bad;
  }
  EXPECT_EQ(snapshot->read("loop").error().code(), Code::invalid);
  EXPECT_NE(paths(*snapshot).find("out@ "), std::string::npos);
}

TEST_F(Directory, BoundsHold) {
  SourceBounds bounds;
  bounds.max_files = 2;
  EXPECT_NE(paths(*open("tree", bounds)).find("more than 2 files"), std::string::npos);
  bounds = {};
  bounds.max_file_bytes = 3;
  write("tree/a.yaml", "four");
  EXPECT_EQ(open("tree", bounds)->read("a.yaml").error().code(), Code::too_large);
}

}  // namespace
}  // namespace rumbo::source
