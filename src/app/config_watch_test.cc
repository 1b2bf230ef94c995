#include "app/config_watch.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "control/config_loader.h"
#include "io/fake/memory_filesystem.h"

namespace rumbo::app {
namespace {

class ConfigWatchTest : public ::testing::Test {
 protected:
  ConfigWatchTest() {
    set_log_sink([this](LogLevel, std::string_view, std::string_view message) {
      told_.emplace_back(message);
    });
    write(control::example_config("shop"));
  }
  void TearDown() override { set_log_sink({}); }
  void write(const std::string& text) { ASSERT_TRUE(files_.write_atomic("/rumbo.yaml", text)); }

  io::fake::MemoryFileSystem files_;
  std::vector<std::string> told_;
};

TEST_F(ConfigWatchTest, TellsOfEachNewConfigurationOnce) {
  ConfigWatch watch(files_, "/rumbo.yaml");
  EXPECT_FALSE(watch.changed());
  write(control::example_config("cart"));
  const auto config = watch.changed();
  ASSERT_TRUE(config);
  EXPECT_EQ(config->applications.at(0).name, "cart");
  EXPECT_FALSE(watch.changed());
}

TEST_F(ConfigWatchTest, ABrokenOneIsToldAndTheOldOneStays) {
  ConfigWatch watch(files_, "/rumbo.yaml");
  write("kind: Applicatoin\n");
  EXPECT_FALSE(watch.changed());
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_NE(told_[0].find("/rumbo.yaml:1"), std::string::npos) << told_[0];
  EXPECT_FALSE(watch.changed());
  EXPECT_EQ(told_.size(), 1U) << "once";
  EXPECT_FALSE(watch.changed(true));
  EXPECT_EQ(told_.size(), 2U) << "again when asked";
  ASSERT_TRUE(files_.remove("/rumbo.yaml"));
  EXPECT_FALSE(watch.changed());
  write(control::example_config("shop"));
  EXPECT_TRUE(watch.changed()) << "valid again";
}

}  // namespace
}  // namespace rumbo::app
