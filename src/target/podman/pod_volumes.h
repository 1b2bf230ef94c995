// pod_volumes: the volumes of a pod, as mounts of its containers and files to write before.
//
// Threads: one object belongs to one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "target/podman/pod_spec.h"

namespace rumbo::target::podman {

class PodVolumes {
 public:
  /// Reads spec.volumes; files, directories, host paths and claims go into `plan`.
  static Result<PodVolumes> read(const Value& pod_template, const PodContext& context,
                                 PodPlan& plan);

  struct Mounts {
    std::vector<Value> mounts;   ///< of SpecGenerator.mounts
    std::vector<Value> volumes;  ///< of SpecGenerator.volumes
  };
  /// The mounts of one container; marks claims and host paths that it may write in `plan`.
  Result<Mounts> mounts_of(const Value& container, PodPlan& plan) const;

 private:
  struct Source {
    enum class Kind { files, scratch, host, claim };
    Kind kind = Kind::files;
    std::string path;   ///< directory or file to bind; of a claim: its volume's name
    std::string claim;  ///< of a claim: as written
    bool read_only = false;
  };
  Result<Source> read_volume(const Value& volume, const Value& pod_template,
                             const PodContext& context, PodPlan& plan);

  std::map<std::string, Source> sources_;
};

/// emptyDir.sizeLimit in bytes; 0: none.
std::uint64_t size_limit_of(const Value& empty_dir);

/// True for a relative path without "..", empty parts or a zero byte.
bool is_inner_path(std::string_view path);

}  // namespace rumbo::target::podman
