#include "target/podman/net/names.h"

#include <gtest/gtest.h>

#include "io/fake/memory_filesystem.h"
#include "target/podman/net/conntrack.h"
#include "target/podman/net/host_checks.h"

namespace rumbo::target::podman {
namespace {

const std::string kForeign =
    "10.232.1.1\n"
    "0f3c8e5f0d6c4b1e8a7d2c9b5a4f3e2d1c0b9a8f7e6d5c4b3a2f1e0d9c8b7a6f 10.232.1.5  web-1,pod\n";

TEST(Names, ShortNamesOnlyInTheSameNamespace) {
  const ServiceName web{"web", "shop", "10.231.0.1"};
  EXPECT_EQ(names_of(web, "shop"), (std::vector<std::string>{"web", "web.shop", "web.shop.svc",
                                                             "web.shop.svc.cluster.local"}));
  EXPECT_EQ(names_of(web, "other").front(), "web.shop");
  EXPECT_EQ(hosts_entries({web}, "other").front(), "web.shop:10.231.0.1");
  EXPECT_TRUE(hosts_entries({{"w b", "shop", "10.231.0.1"}, {"web", "shop", "x"}}, "shop").empty());
}

TEST(Names, OurLinesAreReplacedAndOthersStay) {
  const ServiceName web{"web", "shop", "10.231.0.1"}, db{"db", "data", "10.231.0.2"};
  const auto one = with_our_lines(kForeign, {web, db}, "shop", "0123456789ab");
  EXPECT_TRUE(one.starts_with(kForeign));
  EXPECT_NE(one.find(" 10.231.0.1  web,web.shop,"), std::string::npos) << one;
  EXPECT_NE(one.find(" 10.231.0.2  db.data,"), std::string::npos) << one;
  EXPECT_EQ(with_our_lines(one, {db, web}, "shop", "0123456789ab"), one);
  EXPECT_EQ(with_our_lines(one, {}, "shop", "0123456789ab"), kForeign);
  EXPECT_EQ(with_our_lines(one, {}, "shop", "ffffffffffff"), one) << "another installation's";
  // An id is 64 hexadecimal digits, or aardvark refuses the file.
  const auto line = one.substr(kForeign.size());
  EXPECT_EQ(line.find(' '), 64u);
  EXPECT_EQ(line.find_first_not_of("0123456789abcdef"), 64u);
}

TEST(Names, BothFamilies) {
  const ServiceName four{"web", "shop", "10.231.0.1"}, six{"web", "shop", "fd00::5"};
  const auto text = with_our_lines("10.232.1.1,fd00::1\n", {four, six}, "shop", "0123456789ab");
  EXPECT_TRUE(text.starts_with("10.232.1.1,fd00::1\n"));
  EXPECT_NE(text.find(" 10.231.0.1  web,web.shop,"), std::string::npos) << text;
  EXPECT_NE(text.find("  fd00::5 web,web.shop,"), std::string::npos) << text;
  EXPECT_EQ(hosts_entries({six}, "other").front(), "web.shop:fd00::5");
  const auto check = judge_forwarding("-P FORWARD DROP\n", Family::ipv6);
  EXPECT_EQ(check.name, "forward6");
  EXPECT_TRUE(check.cure.starts_with("ip6tables -I FORWARD ")) << check.cure;
}

TEST(Names, PublishNeedsANetworkWithContainers) {
  io::fake::MemoryFileSystem files;
  auto env = io::real_env();
  const io::Env faked{env.clock, files, env.process, env.http, env.random, env.sleep};
  Names names(faked, "0123456789ab", "/run/dns");
  const ServiceName web{"web", "shop", "10.231.0.1"};
  EXPECT_FALSE(names.publish("net", "shop", {web}).value_or(true));
  EXPECT_FALSE(names.publish("../net", "shop", {web}));
  ASSERT_TRUE(files.make_directories("/run/dns", 0755));
  ASSERT_TRUE(files.write_atomic("/run/dns/net", kForeign));
  // A stale process id must not be signalled: here it is this test's own.
  ASSERT_TRUE(files.write_atomic("/run/dns/aardvark.pid", std::to_string(getpid()) + "\n"));
  EXPECT_EQ(names.publish("net", "shop", {web}).error().code(), Code::unavailable);
  EXPECT_NE(files.read_all("/run/dns/net").value_or("").find("web.shop"), std::string::npos);
  // Nothing but ours is left of the network: its file goes.
  ASSERT_TRUE(files.write_atomic("/run/dns/net",
                                 with_our_lines("10.232.1.1\n", {web}, "shop", "0123456789ab")));
  EXPECT_FALSE(names.publish("net", "shop", {}));
  EXPECT_FALSE(files.stat("/run/dns/net"));
}

TEST(Conntrack, OnlyGoneUdpBackends) {
  const Backend a{"10.0.0.1", 53}, b{"10.0.0.2", 53};
  const ServiceRoute before{"n/dns:dns", "10.231.0.1", Protocol::udp, 53, {}, {a, b}, false};
  auto after = before;
  after.backends = {b};
  auto tcp = before;
  tcp.name = "n/web:http";
  tcp.protocol = Protocol::tcp;
  EXPECT_EQ(udp_backends_gone({before, tcp}, {after}), std::vector<Backend>{a});
  EXPECT_EQ(udp_backends_gone({before}, {}), (std::vector<Backend>{a, b}));
  EXPECT_TRUE(udp_backends_gone({after}, {before}).empty());
}

TEST(HostChecks, ForwardingOfForeignFirewalls) {
  using Level = HostCheck::Level;
  EXPECT_EQ(judge_forwarding("-P INPUT DROP\n-P FORWARD ACCEPT\n").level, Level::ok);
  EXPECT_EQ(judge_forwarding("").level, Level::ok);
  const auto plain = judge_forwarding("-P FORWARD DROP\n");
  EXPECT_EQ(plain.level, Level::failure);
  EXPECT_EQ(plain.cure, "iptables -I FORWARD -m conntrack --ctstate DNAT -j ACCEPT");
  const auto docker = judge_forwarding("-P FORWARD DROP\n-N DOCKER-USER\n");
  EXPECT_EQ(docker.cure, "iptables -I DOCKER-USER -m conntrack --ctstate DNAT -j ACCEPT");
  EXPECT_EQ(judge_forwarding("-P FORWARD DROP\n-N DOCKER-USER\n-A DOCKER-USER -m conntrack "
                             "--ctstate DNAT -j ACCEPT\n")
                .level,
            Level::ok);
}

}  // namespace
}  // namespace rumbo::target::podman
