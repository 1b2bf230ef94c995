#include "target/podman/net/addresses.h"

#include <gtest/gtest.h>
#include <random>
#include <set>

#include "target/podman/net/host_network.h"

namespace rumbo::target::podman {
namespace {

TakenRange taken(const char* range) {
  return {*parse_cidr(range), "route of eth0"};
}

TEST(Ipv4, Text) {
  EXPECT_EQ(format_ipv4(*parse_ipv4("10.0.255.1")), "10.0.255.1");
  for (const auto* bad : {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.-4", "1.2.3.4 ",
                          "1.2.3.", "::1"}) {
    EXPECT_FALSE(parse_ipv4(bad)) << bad;
  }
  EXPECT_EQ(parse_cidr("10.1.2.3/8")->to_string(), "10.0.0.0/8");
  EXPECT_EQ(parse_cidr("10.1.2.3")->to_string(), "10.1.2.3/32");
  EXPECT_EQ(parse_cidr("0.0.0.0/0")->size(), std::uint64_t{1} << 32);
  for (const auto* bad : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "/8"}) {
    EXPECT_FALSE(parse_cidr(bad)) << bad;
  }
  EXPECT_TRUE(parse_cidr("10.0.0.0/8")->overlaps(*parse_cidr("10.9.0.0/16")));
  EXPECT_TRUE(parse_cidr("10.9.0.0/16")->overlaps(*parse_cidr("10.0.0.0/8")));
  EXPECT_FALSE(parse_cidr("10.9.0.0/16")->overlaps(*parse_cidr("10.8.0.0/16")));
}

TEST(Addresses, NetworksAvoidWhatIsTakenAndKeepTheirName) {
  AddressState state;
  const std::vector<TakenRange> others = {taken("10.232.0.0/23"), taken("10.232.3.7")};
  EXPECT_EQ(allocate_network(state, {}, "dev", others).value_or(""), "10.232.2.0/24");
  EXPECT_EQ(allocate_network(state, {}, "qa", others).value_or(""), "10.232.4.0/24");
  EXPECT_EQ(allocate_network(state, {}, "dev", {}).value_or(""), "10.232.2.0/24");
  EXPECT_EQ(gateway_of("10.232.2.0/24").value_or(""), "10.232.2.1");
  const auto none = allocate_network(state, {}, "prod", {taken("10.0.0.0/8")});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), Code::exhausted);
  EXPECT_NE(none.error().message().find("10.0.0.0/8"), std::string::npos);
}

TEST(Addresses, VirtualAddressesAreUniqueStableAndLateToReturn) {
  AddressState state;
  EXPECT_EQ(allocate_virtual(state, {}, "shop/web", "", {}).value_or(""), "10.231.0.1");
  EXPECT_EQ(allocate_virtual(state, {}, "shop/db", "", {}).value_or(""), "10.231.0.2");
  EXPECT_EQ(allocate_virtual(state, {}, "shop/web", "", {}).value_or(""), "10.231.0.1");
  release_virtual(state, "shop/web");
  EXPECT_EQ(allocate_virtual(state, {}, "shop/new", "", {}).value_or(""), "10.231.0.3");
  EXPECT_EQ(allocate_virtual(state, {}, "shop/pin", "10.231.9.9", {}).value_or(""), "10.231.9.9");
  EXPECT_EQ(allocate_virtual(state, {}, "shop/two", "10.231.9.9", {}).error().code(),
            Code::conflict);
  EXPECT_EQ(allocate_virtual(state, {}, "shop/two", "10.9.9.9", {}).error().code(), Code::invalid);
  EXPECT_EQ(allocate_virtual(state, {}, "shop/pin", "10.231.9.8", {}).error().code(),
            Code::conflict);
  AddressState fresh;
  EXPECT_EQ(allocate_virtual(fresh, {}, "a/b", "", {taken("10.231.4.0/24")}).error().code(),
            Code::conflict);
}

TEST(Addresses, APodAddressIsNeverSharedOrReusedSoon) {
  AddressState state;
  AddressRanges ranges;
  ranges.network_prefix = 28;  // 13 pods
  ASSERT_TRUE(allocate_network(state, ranges, "dev", {}));
  std::mt19937 random(11);
  std::map<std::string, std::string> live;
  std::string last_given;
  for (int i = 0; i < 500; ++i) {
    if (live.size() == 12 || (!live.empty() && random() % 2 == 0)) {
      auto victim = live.begin();
      std::advance(victim, static_cast<long>(random() % live.size()));
      release_pod(state, "dev", victim->first);
      live.erase(victim);
      continue;
    }
    const auto pod = "p" + std::to_string(i);
    const auto address = allocate_pod(state, "dev", pod);
    ASSERT_TRUE(address) << address.error().to_string();
    for (const auto& [other, used] : live) ASSERT_NE(*address, used) << pod << " and " << other;
    EXPECT_NE(*address, last_given) << "reused at once";
    last_given = *address;
    live[pod] = *address;
    ASSERT_EQ(address_state_from(to_value(state)).value_or(AddressState{}), state);
  }
  for (int i = 0; live.size() < 13; ++i) {
    live["q" + std::to_string(i)] =
        allocate_pod(state, "dev", "q" + std::to_string(i)).value_or("");
  }
  EXPECT_EQ(allocate_pod(state, "dev", "one-more").error().code(), Code::exhausted);
  release_network(state, "dev");
  EXPECT_TRUE(state.pods.empty());
  EXPECT_FALSE(allocate_pod(state, "dev", "x"));
}

TEST(Addresses, NodePorts) {
  AddressState state;
  EXPECT_EQ(allocate_node_port(state, {}, "shop/web:http/tcp", 0, {{30000, "x"}}).value_or(0),
            30001);
  EXPECT_EQ(allocate_node_port(state, {}, "shop/web:http/tcp", 0, {}).value_or(0), 30001);
  EXPECT_EQ(allocate_node_port(state, {}, "shop/dns:dns/udp", 30001, {}).value_or(0), 30001);
  const auto clash = allocate_node_port(state, {}, "shop/b:http/tcp", 30001, {});
  EXPECT_NE(clash.error().message().find("shop/web:http/tcp"), std::string::npos);
  const auto busy =
      allocate_node_port(state, {}, "shop/b:http/tcp", 30005, {{30005, "process 8 (nginx)"}});
  EXPECT_NE(busy.error().message().find("nginx"), std::string::npos);
  EXPECT_EQ(allocate_node_port(state, {}, "shop/b:http/tcp", 80, {}).error().code(), Code::invalid);
}

TEST(Addresses, StateFromOutsideIsChecked) {
  EXPECT_EQ(address_state_from(Value::object({{"pods", Value::object({{"a/b", Value("x")}})}}))
                .error()
                .code(),
            Code::corrupt);
  EXPECT_EQ(address_state_from(Value::object({{"nodePorts", Value::object({{"a", Value(70000)}})}}))
                .error()
                .code(),
            Code::corrupt);
}

TEST(HostNetwork, ReadsRoutesAndNetworks) {
  const auto routes = taken_from_routes(
      R"([{"dst":"default","gateway":"1.2.3.4","dev":"eth0"},{"dst":"10.9.0.0/16","dev":"br0"},
          {"dst":"10.231.0.0/16","dev":"lo","protocol":"114"},{"dst":"10.7.7.7","dev":"tun0"}])");
  ASSERT_TRUE(routes);
  ASSERT_EQ(routes->size(), 2u);
  EXPECT_EQ((*routes)[0].range.to_string(), "10.9.0.0/16");
  EXPECT_EQ((*routes)[0].owner, "route of br0");
  EXPECT_EQ((*routes)[1].range.to_string(), "10.7.7.7/32");
  const auto networks =
      taken_from_networks(R"([{"name":"web","subnets":[{"subnet":"10.89.0.0/24"}]}])");
  ASSERT_TRUE(networks);
  EXPECT_EQ(networks->at(0).owner, "podman network web");
  EXPECT_FALSE(taken_from_routes("no json"));
}

TEST(HostNetwork, ReadsListeners) {
  const auto found = listeners_in(
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
      "inode\n"
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
      "4711 1 0 100 0 0 10 0\n"
      "   1: 0100007F:1F91 0100007F:1234 01 00000000:00000000 00:00000000 00000000     0        0 "
      "4712 1 0\n"
      "   2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A "
      "00000000:00000000 00:00000000 00000000     0        0 4713 1 0\n"
      "garbage\n   3: XYZ:1 0 0A 0 0 0 0 0 0 0\n",
      Protocol::tcp);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].address, "127.0.0.1");
  EXPECT_EQ(found[0].port, 8080);
  EXPECT_EQ(found[0].inode, 4711u);
  EXPECT_EQ(found[1].address, "::");
  EXPECT_EQ(found[1].port, 80);
}

}  // namespace
}  // namespace rumbo::target::podman
