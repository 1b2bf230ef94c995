// pod_env: a container's environment, from literals, ConfigMaps, Secrets and fields of the pod.
//
// Threads: the functions may be called from any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/value.h"
#include "target/podman/pod_spec.h"

namespace rumbo::target::podman {

using EnvMap = std::map<std::string, std::string>;

/// envFrom, then env, then the context's own; later ones win, `$(NAME)` in values is expanded.
Result<EnvMap> environment_of(const Value& container, const Value& pod_template,
                              const PodContext& context);

/// True for the fields of a pod that are known here: metadata.name, metadata.namespace,
/// status.podIP, status.podIPs, and labels and annotations by key.
bool is_pod_field(std::string_view path);
/// Its value; unsupported for another path. Not for one that holds secrets: there is none.
Result<std::string> pod_field(std::string_view path, const Value& pod_template,
                              const PodContext& context);

/// One key's bytes of a ConfigMap (data, binaryData) or Secret (stringData, data); nullopt if it
/// has no such key. Errors never show the bytes.
Result<std::optional<std::string>> bytes_of(const Value& object, std::string_view key);
/// All keys of a ConfigMap or Secret with their bytes.
Result<std::map<std::string, std::string>> all_bytes_of(const Value& object);

}  // namespace rumbo::target::podman
