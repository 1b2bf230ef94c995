// Namespaces by unshare(2); children inherit them.
#include "isolation.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <net/if.h>
#include <optional>
#include <sched.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace rumbo::podman_test {
namespace {

bool raise_loopback() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", sizeof request.ifr_name - 1);
  request.ifr_flags = IFF_UP;
  const bool done = ::ioctl(socket, SIOCSIFFLAGS, &request) == 0;
  ::close(socket);
  return done;
}

// /sys shows the interfaces of the network namespace it was mounted in; control groups stay.
bool renew_sysfs() {
  const char* const groups = "/sys/fs/cgroup";
  const char* const aside = "/run/netns";
  return ::mount(groups, aside, nullptr, MS_BIND | MS_REC, nullptr) == 0 &&
         ::mount("sysfs", "/sys", "sysfs", 0, nullptr) == 0 &&
         ::mount(aside, groups, nullptr, MS_BIND | MS_REC, nullptr) == 0 &&
         ::umount2(aside, MNT_DETACH) == 0;
}

std::string enter() {
  if (::geteuid() != 0) return "it needs root";
  if (::access("/usr/bin/podman", X_OK) != 0) return "podman is not installed";
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) return "namespaces are not allowed";
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "cannot mount";
  std::filesystem::create_directories("/run/containers");
  if (::mount("tmpfs", "/run/containers", "tmpfs", 0, "mode=0755") != 0) return "cannot mount";
  // Network namespaces of containers are named here.
  std::filesystem::create_directories("/run/netns");
  if (::mount("tmpfs", "/run/netns", "tmpfs", 0, "mode=0755") != 0) return "cannot mount";
  if (!renew_sysfs()) return "cannot mount /sys";
  if (!raise_loopback()) return "cannot raise lo";
  return "";
}

// Mount points below a directory, deepest first.
std::vector<std::string> mounts_below(const std::string& directory) {
  std::vector<std::string> out;
  std::ifstream in("/proc/self/mounts");
  for (std::string device, point, rest; in >> device >> point && std::getline(in, rest);) {
    if (point.starts_with(directory)) out.insert(out.begin(), point);
  }
  return out;
}

struct Scratch {
  Scratch() {
    char name[] = "/var/tmp/rumbo-podman-XXXXXX";
    if (const char* made = ::mkdtemp(name)) path = made;
  }
  ~Scratch() {
    if (path.empty()) return;
    for (const auto& point : mounts_below(path)) ::umount2(point.c_str(), MNT_DETACH);
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string path;
};

}  // namespace

bool isolate(std::string& why) {
  static const std::string reason = enter();
  why = reason;
  return reason.empty();
}

std::string scratch_directory() {
  static const Scratch scratch;
  return scratch.path;
}

}  // namespace rumbo::podman_test
