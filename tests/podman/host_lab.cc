#include "host_lab.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/wait.h>

#include "base/strings.h"
#include "codec/json.h"
#include "isolation.h"
#include "target/podman/service.h"

namespace rumbo::podman_test {
namespace {

constexpr const char* kWeb = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: REPLICAS
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: app
        image: localhost/app:1
        imagePullPolicy: IfNotPresent
        command: [/bin/sh, -c, 'trap "exit 0" TERM; echo serving PAGE; /bin/busybox httpd -f -p 8080 -h /www & wait']
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /index.html, port: http}, periodSeconds: 1, failureThreshold: 1}
        volumeMounts: [{name: www, mountPath: /www}]
MORE
      volumes: [{name: www, configMap: {name: page}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: page}
data: {index.html: "PAGE"}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: http}]
)";

constexpr const char* kConfig = R"(apiVersion: rumbo.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  target: {podman: {root: DIR/root, runRoot: DIR/runroot}}
  namespace: shop-dev
---
apiVersion: rumbo.dev/v1alpha1
kind: Application
metadata: {name: shop}
spec:
  source: {git: {url: "file://DIR/repo", ref: {branch: main}, path: deploy}}
  environments: [dev]
  pollInterval: 1s
  sync: {timeout: 30s}
)";

}  // namespace

HostLab::HostLab(std::string& why)
    : env_{io::real_clock(), io::real_filesystem(), io::real_process(),
           io::real_http(),  io::real_random(),     io::real_env().sleep} {
  if (!isolate(why)) return;
  directory_ = scratch_directory() + "/h";
  std::filesystem::create_directories(directory_);
  build_image();
}

HostLab::~HostLab() {
  if (directory_.empty()) return;
  if (daemon_runs()) end_daemon();
  podman({"pod", "rm", "-f", "-a", "-t", "0"});
}

void HostLab::build_image() {
  const std::string context = directory_ + "/context";
  std::filesystem::create_directories(context);
  std::filesystem::copy_file("/bin/busybox", context + "/busybox",
                             std::filesystem::copy_options::overwrite_existing);
  std::ofstream(context + "/Containerfile")
      << "FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\n";
  target::podman::ServiceOptions service;
  service.run_directory = directory_ + "/b";
  service.root = directory_ + "/root";
  service.run_root = directory_ + "/runroot";
  const auto opened = target::podman::Service::open(env_, service, Cancel());
  ASSERT_TRUE(opened) << opened.error().to_string();
  const io::Exit built = podman({"build", "-q", "-t", "localhost/app:1", context});
  ASSERT_EQ(built.status, 0) << built.err;
}

io::Exit HostLab::podman(std::vector<std::string> words) {
  io::Command command;
  command.argv = {"podman",
                  "--root",
                  directory_ + "/root",
                  "--runroot",
                  directory_ + "/runroot",
                  "--tmpdir",
                  directory_ + "/runroot/libpod"};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  command.env = io::minimal_environment();
  command.env["CONTAINERS_CONF"] = directory_ + "/b/containers.conf";
  command.env["HOME"] = "/";
  auto ran = env_.process.run(command, Cancel());
  EXPECT_TRUE(ran) << ran.error().to_string();
  return ran ? *ran : io::Exit{.status = -1, .out = {}, .err = {}};
}

io::Exit HostLab::run(std::vector<std::string> words) {
  io::Command command;
  command.argv = std::move(words);
  command.env = io::minimal_environment();
  command.env["HOME"] = directory_;
  command.env["GIT_CONFIG_NOSYSTEM"] = "1";
  for (const char* who : {"AUTHOR", "COMMITTER"}) {
    command.env[std::string("GIT_") + who + "_NAME"] = "test";
    command.env[std::string("GIT_") + who + "_EMAIL"] = "test@example.org";
  }
  command.directory = directory_;
  auto ran = env_.process.run(command, Cancel().with_deadline(env_.clock.mono() + 120s));
  EXPECT_TRUE(ran) << ran.error().to_string();
  return ran ? *ran : io::Exit{.status = -1, .out = {}, .err = {}};
}

void HostLab::begin() {
  if (daemon_runs()) end_daemon();
  podman({"pod", "rm", "-f", "-a", "-t", "0"});
  podman({"rm", "-f", "-a", "-t", "0"});
  podman({"volume", "rm", "-f", "-a"});
  run({"nft", "flush", "ruleset"});
  for (const char* name : {"/state", "/repo", "/backup.tar.gz", "/old"}) {
    std::filesystem::remove_all(directory_ + name);
  }
  std::ofstream(directory_ + "/rumbo.yaml") << replace_all(kConfig, "DIR", directory_);
  ASSERT_EQ(run({"git", "init", "-q", "-b", "main", directory_ + "/repo"}).status, 0);
}

void HostLab::commit(const std::string& yaml) {
  std::filesystem::create_directories(directory_ + "/repo/deploy");
  std::ofstream(directory_ + "/repo/deploy/all.yaml") << yaml;
  ASSERT_EQ(run({"git", "-C", directory_ + "/repo", "add", "-A"}).status, 0);
  const io::Exit made = run({"git", "-C", directory_ + "/repo", "commit", "-q", "-m", "change"});
  ASSERT_EQ(made.status, 0) << made.out << made.err;
}

std::string HostLab::web(const std::string& page, int replicas, const std::string& more) {
  std::string text = replace_all(kWeb, "PAGE", page);
  text = replace_all(text, "REPLICAS", std::to_string(replicas));
  return replace_all(text, "MORE\n", more.empty() ? "" : more + "\n");
}

io::Exit HostLab::rumbo(std::vector<std::string> words) {
  words.insert(words.begin(), RUMBO_BINARY);
  words.insert(words.end(), {"--state", state(), "--config", directory_ + "/rumbo.yaml"});
  return run(std::move(words));
}

Value HostLab::json(std::vector<std::string> words) {
  words.insert(words.end(), {"-o", "json"});
  const io::Exit ran = rumbo(std::move(words));
  auto value = codec::parse_json(ran.out);
  return value ? *value : Value();
}

void HostLab::start_daemon(const std::string& binary) {
  io::Command command;
  command.argv = {binary.empty() ? RUMBO_BINARY : binary,
                  "serve",
                  "--state",
                  state(),
                  "--config",
                  directory_ + "/rumbo.yaml",
                  "-v"};
  command.env = io::minimal_environment();
  command.env["HOME"] = directory_;
  auto started = env_.process.start(command, directory_ + "/daemon.log");
  ASSERT_TRUE(started) << started.error().to_string();
  daemon_ = std::move(*started);
  daemon_pid_ = daemon_->pid();
  ASSERT_TRUE(eventually([&] { return rumbo({"history"}).status == 0; }, 30s)) << daemon_log();
}

bool HostLab::daemon_runs() {
  return daemon_ != nullptr && daemon_->running();
}

void HostLab::signal_daemon(int signal) {
  ::kill(daemon_pid_, signal);
}

double HostLab::end_daemon(int signal) {
  const MonoTime began = env_.clock.mono();
  signal_daemon(signal);
  EXPECT_TRUE(eventually([&] { return !daemon_runs(); }, 30s));
  daemon_.reset();
  return std::chrono::duration<double>(env_.clock.mono() - began).count();
}

std::string HostLab::daemon_log() {
  return env_.files.read_all(directory_ + "/daemon.log").value_or("");
}

std::vector<std::string> HostLab::pods() {
  const io::Exit ran = podman({"pod", "ps", "--filter", "status=running", "--format", "{{.Name}}"});
  std::vector<std::string> out;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) out.push_back(line);
  }
  return out;
}

void HostLab::configure(const std::string& podman) {
  const std::string storage =
      "{root: " + directory_ + "/root, runRoot: " + directory_ + "/runroot}";
  const std::string text = env_.files.read_all(directory_ + "/rumbo.yaml").value_or("");
  std::ofstream(directory_ + "/rumbo.yaml") << replace_all(text, storage, podman);
}

void HostLab::use_socket(const std::string& socket) {
  configure("{socket: " + socket + "}");
}

std::unique_ptr<io::Child> HostLab::host_service(const std::string& socket) {
  std::filesystem::remove(socket);
  io::Command command;
  command.argv = {"podman",
                  "--root",
                  directory_ + "/root",
                  "--runroot",
                  directory_ + "/runroot",
                  "--tmpdir",
                  directory_ + "/runroot/libpod",
                  "system",
                  "service",
                  "--time=0",
                  "unix://" + socket};
  command.env = io::minimal_environment();
  command.env["CONTAINERS_CONF"] = directory_ + "/b/containers.conf";
  command.env["HOME"] = "/";
  auto started = env_.process.start(command, directory_ + "/host-service.log");
  EXPECT_TRUE(started) << started.error().to_string();
  if (!started) return nullptr;
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(socket); }, 20s));
  return std::move(*started);
}

std::string HostLab::get() {
  json({"get", "objects", "shop@dev"});
  return get_page();
}

std::string HostLab::get_page() {
  std::string address;
  const io::Exit table = run({"nft", "list", "ruleset"});
  // The Service's address is the first virtual one: there is only one Service.
  const std::size_t at = table.out.find("10.231.");
  if (at == std::string::npos) return "error: no table";
  address = table.out.substr(at, table.out.find_first_not_of("0123456789.", at) - at);
  io::HttpRequest request;
  request.url = "http://" + address + "/";
  request.connect_timeout = 2s;
  const auto answer = env_.http.send(request, Cancel().with_deadline(env_.clock.mono() + 5s));
  if (!answer) return "error: " + answer.error().to_string();
  if (answer->status != 200) return "error: HTTP " + std::to_string(answer->status);
  return answer->body;
}

std::string HostLab::last_outcome() {
  return json({"history", "--max", "1"})["transactions"][0]["outcome"].str();
}

bool HostLab::eventually(const std::function<bool()>& what, Duration most) {
  const MonoTime end = env_.clock.mono() + most;
  while (true) {
    if (what()) return true;
    if (env_.clock.mono() >= end) return false;
    env_.sleep(100ms);
  }
}

}  // namespace rumbo::podman_test
