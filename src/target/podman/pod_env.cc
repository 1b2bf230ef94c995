// Environment values, with Kubernetes' order and expansion.
#include "target/podman/pod_env.h"

#include <fmt/core.h>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "codec/base64.h"

namespace rumbo::target::podman {
namespace {

constexpr std::size_t kMostVariables = 10'000;

bool encoded(const Value& object, std::string_view member) {
  return member == "binaryData" || (member == "data" && object["kind"].as_string() == "Secret");
}

Result<std::string> decode(const Value& object, std::string_view member, std::string_view key,
                           const Value& value) {
  if (!value.is_string()) {
    return fail(Code::invalid,
                fmt::format("{} {}: {}.{} is not a string", object["kind"].as_string(),
                            object["metadata"]["name"].as_string(), member, printable(key, 128)));
  }
  if (!encoded(object, member)) return value.str();
  auto bytes = codec::base64_decode(trim(value.as_string()));
  if (bytes) return bytes;
  return fail(Code::invalid,
              fmt::format("{} {}: {}.{} is not base64", object["kind"].as_string(),
                          object["metadata"]["name"].as_string(), member, printable(key, 128)));
}

// The members that hold keys, the one that wins last.
constexpr const char* kKeyMembers[] = {"binaryData", "data", "stringData"};

class Builder {
 public:
  Builder(const Value& pod_template, const PodContext& context, std::string container)
      : template_(pod_template), context_(context), container_(std::move(container)) {}

  Result<> add_source(const Value& source) {
    const bool secret = source["secretRef"].is_object();
    const Value& ref = secret ? source["secretRef"] : source["configMapRef"];
    const std::string_view kind = secret ? "Secret" : "ConfigMap";
    const Value* object =
        context_.lookup ? context_.lookup(kind, ref["name"].as_string()) : nullptr;
    if (object == nullptr) {
      if (ref["optional"].as_bool()) return {};
      return missing("envFrom", kind, ref["name"].as_string());
    }
    for (auto& [key, bytes] : TRY(all_bytes_of(*object))) {
      const std::string name = source["prefix"].str() + key;
      // Podman's API takes texts: a name or value that is none is left out, as Kubernetes does.
      if (name.find('=') == std::string::npos && bytes.find('\0') == std::string::npos) {
        TRY(set(name, std::move(bytes)));
      }
    }
    return {};
  }

  Result<> add(const Value& variable) {
    const std::string name = variable["name"].str();
    if (name.empty() || name.find('=') != std::string::npos) {
      return fail(Code::invalid, fmt::format("container {}: env: `{}` is no variable name",
                                             container_, printable(name, 128)));
    }
    if (variable["valueFrom"].is_object()) {
      auto found = TRY(resolve(variable["valueFrom"], name));
      return found ? set(name, *std::move(found)) : Result<>();
    }
    return set(name, expand_variables(variable["value"].as_string(), env_));
  }

  Result<> set(const std::string& name, std::string value) {
    if (value.find('\0') != std::string::npos) {
      return fail(Code::invalid, fmt::format("container {}: the value of variable {} holds a zero "
                                             "byte",
                                             container_, name));
    }
    env_[name] = std::move(value);
    if (env_.size() > kMostVariables) {
      return fail(Code::too_large,
                  fmt::format("container {}: over {} variables", container_, kMostVariables));
    }
    return {};
  }

  EnvMap take() { return std::move(env_); }

 private:
  tl::unexpected<Error> missing(std::string_view where, std::string_view kind,
                                std::string_view name) const {
    return fail(Code::invalid, fmt::format("container {}: {}: {} {}/{} does not exist", container_,
                                           where, kind, context_.ns, name));
  }

  Result<std::optional<std::string>> resolve(const Value& from, const std::string& name) const {
    if (from["fieldRef"].is_object()) {
      return field(from["fieldRef"]["fieldPath"].as_string(), name);
    }
    const bool secret = from["secretKeyRef"].is_object();
    if (!secret && !from["configMapKeyRef"].is_object()) {
      return fail(Code::unsupported,
                  fmt::format("container {}: env {}: valueFrom needs one of configMapKeyRef, "
                              "secretKeyRef, fieldRef",
                              container_, name));
    }
    const Value& ref = secret ? from["secretKeyRef"] : from["configMapKeyRef"];
    const std::string_view kind = secret ? "Secret" : "ConfigMap";
    const std::string_view object_name = ref["name"].as_string();
    const Value* object = context_.lookup ? context_.lookup(kind, object_name) : nullptr;
    const bool optional = ref["optional"].as_bool();
    if (object == nullptr) {
      if (optional) return std::optional<std::string>();
      return missing("env " + name, kind, object_name);
    }
    auto bytes = TRY(bytes_of(*object, ref["key"].as_string()));
    if (bytes || optional) return bytes;
    return fail(Code::invalid,
                fmt::format("container {}: env {}: {} {}/{} has no key {}", container_, name, kind,
                            context_.ns, object_name, printable(ref["key"].as_string(), 128)));
  }

  Result<std::optional<std::string>> field(std::string_view path, const std::string& name) const {
    auto value = pod_field(path, template_, context_);
    if (value) return std::optional<std::string>(std::move(*value));
    return fail(std::move(value).error().with_context(
        fmt::format("container {}: env {}", container_, name)));
  }

  const Value& template_;
  const PodContext& context_;
  std::string container_;
  EnvMap env_;
};

/// The key in "metadata.labels['key']"; nullopt if the path is none of this map.
std::optional<std::string_view> key_in(std::string_view path, std::string_view map) {
  const std::string prefix = fmt::format("metadata.{}['", map);
  if (!path.starts_with(prefix) || !path.ends_with("']")) return std::nullopt;
  return path.substr(prefix.size(), path.size() - prefix.size() - 2);
}

}  // namespace

bool is_pod_field(std::string_view path) {
  return path == "metadata.name" || path == "metadata.namespace" || path == "status.podIP" ||
         path == "status.podIPs" || key_in(path, "labels") || key_in(path, "annotations");
}

Result<std::string> pod_field(std::string_view path, const Value& pod_template,
                              const PodContext& context) {
  if (path == "metadata.name") return context.identity;
  if (path == "metadata.namespace") return context.ns;
  if (path == "status.podIP") return context.static_ip;
  if (path == "status.podIPs") {
    return context.static_ip + (context.static_ip6.empty() ? "" : "," + context.static_ip6);
  }
  for (const char* map : {"labels", "annotations"}) {
    if (const auto key = key_in(path, map)) return pod_template["metadata"][map][*key].str();
  }
  return fail(Code::unsupported, fmt::format("field {} is not known here", printable(path, 128)));
}

std::string expand_variables(std::string_view text, const EnvMap& env) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    if (text[i + 1] == '$') {
      out += '$';
      ++i;
      continue;
    }
    const auto end = text[i + 1] == '(' ? text.find(')', i + 2) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += '$';
      continue;
    }
    const auto found = env.find(std::string(text.substr(i + 2, end - i - 2)));
    out += found == env.end() ? text.substr(i, end - i + 1) : std::string_view(found->second);
    i = end;
  }
  return out;
}

Result<std::optional<std::string>> bytes_of(const Value& object, std::string_view key) {
  std::optional<std::string> out;
  for (const char* member : kKeyMembers) {
    if (const Value* value = object[member].find(key)) {
      out = TRY(decode(object, member, key, *value));
    }
  }
  return out;
}

Result<std::map<std::string, std::string>> all_bytes_of(const Value& object) {
  std::map<std::string, std::string> out;
  for (const char* member : kKeyMembers) {
    for (const Member& entry : object[member].members()) {
      out[std::string(entry.key())] = TRY(decode(object, member, entry.key(), entry.value));
    }
  }
  return out;
}

Result<EnvMap> environment_of(const Value& container, const Value& pod_template,
                              const PodContext& context) {
  Builder builder(pod_template, context, container["name"].str());
  for (const Value& source : container["envFrom"].items()) TRY(builder.add_source(source));
  for (const Value& variable : container["env"].items()) TRY(builder.add(variable));
  for (const auto& [name, value] : context.extra_env) TRY(builder.set(name, value));
  return builder.take();
}

}  // namespace rumbo::target::podman
