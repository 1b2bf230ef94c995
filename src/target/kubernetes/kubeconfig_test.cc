#include "target/kubernetes/kubeconfig.h"

#include <gtest/gtest.h>

#include "codec/base64.h"
#include "io/fake/memory_filesystem.h"
#include "target/kubernetes/access.h"

namespace rumbo::target::kubernetes {
namespace {

const std::string kPem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

Kubeconfig parsed(const std::string& text, const std::string& file = "/home/anna/.kube/config") {
  auto config = parse_kubeconfig(text, file);
  EXPECT_TRUE(config) << config.error().to_string();
  return config ? *config : Kubeconfig();
}

std::string problem(const std::string& text) {
  const auto config = parse_kubeconfig(text, "/k/config");
  return config ? "none" : config.error().to_string();
}

const std::string kWhole = R"(apiVersion: v1
kind: Config
current-context: prod
preferences: {colors: true}
clusters:
- name: east
  cluster:
    server: https://10.0.0.1:6443/
    certificate-authority: pki/ca.crt
    tls-server-name: kube.local
    proxy-url: http://proxy:3128
    extensions:
    - name: client.authentication.k8s.io/exec
      extension: {audience: x}
- name: west
  cluster: {server: "https://west", insecure-skip-tls-verify: true}
contexts:
- name: prod
  context: {cluster: east, user: anna, namespace: shop}
- name: odd
  context: {cluster: nowhere, user: anna}
users:
- name: anna
  user:
    client-certificate: /abs/cert.pem
    client-key-data: )" + codec::base64_encode(kPem) +
                           R"(
    tokenFile: ./token
    as: boss
    as-uid: 7
    as-groups: [a, b]
    as-user-extra: {scopes: [x, z]}
- name: robot
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: ./bin/login
      args: [get, --token]
      env: [{name: AWS_PROFILE, value: dev}]
      interactiveMode: IfAvailable
      provideClusterInfo: true
      installHint: install it
)";

TEST(KubeconfigTest, ReadsEverything) {
  const Kubeconfig config = parsed(kWhole);
  EXPECT_EQ(config.current_context, "prod");
  const KubeCluster& east = config.clusters.at("east");
  EXPECT_EQ(east.server, "https://10.0.0.1:6443/");
  EXPECT_EQ(east.ca_file, "/home/anna/.kube/pki/ca.crt");
  EXPECT_EQ(east.tls_server_name, "kube.local");
  EXPECT_EQ(east.proxy_url.reveal(), "http://proxy:3128");
  EXPECT_EQ(east.exec_config["audience"].str(), "x");
  EXPECT_TRUE(config.clusters.at("west").insecure);
  const KubeUser& anna = config.users.at("anna");
  EXPECT_EQ(anna.certificate_file, "/abs/cert.pem");
  EXPECT_EQ(anna.key_pem.reveal(), kPem);
  EXPECT_EQ(anna.token_file, "/home/anna/.kube/./token");
  EXPECT_EQ(anna.as_uid, "7");
  EXPECT_EQ(anna.as_groups, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(anna.as_extra.at("scopes"), (std::vector<std::string>{"x", "z"}));
  const ExecPlugin& exec = *config.users.at("robot").exec;
  EXPECT_EQ(exec.command, "/home/anna/.kube/./bin/login");
  EXPECT_EQ(exec.args, (std::vector<std::string>{"get", "--token"}));
  EXPECT_EQ(exec.env.at(0).second, "dev");
  EXPECT_TRUE(exec.provide_cluster_info);
}

TEST(KubeconfigTest, ErrorsHaveTheirPlaceAndAHint) {
  EXPECT_EQ(problem("kind: Pod\n"), "/k/config:1:7: this is no kubeconfig but a Pod");
  EXPECT_EQ(problem("users:\n- name: a\n  user:\n    token: [7]\n"),
            "/k/config:4:12: `token` must be a text, not array");
  EXPECT_NE(problem("clusters:\n- name: a\n  cluster: {certificate-authority-data: xxx}\n")
                .find("(a file's name goes into `certificate-authority`)"),
            std::string::npos);
  EXPECT_NE(problem("clusters: 5\n").find("`clusters` must be a list, not integer"),
            std::string::npos);
  EXPECT_NE(problem("contexts:\n- {name: a}\n- {name: a}\n").find("`a` stands twice"),
            std::string::npos);
  EXPECT_NE(
      problem("users:\n- name: a\n  user: {auth-provider: {name: gcp}}\n").find("exec plugin"),
      std::string::npos);
  EXPECT_NE(problem("users:\n- name: a\n  user: {as-groups: [x]}\n").find("needs `as`"),
            std::string::npos);
  EXPECT_NE(problem("users:\n- name: a\n  user: {exec: {command: x, apiVersion: "
                    "client.authentication.k8s.io/v1alpha1}}\n")
                .find("not supported"),
            std::string::npos);
  EXPECT_NE(problem("users:\n- name: a\n  user: {exec: {command: x, apiVersion: "
                    "client.authentication.k8s.io/v1}}\n")
                .find("interactiveMode"),
            std::string::npos);
  EXPECT_EQ(problem("users:\n- name: a\n  user: {exec: {command: x, apiVersion: "
                    "client.authentication.k8s.io/v1beta1}}\n"),
            "none");
  EXPECT_NE(problem("clusters:\n- name: a\n  cluster: {insecure-skip-tls-verify: true, "
                    "certificate-authority: x}\n")
                .find("exclude each other"),
            std::string::npos);
  EXPECT_EQ(problem(""), "none");
  EXPECT_EQ(problem(R"({"kind":"Config","clusters":null,"users":[]})"), "none");
}

TEST(KubeconfigTest, BrokenSecretsAreNotShown) {
  EXPECT_EQ(problem("users:\n- name: a\n  user: {client-key-data: hush!hush}\n").find("hush"),
            std::string::npos);
}

TEST(AccessTest, TakesTheContextAndCompletesTheServer) {
  const auto access = access_of(parsed(kWhole), "", true);
  ASSERT_TRUE(access) << access.error().to_string();
  EXPECT_EQ(access->server, "https://10.0.0.1:6443");
  EXPECT_EQ(access->ns, "shop");
  EXPECT_EQ(access->user.as, "boss");
  EXPECT_EQ(access->origin, "context prod of /home/anna/.kube/config");
  const auto server = [](const std::string& cluster) {
    return access_of(parsed("current-context: x\ncontexts: [{name: x, context: {cluster: c}}]\n"
                            "clusters: [{name: c, cluster: " +
                            cluster + "}]\n"),
                     "", true)
        .value()
        .server;
  };
  EXPECT_EQ(server("{server: 'localhost:8080'}"), "http://localhost:8080");
  EXPECT_EQ(server("{server: h, insecure-skip-tls-verify: true}"), "https://h");
}

TEST(AccessTest, SaysWhatIsMissing) {
  const auto why = [](const std::string& context) {
    return access_of(parsed(kWhole), context, true).error().to_string();
  };
  EXPECT_NE(why("prud").find("no context is named `prud` (did you mean `prod`?)"),
            std::string::npos);
  EXPECT_NE(why("odd").find("config:21:"), std::string::npos) << why("odd");
  EXPECT_NE(why("odd").find("no cluster is named `nowhere` (there are: east, west)"),
            std::string::npos)
      << why("odd");
  EXPECT_NE(access_of(parsed("contexts: []"), "", true).error().to_string().find("no current"),
            std::string::npos);
}

TEST(AccessTest, RefusesProgramsWhereNotAllowed) {
  std::string text = kWhole;
  text.replace(text.find("user: anna"), 10, "user: robot");
  EXPECT_TRUE(access_of(parsed(text), "prod", true));
  EXPECT_EQ(access_of(parsed(text), "prod", false).error().code(), Code::denied);
}

class FindTest : public ::testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    const auto slash = path.rfind('/');
    ASSERT_TRUE(files.make_directories(path.substr(0, slash), 0700));
    ASSERT_TRUE(files.write_atomic(path, text));
  }
  static std::string config(const std::string& server, const std::string& context) {
    return "current-context: " + context + "\nclusters: [{name: c, cluster: {server: " + server +
           "}}]\ncontexts: [{name: " + context + ", context: {cluster: c}}]\n";
  }
  io::fake::MemoryFileSystem files;
  AccessOptions options;
};

TEST_F(FindTest, MergesTheListAndTheFirstWins) {
  write("/a/config", config("https://one", "first"));
  write("/b/config", config("https://two", "second"));
  options.environment["KUBECONFIG"] = "/a/config::/none/config:/b/config";
  EXPECT_EQ(find_access(files, options)->server, "https://one");
  options.context = "second";
  const auto second = find_access(files, options);
  EXPECT_EQ(second->server, "https://one") << "cluster c is the first file's";
  EXPECT_EQ(second->origin, "context second of /a/config, /b/config");
}

TEST_F(FindTest, OneFileTheHomeOrThePod) {
  EXPECT_NE(find_access(files, options).error().to_string().find("no pod of a cluster"),
            std::string::npos);
  options.environment = {
      {"HOME", "/h"}, {"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "443"}};
  write("/var/run/secrets/kubernetes.io/serviceaccount/namespace", "rumbo\n");
  const auto pod = find_access(files, options);
  ASSERT_TRUE(pod);
  EXPECT_EQ(pod->server, "https://[fd00::1]:443");
  EXPECT_EQ(pod->ns, "rumbo");
  EXPECT_EQ(pod->user.token_file, "/var/run/secrets/kubernetes.io/serviceaccount/token");
  write("/h/.kube/config", config("https://home", "x"));
  EXPECT_EQ(find_access(files, options)->server, "https://home");
  options.kubeconfig = "/none";
  EXPECT_EQ(find_access(files, options).error().code(), Code::not_found);
}

}  // namespace
}  // namespace rumbo::target::kubernetes
