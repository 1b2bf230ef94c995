// Probes of a container, read with Kubernetes' defaults.
#include "target/podman/probe_spec.h"

#include <fmt/core.h>
#include <string_view>

#include "base/strings.h"

namespace rumbo::target::podman {
namespace {

constexpr std::size_t kMostHeaders = 64;

std::string_view to_string(Probe::Kind kind) {
  switch (kind) {
    case Probe::Kind::http:
      return "http";
    case Probe::Kind::tcp:
      return "tcp";
    case Probe::Kind::exec:
      return "exec";
  }
  return "tcp";
}

Result<int> port_of(const Value& port, const Value& container, const std::string& field) {
  if (port.is_integer()) {
    const auto number = port.as_int();
    if (number >= 1 && number <= 65535) return static_cast<int>(number);
    return fail(Code::invalid, fmt::format("{}: port {} is not in 1-65535", field, number));
  }
  if (!port.is_string()) return fail(Code::invalid, field + ": a port is needed");
  for (const Value& candidate : container["ports"].items()) {
    if (candidate["name"].as_string() == port.as_string() && candidate["name"].is_string()) {
      return port_of(candidate["containerPort"], container, field);
    }
  }
  return fail(Code::invalid,
              fmt::format("{}: container {} has no port named {}", field,
                          container["name"].as_string(), printable(port.as_string(), 64)));
}

std::vector<std::string> words_of(const Value& command) {
  std::vector<std::string> words;
  for (const Value& word : command.items()) words.push_back(word.str());
  return words;
}

Result<> read_http(const Value& get, const Value& container, const std::string& field,
                   Probe& probe) {
  probe.kind = Probe::Kind::http;
  probe.host = get["host"].str();
  probe.path = get["path"].str("/");
  if (probe.path.empty() || probe.path[0] != '/') probe.path = "/" + probe.path;
  probe.scheme = to_lower(get["scheme"].as_string("HTTP"));
  if (probe.scheme != "http" && probe.scheme != "https") {
    return fail(Code::invalid, fmt::format("{}.scheme: {} is neither HTTP nor HTTPS", field,
                                           printable(probe.scheme, 64)));
  }
  probe.port = TRY(port_of(get["port"], container, field + ".port"));
  if (get["httpHeaders"].size() > kMostHeaders) {
    return fail(Code::too_large, field + ".httpHeaders: too many headers");
  }
  for (const Value& header : get["httpHeaders"].items()) {
    probe.headers.emplace_back(header["name"].str(), header["value"].str());
  }
  for (const auto& [name, value] : probe.headers) {
    if (name.empty() || (name + value).find_first_of("\r\n") != std::string::npos) {
      return fail(Code::invalid, field + ".httpHeaders: a name or value is not a header's");
    }
  }
  return {};
}

// The part that probes and lifecycle hooks share.
Result<Probe> read_action(const Value& handler, const Value& container, const std::string& field) {
  Probe probe;
  if (handler["httpGet"].is_object()) {
    TRY(read_http(handler["httpGet"], container, field + ".httpGet", probe));
  } else if (handler["tcpSocket"].is_object()) {
    probe.kind = Probe::Kind::tcp;
    probe.host = handler["tcpSocket"]["host"].str();
    probe.port = TRY(port_of(handler["tcpSocket"]["port"], container, field + ".tcpSocket.port"));
  } else if (handler["exec"].is_object()) {
    probe.kind = Probe::Kind::exec;
    probe.argv = words_of(handler["exec"]["command"]);
    if (probe.argv.empty()) return fail(Code::invalid, field + ".exec.command: is empty");
  } else {
    return fail(Code::invalid, field + ": needs one of httpGet, tcpSocket, exec");
  }
  return probe;
}

Result<int> number(const Value& probe, std::string_view name, int fallback, int least,
                   const std::string& field) {
  const Value* value = probe.find(name);
  if (value == nullptr || value->is_null()) return fallback;
  const auto found = value->as_int(-1);
  // A zero means "not set" to Kubernetes wherever it is no sensible value.
  if (found == 0) return fallback;
  if (found < least || found > 1'000'000) {
    return fail(Code::invalid, fmt::format("{}.{}: must be {} or more", field, name, least));
  }
  return static_cast<int>(found);
}

Result<std::optional<Probe>> read_probe(const Value& container, const char* name) {
  const Value& value = container[name];
  if (!value.is_object()) return std::optional<Probe>();
  const std::string field = fmt::format("container {}: {}", container["name"].as_string(), name);
  Probe probe = TRY(read_action(value, container, field));
  const auto second = Duration(1s);
  probe.initial_delay = second * TRY(number(value, "initialDelaySeconds", 0, 0, field));
  probe.period = second * TRY(number(value, "periodSeconds", 10, 1, field));
  probe.timeout = second * TRY(number(value, "timeoutSeconds", 1, 1, field));
  probe.success_threshold = TRY(number(value, "successThreshold", 1, 1, field));
  probe.failure_threshold = TRY(number(value, "failureThreshold", 3, 1, field));
  if (probe.success_threshold != 1 && std::string_view(name) != "readinessProbe") {
    return fail(Code::invalid, field + ".successThreshold: must be 1");
  }
  return std::optional<Probe>(std::move(probe));
}

}  // namespace

Result<Probes> probes_of(const Value& container) {
  Probes probes;
  probes.readiness = TRY(read_probe(container, "readinessProbe"));
  probes.liveness = TRY(read_probe(container, "livenessProbe"));
  probes.startup = TRY(read_probe(container, "startupProbe"));
  return probes;
}

namespace {

Result<std::optional<PreStop>> hook_of(const Value& container, const char* name) {
  const Value& hook = container["lifecycle"][name];
  if (!hook.is_object()) return std::optional<PreStop>();
  PreStop out;
  if (hook["sleep"].is_object()) {
    out.sleep = Duration(1s) * hook["sleep"]["seconds"].as_int();
    return std::optional<PreStop>(out);
  }
  const std::string field =
      fmt::format("container {}: lifecycle.{}", container["name"].as_string(), name);
  out.action = TRY(read_action(hook, container, field));
  return std::optional<PreStop>(std::move(out));
}

}  // namespace

Result<std::optional<PreStop>> pre_stop_of(const Value& container) {
  return hook_of(container, "preStop");
}

Result<std::optional<PreStop>> post_start_of(const Value& container) {
  return hook_of(container, "postStart");
}

Value to_value(const Probe& probe) {
  std::vector<Value> headers;
  for (const auto& [name, value] : probe.headers) {
    headers.push_back(Value::object({{"name", name}, {"value", value}}));
  }
  return Value::object({{"kind", to_string(probe.kind)},
                        {"host", probe.host},
                        {"port", probe.port},
                        {"path", probe.path},
                        {"scheme", probe.scheme},
                        {"headers", Value::array(std::move(headers))},
                        {"argv", Value::array({probe.argv.begin(), probe.argv.end()})},
                        {"initialDelay", probe.initial_delay.count()},
                        {"period", probe.period.count()},
                        {"timeout", probe.timeout.count()},
                        {"successThreshold", probe.success_threshold},
                        {"failureThreshold", probe.failure_threshold}});
}

Result<Probe> probe_from(const Value& value) {
  Probe probe;
  const std::string_view kind = value["kind"].as_string();
  if (kind == "http") {
    probe.kind = Probe::Kind::http;
  } else if (kind == "exec") {
    probe.kind = Probe::Kind::exec;
  } else if (kind != "tcp") {
    return fail(Code::corrupt, "a stored probe has no kind");
  }
  probe.host = value["host"].str();
  probe.port = static_cast<int>(value["port"].as_int());
  probe.path = value["path"].str("/");
  probe.scheme = value["scheme"].str("http");
  for (const Value& header : value["headers"].items()) {
    probe.headers.emplace_back(header["name"].str(), header["value"].str());
  }
  probe.argv = words_of(value["argv"]);
  probe.initial_delay = Duration(value["initialDelay"].as_int());
  probe.period = Duration(value["period"].as_int(probe.period.count()));
  probe.timeout = Duration(value["timeout"].as_int(probe.timeout.count()));
  probe.success_threshold = static_cast<int>(value["successThreshold"].as_int(1));
  probe.failure_threshold = static_cast<int>(value["failureThreshold"].as_int(3));
  return probe;
}

}  // namespace rumbo::target::podman
