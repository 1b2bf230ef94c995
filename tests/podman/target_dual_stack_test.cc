// Dual stack on real Podman: pods and Services with IPv6 addresses, the switch over both families,
// hosts without IPv6, and hosts whose networks were made without it.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.h"
#include "target/podman/check_object.h"
#include "target/podman/net/ipv6.h"
#include "target_lab.h"

namespace rumbo::podman_test {
namespace {

using target::podman::with_port;

const ObjectKey kWeb{"apps", "Deployment", "shop-dev", "web"};

/// A Deployment of busybox httpd on both families that answers with PAGE, and Services over it.
std::string shop(const std::string& page, const std::string& services,
                 const std::string& ready_path = "/index.html") {
  std::string text = R"(
apiVersion: v1
kind: Namespace
metadata: {name: shop-dev}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: page, namespace: shop-dev}
data: {index.html: "PAGE"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop-dev}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: app
        image: localhost/app:1
        imagePullPolicy: IfNotPresent
        command: [/bin/sh, -c, 'trap "exit 0" TERM; /bin/busybox httpd -f -p 8080 -h /www & wait']
        env: [{name: IPS, valueFrom: {fieldRef: {fieldPath: status.podIPs}}}]
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: READY, port: http}, periodSeconds: 1, failureThreshold: 1}
        volumeMounts: [{name: www, mountPath: /www}]
      volumes: [{name: www, configMap: {name: page}}]
)";
  text = replace_all(text, "PAGE", page);
  return replace_all(text, "READY", ready_path) + services;
}

/// A Service over the Deployment; `fields` go into its spec.
std::string service(const std::string& name, const std::string& fields) {
  return "---\napiVersion: v1\nkind: Service\nmetadata: {name: " + name +
         ", namespace: shop-dev}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: "
         "http}]" +
         (fields.empty() ? "" : ", " + fields) + "}\n";
}

class DualStackTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { lab_ = std::make_unique<TargetLab>(why_, true); }
  static void TearDownTestSuite() { lab_.reset(); }
  void SetUp() override {
    if (!why_.empty()) GTEST_SKIP() << why_;
  }
  void TearDown() override {
    if (why_.empty()) lab().clear();
  }
  static TargetLab& lab() { return *lab_; }

  /// What a shell in the first pod prints.
  static std::string in_pod(const std::string& command) {
    const auto ran = lab().podman({"exec", lab().pods().at(0) + "-app", "/bin/sh", "-c", command});
    return std::string(trim(ran.status == 0 ? ran.out : "error: " + ran.err));
  }
  static bool pod_gets(const std::string& url, const std::string& page) {
    return lab().eventually([&] { return in_pod("/bin/busybox wget -q -O - " + url) == page; }, 5s);
  }
  /// What the name resolves to in the first pod, by the names server alone.
  static std::string looked_up(const std::string& name) {
    return in_pod("/bin/busybox nslookup " + name + " | /bin/busybox grep Address");
  }

  static inline std::unique_ptr<TargetLab> lab_;
  static inline std::string why_;
};

TEST_F(DualStackTest, ServicesHaveTheFamiliesTheyAskFor) {
  const std::string services =
      service("plain", "") + service("both", "ipFamilyPolicy: PreferDualStack") +
      service("must", "ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6, IPv4]") +
      service("six", "ipFamilies: [IPv6]") +
      service("pods", "clusterIP: None, ipFamilyPolicy: PreferDualStack") +
      service("node", "type: NodePort, ipFamilyPolicy: PreferDualStack");
  lab().commit(lab().begin("t-1", shop("one", services)));

  EXPECT_EQ(lab().service_addresses("plain").size(), 1u);
  const auto both = lab().service_addresses("both"), must = lab().service_addresses("must"),
             six = lab().service_addresses("six");
  ASSERT_EQ(both.size(), 2u);
  EXPECT_TRUE(both[0].starts_with("10.231.")) << both[0];
  EXPECT_TRUE(both[1].starts_with("fd")) << both[1];
  ASSERT_EQ(must.size(), 2u);
  EXPECT_TRUE(must[0].starts_with("fd")) << must[0];
  ASSERT_EQ(six.size(), 1u);
  EXPECT_TRUE(six[0].starts_with("fd")) << six[0];

  for (const auto& address : both) EXPECT_EQ(lab().fetch(address), "one") << address;
  for (const auto& address : must) EXPECT_EQ(lab().fetch(address), "one") << address;
  EXPECT_EQ(lab().fetch(six[0]), "one");

  // Pods: both addresses, known to themselves; every Service from inside, the pod's own too.
  const std::string ips = in_pod("echo $IPS");
  EXPECT_TRUE(ips.starts_with("10.232.") && ips.find(",fd") != std::string::npos) << ips;
  EXPECT_TRUE(pod_gets("http://" + with_port(both[1], 80) + "/", "one"));
  EXPECT_TRUE(pod_gets("http://" + with_port(six[0], 80) + "/", "one"));
  EXPECT_TRUE(pod_gets("http://both/", "one"));
  EXPECT_TRUE(pod_gets("http://six.shop-dev/", "one"));
  EXPECT_TRUE(lab().eventually([&] {
    const std::string found = looked_up("must.shop-dev");
    return found.find(must[0]) != std::string::npos && found.find(must[1]) != std::string::npos;
  })) << looked_up("must.shop-dev");
  EXPECT_EQ(looked_up("plain.shop-dev").find("Address: fd"), std::string::npos);
  EXPECT_TRUE(lab().eventually([&] {
    const std::string found = looked_up("pods.shop-dev");
    std::size_t sixes = 0;
    for (auto at = found.find("Address: fd"); at != std::string::npos;
         at = found.find("Address: fd", at + 1)) {
      ++sixes;
    }
    return sixes >= 2;  // with the search list twice
  })) << looked_up("pods.shop-dev");

  // The node port, at an address of this machine in either family: the bridge's.
  const Value node = lab().observe({"", "Service", "shop-dev", "node"}).object["status"]["rumbo"];
  const auto port = static_cast<int>(node["nodePorts"]["80/tcp"].as_int());
  const std::string gateway =
      in_pod("/bin/busybox ip -6 route | /bin/busybox grep default | /bin/busybox cut -d' ' -f3");
  EXPECT_EQ(lab().fetch(gateway, port), "one") << gateway << " port " << port;
  EXPECT_EQ(lab().fetch("127.0.0.1", port), "one");
  const int taken = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 place{};
  place.sin6_family = AF_INET6;
  place.sin6_port = htons(static_cast<std::uint16_t>(port));
  EXPECT_NE(::bind(taken, reinterpret_cast<sockaddr*>(&place), sizeof place), 0)
      << "nobody else may take the port on [::]";
  ::close(taken);
}

TEST_F(DualStackTest, UpdatesUnderLoadWithoutAFailedRequestInEitherFamily) {
  const std::string services = service("web", "ipFamilyPolicy: RequireDualStack");
  lab().commit(lab().begin("t-1", shop("one", services)));
  const auto addresses = lab().service_addresses("web");
  ASSERT_EQ(addresses.size(), 2u);
  Load four(lab().env(), "http://" + with_port(addresses[0], 80) + "/");
  Load six(lab().env(), "http://" + with_port(addresses[1], 80) + "/");
  lab().env().sleep(500ms);
  lab().commit(lab().begin("t-2", shop("two", services)));
  lab().env().sleep(500ms);
  four.stop();
  six.stop();
  for (const Load* load : {&four, &six}) {
    EXPECT_EQ(load->failed(), 0) << load->first_error();
    const auto answers = load->answers();
    EXPECT_EQ(answers.size(), 2u);
    EXPECT_GT(answers.count("one"), 0u);
    EXPECT_GT(answers.count("two"), 0u);
  }
  EXPECT_EQ(lab().fetch(addresses[1]), "two");
}

// The measurement would see a gap: the pods go while the Service still leads to them.
TEST_F(DualStackTest, WhatIsTakenAwayUnderLoadIsSeenToFail) {
  const std::string services = service("web", "ipFamilies: [IPv6]");
  lab().commit(lab().begin("t-1", shop("one", services)));
  Load load(lab().env(), "http://" + with_port(lab().service_address("web"), 80) + "/");
  lab().env().sleep(300ms);
  for (const std::string& pod : lab().pods()) lab().podman({"pod", "kill", pod});
  lab().env().sleep(500ms);
  load.stop();
  EXPECT_GT(load.failed(), 0);
  EXPECT_TRUE(lab().becomes(kWeb, HealthStatus::ready));
}

TEST_F(DualStackTest, SwitchesBackUnderLoad) {
  const std::string services = service("web", "ipFamilyPolicy: PreferDualStack");
  lab().commit(lab().begin("t-1", shop("one", services)));
  const auto addresses = lab().service_addresses("web");
  ASSERT_EQ(addresses.size(), 2u);
  Load load(lab().env(), "http://" + with_port(addresses[1], 80) + "/");
  const Deployment run = lab().begin("t-2", shop("two", services));
  lab().stage_all(run);
  EXPECT_EQ(lab().fetch(addresses[1]), "one");
  lab().perform_kind(run, StepKind::switch_over);
  EXPECT_EQ(lab().fetch(addresses[0]), "two");
  EXPECT_EQ(lab().fetch(addresses[1]), "two");
  lab().env().sleep(200ms);
  lab().undo(run);
  EXPECT_EQ(lab().fetch(addresses[0]), "one");
  EXPECT_EQ(lab().fetch(addresses[1]), "one");
  load.stop();
  EXPECT_EQ(load.failed(), 0) << load.first_error();
}

TEST_F(DualStackTest, AfterARebootBothFamiliesServeAgain) {
  lab().commit(lab().begin("t-1", shop("one", service("web", "ipFamilyPolicy: PreferDualStack"))));
  const auto addresses = lab().service_addresses("web");
  lab().reboot();
  EXPECT_TRUE(lab().becomes(kWeb, HealthStatus::ready));
  EXPECT_EQ(lab().service_addresses("web"), addresses);
  for (const auto& address : addresses) {
    EXPECT_TRUE(lab().eventually([&] { return lab().fetch(address) == "one"; })) << address;
  }
}

TEST_F(DualStackTest, ANetworkMadeWithoutIpv6StaysAsItIs) {
  lab().set_ipv6(false);
  lab().reopen();
  lab().commit(lab().begin("t-1", shop("one", service("web", "ipFamilyPolicy: PreferDualStack"))));
  const auto pods = lab().pods();
  EXPECT_EQ(lab().service_addresses("web").size(), 1u);
  // The version with IPv6, turned on.
  lab().set_ipv6(true);
  lab().reopen();
  EXPECT_TRUE(lab().becomes(kWeb, HealthStatus::ready));
  EXPECT_EQ(lab().pods(), pods) << "nothing was remade";
  EXPECT_EQ(lab().get("web"), "one");
  // What is new there has IPv4, and what needs IPv6 is refused with the reason.
  lab().commit(lab().begin("t-2", shop("two", service("web", "ipFamilyPolicy: PreferDualStack"))));
  EXPECT_EQ(lab().service_addresses("web").size(), 1u);
  EXPECT_EQ(lab().get("web"), "two");
  const Deployment run =
      lab().begin("t-3", shop("two", service("web", "ipFamilyPolicy: RequireDualStack")));
  const auto answer = lab().target().dry_run(lab().step(run, StepKind::stage, "Service"), Cancel());
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->items.at(0).accepted);
  EXPECT_NE(answer->items.at(0).message.find("was made without IPv6"), std::string::npos)
      << answer->items.at(0).message;
  lab().release(run);
  // Once no pod is left, the network is made anew with both; what has no pods may stay.
  const std::string rest = shop("two", "");
  lab().commit(lab().begin("t-4", rest.substr(0, rest.find("---\napiVersion: apps/v1"))));
  EXPECT_TRUE(lab().eventually([&] { return lab().pods().empty(); }));
  lab().env().sleep(1s);  // the record forgets them a moment later
  lab().commit(lab().begin("t-5", shop("one", service("web", "ipFamilyPolicy: RequireDualStack"))));
  ASSERT_EQ(lab().service_addresses("web").size(), 2u);
  EXPECT_EQ(lab().fetch(lab().service_addresses("web")[1]), "one");
}

TEST_F(DualStackTest, AMachineWithoutIpv6ServesIpv4AndSaysWhyNotBoth) {
  io::Command off;
  off.argv = {"sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"};
  off.env = io::minimal_environment();
  const auto set = lab().env().process.run(off, Cancel());
  ASSERT_TRUE(set && set->status == 0);
  lab().reopen();
  const Capabilities offers = lab().target().capabilities();
  const auto objects =
      TargetLab::parse(service("web", "ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv4]"));
  const auto findings = offers.check(objects.at(0));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].pointer, "/spec/ipFamilyPolicy");
  EXPECT_NE(findings[0].message.find("net.ipv6.conf.all.disable_ipv6 is 1"), std::string::npos)
      << findings[0].message;
  lab().commit(lab().begin("t-1", shop("one", service("web", "ipFamilyPolicy: PreferDualStack"))));
  EXPECT_EQ(lab().service_addresses("web").size(), 1u);
  EXPECT_EQ(lab().get("web"), "one");
  lab().clear();
  off.argv.back() = "net.ipv6.conf.all.disable_ipv6=0";
  EXPECT_TRUE(lab().env().process.run(off, Cancel()));
  lab().reopen();
}

}  // namespace
}  // namespace rumbo::podman_test
