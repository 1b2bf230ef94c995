#include "target/podman/host_facts.h"

#include <gtest/gtest.h>
#include <string>

#include "target/podman/quantity.h"

namespace rumbo::target::podman {
namespace {

TEST(HostFacts, TellsCgroupLayouts) {
  const std::string v2 = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
  const std::string v1 = "31 23 0:27 / /sys/fs/cgroup/cpu rw shared:9 - cgroup cgroup rw,cpu\n";
  EXPECT_EQ(cgroups_from_mountinfo(v2), CgroupLayout::v2);
  EXPECT_EQ(cgroups_from_mountinfo(v1), CgroupLayout::v1);
  EXPECT_EQ(cgroups_from_mountinfo(v1 + v2), CgroupLayout::hybrid);
  EXPECT_EQ(cgroups_from_mountinfo(""), CgroupLayout::v2);
}

TEST(HostFacts, ReadsTheCapability) {
  EXPECT_TRUE(sys_resource_from_status("Name:\tx\nCapEff:\t000001ffffffffff\n"));
  EXPECT_FALSE(sys_resource_from_status("CapEff:\t000001fffeffffff\n"));
  EXPECT_FALSE(sys_resource_from_status(""));
}

TEST(HostFacts, AnOrdinaryHostNeedsNoConfiguration) {
  HostFacts facts;
  facts.crun = facts.runc = facts.netavark = true;
  EXPECT_FALSE(containers_conf(facts, {}));
}

TEST(HostFacts, WritesWhatTheHostNeeds) {
  HostFacts facts;
  facts.cgroups = CgroupLayout::hybrid;
  facts.systemd = facts.sys_resource = false;
  facts.runc = facts.netavark = true;
  facts.open_files = 512;
  const auto text = containers_conf(facts, {});
  ASSERT_TRUE(text);
  for (const char* line :
       {"runtime = \"runc\"\n", "cgroup_manager = \"cgroupfs\"\n", "events_logger = \"file\"\n",
        "\"nofile=512:512\"", "network_backend = \"netavark\"\n"}) {
    EXPECT_NE(text->find(line), std::string::npos) << line << " is not in\n" << *text;
  }
  EXPECT_EQ(text->find("lock_type"), std::string::npos);
  const auto own = containers_conf(
      facts, {.private_root = true, .file_locks = true, .network_config_directory = "/x/networks"});
  EXPECT_NE(own->find("lock_type = \"file\"\n"), std::string::npos);
  EXPECT_NE(own->find("network_config_dir = \"/x/networks\"\n"), std::string::npos);
}

TEST(Quantity, ReadsSuffixesAndRefusesTheRest) {
  EXPECT_DOUBLE_EQ(*parse_quantity("250m"), 0.25);
  EXPECT_DOUBLE_EQ(*parse_quantity("64Mi"), 64.0 * 1024 * 1024);
  EXPECT_DOUBLE_EQ(*parse_quantity("1.5G"), 1.5e9);
  EXPECT_DOUBLE_EQ(*parse_quantity("1e3"), 1000);
  EXPECT_DOUBLE_EQ(*parse_quantity("2E"), 2e18);
  EXPECT_DOUBLE_EQ(*quantity_of(Value(2)), 2);
  for (const char* text : {"", "-1", "1 Gi", "1gi", "1.2.3", "Mi", "1e99", "9999Ei", "1e"}) {
    EXPECT_FALSE(parse_quantity(text)) << text;
  }
  EXPECT_FALSE(quantity_of(Value(-1)));
  EXPECT_FALSE(quantity_of(Value(true)));
}

}  // namespace
}  // namespace rumbo::target::podman
