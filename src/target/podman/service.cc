// Starts `podman system service`, watches over it, and clears up after a killed predecessor.
//
// Measured with Podman 4.3.1 (root, cgroup v1 hybrid, no systemd):
// - A container outlives both the service and Rumbo: conmon is a session of its own and child of
//   process 1. The service may be killed at any time.
// - conmon carries all global options on its exit command line and CONTAINERS_CONF in its
//   environment: when a container of policy unless-stopped dies with no service running, `podman
//   container cleanup` starts it again within a second. So the containers.conf must stay where it
//   is as long as containers run: it lives in the run directory and is never deleted.
// - `stop` marks a container: neither policy nor reboot starts it again. A killed process (also
//   by `kill -9` from outside) is started again.
// - An exec costs 50-90 ms over the API. Its conmon stays for exit_command_delay (five minutes by
//   default), and the removal of the pod waits until it is gone.
#include "target/podman/service.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fmt/core.h>
#include <sys/types.h>
#include <unistd.h>
#include <utility>

#include "base/log.h"
#include "base/strings.h"

namespace rumbo::target::podman {
namespace {

constexpr Duration kStartTime = 20s;
constexpr Duration kEndTime = 5s;
// A ping takes none of Podman's locks: who does not answer one hangs.
constexpr Duration kPingTime = 5s;
constexpr std::size_t kLongestSocket = 100;  // sun_path holds 108 bytes
constexpr std::uint64_t kMostLog = 64 << 10;

// What Podman may need to know of the user and the network, besides PATH and LANG.
constexpr const char* kPassedOn[] = {"HOME",
                                     "XDG_RUNTIME_DIR",
                                     "XDG_CONFIG_HOME",
                                     "XDG_DATA_HOME",
                                     "REGISTRY_AUTH_FILE",
                                     "CONTAINERS_STORAGE_CONF",
                                     "CONTAINERS_REGISTRIES_CONF",
                                     "HTTP_PROXY",
                                     "HTTPS_PROXY",
                                     "NO_PROXY",
                                     "http_proxy",
                                     "https_proxy",
                                     "no_proxy",
                                     "TMPDIR",
                                     "DBUS_SESSION_BUS_ADDRESS"};

bool is_service(std::string_view cmdline, const std::string& socket) {
  const auto words = split(cmdline, '\0');
  const auto has = [&](std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  return (words[0] == "podman" || words[0].ends_with("/podman")) && has("service") &&
         has("unix://" + socket);
}

}  // namespace

Service::Service(const io::Env& env, ServiceOptions options, HostFacts facts)
    : env_(env),
      options_(std::move(options)),
      facts_(std::move(facts)),
      socket_(options_.socket.empty() ? options_.run_directory + "/podman.sock" : options_.socket),
      client_(env.http, env.clock, socket_) {
  client_.set_hint(options_.socket.empty() ? "Rumbo starts it itself; its words are in " +
                                                 options_.run_directory + "/service.log"
                                           : "see `systemctl status podman.socket podman.service`");
}

Service::~Service() {
  state_.with([](State& state) { state.child.reset(); });
}

Result<std::unique_ptr<Service>> Service::open(const io::Env& env, ServiceOptions options,
                                               const Cancel& cancel) {
  HostFacts facts;
  facts.root = ::geteuid() == 0;
  if (options.socket.empty() && facts.root) facts = TRY(look_at_host(env, cancel));
  std::unique_ptr<Service> service(new Service(env, std::move(options), std::move(facts)));
  TRY(service->refuse_rootless(cancel));
  if (service->options_.socket.empty()) {
    TRY(service->prepare());
    TRY(service->end_leftover());
  }
  TRY(service->ensure(cancel));
  if (service->facts_.podman_version.empty()) {
    const Value version = TRY(service->client_.version(cancel));
    service->facts_.podman_version = version["Version"].str();
  }
  return service;
}

/// What rootless Podman runs has no address that this machine could switch, nor a port that is
/// held.
Result<> Service::refuse_rootless(const Cancel& cancel) {
  const std::string hint =
      "run Rumbo as root, as its systemd unit does; the containers themselves may run as any user";
  if (!facts_.root) {
    return fail(Error(Code::unsupported,
                      "rootless Podman is not supported: Rumbo switches Services "
                      "in the machine's own network")
                    .with_hint(hint));
  }
  if (options_.socket.empty()) return {};
  const Value info = TRY(client_.info(cancel));
  if (!info["host"]["security"]["rootless"].as_bool()) return {};
  return fail(
      Error(Code::unsupported,
            fmt::format("the Podman service at {} is a rootless one, which is not supported",
                        socket_))
          .with_hint("name root's socket, /run/podman/podman.sock; " + hint));
}

Result<> Service::prepare() {
  if (socket_.size() > kLongestSocket) {
    return fail(Code::invalid,
                fmt::format("the path {} is too long for a socket (at most {} bytes); choose a "
                            "shorter run directory",
                            socket_, kLongestSocket));
  }
  TRY(env_.files.make_directories(options_.run_directory, 0700));
  lock_ = TRY(env_.files.open(options_.run_directory + "/lock", {.write = true, .create = true}));
  if (!TRY(lock_->try_lock())) {
    return fail(Code::conflict,
                fmt::format("{} is in use by another process of rumbo", options_.run_directory));
  }
  const bool own_root = !options_.root.empty();
  if (own_root) {
    if (options_.run_root.empty()) options_.run_root = options_.run_directory + "/run";
    if (options_.tmp_directory.empty()) options_.tmp_directory = options_.run_root + "/libpod";
    if (options_.network_config_directory.empty()) {
      options_.network_config_directory = options_.root + "/networks";
    }
    for (const auto& path : {options_.root, options_.run_root, options_.tmp_directory,
                             options_.network_config_directory}) {
      TRY(env_.files.make_directories(path, 0711));
    }
  }
  const auto text =
      containers_conf(facts_, {.private_root = own_root,
                               .file_locks = options_.file_locks,
                               .network_config_directory = options_.network_config_directory});
  if (!text) return {};
  conf_ = options_.run_directory + "/containers.conf";
  return env_.files.write_atomic(conf_, *text, 0644);
}

std::map<std::string, std::string> Service::environment() const {
  auto out = io::minimal_environment();
  for (const char* name : kPassedOn) {
    if (const char* value = std::getenv(name)) out[name] = value;
  }
  out.emplace("HOME", "/");
  if (!conf_.empty()) {
    out["CONTAINERS_CONF"] = conf_;
  } else if (const char* own = std::getenv("CONTAINERS_CONF")) {
    out["CONTAINERS_CONF"] = own;
  }
  return out;
}

std::vector<std::string> Service::command() const {
  if (!options_.socket.empty()) return {"podman", "--remote", "--url", "unix://" + socket_};
  std::vector<std::string> out = {"podman"};
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) out.insert(out.end(), {option, value});
  };
  add("--root", options_.root);
  add("--runroot", options_.run_root);
  add("--tmpdir", options_.tmp_directory);
  return out;
}

// A killed Rumbo may leave its service behind: it holds our socket, and only we would use it.
Result<> Service::end_leftover() {
  std::vector<pid_t> found;
  for (const std::string& name : TRY(env_.files.list("/proc"))) {
    const auto pid = parse_int(name);
    if (!pid || *pid <= 1) continue;
    const auto cmdline = env_.files.read_all("/proc/" + name + "/cmdline", 64 << 10);
    if (cmdline && is_service(*cmdline, socket_)) found.push_back(static_cast<pid_t>(*pid));
  }
  for (const pid_t pid : found) {
    log(LogLevel::info, "podman", "ending the service that a killed predecessor left: process {}",
        pid);
    ::kill(pid, SIGTERM);
    const MonoTime deadline = env_.clock.mono() + kEndTime;
    bool killed = false;
    // Only while it is still that program: the id may be given to another.
    while (true) {
      const auto cmdline = env_.files.read_all(fmt::format("/proc/{}/cmdline", pid), 64 << 10);
      if (!cmdline || !is_service(*cmdline, socket_)) break;
      if (killed && env_.clock.mono() > deadline + kEndTime) {
        return fail(Code::unavailable,
                    fmt::format("an earlier podman service (process {}) does not end", pid),
                    Retry::later);
      }
      if (!killed && env_.clock.mono() > deadline) {
        ::kill(pid, SIGKILL);
        killed = true;
      }
      env_.sleep(10ms);
    }
  }
  return {};
}

Result<> Service::start(State& state, const Cancel& cancel) {
  state.child.reset();
  if (env_.files.stat(socket_)) TRY(env_.files.remove(socket_));
  const std::string log_path = options_.run_directory + "/service.log";
  io::Command wanted;
  wanted.argv = command();
  wanted.argv.insert(wanted.argv.end(), {"system", "service", "--time=0", "unix://" + socket_});
  wanted.env = environment();
  // The one we were started in may be removed while we run: Podman then builds and makes nothing.
  wanted.directory = "/";
  state.child = TRY(env_.process.start(wanted, log_path));

  const MonoTime deadline = env_.clock.mono() + kStartTime;
  while (true) {
    TRY(cancel.check(env_.clock.mono()));
    const auto answer = client_.ping(cancel.with_deadline(env_.clock.mono() + 2s));
    if (answer) return {};
    const bool running = state.child->running();
    if (!running || env_.clock.mono() > deadline) {
      std::string text = env_.files.read_all(log_path, kMostLog).value_or("");
      state.child.reset();
      if (text.size() > 1024) text = text.substr(text.size() - 1024);
      return fail(
          Code::unavailable,
          fmt::format("`podman system service` {}: {}",
                      running ? "does not answer" : "ended at once", printable(trim(text), 1024)),
          Retry::later);
    }
    env_.sleep(10ms);
  }
}

Result<> Service::ensure(const Cancel& cancel) {
  if (!options_.socket.empty()) {
    return client_.ping(cancel);
  }
  MutexLock lock(starting_);
  // The state is taken out for the start, so that pid() never waits for it.
  State state = state_.with([](State& held) { return std::exchange(held, State()); });
  Result<> result;
  if (state.child && state.child->running()) {
    result = client_.ping(cancel.with_deadline(env_.clock.mono() + kPingTime));
    if (!result && cancel.cancelled()) {
      state_.with([&](State& held) { held = std::move(state); });
      return result;
    }
  }
  if (!state.child || !state.child->running() || !result) {
    if (state.child) {
      log(LogLevel::warn, "podman", "the podman service {}; starting it again",
          state.child->running() ? "does not answer" : "died");
    }
    result = start(state, cancel);
  }
  state_.with([&](State& held) { held = std::move(state); });
  return result;
}

int Service::pid() const {
  return state_.with([](const State& state) { return state.child ? state.child->pid() : 0; });
}

// Of our own service it cannot change; asking costs Podman 300 ms.
Result<std::string> Service::graph_root(const Cancel& cancel) {
  std::string known = state_.with([](const State& state) { return state.graph_root; });
  if (!known.empty()) return known;
  const Value info = TRY(client_.info(cancel));
  std::string root = info["store"]["graphRoot"].str();
  if (root.empty()) return fail(Code::unavailable, "podman does not tell its graph root");
  if (options_.socket.empty()) state_.with([&](State& state) { state.graph_root = root; });
  return root;
}

Result<std::string> Service::identity(const Cancel& cancel) {
  const std::string root = TRY(graph_root(cancel));
  const std::string path = root + "/rumbo.id";
  const auto find = [&]() -> Result<std::string> {
    MutexLock lock(identifying_);
    if (!env_.files.stat(path)) {
      std::array<std::uint8_t, 16> bytes{};
      env_.random.fill(bytes);
      TRY(env_.files.write_atomic(path, to_hex(bytes) + "\n", 0644));
    }
    const std::string id = std::string(trim(TRY(env_.files.read_all(path, 4096))));
    if (from_hex(id) && id.size() == 32) return id;
    return fail(Code::corrupt, fmt::format("{} is not an identity of a storage root", path));
  };
  auto id = find();
  // Whatever it is, it is this machine's trouble: no revision is condemned for it.
  if (!id) return fail(std::move(id).error().with_retry(Retry::later));
  return id;
}

}  // namespace rumbo::target::podman
