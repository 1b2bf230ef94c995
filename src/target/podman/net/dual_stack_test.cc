#include "target/podman/net/dual_stack.h"

#include <gtest/gtest.h>

namespace rumbo::target::podman {
namespace {

TakenRange6 taken(const char* range) {
  return {*parse_cidr6(range), "route of eth0"};
}

/// With networks "dev" and "qa", IPv4 alone.
AddressState two_networks() {
  AddressState state;
  EXPECT_TRUE(allocate_network(state, {}, "dev", {}));
  EXPECT_TRUE(allocate_network(state, {}, "qa", {}));
  return state;
}

TEST(Ipv6Text, AddressesAndRanges) {
  EXPECT_EQ(format_ipv6(*parse_ipv6("FD00:0::0:1")), "fd00::1");
  for (const auto* bad : {"", "1.2.3.4", "fe80::1%eth0", "::1 ", "1::2::3", "[::1]"}) {
    EXPECT_FALSE(parse_ipv6(bad)) << bad;
  }
  EXPECT_EQ(parse_cidr6("fd12:3456:789a:ffff::1/50")->to_string(), "fd12:3456:789a:c000::/50");
  EXPECT_EQ(parse_cidr6("::1")->to_string(), "::1/128");
  EXPECT_EQ(parse_cidr6("fd00::/0")->to_string(), "::/0");
  for (const auto* bad : {"fd00::/129", "fd00::/", "fd00::/-1", "/8", "10.0.0.0/8"}) {
    EXPECT_FALSE(parse_cidr6(bad)) << bad;
  }
  EXPECT_TRUE(parse_cidr6("fd00::/8")->overlaps(*parse_cidr6("fd12::/48")));
  EXPECT_TRUE(parse_cidr6("fd12::/48")->overlaps(*parse_cidr6("fd00::/8")));
  EXPECT_FALSE(parse_cidr6("fd12::/48")->overlaps(*parse_cidr6("fd12:0:1::/48")));
  EXPECT_EQ(family_of("10.0.0.1"), Family::ipv4);
  EXPECT_EQ(family_of("::"), Family::ipv6);
  EXPECT_EQ(family_of("web"), std::nullopt);
  EXPECT_EQ(with_port("::1", 80), "[::1]:80");
  EXPECT_EQ(with_port("127.0.0.1", 80), "127.0.0.1:80");
}

TEST(DualStack, AnInstallationHasARangeOfItsOwn) {
  const auto one = default_range6("0123456789ab");
  EXPECT_EQ(one, default_range6("0123456789ab"));
  EXPECT_NE(one, default_range6("0123456789ac"));
  const auto range = range6_from(one);
  ASSERT_TRUE(range) << one;
  EXPECT_TRUE(parse_cidr6("fd00::/8")->contains(range->base));
  EXPECT_EQ(range6_from("fd00::/64").error().code(), Code::invalid);
}

TEST(DualStack, AddressesEndInTheIpv4Ones) {
  AddressState state = two_networks();
  EXPECT_EQ(virtual_range6(state), "");
  EXPECT_EQ(virtual6(state, "10.231.0.1"), "");
  EXPECT_EQ(pod6(state, "dev", "10.232.0.2"), "");
  ASSERT_TRUE(choose_range6(state, "fd12:3456:789a::/48", {}));
  EXPECT_EQ(add_range6(state, "qa").value_or(""), "fd12:3456:789a:e801::/64");
  EXPECT_EQ(add_range6(state, "qa").value_or(""), "fd12:3456:789a:e801::/64");
  EXPECT_EQ(add_range6(state, "none").error().code(), Code::internal);
  EXPECT_EQ(virtual_range6(state), "fd12:3456:789a::/64");
  EXPECT_EQ(virtual6(state, "10.231.0.1"), "fd12:3456:789a::ae7:1");
  EXPECT_EQ(virtual4(state, "fd12:3456:789a::ae7:1").value_or(""), "10.231.0.1");
  EXPECT_FALSE(virtual4(state, "fd12:3456:789a:1::ae7:1"));
  EXPECT_FALSE(virtual4(state, "fd12:3456:789a::1:ae7:1"));
  EXPECT_EQ(pod6(state, "qa", "10.232.1.2"), "fd12:3456:789a:e801::ae8:102");
  EXPECT_EQ(pod6(state, "dev", "10.232.0.2"), "") << "IPv4 alone";
  EXPECT_EQ(gateway6_of("fd12:3456:789a:e801::/64").value_or(""), "fd12:3456:789a:e801::1");
  EXPECT_EQ(address_state_from(to_value(state)).value_or(AddressState{}), state);
  release_network(state, "qa");
  EXPECT_TRUE(state.networks6.empty());
}

TEST(DualStack, TheRangeStaysWhileItIsUsedAndAvoidsWhatIsTaken) {
  AddressState state = two_networks();
  const auto clash = choose_range6(state, "fd12:3456:789a::/48", {taken("fd12:3456::/32")});
  ASSERT_FALSE(clash);
  EXPECT_NE(clash.error().message().find("route of eth0"), std::string::npos);
  ASSERT_TRUE(choose_range6(state, "fd12:3456:789a::/48", {taken("fd13::/16")}));
  ASSERT_TRUE(choose_range6(state, "fd12:3456:789b::/48", {}));
  EXPECT_EQ(state.range6, "fd12:3456:789b::/48");
  ASSERT_TRUE(add_range6(state, "dev"));
  ASSERT_TRUE(choose_range6(state, "fd12:3456:789c::/48", {}));
  EXPECT_EQ(state.range6, "fd12:3456:789b::/48") << "live pods keep theirs";
  EXPECT_FALSE(choose_range6(state, "10.0.0.0/8", {}));
}

TEST(DualStack, StateFromOutsideIsChecked) {
  EXPECT_EQ(address_state_from(Value::object({{"range6", Value("10.0.0.0/8")}})).error().code(),
            Code::corrupt);
  EXPECT_EQ(address_state_from(Value::object({{"networks6", Value::object({{"a", Value("x")}})}}))
                .error()
                .code(),
            Code::corrupt);
}

}  // namespace
}  // namespace rumbo::target::podman
