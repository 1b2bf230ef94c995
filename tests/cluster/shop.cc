#include "shop.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <optional>
#include <set>
#include <sstream>

#include "codec/json.h"
#include "model/object.h"

namespace rumbo::cluster_test {
namespace {

constexpr Duration kMost = 120s;

std::string kubeconfig() {
  const char* path = std::getenv("RUMBO_TEST_KUBECONFIG");
  return path == nullptr ? std::string() : std::string(path);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

std::map<std::string, std::string> environment() {
  auto env = io::minimal_environment();
  if (const char* path = std::getenv("PATH")) env["PATH"] = path;
  env["HOME"] = "/nonexistent";  // no kubeconfig and no git settings of the person who runs this
  env["USER"] = "test";
  return env;
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

/// What controllers write into objects of their own accord.
Value declared_part(const Value& object) {
  Value out = semantic(object);
  Value metadata = out["metadata"];
  Value annotations = metadata["annotations"]
                          .without("deployment.kubernetes.io/revision")
                          .without("deprecated.daemonset.template.generation");
  metadata = annotations.empty() ? metadata.without("annotations")
                                 : metadata.with("annotations", annotations);
  return out.with("metadata", metadata);
}

}  // namespace

bool Shop::has_cluster() {
  return !kubeconfig().empty();
}

Shop::Shop(std::string name) : ns_(std::move(name)) {
  std::string pattern = "/tmp/rumbo-shop.XXXXXX";
  directory_ = ::mkdtemp(pattern.data());
  std::filesystem::create_directories(directory_ + "/repo/deploy");
  run({"git", "init", "-q", "-b", "main", directory_ + "/repo"}, "", kMost);
  kubectl({"delete", "namespace", ns_, "--ignore-not-found", "--wait=true"});
  configure();
}

Shop::~Shop() {
  kubectl({"delete", "namespace", ns_, "--ignore-not-found", "--wait=false"});
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void Shop::configure() {
  std::filesystem::create_directories(directory_ + "/config");
  write(directory_ + "/config/rumbo.yaml",
        R"(apiVersion: rumbo.dev/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  source: {git: {url: "file://)" +
            directory_ + R"(/repo", ref: {branch: main}, path: deploy}}
  environments: [dev]
  pollInterval: 1s
  sync: {timeout: )" +
            timeout_ + (sync_.empty() ? "" : ", " + sync_) + R"(}
---
apiVersion: rumbo.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  target: {kubernetes: {kubeconfig: ")" +
            kubeconfig() + R"("}}
  namespace: )" +
            ns_ + "\n");
}

std::string Shop::manifests(const std::string& image, const std::string& greeting) {
  return R"(apiVersion: v1
kind: Namespace
metadata: {name: "@NS@"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {greeting: )" +
         greeting + R"(}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: )" +
         image + R"(
          ports: [{containerPort: 8080}]
          resources: {requests: {cpu: 1000m, memory: 0.5Gi}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
)";
}

void Shop::commit(const std::string& manifests) {
  configure();
  write(directory_ + "/repo/deploy/app.yaml", replaced(manifests, "@NS@", ns_));
  run({"git", "-C", directory_ + "/repo", "add", "-A"}, "", kMost);
  run({"git", "-C", directory_ + "/repo", "-c", "user.name=test", "-c",
       "user.email=test@example.org", "commit", "-q", "--allow-empty", "-m", "change"},
      "", kMost);
}

Ran Shop::run(std::vector<std::string> argv, const std::string& input, Duration most) {
  io::Command command;
  command.argv = std::move(argv);
  command.input = input;
  command.env = environment();
  const auto done = env.process.run(command, Cancel().with_deadline(env.clock.mono() + most));
  if (!done) return {-1, done.error().to_string()};
  return {done->status, done->out + done->err};
}

Ran Shop::rumbo(std::vector<std::string> arguments) {
  std::vector<std::string> argv{RUMBO_BINARY};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  argv.insert(argv.end(), {"--state", directory_ + "/state", "--config", directory_ + "/config"});
  return run(std::move(argv), "", kMost);
}

std::unique_ptr<io::Child> Shop::start(std::vector<std::string> arguments) {
  io::Command command;
  command.argv = {RUMBO_BINARY};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.argv.insert(command.argv.end(),
                      {"--state", directory_ + "/state", "--config", directory_ + "/config"});
  command.env = environment();
  auto child = env.process.start(command, directory_ + "/child.log");
  EXPECT_TRUE(child) << (child ? "" : child.error().to_string());
  return child ? std::move(*child) : nullptr;
}

Ran Shop::kubectl(std::vector<std::string> arguments, const std::string& input) {
  const std::string beside =
      std::filesystem::path(kubeconfig()).parent_path().string() + "/bin/kubectl";
  const bool own = std::filesystem::exists(beside);
  std::vector<std::string> argv{own ? beside : "kubectl", "--kubeconfig", kubeconfig()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run(std::move(argv), replaced(input, "@NS@", ns_), kMost);
}

Value Shop::object(const std::string& kind, const std::string& name) {
  const Ran got = kubectl({"get", kind, name, "-n", ns_, "-o", "json", "--show-managed-fields"});
  auto value = got.exit == 0 ? codec::parse_json(got.out) : Result<Value>(Value());
  return value ? *value : Value();
}

void Shop::save_state() {
  std::filesystem::copy(directory_ + "/state", directory_ + "/saved",
                        std::filesystem::copy_options::recursive);
}

void Shop::restore_state() {
  std::filesystem::remove_all(directory_ + "/state");
  std::filesystem::rename(directory_ + "/saved", directory_ + "/state");
}

std::string Shop::picture() {
  const auto seen =
      picture_in({"configmaps,secrets,services,deployments,statefulsets,roles", "-n", ns_});
  EXPECT_TRUE(seen) << "kubectl tells no list";
  return seen.value_or("");
}

std::string Shop::kinds_now() {
  // Endpoints have their Service's labels, and are a controller's. The two at the end are
  // deprecated, and kubectl says so amid its answer.
  static const std::set<std::string> kLeftOut{"customresourcedefinitions.apiextensions.k8s.io",
                                              "endpointslices.discovery.k8s.io", "endpoints",
                                              "componentstatuses"};
  const Ran listed = kubectl({"api-resources", "--verbs=list", "-o", "name"});
  std::istringstream names(listed.out);
  std::string kinds;
  for (std::string name; std::getline(names, name);) {
    if (!kLeftOut.contains(name)) kinds += (kinds.empty() ? "" : ",") + name;
  }
  return kinds;
}

std::string Shop::picture_of_all() {
  if (install_.empty()) {
    const Ran got = kubectl({"get", "namespace", ns_, "-o", "json"});
    const auto home = codec::parse_json(got.out);
    EXPECT_TRUE(home) << got.out;
    if (!home) return got.out;
    install_ = (*home)["metadata"]["labels"]["rumbo.dev/managed"].str();
  }
  // A kind that another test removes is still listed for a moment.
  std::optional<std::string> seen;
  EXPECT_TRUE(eventually([&] {
    seen = picture_in({kinds_now(), "-A", "-l", "rumbo.dev/managed=" + install_});
    return seen.has_value();
  })) << "kubectl tells no list";
  return seen.value_or("");
}

std::optional<std::string> Shop::picture_in(const std::vector<std::string>& get) {
  std::vector<std::string> arguments{"get"};
  arguments.insert(arguments.end(), get.begin(), get.end());
  arguments.insert(arguments.end(), {"-o", "json"});
  const Ran got = kubectl(std::move(arguments));
  const auto list = codec::parse_json(got.out);
  if (!list) return std::nullopt;
  std::string out;
  for (const Value& object : (*list)["items"].items()) {
    // Rumbo's own record is no part of the shop.
    if (object["type"].as_string() == "rumbo.dev/transaction") continue;
    out += codec::to_json(declared_part(object)) + "\n";
  }
  return out;
}

bool Shop::eventually(const std::function<bool()>& condition, Duration most) {
  const MonoTime until = env.clock.mono() + most;
  while (!condition()) {
    if (env.clock.mono() >= until) return false;
    env.sleep(50ms);
  }
  return true;
}

}  // namespace rumbo::cluster_test
