// The data plane on a real kernel: every path a client may take, the switch under load, what other
// firewalls and attackers do.
#include <chrono>
#include <gtest/gtest.h>
#include <iostream>
#include <set>
#include <sys/socket.h>

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
using SteadyTime = std::chrono::steady_clock::time_point;

const std::string kVirtual = "10.231.0.10";
const std::string kHost = "198.51.100.1";
const Backend kA{"10.232.1.2", 8080}, kB{"10.232.1.3", 8080}, kC{"10.232.2.2", 8080};

/// What a test could leave behind on the machine that runs it. Links and chains of containers that
/// come and go beside the test are not looked at.
std::string host_fingerprint() {
  const auto env = io::real_env();
  std::string text;
  for (const std::vector<std::string>& argv :
       {std::vector<std::string>{"nft", "list", "tables"},
        {"ip", "-o", "-br", "link"},
        {"ip", "-4", "route", "show", "table", "local", "proto", "114"},
        {"cat", "/proc/sys/net/ipv4/conf/all/route_localnet",
         "/proc/sys/net/ipv4/conf/default/route_localnet",
         "/proc/sys/net/bridge/bridge-nf-call-iptables"}}) {
    io::Command command;
    command.argv = argv;
    command.env = io::minimal_environment();
    const auto exit = env.process.run(command, Cancel());
    if (!exit) return exit.error().to_string();
    for (const auto line : split(exit->out, '\n')) {
      if (line.starts_with("veth") || line.starts_with("podman") || line.starts_with("table ip")) {
        if (line.find("rumbo_") == std::string_view::npos) continue;
      }
      text += std::string(line) + "\n";
    }
  }
  return text;
}

class NetTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { before_ = host_fingerprint(); }
  static void TearDownTestSuite() { EXPECT_EQ(host_fingerprint(), before_) << "the host changed"; }

  void SetUp() override {
    const auto changes =
        prepare_host(lab.env, "10.231.0.0/16", {"rumbr0", "rumbr1"}, lab.exec("host"));
    ASSERT_TRUE(changes) << changes.error().to_string();
    changes_ = *changes;
  }

  static ServiceRoute web(std::vector<Backend> backends) {
    return {"shop/web:http",     kVirtual, Protocol::tcp, 80, {{"", 30080}},
            std::move(backends), false};
  }
  static Table table(std::vector<ServiceRoute> routes, std::uint64_t generation = 1) {
    return {{"0123456789ab", "t-000007", generation, 3, 41},
            "10.231.0.0/16",
            {{"rumbr0", "10.232.1.0/24"}, {"rumbr1", "10.232.2.0/24"}},
            std::move(routes),
            {}};
  }
  void apply(const Table& wanted) {
    const auto applied = nft.apply(wanted);
    ASSERT_TRUE(applied) << applied.error().to_string();
  }
  /// The answer, or what went wrong.
  std::string ask(const std::string& space, const std::string& address, std::uint16_t port,
                  Protocol protocol = Protocol::tcp) {
    const auto answer = tests::ask(lab, space, address, port, protocol);
    return answer ? *answer : std::string(to_string(answer.error().code()));
  }

  NetLab lab;
  Nft nft{lab.env, {"0123456789ab", lab.exec("host"), lab.file("host")}};
  std::vector<HostChange> changes_;
  static inline std::string before_;
};

TEST_F(NetTest, EveryPathReachesThePod) {
  const Server a(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "a");
  for (const auto* bridged : {"0", "1"}) {
    SCOPED_TRACE(std::string("bridge-nf-call-iptables=") + bridged);
    lab.sysctl("host", "net/bridge/bridge-nf-call-iptables", bridged);
    ASSERT_TRUE(prepare_host(lab.env, "10.231.0.0/16", {"rumbr0", "rumbr1"}, lab.exec("host")));
    apply(table({web({kA})}));
    EXPECT_EQ(ask("host", kVirtual, 80), "a");
    EXPECT_EQ(ask("host", "127.0.0.1", 30080), "a");
    EXPECT_EQ(ask("host", kHost, 30080), "a");
    EXPECT_EQ(ask("client", kHost, 30080), "a");
    EXPECT_EQ(ask("client", kVirtual, 80), "a");
    EXPECT_EQ(ask("b", kVirtual, 80), "a") << "another pod on the same bridge";
    EXPECT_EQ(ask("a", kVirtual, 80), "a") << "the pod itself";
    EXPECT_EQ(ask("c", kVirtual, 80), "a") << "a pod on another bridge";
    EXPECT_EQ(ask("b", "10.232.1.1", 30080), "a") << "a pod through a host port";
    EXPECT_EQ(ask("client", kVirtual, 30080), "denied")
        << "host ports are not on virtual addresses";
  }
}

// A bridge takes the lowest hardware address of its ports. If it took another when a pod ends, the
// pods that are left would send their answers into the void, for seconds.
TEST_F(NetTest, ABridgeKeepsItsAddressAsPodsComeAndGo) {
  const auto address = [&](const std::string& link) {
    return lab.run("host", {"cat", "/sys/class/net/" + link + "/address"});
  };
  const auto add = [&](const std::string& bridge, const std::string& port) {
    lab.run("host", {"ip", "link", "add", port, "address", "00:00:5e:00:53:01", "type", "veth",
                     "peer", "name", port + "p"});
    lab.run("host", {"ip", "link", "set", port, "master", bridge});
  };
  const std::string before = address("rumbr0");
  add("rumbr0", "low0");
  EXPECT_EQ(address("rumbr0"), before);
  lab.run("host", {"ip", "link", "del", "low0"});
  EXPECT_EQ(address("rumbr0"), before);

  lab.run("host", {"ip", "link", "add", "unprepared", "type", "bridge"});
  const std::string other = address("unprepared");
  add("unprepared", "low1");
  EXPECT_NE(address("unprepared"), other) << "this is what is guarded against";
  lab.run("host", {"ip", "link", "del", "low1"});
  lab.run("host", {"ip", "link", "del", "unprepared"});
}

TEST_F(NetTest, PathsFailWithoutTheTable) {
  const Server a(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "a");
  EXPECT_EQ(ask("host", kVirtual, 80), "denied");
  EXPECT_EQ(ask("client", kHost, 30080), "denied");
}

TEST_F(NetTest, SeveralBackendsAllServeAndStickyOnesStay) {
  const Server a(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "a");
  const Server c(lab, "c", Protocol::tcp, "0.0.0.0", 8080, "c");
  apply(table({web({kA, kC})}));
  std::set<std::string> seen;
  for (int i = 0; i < 40; ++i) seen.insert(ask("host", kVirtual, 80));
  EXPECT_EQ(seen, (std::set<std::string>{"a", "c"}));

  auto sticky = web({kA, kC});
  sticky.sticky = true;
  seen.clear();
  for (std::uint64_t version = 2; version < 22; ++version) {
    apply(table({sticky}, version));  // a batch does not shuffle clients
    seen.insert(ask("client", kVirtual, 80));
  }
  EXPECT_EQ(seen.size(), 1u);
}

TEST_F(NetTest, NobodyThereIsRefusedAtOnce) {
  auto route = web({});
  auto dns = route;
  dns.name = "shop/dns:udp";
  dns.protocol = Protocol::udp;
  apply(table({route, dns}));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(ask("host", kVirtual, 80), "denied");
  EXPECT_EQ(ask("b", kVirtual, 80), "denied");
  EXPECT_EQ(ask("client", kVirtual, 80), "denied");
  EXPECT_EQ(ask("client", kHost, 30080), "denied");
  EXPECT_EQ(ask("host", "127.0.0.1", 30080), "denied");
  EXPECT_EQ(ask("b", "10.231.9.9", 80), "denied") << "no such Service";
  EXPECT_EQ(ask("b", kVirtual, 80, Protocol::udp), "denied");
  EXPECT_EQ(ask("client", kHost, 30080, Protocol::udp), "denied");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST_F(NetTest, TheHostsOwnServersDoNotAnswerForServices) {
  const Server http(lab, "host", Protocol::tcp, "0.0.0.0", 80, "host");
  const Server ssh(lab, "host", Protocol::tcp, "0.0.0.0", 22, "host");
  // As HeldPorts does: a bound socket that would swallow datagrams in silence.
  const Server held(lab, "host", Protocol::udp, "0.0.0.0", 30080, "host");
  auto udp = web({});
  udp.protocol = Protocol::udp;
  udp.name = "shop/dns:udp";
  apply(table({web({}), udp}));
  for (const auto* space : {"host", "client", "b", "c"}) {
    EXPECT_EQ(ask(space, kVirtual, 80), "denied") << space;
    EXPECT_EQ(ask(space, kVirtual, 22), "denied") << space;
    EXPECT_EQ(ask(space, "10.231.7.7", 22), "denied") << space;
  }
  EXPECT_EQ(ask("client", kHost, 30080, Protocol::udp), "denied");
  EXPECT_EQ(ask("client", kHost, 22), "host") << "its own addresses stay its own";
}

TEST_F(NetTest, OnlyPodsOfTheTransactionSeeWhatItStages) {
  const Server a(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "a");
  const Server c(lab, "c", Protocol::tcp, "0.0.0.0", 8080, "c");
  auto wanted = table({web({kA})});
  wanted.stages = {{"t-000008", {"10.232.1.3"}, {web({kC})}}};
  apply(wanted);
  EXPECT_EQ(ask("b", kVirtual, 80), "c");
  EXPECT_EQ(ask("c", kVirtual, 80), "a");
  EXPECT_EQ(ask("host", kVirtual, 80), "a");
  EXPECT_EQ(ask("client", kHost, 30080), "a");
  apply(table({web({kC})}, 2));  // the switch; the stage's chains go away
  EXPECT_EQ(ask("b", kVirtual, 80), "c");
  EXPECT_EQ(ask("host", kVirtual, 80), "c");
  const auto left = lab.run("host", {"nft", "list", "ruleset"});
  EXPECT_EQ(left.find("t-000008"), std::string::npos) << left;
}

struct Hit {
  SteadyTime opened, answered;
  std::string answer;
};

/// Opens connection after connection until told to stop.
std::vector<Hit> load(const NetLab& lab, const std::string& space, const std::string& address,
                      std::uint16_t port, const std::atomic<bool>& stop) {
  std::vector<Hit> hits;
  lab.inside(space, [&] {
    while (!stop) {
      Client client(lab, space, Protocol::tcp, address, port);
      Hit hit;
      hit.opened = std::chrono::steady_clock::now();
      const auto opened = client.open_here();
      const auto answer = opened ? client.ask() : Result<std::string>(fail(opened.error()));
      hit.answer = answer ? *answer : "failed: " + answer.error().to_string();
      hit.answered = std::chrono::steady_clock::now();
      hits.push_back(std::move(hit));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  return hits;
}

struct Switched {
  int before = 0, after = 0, failed = 0, stale = 0, near = 0;
  std::string first_failure;
};

/// Load over five paths; one second before the switch and one after.
Switched switch_under_load(const NetLab& lab, Nft& nft, const Table& old_table,
                           const Table& new_table) {
  EXPECT_TRUE(nft.apply(old_table));
  std::atomic<bool> stop{false};
  std::vector<std::vector<Hit>> hits(5);
  std::vector<std::thread> threads;
  const std::tuple<std::string, std::string, std::uint16_t> paths[] = {
      {"host", kVirtual, 80},   {"host", "127.0.0.1", 30080}, {"client", kHost, 30080},
      {"client", kVirtual, 80}, {"c", kVirtual, 80},
  };
  for (std::size_t i = 0; i < hits.size(); ++i) {
    threads.emplace_back([&, i] {
      const auto& [space, address, port] = paths[i];
      hits[i] = load(lab, space, address, port, stop);
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(nft.apply(new_table));
  const auto ended = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  stop = true;
  for (auto& thread : threads) thread.join();

  Switched result;
  for (const auto& hit : hits) {
    for (const auto& one : hit) {
      if (one.answer == "v1") {
        ++result.before;
        if (one.opened > ended) ++result.stale;
      } else if (one.answer == "v2") {
        ++result.after;
        EXPECT_GT(one.answered, began) << "the new version answered before the switch";
      } else {
        if (result.failed++ == 0) result.first_failure = one.answer;
      }
      if (one.opened > began - std::chrono::seconds(1) &&
          one.opened < ended + std::chrono::seconds(1)) {
        ++result.near;
      }
    }
  }
  return result;
}

TEST_F(NetTest, SwitchUnderLoadLosesNothing) {
  const Server v1(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "v1");
  const Server v2(lab, "b", Protocol::tcp, "0.0.0.0", 8080, "v2");
  for (const auto* bridged : {"0", "1"}) {
    SCOPED_TRACE(std::string("bridge-nf-call-iptables=") + bridged);
    lab.sysctl("host", "net/bridge/bridge-nf-call-iptables", bridged);
    const auto result = switch_under_load(lab, nft, table({web({kA})}), table({web({kB})}, 2));
    std::cout << result.near << " requests within 1 s of the switch, " << result.before
              << " by the old version, " << result.after << " by the new\n";
    EXPECT_EQ(result.failed, 0) << result.first_failure;
    EXPECT_EQ(result.stale, 0) << "the old version answered connections opened after the switch";
    EXPECT_GT(result.before, 0);
    EXPECT_GT(result.after, 0);
    EXPECT_GE(result.near, 500);
  }
}

TEST_F(NetTest, SwitchedBeforeReadyIsSeenToFail) {
  const Server v1(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "v1");
  const auto result = switch_under_load(lab, nft, table({web({kA})}), table({web({kB})}, 2));
  EXPECT_GT(result.failed, 0) << "the measurement does not see failures";
}

TEST_F(NetTest, ManyBatchesUnderLoadLoseNothing) {
  const Server v1(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "v1");
  const Server v2(lab, "b", Protocol::tcp, "0.0.0.0", 8080, "v2");
  apply(table({web({kA})}));
  std::atomic<bool> stop{false};
  std::vector<Hit> hits;
  std::thread thread([&] { hits = load(lab, "client", kVirtual, 80, stop); });
  for (std::uint64_t i = 0; i < 40; ++i) apply(table({web({i % 2 == 0 ? kB : kA})}, 2 + i));
  stop = true;
  thread.join();
  int failed = 0;
  for (const auto& hit : hits) failed += hit.answer.starts_with("v") ? 0 : 1;
  EXPECT_EQ(failed, 0) << "of " << hits.size();
  EXPECT_GT(hits.size(), 50u);
}

TEST_F(NetTest, OpenConnectionsFinishOnTheOldPod) {
  const Server v1(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "v1");
  const Server v2(lab, "b", Protocol::tcp, "0.0.0.0", 8080, "v2");
  apply(table({web({kA})}));
  Client keep(lab, "client", Protocol::tcp, kVirtual, 80);
  Client slow(lab, "host", Protocol::tcp, "127.0.0.1", 30080);
  ASSERT_TRUE(keep.open());
  ASSERT_TRUE(slow.open());
  EXPECT_EQ(keep.ask().value_or("-"), "v1");
  std::string slow_answer;
  std::thread waiting([&] { slow_answer = slow.ask("slow").value_or("-"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  apply(table({web({kB})}, 2));
  EXPECT_EQ(keep.ask().value_or("-"), "v1");
  waiting.join();
  EXPECT_EQ(slow_answer, "v1");
  EXPECT_EQ(ask("client", kVirtual, 80), "v2");
}

TEST_F(NetTest, UdpFlowsMoveOnceForgotten) {
  const Server v1(lab, "a", Protocol::udp, "0.0.0.0", 8080, "v1");
  const Server v2(lab, "b", Protocol::udp, "0.0.0.0", 8080, "v2");
  auto route = web({kA});
  route.protocol = Protocol::udp;
  auto moved = route;
  moved.backends = {kB};
  apply(table({route}));
  Client flow(lab, "client", Protocol::udp, kVirtual, 80);
  ASSERT_TRUE(flow.open());
  EXPECT_EQ(flow.ask().value_or("-"), "v1");
  apply(table({moved}, 2));
  EXPECT_EQ(flow.ask().value_or("-"), "v1") << "as measured: the kernel keeps the flow";
  const auto gone = udp_backends_gone({route}, {moved});
  ASSERT_EQ(gone, std::vector<Backend>{kA});
  const auto forgotten = forget_udp_flows(lab.env, gone, lab.exec("host"));
  ASSERT_TRUE(forgotten) << forgotten.error().to_string();
  EXPECT_EQ(flow.ask().value_or("-"), "v2");
  EXPECT_TRUE(forget_udp_flows(lab.env, gone, lab.exec("host"))) << "nothing left is fine";
}

TEST_F(NetTest, TheMarkerTellsWhoWroteTheTable) {
  EXPECT_FALSE(nft.present().value_or(true));
  EXPECT_FALSE(nft.marker().value_or(Marker{}).has_value());
  const auto first = table({web({kA})});
  apply(first);
  EXPECT_TRUE(nft.present().value_or(false));
  EXPECT_EQ(nft.marker().value_or(std::nullopt), first.marker);
  auto second = table({}, 2);
  second.marker.txn = "t-000008";
  apply(second);
  EXPECT_EQ(nft.marker().value_or(std::nullopt), second.marker);
  EXPECT_TRUE(nft.remove());
  EXPECT_TRUE(nft.remove());
  EXPECT_FALSE(nft.present().value_or(true));
}

TEST_F(NetTest, ARefusedBatchChangesNothing) {
  const Server a(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "a");
  apply(table({web({kA})}));
  // A set of another type with a name of ours: the kernel refuses the whole batch.
  lab.run("host", {"nft", "add", "table", "ip", "rumbo_ffff"});
  lab.run("host", {"nft", "add", "set", "ip", "rumbo_ffff", "staged", "{ type mark; }"});
  Nft other(lab.env, {"ffff", lab.exec("host"), lab.file("host")});
  auto wanted = table({web({kB})});
  wanted.marker.install = "ffff";
  EXPECT_FALSE(other.apply(wanted));
  EXPECT_FALSE(other.marker().value_or(Marker{}).has_value());
  EXPECT_EQ(ask("client", kVirtual, 80), "a");
}

TEST_F(NetTest, LossAndEditsAreNoticedAndMended) {
  const Server a(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "a");
  const auto wanted = table({web({kA})});
  EXPECT_EQ(nft.state().value_or(Nft::State::intact), Nft::State::missing);
  apply(wanted);
  EXPECT_EQ(nft.state().value_or(Nft::State::missing), Nft::State::intact);
  auto watch = nft.watch();
  ASSERT_TRUE(watch) << watch.error().to_string();
  EXPECT_FALSE((*watch)->wait(20ms).value_or(true)) << "nothing happened";

  lab.run("host", {"nft", "flush", "ruleset"});
  const auto lost = std::chrono::steady_clock::now();
  ASSERT_TRUE((*watch)->wait(1s).value_or(false));
  EXPECT_EQ(nft.state().value_or(Nft::State::intact), Nft::State::missing);
  apply(wanted);
  std::cout << "mended "
            << std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::steady_clock::now() - lost)
                   .count()
            << " ms after nft flush ruleset returned\n";
  EXPECT_EQ(ask("client", kVirtual, 80), "a");
  EXPECT_EQ(nft.state().value_or(Nft::State::missing), Nft::State::intact);

  lab.run("host", {"nft", "flush", "map", "ip", "rumbo_0123456789ab", "services"});
  EXPECT_EQ(ask("client", kVirtual, 80), "denied");
  EXPECT_EQ(nft.state().value_or(Nft::State::intact), Nft::State::altered);
  apply(wanted);
  EXPECT_EQ(ask("client", kVirtual, 80), "a");
}

TEST_F(NetTest, ADroppingFirewallNeedsTheExceptionThatTheCheckNames) {
  const Server a(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "a");
  apply(table({web({kA})}));
  lab.run("host", {"iptables", "-P", "FORWARD", "DROP"});
  EXPECT_EQ(ask("client", kHost, 30080), "timeout");
  const auto check = judge_forwarding(lab.run("host", {"iptables", "-S"}));
  EXPECT_EQ(check.level, HostCheck::Level::failure);
  std::vector<std::string> cure;
  for (const auto word : split(check.cure, ' ')) cure.emplace_back(word);
  lab.run("host", cure);
  EXPECT_EQ(ask("client", kHost, 30080), "a");
  EXPECT_EQ(judge_forwarding(lab.run("host", {"iptables", "-S"})).level, HostCheck::Level::ok);
}

TEST_F(NetTest, NeighboursCannotReachTheLoopbackAddress) {
  const Server secret(lab, "host", Protocol::tcp, "127.0.0.1", 7000, "secret");
  // The worst machine: route_localnet everywhere, and an attacker that sends such packets.
  lab.sysctl("host", "net/ipv4/conf/all/route_localnet", "1");
  lab.sysctl("client", "net/ipv4/conf/all/route_localnet", "1");
  lab.run("client", {"ip", "route", "add", "127.0.0.0/8", "via", kHost});
  EXPECT_EQ(ask("client", "127.0.0.1", 7000), "secret") << "the attack itself does not work";
  apply(table({web({kA})}));
  EXPECT_EQ(ask("client", "127.0.0.1", 7000), "timeout");
  EXPECT_EQ(ask("client", "127.0.0.1", 30080), "timeout");
  EXPECT_EQ(ask("host", "127.0.0.1", 7000), "secret") << "the host itself still may";
}

TEST_F(NetTest, PreparingTheHostIsUndone) {
  const auto look = [&] {
    return lab.run("host", {"ip", "-4", "route", "show", "table", "local"}) +
           lab.run("host", {"cat", "/proc/sys/net/ipv4/conf/rumbr0/route_localnet",
                            "/proc/sys/net/ipv4/conf/all/route_localnet",
                            "/proc/sys/net/ipv4/conf/vclient/route_localnet"});
  };
  const auto prepared = look();
  EXPECT_EQ(changes_.size(), 3u);  // two bridges and the route; forwarding was on
  const auto again = prepare_host(lab.env, "10.231.0.0/16", {"rumbr0", "rumbr1"}, lab.exec("host"));
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_TRUE(again->empty());
  EXPECT_NE(prepared.find("1\n0\n0\n"), std::string::npos) << prepared;
  ASSERT_TRUE(undo_host(lab.env, changes_, lab.exec("host")));
  const auto undone = look();
  EXPECT_EQ(undone.find("10.231.0.0/16"), std::string::npos);
  EXPECT_NE(undone.find("0\n0\n0\n"), std::string::npos) << undone;
  EXPECT_TRUE(undo_host(lab.env, changes_, lab.exec("host"))) << "twice is fine";
}

TEST_F(NetTest, FiftyServicesInOneBatch) {
  std::vector<ServiceRoute> routes;
  for (int i = 0; i < 50; ++i) {
    auto route = web({kA, kB});
    route.name = "shop/web" + std::to_string(i) + ":http";
    route.address = "10.231.1." + std::to_string(i + 1);
    route.host_ports = {{"", static_cast<std::uint16_t>(31000 + i)}};
    routes.push_back(route);
  }
  const Server a(lab, "a", Protocol::tcp, "0.0.0.0", 8080, "a");
  const Server b(lab, "b", Protocol::tcp, "0.0.0.0", 8080, "a");
  apply(table(routes));
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < 10; ++i) apply(table(routes, 2 + i));
  const auto took = std::chrono::steady_clock::now() - start;
  std::cout << "one apply of 50 Services: "
            << std::chrono::duration_cast<std::chrono::microseconds>(took).count() / 10 << " us\n";
  EXPECT_EQ(ask("client", "10.231.1.50", 80), "a");
  EXPECT_EQ(ask("client", kHost, 31049), "a");
}

TEST_F(NetTest, HeldPortsKeepOthersOutAndNameThem) {
  lab.inside("client", [&] {
    HeldPorts ports;
    const HeldPort port{Protocol::tcp, {"", 30111}}, taken{Protocol::tcp, {"", 30112}};
    const Server other(lab, "client", Protocol::tcp, "0.0.0.0", 30112, "x");
    const auto conflicts = ports.hold(lab.env, {port, taken, {Protocol::udp, {"", 53}}});
    EXPECT_EQ(conflicts.size(), 2u);
    EXPECT_EQ(ports.held(), std::set<HeldPort>{port});
    EXPECT_THROW(Server(lab, "client", Protocol::tcp, "0.0.0.0", 30111, "y"), std::exception);
    EXPECT_TRUE(ports.hold(lab.env, {}).empty());
    EXPECT_NO_THROW(Server(lab, "client", Protocol::tcp, "0.0.0.0", 30111, "y"));
  });
}

}  // namespace
}  // namespace rumbo::target::podman
