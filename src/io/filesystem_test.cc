// The contract of FileSystem, run on the real one and on the one in memory.
#include "io/filesystem.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/strings.h"
#include "io/env.h"
#include "io/fake/memory_filesystem.h"

namespace rumbo::io {
namespace {

class Real {
 public:
  Real() {
    std::string name = ::testing::TempDir() + "rumbo-io-XXXXXX";
    root_ = ::mkdtemp(name.data());
  }
  ~Real() { static_cast<void>(files().remove_tree(root_)); }
  FileSystem& files() { return real_filesystem(); }
  const std::string& root() const { return root_; }

 private:
  std::string root_;
};

class InMemory {
 public:
  InMemory() { static_cast<void>(files_.make_directories(root_, 0700)); }
  FileSystem& files() { return files_; }
  const std::string& root() const { return root_; }

 private:
  fake::MemoryFileSystem files_;
  std::string root_ = "/state";
};

template <class Kind>
class FileSystemContract : public ::testing::Test {
 protected:
  FileSystem& files() { return kind_.files(); }
  std::string at(std::string_view name) { return kind_.root() + "/" + std::string(name); }

  void write(const std::string& path, std::string_view text) {
    const auto file = files().open(path, {.write = true, .create = true, .truncate = true});
    ASSERT_TRUE(file) << file.error().to_string();
    ASSERT_TRUE((*file)->write_at(0, as_bytes(text)));
  }

 private:
  Kind kind_;
};

using Kinds = ::testing::Types<Real, InMemory>;
TYPED_TEST_SUITE(FileSystemContract, Kinds);

TYPED_TEST(FileSystemContract, WhatIsWrittenIsRead) {
  this->write(this->at("a"), "hello");
  EXPECT_EQ(this->files().read_all(this->at("a")), "hello");
  const auto file = this->files().open(this->at("a"), {.write = true});
  ASSERT_TRUE(file);
  ASSERT_TRUE((*file)->write_at(7, as_bytes("x")));
  EXPECT_EQ(this->files().read_all(this->at("a")), std::string("hello\0\0x", 8));
  ASSERT_TRUE((*file)->truncate(3));
  EXPECT_EQ((*file)->size(), 3u);
  ASSERT_TRUE((*file)->truncate(4));
  EXPECT_EQ(this->files().read_all(this->at("a")), std::string("hel\0", 4));
  EXPECT_TRUE((*file)->sync());
}

TYPED_TEST(FileSystemContract, ReadsEndAtTheEnd) {
  this->write(this->at("a"), "hello");
  const auto file = this->files().open(this->at("a"), {});
  ASSERT_TRUE(file);
  std::array<std::uint8_t, 16> buffer{};
  EXPECT_EQ((*file)->read_at(0, buffer), 5u);
  EXPECT_EQ((*file)->read_at(3, buffer), 2u);
  EXPECT_EQ((*file)->read_at(5, buffer), 0u);
  EXPECT_EQ((*file)->read_at(99, buffer), 0u);
  EXPECT_FALSE((*file)->write_at(0, as_bytes("x"))) << "opened for reading";
}

TYPED_TEST(FileSystemContract, OpenOptions) {
  const auto missing = this->files().open(this->at("a"), {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::not_found);
  EXPECT_NE(missing.error().message().find(this->at("a")), std::string::npos);

  ASSERT_TRUE(
      this->files().open(this->at("a"), {.write = true, .create = true, .exclusive = true}));
  const auto again =
      this->files().open(this->at("a"), {.write = true, .create = true, .exclusive = true});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), Code::conflict);

  this->write(this->at("a"), "text");
  ASSERT_TRUE(this->files().open(this->at("a"), {.write = true, .create = true}));
  EXPECT_EQ(this->files().read_all(this->at("a")), "text");
  ASSERT_TRUE(this->files().open(this->at("a"), {.write = true, .truncate = true}));
  EXPECT_EQ(this->files().read_all(this->at("a")), "");

  ASSERT_TRUE(this->files().open(this->at("m"), {.write = true, .create = true, .mode = 0600}));
  EXPECT_EQ(this->files().stat(this->at("m"))->mode, 0600u);
  EXPECT_FALSE(this->files().open(this->at("no/such"), {.write = true, .create = true}));
}

TYPED_TEST(FileSystemContract, ReadAllIsBounded) {
  this->write(this->at("a"), std::string(10'000, 'x'));
  EXPECT_EQ(this->files().read_all(this->at("a"), 10'000)->size(), 10'000u);
  const auto refused = this->files().read_all(this->at("a"), 9'999);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::too_large);
}

TYPED_TEST(FileSystemContract, Directories) {
  ASSERT_TRUE(this->files().make_directories(this->at("x/y/z"), 0700));
  ASSERT_TRUE(this->files().make_directories(this->at("x/y/z"), 0700));
  this->write(this->at("x/b"), "");
  this->write(this->at("x/a"), "");
  EXPECT_EQ(this->files().list(this->at("x")), (std::vector<std::string>{"a", "b", "y"}));
  EXPECT_TRUE(this->files().stat(this->at("x"))->directory);
  EXPECT_FALSE(this->files().stat(this->at("x/a"))->directory);
  EXPECT_TRUE(this->files().sync_directory(this->at("x")));
  EXPECT_FALSE(this->files().make_directories(this->at("x/a/q"), 0700)) << "a is a file";
  EXPECT_EQ(this->files().list(this->at("nope")).error().code(), Code::not_found);

  EXPECT_EQ(this->files().remove(this->at("x")).error().code(), Code::conflict) << "not empty";
  EXPECT_TRUE(this->files().remove(this->at("x/y/z")));
  EXPECT_TRUE(this->files().remove(this->at("x/a")));
  EXPECT_EQ(this->files().remove(this->at("x/a")).error().code(), Code::not_found);
  EXPECT_TRUE(this->files().remove_tree(this->at("x")));
  EXPECT_FALSE(this->files().stat(this->at("x")));
  EXPECT_TRUE(this->files().remove_tree(this->at("x"))) << "already gone";
}

TYPED_TEST(FileSystemContract, RenameReplaces) {
  this->write(this->at("a"), "new");
  this->write(this->at("b"), "old");
  ASSERT_TRUE(this->files().rename(this->at("a"), this->at("b")));
  EXPECT_EQ(this->files().read_all(this->at("b")), "new");
  EXPECT_FALSE(this->files().stat(this->at("a")));
  EXPECT_EQ(this->files().rename(this->at("a"), this->at("b")).error().code(), Code::not_found);
}

TYPED_TEST(FileSystemContract, WriteAtomicReplacesAndLeavesNothingElse) {
  ASSERT_TRUE(this->files().write_atomic(this->at("f"), "one"));
  this->write(this->at("f.tmp"), "left by a crash");
  ASSERT_TRUE(this->files().write_atomic(this->at("f"), "two", 0640));
  EXPECT_EQ(this->files().read_all(this->at("f")), "two");
  EXPECT_EQ(this->files().stat(this->at("f"))->mode, 0640u);
  EXPECT_FALSE(this->files().stat(this->at("f.tmp")));
}

TYPED_TEST(FileSystemContract, OneLockHolder) {
  auto first = this->files().open(this->at("lock"), {.write = true, .create = true});
  auto second = this->files().open(this->at("lock"), {.write = true, .create = true});
  ASSERT_TRUE(first && second);
  EXPECT_EQ((*first)->try_lock(), true);
  EXPECT_EQ((*first)->try_lock(), true) << "again by the holder";
  EXPECT_EQ((*second)->try_lock(), false);
  first->reset();
  EXPECT_EQ((*second)->try_lock(), true);
}

TYPED_TEST(FileSystemContract, FreeBytes) {
  const auto free = this->files().free_bytes(this->at("."));
  ASSERT_TRUE(free);
  EXPECT_GT(*free, 0u);
}

TEST(RealFileSystem, NeverFollowsSymlinksWhenRemoving) {
  Real real;
  FileSystem& files = real.files();
  ASSERT_TRUE(files.make_directories(real.root() + "/keep", 0700));
  ASSERT_TRUE(files.write_atomic(real.root() + "/keep/file", "x"));
  ASSERT_TRUE(files.make_directories(real.root() + "/tree", 0700));
  ASSERT_EQ(::symlink("../keep", (real.root() + "/tree/link").c_str()), 0);
  EXPECT_TRUE(files.stat(real.root() + "/tree/link")->symlink);
  ASSERT_TRUE(files.remove_tree(real.root() + "/tree"));
  EXPECT_EQ(files.read_all(real.root() + "/keep/file"), "x");
}

TEST(RealFileSystem, ADirectoryKeepsLinksWithinItself) {
  Real real;
  FileSystem& files = real.files();
  ASSERT_TRUE(files.make_directories(real.root() + "/tree/sub", 0700));
  ASSERT_TRUE(files.write_atomic(real.root() + "/outside", "secret"));
  ASSERT_TRUE(files.write_atomic(real.root() + "/tree/file", "text"));
  const auto link = [&](const std::string& target, const std::string& name) {
    ASSERT_EQ(::symlink(target.c_str(), (real.root() + "/tree/" + name).c_str()), 0);
  };
  link("../file", "sub/inside");
  link("../outside", "out");
  link("..", "sub/up");
  link(real.root() + "/tree/file", "absolute");
  const auto directory = files.open_directory(real.root() + "/tree");
  ASSERT_TRUE(directory) << directory.error().to_string();
  if (*directory == nullptr) GTEST_SKIP() << "this kernel has no openat2";
  const auto read = [&](const std::string& name) -> std::string {
    const auto file = (*directory)->open(name);
    return file ? read_whole(**file, name, 100).value_or("unreadable") : file.error().message();
  };
  EXPECT_EQ(read("file"), "text");
  EXPECT_EQ(read("sub/inside"), "text");
  EXPECT_EQ(read("sub/../file"), "text");
  EXPECT_EQ(read("sub/up/file"), "text");
  for (const std::string name :
       {"out", "../outside", "sub/up/../outside", "absolute", "/etc/passwd"}) {
    EXPECT_TRUE(read(name).starts_with("cannot open")) << name << ": " << read(name);
  }
  EXPECT_FALSE(files.open_directory(real.root() + "/nowhere"));
  // The directory is what was opened, wherever its name leads later.
  ASSERT_TRUE(files.rename(real.root() + "/tree", real.root() + "/moved"));
  EXPECT_EQ(read("file"), "text");
}

TEST(RealFileSystem, ReadsFilesThatSayTheyAreEmpty) {
  const auto id = boot_id(real_filesystem());
  ASSERT_TRUE(id);
  EXPECT_EQ(id->size(), 36u);
}

TEST(RealFileSystem, ReadsAPipe) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string text(10'000, 'x');
  ASSERT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  const auto env = real_env();
  const auto read = env.files.read_all("/dev/fd/" + std::to_string(ends[0]), 1 << 20);
  ::close(ends[0]);
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(*read, text);
}

TEST(RealFileSystem, AFullDiskIsExhausted) {
  const auto file = real_filesystem().open("/dev/full", {.write = true});
  ASSERT_TRUE(file);
  const auto written = (*file)->write_at(0, as_bytes("x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), Code::exhausted);
}

TEST(RealClock, Runs) {
  const MonoTime before = real_clock().mono();
  EXPECT_LE(before, real_clock().mono());
  EXPECT_GT(real_clock().wall(), from_rfc3339("2024-01-01T00:00:00Z"));
}

TEST(RealRandom, FillsEverythingAndDiffers) {
  std::array<std::uint8_t, 64> one{}, two{};
  real_random().fill(one);
  real_random().fill(two);
  EXPECT_NE(one, two);
}

}  // namespace
}  // namespace rumbo::io
