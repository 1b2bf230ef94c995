// ConfigMap, Secret, projected, emptyDir, hostPath and claim volumes.
#include "target/podman/pod_volumes.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <utility>

#include "base/strings.h"
#include "codec/json.h"
#include "target/podman/pod_env.h"
#include "target/podman/quantity.h"

namespace rumbo::target::podman {
namespace {

constexpr std::size_t kMostFiles = 4096;

std::string_view secret_or_config(bool secret) {
  return secret ? "Secret" : "ConfigMap";
}

// The keys of one ConfigMap or Secret, or those that `items` picks, as files below `directory`.
Result<> add_files(const Value& source, std::string_view kind, std::string_view name,
                   const std::string& volume, std::uint32_t mode, const std::string& directory,
                   const PodContext& context, PodPlan& plan) {
  const bool optional = source["optional"].as_bool();
  const Value* object = context.lookup ? context.lookup(kind, name) : nullptr;
  if (object == nullptr) {
    if (optional) return {};
    return fail(Code::invalid, fmt::format("volume {}: {} {}/{} does not exist", volume, kind,
                                           context.ns, printable(name, 253)));
  }
  const auto add = [&](const std::string& path, std::string bytes, std::uint32_t bits) -> Result<> {
    if (!is_inner_path(path)) {
      return fail(Code::invalid, fmt::format("volume {}: `{}` is no path inside a volume", volume,
                                             printable(path, 256)));
    }
    if (plan.files.size() >= kMostFiles) {
      return fail(Code::too_large, fmt::format("volume {}: over {} files", volume, kMostFiles));
    }
    plan.files.push_back({directory + "/" + path, Secret<std::string>(std::move(bytes)), bits});
    return {};
  };
  if (!source["items"].is_array()) {
    for (auto& [key, bytes] : TRY(all_bytes_of(*object))) TRY(add(key, std::move(bytes), mode));
    return {};
  }
  for (const Value& item : source["items"].items()) {
    auto bytes = TRY(bytes_of(*object, item["key"].as_string()));
    if (!bytes && optional) continue;
    if (!bytes) {
      return fail(Code::invalid,
                  fmt::format("volume {}: {} {}/{} has no key {}", volume, kind, context.ns,
                              printable(name, 253), printable(item["key"].as_string(), 253)));
    }
    const auto bits = static_cast<std::uint32_t>(item["mode"].as_int(mode)) & 0777u;
    TRY(add(item["path"].str(), *std::move(bytes), bits));
  }
  return {};
}

/// Labels or annotations as Kubernetes writes them: key="value", one a line, in order.
std::string lines_of(const Value& map) {
  std::map<std::string, std::string> sorted;
  for (const Member& one : map.members()) sorted[std::string(one.key())] = one.value.str();
  std::string out;
  for (const auto& [key, value] : sorted) {
    out += key + "=" + codec::to_json(Value(value)) + "\n";
  }
  return out;
}

/// Fields of the pod as files: what is known when it is made.
Result<> add_fields(const Value& source, const std::string& volume, std::uint32_t mode,
                    const std::string& directory, const Value& pod_template,
                    const PodContext& context, PodPlan& plan) {
  for (const Value& item : source["items"].items()) {
    const std::string path = item["path"].str();
    if (!is_inner_path(path)) {
      return fail(Code::invalid, fmt::format("volume {}: `{}` is no path inside a volume", volume,
                                             printable(path, 256)));
    }
    const std::string_view field = item["fieldRef"]["fieldPath"].as_string();
    std::string text;
    if (field == "metadata.labels" || field == "metadata.annotations") {
      text = lines_of(pod_template["metadata"][field.substr(field.find('.') + 1)]);
    } else {
      auto value = pod_field(field, pod_template, context);
      if (!value) return fail(std::move(value).error().with_context("volume " + volume));
      text = std::move(*value);
    }
    if (plan.files.size() >= kMostFiles) {
      return fail(Code::too_large, fmt::format("volume {}: over {} files", volume, kMostFiles));
    }
    const auto bits = static_cast<std::uint32_t>(item["mode"].as_int(mode)) & 0777u;
    plan.files.push_back({directory + "/" + path, Secret<std::string>(std::move(text)), bits});
  }
  return {};
}

std::uint32_t default_mode(const Value& source) {
  return static_cast<std::uint32_t>(source["defaultMode"].as_int(0644)) & 0777u;
}

Value bind_mount(const std::string& from, std::string_view to, bool read_only, bool relabel) {
  std::vector<Value> options = {"rbind", read_only ? "ro" : "rw", "rprivate"};
  // z: the files are ours, so where SELinux rules they get the label that all containers may read.
  if (relabel) options.emplace_back("z");
  return Value::object({{"destination", to},
                        {"source", from},
                        {"type", "bind"},
                        {"options", Value::array(std::move(options))}});
}

}  // namespace

std::uint64_t size_limit_of(const Value& empty_dir) {
  const auto bytes = quantity_of(empty_dir["sizeLimit"]);
  return bytes ? static_cast<std::uint64_t>(*bytes) : 0;
}

bool is_inner_path(std::string_view path) {
  if (path.empty() || path.size() > 4096 || path.find('\0') != std::string_view::npos) return false;
  const auto parts = split(path, '/');
  return std::none_of(parts.begin(), parts.end(), [](std::string_view part) {
    return part.empty() || part == "." || part == "..";
  });
}

Result<PodVolumes::Source> PodVolumes::read_volume(const Value& volume, const Value& pod_template,
                                                   const PodContext& context, PodPlan& plan) {
  const std::string name = volume["name"].str();
  const std::string on_disk = context.disk_directory + "/" + name;
  const std::string in_memory = context.memory_directory + "/" + name;
  Source source;
  if (const Value& map = volume["configMap"]; map.is_object()) {
    source.path = on_disk;
    plan.directories.push_back({on_disk, 0755});
    TRY(add_files(map, "ConfigMap", map["name"].as_string(), name, default_mode(map), on_disk,
                  context, plan));
    source.read_only = true;
    return source;
  }
  if (const Value& secret = volume["secret"]; secret.is_object()) {
    source.path = in_memory;
    plan.directories.push_back({in_memory, 0755});
    TRY(add_files(secret, "Secret", secret["secretName"].as_string(), name, default_mode(secret),
                  in_memory, context, plan));
    source.read_only = true;
    return source;
  }
  if (const Value& projected = volume["projected"]; projected.is_object()) {
    source.path = in_memory;  // it may hold a Secret
    plan.directories.push_back({in_memory, 0755});
    for (const Value& part : projected["sources"].items()) {
      if (const Value& fields = part["downwardAPI"]; fields.is_object()) {
        TRY(add_fields(fields, name, default_mode(projected), in_memory, pod_template, context,
                       plan));
        continue;
      }
      const bool secret = part["secret"].is_object();
      const Value& from = secret ? part["secret"] : part["configMap"];
      if (!from.is_object()) {
        return fail(Code::unsupported,
                    fmt::format("volume {}: only configMap, secret and downwardAPI can be "
                                "projected",
                                name));
      }
      TRY(add_files(from, secret_or_config(secret), from["name"].as_string(), name,
                    default_mode(projected), in_memory, context, plan));
    }
    source.read_only = true;
    return source;
  }
  if (const Value& fields = volume["downwardAPI"]; fields.is_object()) {
    source.path = on_disk;
    plan.directories.push_back({on_disk, 0755});
    TRY(add_fields(fields, name, default_mode(fields), on_disk, pod_template, context, plan));
    source.read_only = true;
    return source;
  }
  if (const Value* empty = volume.find("emptyDir")) {
    source.kind = Source::Kind::scratch;
    const bool memory = (*empty)["medium"].as_string() == "Memory";
    source.path = memory ? in_memory : on_disk;
    plan.directories.push_back({source.path, 0777, memory ? size_limit_of(*empty) : 0});
    return source;
  }
  if (const Value& host = volume["hostPath"]; host.is_object()) {
    source.kind = Source::Kind::host;
    source.path = host["path"].str();
    if (source.path.empty() || source.path[0] != '/') {
      return fail(Code::invalid, fmt::format("volume {}: hostPath.path must be absolute", name));
    }
    plan.host_paths.push_back({source.path, host["type"].str()});
    return source;
  }
  if (const Value& claim = volume["persistentVolumeClaim"]; claim.is_object()) {
    source.kind = Source::Kind::claim;
    source.claim = claim["claimName"].str();
    if (source.claim.empty()) {
      return fail(Code::invalid, fmt::format("volume {}: claimName is missing", name));
    }
    source.path = context.volume_prefix + source.claim;
    source.read_only = claim["readOnly"].as_bool();
    if (std::find(plan.claims.begin(), plan.claims.end(), source.claim) == plan.claims.end()) {
      plan.claims.push_back(source.claim);
    }
    return source;
  }
  return fail(Code::unsupported,
              fmt::format("volume {}: its type is not supported on a Podman host", name));
}

Result<PodVolumes> PodVolumes::read(const Value& pod_template, const PodContext& context,
                                    PodPlan& plan) {
  PodVolumes out;
  for (const Value& volume : pod_template["spec"]["volumes"].items()) {
    const std::string name = volume["name"].str();
    if (!is_dns_label(name)) {
      return fail(Code::invalid,
                  fmt::format("volume `{}`: its name is no DNS label", printable(name, 128)));
    }
    out.sources_[name] = TRY(out.read_volume(volume, pod_template, context, plan));
  }
  return out;
}

Result<PodVolumes::Mounts> PodVolumes::mounts_of(const Value& container, PodPlan& plan) const {
  Mounts out;
  for (const Value& mount : container["volumeMounts"].items()) {
    const std::string name = mount["name"].str();
    const std::string where = fmt::format("container {}: volumeMounts {}",
                                          container["name"].as_string(), printable(name, 128));
    const auto found = sources_.find(name);
    if (found == sources_.end()) {
      return fail(Code::invalid, where + ": no volume of this name is declared");
    }
    const Source& source = found->second;
    const std::string target = mount["mountPath"].str();
    if (target.empty() || target[0] != '/') {
      return fail(Code::invalid, where + ": mountPath must be absolute");
    }
    const std::string inner = mount["subPath"].str();
    if (!inner.empty() && !is_inner_path(inner)) {
      return fail(Code::invalid, where + ": subPath leaves the volume");
    }
    const bool read_only = source.read_only || mount["readOnly"].as_bool();
    if (source.kind == Source::Kind::claim) {
      if (!inner.empty()) {
        return fail(Code::unsupported, where + ": subPath of a claim is not supported here");
      }
      // nocopy: as in Kubernetes, what the image holds at that path is hidden, not copied.
      out.volumes.push_back(
          Value::object({{"Name", source.path},
                         {"Dest", target},
                         {"Options", Value::array({read_only ? "ro" : "rw", "nocopy"})}}));
      auto& writable = plan.writable_claims;
      if (!read_only &&
          std::find(writable.begin(), writable.end(), source.claim) == writable.end()) {
        writable.push_back(source.claim);
      }
      continue;
    }
    const std::string from = inner.empty() ? source.path : source.path + "/" + inner;
    if (source.kind == Source::Kind::scratch && !inner.empty()) {
      plan.directories.push_back({from, 0777});
    }
    const bool host = source.kind == Source::Kind::host;
    if (host && !read_only) plan.writes_host_path = true;
    out.mounts.push_back(bind_mount(from, target, read_only, !host));
  }
  return out;
}

}  // namespace rumbo::target::podman
