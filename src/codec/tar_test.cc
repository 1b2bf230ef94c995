#include "codec/tar.h"

#include <gtest/gtest.h>

#include "codec/gzip.h"
#include "codec/tar_maker.h"

namespace rumbo::codec {
namespace {

TEST(Gzip, UnpacksWhatItPacked) {
  const std::string text(200'000, 'x');
  EXPECT_EQ(gunzip(stored_gzip(text), 1 << 20).value(), text);
  EXPECT_EQ(gunzip(stored_gzip("a") + stored_gzip("b"), 10).value(), "ab") << "several members";
}

TEST(Gzip, StopsAtTheBound) {
  const auto bomb = gunzip(stored_gzip(std::string(100'000, 'x')), 99'999);
  ASSERT_FALSE(bomb);
  EXPECT_EQ(bomb.error().code(), Code::too_large);
}

TEST(Gzip, RefusesWhatIsNone) {
  EXPECT_EQ(gunzip("notgz", 10).error().message(), "unexpected EOF");
  EXPECT_EQ(gunzip("this is no gzip stream", 10).error().message(), "gzip: invalid header");
  std::string cut = stored_gzip("some text");
  cut.resize(cut.size() - 3);
  EXPECT_FALSE(gunzip(cut, 100)) << "cut off";
  std::string broken = stored_gzip("some text");
  broken[18] = 'X';
  EXPECT_FALSE(gunzip(broken, 100)) << "the checksum differs";
}

TEST(Tar, ReadsFilesInTheirOrder) {
  const std::string bytes =
      tar_entry("c/", "", '5') + tar_entry("c/b", "two") + tar_entry("c/a", "") + tar_end();
  const auto entries = read_tar(bytes);
  ASSERT_TRUE(entries) << entries.error().to_string();
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].name, "c/b");
  EXPECT_EQ((*entries)[0].data, "two");
  EXPECT_EQ((*entries)[1].data, "");
}

TEST(Tar, KnowsLongNamesOfBothKinds) {
  const std::string name = "c/" + std::string(150, 'n');
  const std::string record = " path=" + name + "\n";
  const std::string pax = std::to_string(record.size() + 3) + record;
  const std::string bytes = tar_entry("././@LongLink", name + '\0', 'L') +
                            tar_entry("short", "gnu") + tar_entry("pax", pax, 'x') +
                            tar_entry("short", "pax") + tar_end();
  const auto entries = read_tar(bytes);
  ASSERT_TRUE(entries) << entries.error().to_string();
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].name, name);
  EXPECT_EQ((*entries)[1].name, name);
  EXPECT_EQ((*entries)[1].data, "pax");
}

TEST(Tar, TellsLinksAndRefusesDevices) {
  const std::string link = tar_entry("c/l", "", '2') + tar_end();
  const auto entries = read_tar(link);
  ASSERT_TRUE(entries);
  EXPECT_TRUE(entries->at(0).link);
  const std::string device = tar_entry("c/d", "", '3') + tar_end();
  EXPECT_FALSE(read_tar(device));
}

TEST(Tar, RefusesDamage) {
  const std::string lies = tar_entry("c/a", "x", '0', 1'000'000) + tar_end();
  EXPECT_EQ(read_tar(lies).error().message(), "unexpected EOF");
  std::string broken = tar_entry("c/a", "x") + tar_end();
  broken[0] = 'd';
  EXPECT_EQ(read_tar(broken).error().message(), "archive/tar: invalid tar header");
  std::string many;
  for (int i = 0; i < 5; ++i) many += tar_entry("c/a", "");
  EXPECT_EQ(read_tar(many, {.max_entries = 3}).error().code(), Code::too_large);
}

TEST(Tar, WritesWhatItReads) {
  const std::string large(1300, 'x');
  const auto bytes = write_tar({{"a/one", large, false, {}}, {"two", "", false, {}}});
  ASSERT_TRUE(bytes) << bytes.error().to_string();
  const auto entries = read_tar(*bytes);
  ASSERT_TRUE(entries) << entries.error().to_string();
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].name, "a/one");
  EXPECT_EQ((*entries)[0].data, large);
  EXPECT_EQ((*entries)[1].data, "");
  EXPECT_FALSE(write_tar({{std::string(101, 'n'), "", false, {}}}));
  const auto packed = gzip(*bytes);
  ASSERT_TRUE(packed);
  EXPECT_LT(packed->size(), bytes->size());
  EXPECT_EQ(gunzip(*packed, 1 << 20), *bytes);
}

}  // namespace
}  // namespace rumbo::codec
