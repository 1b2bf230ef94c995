// HostFacts: what this machine lets Podman do, and the containers.conf that follows from it.
//
// Threads: the functions may be called from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/result.h"
#include "io/env.h"

namespace rumbo::target::podman {

enum class CgroupLayout { v2, v1, hybrid };
std::string_view to_string(CgroupLayout layout);

struct HostFacts {
  CgroupLayout cgroups = CgroupLayout::v2;
  bool systemd = true;       ///< it is process 1
  bool sys_resource = true;  ///< CAP_SYS_RESOURCE: default ulimits can be raised
  bool root = true;
  bool crun = false, runc = false;
  bool netavark = false;
  std::string podman_version;  ///< "4.3.1"
  /// nofile and nproc as this process has them: what can be set without sys_resource.
  std::uint64_t open_files = 1024, processes = 1024;
};

/// Looks at /proc, /run, /sys and the programs installed. not_found if there is no podman.
Result<HostFacts> look_at_host(const io::Env& env, const Cancel& cancel);

/// CgroupLayout from the text of /proc/self/mountinfo.
CgroupLayout cgroups_from_mountinfo(std::string_view text);
/// True if CAP_SYS_RESOURCE is effective, from the text of /proc/self/status.
bool sys_resource_from_status(std::string_view text);

struct ConfOptions {
  bool private_root = false;
  bool file_locks = false;  ///< with a private root: locks in files
  std::string network_config_directory;
};

/// The containers.conf this host needs, or nullopt if Podman's own defaults do. Podman reads it in
/// the place of the host's own files.
std::optional<std::string> containers_conf(const HostFacts& facts, const ConfOptions& options);

}  // namespace rumbo::target::podman
