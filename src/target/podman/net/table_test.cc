#include "target/podman/net/table.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace rumbo::target::podman {
namespace {

Table small_table() {
  return {{"0123456789ab", "t-000007", 4, 3, 41},
          "10.231.0.0/16",
          {{"rumbr0", "10.232.1.0/24"}},
          {{"shop/web:http",
            "10.231.0.10",
            Protocol::tcp,
            80,
            {{"", 30080}},
            {{"10.232.1.3", 8080}, {"10.232.1.2", 8080}},
            false},
           {"shop/dns:dns", "10.231.0.11", Protocol::udp, 53, {}, {}, false}},
          {}};
}

std::string text_of(const Table& table) {
  const auto text = render(table);
  EXPECT_TRUE(text) << text.error().to_string();
  return text.value_or("");
}

TEST(Table, TheWholeText) {
  const std::string expected = R"(add table ip rumbo_0123456789ab
add map ip rumbo_0123456789ab services { type ipv4_addr . inet_proto . inet_service : verdict; }
flush map ip rumbo_0123456789ab services
)";
  const auto text = text_of(small_table());
  EXPECT_EQ(text.substr(0, expected.size()), expected);
  const std::string end = R"(add chain ip rumbo_0123456789ab s/shop/dns/dns
flush chain ip rumbo_0123456789ab s/shop/dns/dns
add chain ip rumbo_0123456789ab s/shop/web/http
flush chain ip rumbo_0123456789ab s/shop/web/http
add rule ip rumbo_0123456789ab s/shop/web/http meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.232.1.2 . 8080, 1 : 10.232.1.3 . 8080 }
add element ip rumbo_0123456789ab services {
  10.231.0.10 . tcp . 80 : goto s/shop/web/http,
  10.231.0.11 . udp . 53 : goto s/shop/dns/dns,
}
add element ip rumbo_0123456789ab host_ports {
  tcp . 30080 : goto s/shop/web/http,
}
)";
  ASSERT_GT(text.size(), end.size());
  EXPECT_EQ(text.substr(text.size() - end.size()), end);
  for (const auto* line :
       {"marker return comment \"txn=t-000007\"", "marker return comment \"generation=4\"",
        "guard iifname != \"lo\" ip daddr 127.0.0.0/8 drop",
        "postrouting ip saddr 10.232.1.0/24 ip daddr 10.232.1.0/24 ct status "
        "dnat masquerade"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
}

TEST(Table, OfIpv6) {
  Table table{{"0123456789ab", "t-000007", 4, 3, 41},
              "fd12:3456:789a::/64",
              {{"rumbr0", "fd12:3456:789a:e801::/64"}},
              {{"shop/web:http",
                "fd12:3456:789a::ae7:a",
                Protocol::tcp,
                80,
                {{"", 30080}, {"2001:db8::1", 443}},
                {{"fd12:3456:789a:e801::ae8:102", 8080}},
                false}},
              {{"t-9", {"fd12:3456:789a:e801::ae8:109"}, {}}},
              Family::ipv6};
  const auto text = text_of(table);
  EXPECT_EQ(text.find(" ip "), std::string::npos) << text;
  EXPECT_EQ(text.find("ipv4"), std::string::npos) << text;
  for (const auto* line :
       {"add table ip6 rumbo_0123456789ab\n",
        "type ipv6_addr . inet_proto . inet_service : verdict;",
        "s/shop/web/http meta l4proto tcp dnat to [fd12:3456:789a:e801::ae8:102]:8080\n",
        "refuse ip6 daddr fd12:3456:789a::/64 reject with icmpv6 port-unreachable\n",
        "postrouting ip6 saddr fd12:3456:789a:e801::/64 ip6 daddr fd12:3456:789a:e801::/64 ct "
        "status "
        "dnat masquerade\n",
        "  2001:db8::1 . tcp . 443 : goto s/shop/web/http,\n",
        "  fd12:3456:789a:e801::ae8:109 : jump t/t-9,\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
  table.routes[0].backends[0].address = "10.232.1.2";
  EXPECT_EQ(render(table).error().code(), Code::invalid) << "the other family";
  table = small_table();
  table.family = Family::ipv6;
  EXPECT_EQ(render(table).error().code(), Code::invalid);
}

TEST(Table, OrderOfInputDoesNotMatter) {
  auto table = small_table();
  table.subnets.push_back({"rumbr1", "10.232.2.0/24"});
  for (int i = 0; i < 20; ++i) {
    table.routes.push_back({"n" + std::to_string(i) + "/s:p",
                            "10.231.2." + std::to_string(i + 1),
                            Protocol::tcp,
                            static_cast<std::uint16_t>(i + 1),
                            {{"", static_cast<std::uint16_t>(31000 + i)}},
                            {{"10.232.1.9", 1}, {"10.232.1.8", 2}, {"10.232.1.7", 3}},
                            i % 2 == 0});
  }
  table.stages = {{"t-9", {"10.232.1.30", "10.232.1.31"}, table.routes},
                  {"t-8", {"10.232.1.40"}, {}}};
  const auto expected = text_of(table);
  std::mt19937 random(7);
  for (int i = 0; i < 20; ++i) {
    std::shuffle(table.routes.begin(), table.routes.end(), random);
    std::shuffle(table.stages.begin(), table.stages.end(), random);
    std::shuffle(table.subnets.begin(), table.subnets.end(), random);
    for (auto& route : table.routes) {
      std::shuffle(route.backends.begin(), route.backends.end(), random);
    }
    ASSERT_EQ(text_of(table), expected);
  }
  for (const auto& route : table.routes) {
    for (const auto& backend : route.backends) {
      EXPECT_NE(expected.find(backend.address + " . " + std::to_string(backend.port)),
                std::string::npos)
          << route.name;
    }
  }
}

TEST(Table, NothingIsEverDeletedThatMayBeMissing) {
  const auto text = render(small_table(), std::vector<std::string>{"s/old/one", "t/t-1"});
  ASSERT_TRUE(text);
  EXPECT_EQ(text->find("delete element"), std::string::npos);
  EXPECT_EQ(text->find("delete table"), std::string::npos);
  EXPECT_EQ(text->find("destroy"), std::string::npos);
  // Each deleted chain is added before, and all are emptied before the first goes.
  const auto added = text->find("add chain ip rumbo_0123456789ab t/t-1\n");
  const auto deleted = text->find("delete chain ip rumbo_0123456789ab s/old/one\n");
  ASSERT_NE(added, std::string::npos);
  ASSERT_NE(deleted, std::string::npos);
  EXPECT_LT(added, deleted);
}

TEST(Table, ChainNamesAreThoseInTheText) {
  auto table = small_table();
  table.stages = {{"t-9", {"10.232.1.30"}, {table.routes[0]}}};
  const auto text = text_of(table);
  const auto names = chain_names(table);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  std::size_t added = 0;
  for (auto at = text.find("add chain"); at != std::string::npos;
       at = text.find("add chain", at + 1)) {
    ++added;
  }
  EXPECT_EQ(added, names.size());
  for (const auto& name : names) {
    EXPECT_NE(text.find("add chain ip rumbo_0123456789ab " + name), std::string::npos) << name;
  }
}

TEST(Table, WhatCannotStandThereIsRefused) {
  struct Case {
    const char* what;
    std::function<void(Table&)> spoil;
    Code code;
  };
  const Case cases[] = {
      {"install", [](Table& t) { t.marker.install = "x; flush ruleset"; }, Code::invalid},
      {"txn", [](Table& t) { t.marker.txn = "t\"\nflush ruleset"; }, Code::invalid},
      {"route", [](Table& t) { t.routes[0].name = "a b"; }, Code::invalid},
      {"empty route", [](Table& t) { t.routes[0].name = ""; }, Code::invalid},
      {"twice", [](Table& t) { t.routes[1].name = "shop/web/http"; }, Code::invalid},
      {"virtual", [](Table& t) { t.routes[0].address = "10.231.0.10 }"; }, Code::invalid},
      {"outside", [](Table& t) { t.routes[0].address = "10.230.0.10"; }, Code::invalid},
      {"backend", [](Table& t) { t.routes[0].backends[0].address = "::1"; }, Code::invalid},
      {"port 0", [](Table& t) { t.routes[0].backends[0].port = 0; }, Code::invalid},
      {"host address", [](Table& t) { t.routes[0].host_ports[0].address = "host"; }, Code::invalid},
      {"bridge", [](Table& t) { t.subnets[0].bridge = "a\" drop"; }, Code::invalid},
      {"cidr", [](Table& t) { t.subnets[0].cidr = "10.0.0.0/33"; }, Code::invalid},
      {"range", [](Table& t) { t.virtual_range = ""; }, Code::invalid},
      {"same virtual port",
       [](Table& t) {
         t.routes[1].address = t.routes[0].address;
         t.routes[1].port = 80;
         t.routes[1].protocol = Protocol::tcp;
       },
       Code::conflict},
      {"same host port",
       [](Table& t) {
         t.routes[1].protocol = Protocol::tcp;
         t.routes[1].host_ports = {{"198.51.100.1", 30080}};
       },
       Code::conflict},
      {"source of two stages",
       [](Table& t) {
         t.stages = {{"t-1", {"10.232.1.3"}, {}}, {"t-2", {"10.232.1.3"}, {}}};
       },
       Code::conflict},
  };
  for (const auto& one : cases) {
    auto table = small_table();
    one.spoil(table);
    const auto text = render(table);
    ASSERT_FALSE(text) << one.what;
    EXPECT_EQ(text.error().code(), one.code) << one.what << ": " << text.error().to_string();
  }
}

TEST(Table, Protocols) {
  EXPECT_EQ(protocol_from("").value_or(Protocol::udp), Protocol::tcp);
  EXPECT_EQ(protocol_from("UDP").value_or(Protocol::tcp), Protocol::udp);
  EXPECT_EQ(protocol_from("SCTP").error().code(), Code::unsupported);
  EXPECT_EQ(protocol_from("tcp").error().code(), Code::invalid);
}

}  // namespace
}  // namespace rumbo::target::podman
