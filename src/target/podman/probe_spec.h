// Probe: a container's probes and lifecycle hooks as plain data, with Kubernetes' defaults.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/value.h"

namespace rumbo::target::podman {

struct Probe {
  enum class Kind { http, tcp, exec };
  Kind kind = Kind::tcp;
  std::string host;  ///< empty: the pod's address
  int port = 0;
  std::string path = "/";
  std::string scheme = "http";  ///< http | https (certificates are not checked, as in Kubernetes)
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> argv;
  Duration initial_delay{0};
  Duration period{10'000'000'000};
  Duration timeout{1'000'000'000};
  int success_threshold = 1;
  int failure_threshold = 3;
  friend bool operator==(const Probe&, const Probe&) = default;
};

/// What runs before a container is told to stop, or right after it was started.
struct PreStop {
  std::optional<Probe> action;  ///< http or exec; its thresholds and times mean nothing
  Duration sleep{0};
  friend bool operator==(const PreStop&, const PreStop&) = default;
};

struct Probes {
  std::optional<Probe> readiness, liveness, startup;
  friend bool operator==(const Probes&, const Probes&) = default;
};

/// Reads readinessProbe, livenessProbe and startupProbe of a container; named ports are looked up
/// in its ports. Errors name the field.
Result<Probes> probes_of(const Value& container);
/// lifecycle.preStop; nullopt if there is none.
Result<std::optional<PreStop>> pre_stop_of(const Value& container);
/// lifecycle.postStart; nullopt if there is none.
Result<std::optional<PreStop>> post_start_of(const Value& container);

Value to_value(const Probe& probe);
Result<Probe> probe_from(const Value& value);

}  // namespace rumbo::target::podman
