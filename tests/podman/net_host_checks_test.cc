// check_host() on the machine that runs this test: every check is there and says something true.
#include <gtest/gtest.h>
#include <map>
#include <unistd.h>

#include "target/podman/net/host_checks.h"

namespace rumbo::target::podman {
namespace {

TEST(HostChecksTest, LooksAtThisMachine) {
  const auto env = io::real_env();
  std::map<std::string, HostCheck> found;
  for (auto& check : check_host(env)) {
    EXPECT_FALSE(check.message.empty()) << check.name;
    EXPECT_EQ(check.level == HostCheck::Level::failure && check.cure.empty(), false)
        << check.name << ": a failure names its cure";
    const auto line =
        check.name + ": " + std::string(to_string(check.level)) + ": " + check.message;
    RecordProperty(check.name, line);
    EXPECT_TRUE(found.emplace(check.name, check).second) << check.name << " twice";
  }
  for (const auto* name : {"root", "podman", "runtime", "cap-sys-resource", "nft", "netavark",
                           "aardvark-dns", "iptables", "conntrack", "git", "ip", "ip-forward",
                           "bridge-nf-call-iptables", "forward", "clock"}) {
    EXPECT_EQ(found.count(name), 1u) << name;
  }
  // These tests run only where they hold.
  for (const auto* name : {"root", "podman", "nft", "netavark", "iptables"}) {
    EXPECT_EQ(found[name].level, HostCheck::Level::ok) << found[name].message;
  }
}

}  // namespace
}  // namespace rumbo::target::podman
