#include "target/podman/pod_spec.h"

#include <gtest/gtest.h>
#include <map>
#include <string>

#include "codec/json.h"
#include "codec/yaml.h"
#include "target/podman/pod_volumes.h"

namespace rumbo::target::podman {
namespace {

Value yaml(const std::string& text) {
  const auto read = codec::parse_yaml_value(text);
  EXPECT_TRUE(read) << read.error().to_string();
  return read ? *read : Value();
}

class PodSpecTest : public ::testing::Test {
 protected:
  PodSpecTest() {
    objects_["ConfigMap/web"] = yaml(R"(
kind: ConfigMap
metadata: {name: web}
data: {COLOR: blue, bad=key: x, file.txt: "hello\n"}
binaryData: {raw: AAE=}
)");
    objects_["Secret/web"] = yaml(R"(
kind: Secret
metadata: {name: web}
data: {token: aHVzaA==, plain: b2xk}
stringData: {plain: new}
)");
    context_.pod_name = "web-1";
    context_.identity = "web-1";
    context_.ns = "shop";
    context_.network = "net";
    context_.static_ip = "10.0.0.5";
    context_.labels = {{"rumbo.dev/install", "abc"}};
    context_.disk_directory = "/disk";
    context_.memory_directory = "/memory";
    context_.volume_prefix = "shop-";
    context_.lookup = [this](std::string_view kind, std::string_view name) -> const Value* {
      const auto found = objects_.find(std::string(kind) + "/" + std::string(name));
      return found == objects_.end() ? nullptr : &found->second;
    };
  }

  // Of one container with these fields.
  PodPlan plan(const std::string& container, const std::string& rest = "") {
    const auto made = translate(pod(container, rest), context_);
    EXPECT_TRUE(made) << made.error().to_string();
    return made ? *made : PodPlan();
  }
  std::string error(const std::string& container, const std::string& rest = "") {
    const auto made = translate(pod(container, rest), context_);
    return made ? "" : made.error().to_string();
  }
  static Value pod(const std::string& container, const std::string& rest) {
    return yaml(
        "metadata: {labels: {app: web, rumbo.dev/install: forged}, annotations: {a: b}}\n"
        "spec:\n  containers: [{name: web, image: web:1, " +
        container + "}]\n" + rest);
  }

  std::map<std::string, Value> objects_;
  PodContext context_;
};

TEST_F(PodSpecTest, OwnershipCannotBeForged) {
  const auto made = plan("");
  EXPECT_EQ(made.create["labels"]["rumbo.dev/install"].str(), "abc");
  EXPECT_EQ(made.containers[0].create["labels"]["rumbo.dev/install"].str(), "abc");
  EXPECT_EQ(made.create["labels"]["app"].str(), "web");
}

TEST_F(PodSpecTest, PodBodyHasAddressNamesAndPolicy) {
  context_.dns_servers = {"10.0.0.1"};
  context_.dns_search = {"shop.svc"};
  context_.extra_hosts = {{"api", "10.9.0.1"}};
  const auto made = plan("", R"(
  hostAliases: [{ip: 1.2.3.4, hostnames: [old, older]}]
  dnsConfig: {searches: [example.org], options: [{name: ndots, value: "2"}]}
  terminationGracePeriodSeconds: 7
)");
  EXPECT_EQ(codec::to_json(made.create["Networks"]),
            R"({"net":{"static_ips":["10.0.0.5"],"static_mac":"0a:58:0a:00:00:05"}})");
  EXPECT_EQ(codec::to_json(made.create["hostadd"]),
            R"(["api:10.9.0.1","old:1.2.3.4","older:1.2.3.4"])");
  EXPECT_EQ(codec::to_json(made.create["dns_search"]), R"(["shop.svc","example.org"])");
  EXPECT_EQ(codec::to_json(made.create["dns_option"]), R"(["ndots:2"])");
  EXPECT_EQ(made.create["hostname"].str(), "web-1");
  EXPECT_EQ(made.grace, 7s);
  EXPECT_EQ(made.containers[0].create["stop_timeout"].as_int(), 7);
  EXPECT_EQ(made.containers[0].container_name, "web-1-web");
}

TEST_F(PodSpecTest, RestartPolicyFollowsKubernetes) {
  EXPECT_EQ(plan("").containers[0].create["restart_policy"].str(), "unless-stopped");
  for (const char* policy : {"Never", "OnFailure"}) {
    const auto made = plan("", std::string("  restartPolicy: ") + policy + "\n");
    EXPECT_EQ(made.containers[0].create["restart_policy"].str(), "no");
  }
  const auto made = plan("", "  initContainers: [{name: first, image: a}]\n");
  EXPECT_EQ(made.init.at(0).create["restart_policy"].str(), "no");
}

TEST_F(PodSpecTest, PinsReplaceImages) {
  context_.pins = {{"web:1", "docker.io/library/web@sha256:1"}};
  EXPECT_EQ(plan("").containers[0].create["image"].str(), "docker.io/library/web@sha256:1");
}

TEST_F(PodSpecTest, EnvironmentHasKubernetesOrderAndExpansion) {
  context_.extra_env = {{"RUMBO_TXN", "t-1"}};
  const auto made = plan(R"y(
    envFrom: [{configMapRef: {name: web}, prefix: P_}, {secretRef: {name: none, optional: true}}],
    env: [
      {name: A, value: one},
      {name: B, value: "$(A)-$(P_COLOR)-$$(A)-$(NONE)-$A"},
      {name: A, value: two},
      {name: TOKEN, valueFrom: {secretKeyRef: {name: web, key: token}}},
      {name: PLAIN, valueFrom: {secretKeyRef: {name: web, key: plain}}},
      {name: GONE, valueFrom: {configMapKeyRef: {name: none, key: x, optional: true}}},
      {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}},
      {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}},
      {name: LABEL, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}],
    args: ["$(TOKEN)", "$(NONE)"]
)y");
  const Value& env = made.containers[0].create["env"];
  EXPECT_EQ(env["P_COLOR"].str(), "blue");
  EXPECT_FALSE(env.contains("P_bad=key"));
  EXPECT_FALSE(env.contains("P_raw")) << "a zero byte is no text";
  EXPECT_EQ(env["A"].str(), "two");
  EXPECT_EQ(env["B"].str(), "one-blue-$(A)-$(NONE)-$A");
  EXPECT_EQ(env["TOKEN"].str(), "hush");
  EXPECT_EQ(env["PLAIN"].str(), "new") << "stringData wins";
  EXPECT_FALSE(env.contains("GONE"));
  EXPECT_EQ(env["IP"].str(), "10.0.0.5");
  EXPECT_EQ(env["NAME"].str(), "web-1");
  EXPECT_EQ(env["LABEL"].str(), "web");
  EXPECT_EQ(env["RUMBO_TXN"].str(), "t-1");
  EXPECT_EQ(codec::to_json(made.containers[0].create["command"]), R"y(["hush","$(NONE)"])y");
}

TEST_F(PodSpecTest, ErrorsNameTheObjectAndNeverTheValue) {
  EXPECT_NE(error("envFrom: [{configMapRef: {name: none}}]").find("ConfigMap shop/none does not"),
            std::string::npos);
  EXPECT_NE(error("env: [{name: A, valueFrom: {secretKeyRef: {name: web, key: nope}}}]")
                .find("env A: Secret shop/web has no key nope"),
            std::string::npos);
  objects_["Secret/web"] = yaml("{kind: Secret, metadata: {name: web}, data: {k: 'hush!'}}");
  const std::string bad = error("env: [{name: A, valueFrom: {secretKeyRef: {name: web, key: k}}}]");
  EXPECT_NE(bad.find("data.k is not base64"), std::string::npos) << bad;
  EXPECT_EQ(bad.find("hush!"), std::string::npos);
}

TEST_F(PodSpecTest, SecurityAndResources) {
  const auto made = plan(R"(
    resources: {limits: {cpu: 500m, memory: 64Mi}, requests: {cpu: 250m}},
    securityContext: {runAsUser: 10, runAsGroup: 20, readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false, capabilities: {add: [NET_ADMIN], drop: [ALL]}}
)",
                         "  securityContext: {runAsUser: 1, fsGroup: 30}\n");
  const Value& body = made.containers[0].create;
  EXPECT_EQ(codec::to_json(body["resource_limits"]),
            R"({"cpu":{"period":100000,"quota":50000,"shares":256},"memory":{"limit":67108864}})");
  EXPECT_EQ(body["user"].str(), "10:20");
  EXPECT_EQ(codec::to_json(body["groups"]), R"(["30"])");
  EXPECT_EQ(codec::to_json(body["cap_add"]), R"(["CAP_NET_ADMIN"])");
  EXPECT_EQ(codec::to_json(body["cap_drop"]), R"(["ALL"])");
  EXPECT_TRUE(body["no_new_privileges"].as_bool());
  EXPECT_TRUE(body["read_only_filesystem"].as_bool());
  EXPECT_FALSE(body.contains("privileged"));
  context_.cgroup_limits = false;
  EXPECT_FALSE(
      plan("resources: {limits: {cpu: 1}}").containers[0].create.contains("resource_limits"));
  EXPECT_NE(error("securityContext: {runAsNonRoot: true}").find("runAsUser"), std::string::npos);
}

TEST_F(PodSpecTest, VolumesBecomeFilesMountsAndClaims) {
  const auto made = plan(
      R"(volumeMounts: [{name: c, mountPath: /c}, {name: s, mountPath: /s},
         {name: e, mountPath: /e, subPath: a}, {name: m, mountPath: /m},
         {name: h, mountPath: /h, readOnly: true}, {name: p, mountPath: /p}])",
      R"(
  volumes:
  - {name: c, configMap: {name: web, items: [{key: file.txt, path: sub/f, mode: 0600}]}}
  - {name: s, secret: {secretName: web, defaultMode: 0400}}
  - {name: e, emptyDir: {}}
  - {name: m, emptyDir: {medium: Memory, sizeLimit: 4Mi}}
  - {name: h, hostPath: {path: /etc, type: Directory}}
  - {name: p, persistentVolumeClaim: {claimName: data}}
)");
  std::map<std::string, std::pair<std::string, std::uint32_t>> files;
  for (const auto& file : made.files) files[file.path] = {file.bytes.reveal(), file.mode};
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files["/disk/c/sub/f"], std::make_pair(std::string("hello\n"), 0600u));
  EXPECT_EQ(files["/memory/s/token"], std::make_pair(std::string("hush"), 0400u));
  EXPECT_EQ(files["/memory/s/plain"].first, "new");
  std::map<std::string, std::uint32_t> directories;
  for (const auto& directory : made.directories) {
    directories[directory.path] = directory.mode;
    EXPECT_EQ(directory.memory_bytes, directory.path == "/memory/m" ? 4u << 20 : 0u)
        << directory.path;
  }
  EXPECT_EQ(directories.at("/disk/e/a"), 0777u);
  EXPECT_TRUE(directories.contains("/memory/m"));
  std::map<std::string, std::string> mounts;
  for (const Value& mount : made.containers[0].create["mounts"].items()) {
    mounts[mount["destination"].str()] = mount["source"].str() + " " + mount["options"][1].str();
  }
  EXPECT_EQ(mounts["/c"], "/disk/c ro");
  EXPECT_EQ(mounts["/s"], "/memory/s ro");
  EXPECT_EQ(mounts["/e"], "/disk/e/a rw");
  EXPECT_EQ(mounts["/h"], "/etc ro");
  EXPECT_EQ(codec::to_json(made.containers[0].create["volumes"]),
            R"([{"Dest":"/p","Name":"shop-data","Options":["rw","nocopy"]}])");
  EXPECT_EQ(made.claims, std::vector<std::string>{"data"});
  EXPECT_EQ(made.writable_claims, std::vector<std::string>{"data"});
  EXPECT_FALSE(made.writes_host_path);
  EXPECT_EQ(made.host_paths.at(0).type, "Directory");
}

TEST_F(PodSpecTest, NothingLeavesItsVolume) {
  const std::string volume =
      "  volumes: [{name: c, configMap: {name: web, items: [{key: file.txt, "
      "path: %}]}}]\n";
  for (const char* path : {"../x", "/x", "a/../../x", "a//b", "."}) {
    std::string text = volume;
    text.replace(text.find('%'), 1, std::string("\"") + path + "\"");
    EXPECT_NE(error("", text).find("no path inside"), std::string::npos) << path;
    EXPECT_FALSE(is_inner_path(path));
  }
  EXPECT_NE(error("volumeMounts: [{name: e, mountPath: /e, subPath: ../x}]",
                  "  volumes: [{name: e, emptyDir: {}}]\n")
                .find("subPath leaves"),
            std::string::npos);
  EXPECT_NE(error("", "  volumes: [{name: ../x, emptyDir: {}}]\n").find("DNS label"),
            std::string::npos);
  EXPECT_NE(error("volumeMounts: [{name: no, mountPath: /x}]").find("no volume of this name"),
            std::string::npos);
}

TEST_F(PodSpecTest, PortsAndTemplates) {
  const auto made = plan(
      "ports: [{name: http, containerPort: 80, hostPort: 8080}, "
      "{containerPort: 53, protocol: UDP}]");
  const std::vector<ContainerPort> wanted = {{"http", 80, 8080, "TCP"}, {"", 53, 0, "UDP"}};
  EXPECT_EQ(made.containers[0].ports, wanted);
  EXPECT_TRUE(pod_template_of(yaml("{kind: ConfigMap}")).is_null());
  EXPECT_EQ(pod_template_of(yaml("{kind: Deployment, spec: {template: {a: 1}}}"))["a"].as_int(), 1);
  const Value pod = yaml("{kind: Pod, spec: {a: 1}}");
  EXPECT_EQ(pod_template_of(pod), pod);
}

}  // namespace
}  // namespace rumbo::target::podman
