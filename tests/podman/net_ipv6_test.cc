// The IPv6 half of the data plane on a real kernel: the same paths, the same switch, in one batch
// with the IPv4 half.
#include <chrono>
#include <gtest/gtest.h>
#include <iostream>
#include <set>

#include "base/strings.h"
#include "net_lab.h"
#include "target/podman/net/conntrack.h"
#include "target/podman/net/host_checks.h"
#include "target/podman/net/host_network.h"
#include "target/podman/net/nft.h"

namespace rumbo::target::podman {
namespace {

using tests::Client;
using tests::NetLab;
using tests::Server;

const std::string kInstall = "0123456789ab";
const std::string kVirtual4 = "10.231.0.10", kVirtual = "fd12:3456:789a::ae7:a";
const std::string kVirtualRange = "fd12:3456:789a::/64";
const std::string kHost = "2001:db8:51::1";
const Backend kA4{"10.232.1.2", 8080}, kB4{"10.232.1.3", 8080};
const Backend kA{"fd12:3456:789a:e801::ae8:102", 8080};
const Backend kB{"fd12:3456:789a:e801::ae8:103", 8080};
const Backend kC{"fd12:3456:789a:e802::ae8:202", 8080};

class NetIpv6Test : public ::testing::Test {
 protected:
  void SetUp() override { prepare(); }

  void prepare() {
    const auto four =
        prepare_host(lab.env, "10.231.0.0/16", {"rumbr0", "rumbr1"}, lab.exec("host"));
    ASSERT_TRUE(four) << four.error().to_string();
    const auto six = prepare_host6(lab.env, kVirtualRange, {"rumbr0", "rumbr1"}, lab.exec("host"));
    ASSERT_TRUE(six) << six.error().to_string();
    changes_.insert(changes_.end(), six->begin(), six->end());
  }

  static ServiceRoute web(std::vector<Backend> backends, const std::string& address = kVirtual) {
    return {"shop/web:http", address, Protocol::tcp, 80, {{"", 30080}}, std::move(backends), false};
  }
  static Table four(std::vector<ServiceRoute> routes, std::uint64_t generation = 1) {
    return {{kInstall, "t-000007", generation, 3, 41},
            "10.231.0.0/16",
            {{"rumbr0", "10.232.1.0/24"}, {"rumbr1", "10.232.2.0/24"}},
            std::move(routes),
            {}};
  }
  static Table six(std::vector<ServiceRoute> routes, std::uint64_t generation = 1) {
    return {{kInstall, "t-000007", generation, 3, 41},
            kVirtualRange,
            {{"rumbr0", "fd12:3456:789a:e801::/64"}, {"rumbr1", "fd12:3456:789a:e802::/64"}},
            std::move(routes),
            {},
            Family::ipv6};
  }
  void apply(const Table& wanted4, const std::optional<Table>& wanted6) {
    const auto applied = nft.apply(wanted4, wanted6);
    ASSERT_TRUE(applied) << applied.error().to_string();
  }
  std::string ask(const std::string& space, const std::string& address, std::uint16_t port,
                  Protocol protocol = Protocol::tcp) {
    const auto answer = tests::ask(lab, space, address, port, protocol);
    return answer ? *answer : std::string(to_string(answer.error().code()));
  }
  std::string ruleset() { return lab.run("host", {"nft", "list", "ruleset"}); }

  NetLab lab{true};
  Nft nft{lab.env, {kInstall, lab.exec("host"), lab.file("host")}};
  std::vector<HostChange> changes_;
};

TEST_F(NetIpv6Test, EveryPathReachesThePod) {
  const Server a(lab, "a", Protocol::tcp, "::", 8080, "a");
  for (const auto* bridged : {"0", "1"}) {
    SCOPED_TRACE(std::string("bridge-nf-call-ip6tables=") + bridged);
    lab.sysctl("host", "net/bridge/bridge-nf-call-ip6tables", bridged);
    lab.sysctl("host", "net/bridge/bridge-nf-call-iptables", bridged);
    prepare();
    apply(four({}), six({web({kA})}));
    EXPECT_EQ(ask("host", kVirtual, 80), "a");
    EXPECT_EQ(ask("host", kHost, 30080), "a");
    EXPECT_EQ(ask("client", kHost, 30080), "a");
    EXPECT_EQ(ask("client", kVirtual, 80), "a");
    EXPECT_EQ(ask("b", kVirtual, 80), "a") << "another pod on the same bridge";
    EXPECT_EQ(ask("a", kVirtual, 80), "a") << "the pod itself";
    EXPECT_EQ(ask("c", kVirtual, 80), "a") << "a pod on another bridge";
    EXPECT_EQ(ask("b", "fd12:3456:789a:e801::1", 30080), "a") << "a pod through a host port";
    EXPECT_EQ(ask("client", kVirtual, 30080), "denied")
        << "host ports are not on virtual addresses";
    EXPECT_NE(ask("host", "::1", 30080), "a") << "as documented";
  }
}

TEST_F(NetIpv6Test, PathsFailWithoutTheTable) {
  const Server a(lab, "a", Protocol::tcp, "::", 8080, "a");
  EXPECT_EQ(ask("host", kVirtual, 80), "denied");
  EXPECT_EQ(ask("client", kHost, 30080), "denied");
}

TEST_F(NetIpv6Test, NobodyThereIsRefusedAtOnce) {
  auto route = web({});
  auto dns = route;
  dns.name = "shop/dns:udp";
  dns.protocol = Protocol::udp;
  apply(four({}), six({route, dns}));
  const auto start = std::chrono::steady_clock::now();
  for (const auto* space : {"host", "b", "client"}) {
    EXPECT_EQ(ask(space, kVirtual, 80), "denied") << space;
  }
  EXPECT_EQ(ask("client", kHost, 30080), "denied");
  EXPECT_EQ(ask("b", "fd12:3456:789a::99", 80), "denied") << "no such Service";
  EXPECT_EQ(ask("b", kVirtual, 80, Protocol::udp), "denied");
  EXPECT_EQ(ask("client", kHost, 30080, Protocol::udp), "denied");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST_F(NetIpv6Test, TheHostsOwnServersDoNotAnswerForServices) {
  const Server http(lab, "host", Protocol::tcp, "::", 80, "host");
  const Server ssh(lab, "host", Protocol::tcp, "::", 22, "host");
  apply(four({}), six({web({})}));
  for (const auto* space : {"host", "client", "b", "c"}) {
    EXPECT_EQ(ask(space, kVirtual, 80), "denied") << space;
    EXPECT_EQ(ask(space, "fd12:3456:789a::77", 22), "denied") << space;
  }
  EXPECT_EQ(ask("client", kHost, 22), "host") << "its own addresses stay its own";
}

TEST_F(NetIpv6Test, SeveralBackendsAllServeAndStickyOnesStay) {
  const Server a(lab, "a", Protocol::tcp, "::", 8080, "a");
  const Server c(lab, "c", Protocol::tcp, "::", 8080, "c");
  apply(four({}), six({web({kA, kC})}));
  std::set<std::string> seen;
  for (int i = 0; i < 40; ++i) seen.insert(ask("host", kVirtual, 80));
  EXPECT_EQ(seen, (std::set<std::string>{"a", "c"}));
  auto sticky = web({kA, kC});
  sticky.sticky = true;
  seen.clear();
  for (std::uint64_t version = 2; version < 12; ++version) {
    apply(four({}, version), six({sticky}, version));
    seen.insert(ask("client", kVirtual, 80));
  }
  EXPECT_EQ(seen.size(), 1u);
}

TEST_F(NetIpv6Test, OnlyPodsOfTheTransactionSeeWhatItStages) {
  const Server a(lab, "a", Protocol::tcp, "::", 8080, "a");
  const Server c(lab, "c", Protocol::tcp, "::", 8080, "c");
  auto wanted = six({web({kA})});
  wanted.stages = {{"t-000008", {kB.address}, {web({kC})}}};
  apply(four({}), wanted);
  EXPECT_EQ(ask("b", kVirtual, 80), "c");
  EXPECT_EQ(ask("host", kVirtual, 80), "a");
  apply(four({}, 2), six({web({kC})}, 2));
  EXPECT_EQ(ask("host", kVirtual, 80), "c");
  EXPECT_EQ(ruleset().find("t-000008"), std::string::npos);
}

struct Hit {
  std::chrono::steady_clock::time_point opened;
  std::string answer;
};

/// Opens connection after connection until told to stop.
std::vector<Hit> load(const NetLab& lab, const std::string& space, const std::string& address,
                      std::uint16_t port, const std::atomic<bool>& stop) {
  std::vector<Hit> hits;
  lab.inside(space, [&] {
    while (!stop) {
      Client client(lab, space, Protocol::tcp, address, port);
      Hit hit{std::chrono::steady_clock::now(), ""};
      const auto opened = client.open_here();
      const auto answer = opened ? client.ask() : Result<std::string>(fail(opened.error()));
      hit.answer = answer ? *answer : "failed: " + answer.error().to_string();
      hits.push_back(std::move(hit));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  return hits;
}

struct Switched {
  int before = 0, after = 0, failed = 0, stale = 0;
  std::string first_failure;
};

/// Load over both families; a second before the switch of both in one batch and one after.
Switched switch_under_load(const NetLab& lab, Nft& nft, const std::pair<Table, Table>& old_tables,
                           const std::pair<Table, Table>& new_tables) {
  EXPECT_TRUE(nft.apply(old_tables.first, old_tables.second));
  std::atomic<bool> stop{false};
  const std::tuple<std::string, std::string, std::uint16_t> paths[] = {
      {"host", kVirtual, 80},   {"host", kHost, 30080}, {"client", kHost, 30080},
      {"client", kVirtual, 80}, {"c", kVirtual, 80},    {"client", kVirtual4, 80},
  };
  std::vector<std::vector<Hit>> hits(std::size(paths));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    threads.emplace_back([&, i] {
      const auto& [space, address, port] = paths[i];
      hits[i] = load(lab, space, address, port, stop);
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  EXPECT_TRUE(nft.apply(new_tables.first, new_tables.second));
  const auto ended = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  stop = true;
  for (auto& thread : threads) thread.join();
  Switched result;
  for (const auto& path : hits) {
    for (const auto& hit : path) {
      if (hit.answer == "v1") {
        ++result.before;
        if (hit.opened > ended) ++result.stale;
      } else if (hit.answer == "v2") {
        ++result.after;
      } else if (result.failed++ == 0) {
        result.first_failure = hit.answer;
      }
    }
  }
  std::cout << result.before << " answers of the old version, " << result.after << " of the new, "
            << result.failed << " failed\n";
  return result;
}

TEST_F(NetIpv6Test, SwitchUnderLoadLosesNothing) {
  const Server v1(lab, "a", Protocol::tcp, "::", 8080, "v1");
  const Server v2(lab, "b", Protocol::tcp, "::", 8080, "v2");
  const Server old4(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "v1");
  const Server new4(lab, "b", Protocol::tcp, "0.0.0.0", 8080, "v2");
  for (const auto* bridged : {"0", "1"}) {
    SCOPED_TRACE(std::string("bridge-nf-call-ip6tables=") + bridged);
    lab.sysctl("host", "net/bridge/bridge-nf-call-ip6tables", bridged);
    const auto result =
        switch_under_load(lab, nft, {four({web({kA4}, kVirtual4)}), six({web({kA})})},
                          {four({web({kB4}, kVirtual4)}, 2), six({web({kB})}, 2)});
    EXPECT_EQ(result.failed, 0) << result.first_failure;
    EXPECT_EQ(result.stale, 0) << "the old version answered connections opened after the switch";
    EXPECT_GT(result.before, 200);
    EXPECT_GT(result.after, 200);
  }
}

TEST_F(NetIpv6Test, SwitchedBeforeReadyIsSeenToFail) {
  const Server v1(lab, "a", Protocol::tcp, "::", 8080, "v1");
  const Server old4(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "v1");
  const auto result = switch_under_load(lab, nft, {four({web({kA4}, kVirtual4)}), six({web({kA})})},
                                        {four({web({kA4}, kVirtual4)}, 2), six({web({kB})}, 2)});
  EXPECT_GT(result.failed, 0) << "the measurement does not see failures of IPv6";
}

TEST_F(NetIpv6Test, OpenConnectionsFinishOnTheOldPod) {
  const Server v1(lab, "a", Protocol::tcp, "::", 8080, "v1");
  const Server v2(lab, "b", Protocol::tcp, "::", 8080, "v2");
  apply(four({}), six({web({kA})}));
  Client keep(lab, "client", Protocol::tcp, kVirtual, 80);
  ASSERT_TRUE(keep.open());
  EXPECT_EQ(keep.ask().value_or("-"), "v1");
  apply(four({}, 2), six({web({kB})}, 2));
  EXPECT_EQ(keep.ask().value_or("-"), "v1");
  EXPECT_EQ(ask("client", kVirtual, 80), "v2");
}

TEST_F(NetIpv6Test, UdpFlowsMoveOnceForgotten) {
  const Server v1(lab, "a", Protocol::udp, "::", 8080, "v1");
  const Server v2(lab, "b", Protocol::udp, "::", 8080, "v2");
  auto route = web({kA});
  route.protocol = Protocol::udp;
  auto moved = route;
  moved.backends = {kB};
  apply(four({}), six({route}));
  Client flow(lab, "client", Protocol::udp, kVirtual, 80);
  ASSERT_TRUE(flow.open());
  EXPECT_EQ(flow.ask().value_or("-"), "v1");
  apply(four({}, 2), six({moved}, 2));
  EXPECT_EQ(flow.ask().value_or("-"), "v1") << "the kernel keeps the flow";
  const auto gone = udp_backends_gone({route}, {moved});
  ASSERT_EQ(gone, std::vector<Backend>{kA});
  const auto forgotten = forget_udp_flows(lab.env, gone, lab.exec("host"));
  ASSERT_TRUE(forgotten) << forgotten.error().to_string();
  EXPECT_EQ(flow.ask().value_or("-"), "v2");
  EXPECT_TRUE(forget_udp_flows(lab.env, gone, lab.exec("host"))) << "nothing left is fine";
}

TEST_F(NetIpv6Test, ARefusedBatchChangesNeitherFamily) {
  const Server a(lab, "a", Protocol::tcp, "::", 8080, "a");
  const Server a4(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "a4");
  apply(four({web({kA4}, kVirtual4)}), six({web({kA})}));
  // The IPv6 half of another installation cannot be written: its IPv4 half must not be, either.
  lab.run("host", {"nft", "add", "table", "ip6", "rumbo_ffff"});
  lab.run("host", {"nft", "add", "set", "ip6", "rumbo_ffff", "staged", "{ type mark; }"});
  Nft other(lab.env, {"ffff", lab.exec("host"), lab.file("host")});
  auto other4 = four({});
  auto other6 = six({});
  other4.marker.install = other6.marker.install = "ffff";
  EXPECT_FALSE(other.apply(other4, other6));
  EXPECT_EQ(ruleset().find("table ip rumbo_ffff"), std::string::npos);
  EXPECT_EQ(ask("client", kVirtual, 80), "a");
  EXPECT_EQ(ask("client", kVirtual4, 80), "a4");
}

TEST_F(NetIpv6Test, LossOfTheIpv6HalfIsNoticedAndMended) {
  const Server a(lab, "a", Protocol::tcp, "::", 8080, "a");
  apply(four({}), six({web({kA})}));
  EXPECT_EQ(nft.state().value_or(Nft::State::missing), Nft::State::intact);
  auto watch = nft.watch();
  ASSERT_TRUE(watch) << watch.error().to_string();
  lab.run("host", {"nft", "delete", "table", "ip6", "rumbo_" + kInstall});
  ASSERT_TRUE((*watch)->wait(1s).value_or(false));
  EXPECT_EQ(nft.state().value_or(Nft::State::intact), Nft::State::altered);
  EXPECT_EQ(ask("client", kVirtual, 80), "denied");
  apply(four({}), six({web({kA})}));
  EXPECT_EQ(ask("client", kVirtual, 80), "a");
}

TEST_F(NetIpv6Test, WithoutIpv6ItsTableGoes) {
  apply(four({}), six({web({kA})}));
  EXPECT_NE(ruleset().find("table ip6 rumbo_"), std::string::npos);
  apply(four({}, 2), std::nullopt);
  EXPECT_EQ(ruleset().find("table ip6 rumbo_"), std::string::npos);
  EXPECT_NE(ruleset().find("table ip rumbo_"), std::string::npos);
  apply(four({}, 3), six({}, 3));
  EXPECT_TRUE(nft.remove());
  EXPECT_EQ(ruleset().find("rumbo_"), std::string::npos);
}

TEST_F(NetIpv6Test, ADroppingFirewallNeedsTheExceptionThatTheCheckNames) {
  const Server a(lab, "a", Protocol::tcp, "::", 8080, "a");
  apply(four({}), six({web({kA})}));
  lab.run("host", {"ip6tables", "-P", "FORWARD", "DROP"});
  EXPECT_EQ(ask("client", kHost, 30080), "timeout");
  const auto check = judge_forwarding(lab.run("host", {"ip6tables", "-S"}), Family::ipv6);
  EXPECT_EQ(check.level, HostCheck::Level::failure);
  std::vector<std::string> cure;
  for (const auto word : split(check.cure, ' ')) cure.emplace_back(word);
  lab.run("host", cure);
  EXPECT_EQ(ask("client", kHost, 30080), "a");
}

TEST_F(NetIpv6Test, PreparingTheHostIsUndone) {
  const auto look = [&] {
    return lab.run("host", {"ip", "-6", "route", "show", "table", "local", "proto", "114"}) +
           lab.run("host", {"cat", "/proc/sys/net/ipv6/conf/all/forwarding",
                            "/proc/sys/net/ipv6/conf/vclient/accept_ra"});
  };
  // A link that listens to its router goes on to, though this machine forwards now.
  EXPECT_NE(look().find(kVirtualRange), std::string::npos) << look();
  EXPECT_TRUE(look().ends_with("1\n2\n")) << look();
  const auto again = prepare_host6(lab.env, kVirtualRange, {"rumbr0", "rumbr1"}, lab.exec("host"));
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_TRUE(again->empty());
  ASSERT_TRUE(undo_host(lab.env, changes_, lab.exec("host")));
  EXPECT_EQ(look(), "0\n1\n");
  EXPECT_TRUE(undo_host(lab.env, changes_, lab.exec("host"))) << "twice is fine";
}

TEST_F(NetIpv6Test, HostPortsAreHeldInEachFamilyOfItsOwn) {
  lab.inside("client", [&] {
    HeldPorts ports;
    const HeldPort four{Protocol::tcp, {"", 30111}}, six{Protocol::tcp, {"", 30111}, Family::ipv6};
    EXPECT_TRUE(ports.hold(lab.env, {six}).empty());
    EXPECT_THROW(Server(lab, "client", Protocol::tcp, "::", 30111, "x"), std::exception);
    EXPECT_NO_THROW(Server(lab, "client", Protocol::tcp, "0.0.0.0", 30111, "x"));
    EXPECT_TRUE(ports.hold(lab.env, {four, six}).empty());
    EXPECT_THROW(Server(lab, "client", Protocol::tcp, "0.0.0.0", 30111, "x"), std::exception);
    EXPECT_TRUE(ports.hold(lab.env, {}).empty());
    const Server other(lab, "client", Protocol::tcp, "::", 30111, "x");
    const auto conflicts = ports.hold(lab.env, {four, six});
    ASSERT_EQ(conflicts.size(), 1u);
    EXPECT_EQ(conflicts[0].port, six);
    EXPECT_NE(conflicts[0].error.to_string().find("[::]:30111/tcp"), std::string::npos)
        << conflicts[0].error.to_string();
  });
}

}  // namespace
}  // namespace rumbo::target::podman
