// What the machine offers, read from /proc and the programs installed.
#include "target/podman/host_facts.h"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>
#include <utility>

#include "base/strings.h"

namespace rumbo::target::podman {
namespace {

constexpr std::uint64_t kMostProc = 1 << 20;

bool there(const io::Env& env, std::initializer_list<const char*> paths) {
  return std::any_of(paths.begin(), paths.end(),
                     [&](const char* path) { return env.files.stat(path).has_value(); });
}

// The line of /proc/self/status that begins so, without its name.
std::string_view status_field(std::string_view text, std::string_view name) {
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with(name)) return trim(line.substr(name.size()));
  }
  return {};
}

// The soft limit in /proc/self/limits: "Max open files   1024   4096   files".
std::uint64_t limit_of(std::string_view text, std::string_view name, std::uint64_t fallback) {
  for (std::string_view line : split(text, '\n')) {
    if (!line.starts_with(name)) continue;
    line = trim(line.substr(name.size()));
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    return error == std::errc() ? value : fallback;
  }
  return fallback;
}

Result<std::string> podman_version(const io::Env& env, const Cancel& cancel) {
  io::Command command;
  command.argv = {"podman", "--version"};
  command.env = io::minimal_environment();
  auto ran = env.process.run(command, cancel);
  if (!ran && ran.error().code() != Code::not_found) {
    return fail(std::move(ran).error().with_context("looking for podman"));
  }
  if (!ran || ran->status != 0) {
    return fail(Error(Code::not_found, "podman is not installed, or does not run")
                    .with_hint("install Podman 4.0 or newer"));
  }
  const std::string_view text = trim(ran->out);
  return std::string(text.substr(text.rfind(' ') + 1));
}

}  // namespace

std::string_view to_string(CgroupLayout layout) {
  switch (layout) {
    case CgroupLayout::v2:
      return "v2";
    case CgroupLayout::v1:
      return "v1";
    case CgroupLayout::hybrid:
      return "hybrid";
  }
  return "v2";
}

CgroupLayout cgroups_from_mountinfo(std::string_view text) {
  bool old = false;
  bool unified = false;
  for (const std::string_view line : split(text, '\n')) {
    // "… <mount point> <options> … - <type> <source> <options>"
    const auto dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const std::string_view type = line.substr(dash + 3);
    old = old || type.starts_with("cgroup ");
    unified = unified || type.starts_with("cgroup2 ");
  }
  if (!old) return CgroupLayout::v2;
  return unified ? CgroupLayout::hybrid : CgroupLayout::v1;
}

bool sys_resource_from_status(std::string_view text) {
  constexpr int kCapSysResource = 24;
  const std::string_view mask = status_field(text, "CapEff:");
  std::uint64_t bits = 0;
  const auto [end, error] = std::from_chars(mask.data(), mask.data() + mask.size(), bits, 16);
  return error == std::errc() && ((bits >> kCapSysResource) & 1u) != 0;
}

Result<HostFacts> look_at_host(const io::Env& env, const Cancel& cancel) {
  HostFacts facts;
  facts.podman_version = TRY(podman_version(env, cancel));
  facts.cgroups =
      cgroups_from_mountinfo(TRY(env.files.read_all("/proc/self/mountinfo", kMostProc)));
  const std::string status = TRY(env.files.read_all("/proc/self/status", kMostProc));
  facts.sys_resource = sys_resource_from_status(status);
  facts.root = status_field(status, "Uid:").starts_with("0\t");
  facts.systemd = env.files.stat("/run/systemd/system").has_value();
  facts.crun = there(env, {"/usr/bin/crun", "/usr/local/bin/crun", "/usr/sbin/crun", "/bin/crun"});
  facts.runc = there(env, {"/usr/bin/runc", "/usr/sbin/runc", "/usr/local/bin/runc",
                           "/usr/local/sbin/runc", "/sbin/runc"});
  facts.netavark =
      there(env, {"/usr/lib/podman/netavark", "/usr/libexec/podman/netavark",
                  "/usr/local/libexec/podman/netavark", "/usr/local/lib/podman/netavark"});
  const std::string limits = TRY(env.files.read_all("/proc/self/limits", kMostProc));
  facts.open_files = limit_of(limits, "Max open files", facts.open_files);
  facts.processes = limit_of(limits, "Max processes", facts.processes);
  return facts;
}

std::optional<std::string> containers_conf(const HostFacts& facts, const ConfOptions& options) {
  const bool runc = facts.cgroups != CgroupLayout::v2 && facts.runc;
  const bool plain = facts.sys_resource && facts.systemd && !runc;
  if (plain && !options.private_root) return std::nullopt;

  std::string out = "# written by rumbo for its own `podman system service`; made anew at start\n";
  out += "[containers]\n";
  if (!facts.sys_resource) {
    // Podman would raise them, and fails where it may not.
    out += fmt::format("default_ulimits = [\"nofile={0}:{0}\", \"nproc={1}:{1}\"]\n",
                       std::min<std::uint64_t>(facts.open_files, 1024),
                       std::min<std::uint64_t>(facts.processes, 1024));
  }
  out += "[engine]\n";
  if (runc) out += "runtime = \"runc\"\n";  // crun does not start on a hybrid hierarchy
  if (!facts.systemd) out += "cgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\n";
  if (options.private_root && options.file_locks) out += "lock_type = \"file\"\n";
  // So long an exec's conmon and exit code stay, and so long the removal of its pod waits for them.
  // The default of five minutes piles conmons up under exec probes.
  out += "exit_command_delay = 2\n";
  out += "[network]\n";
  if (facts.netavark) out += "network_backend = \"netavark\"\n";
  if (!options.network_config_directory.empty()) {
    out += fmt::format("network_config_dir = \"{}\"\n", options.network_config_directory);
  }
  return out;
}

}  // namespace rumbo::target::podman
