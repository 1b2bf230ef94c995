// Client: Podman's libpod REST API over a unix socket. Results are Podman's own JSON.
//
// Errors carry Podman's words and a class: 404 not_found, 409 conflict, 400 invalid, 5xx and a
// socket that refuses unavailable (later), an answer that got lost unknown_outcome. They never
// show what was sent: create bodies hold environment values. Podman reports some lasting mistakes
// as 500 too (a missing program, a used name); those that are known by their words are classed by
// what they mean. A service that does not answer is unavailable, too: every call but the streams
// has a bound in time of its own, far above what the slowest healthy service needs.
//
// Threads: every method may be called from any thread; each call is a connection of its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "base/value.h"
#include "io/http.h"
#include "model/target.h"

namespace rumbo::target::podman {

enum class PullPolicy { always, missing, never };
std::string_view to_string(PullPolicy policy);

struct RegistryAuth {
  std::string username;
  Secret<std::string> password;
};

struct PullRequest {
  std::string reference;
  PullPolicy policy = PullPolicy::missing;
  bool tls_verify = true;
  std::optional<RegistryAuth> auth;  ///< none: Podman's own auth files
};

struct ExecResult {
  int exit_code = 0;
  std::string output;      ///< stdout and stderr as they came, the first `max_output` bytes
  bool truncated = false;  ///< there was more
};

struct ExecOptions {
  Duration timeout{1'000'000'000};  ///< the process is killed then, and the call is Code::timeout
  std::size_t max_output = std::size_t{16} << 10;
};

/// Labels a list is narrowed to: all must match; an empty value matches any.
using Labels = std::map<std::string, std::string>;
/// Filters of events(): {"type": ["container"], "label": ["k=v"]}.
using Filters = std::map<std::string, std::vector<std::string>>;
/// One answer of a stream; false stops.
using ValueSink = std::function<bool(const Value& value)>;

class Client {
 public:
  /// `http` and `clock` outlive the client. `socket` is the path of Podman's API socket.
  Client(io::Http& http, Clock& clock, std::string socket);

  const std::string& socket() const { return socket_; }

  /// What every error says of a service that is not there or hangs.
  std::string no_answer() const;
  /// Where to look then, as is right for how this service is run; part of those errors.
  void set_hint(std::string hint) { hint_ = std::move(hint); }

  Result<> ping(const Cancel& cancel) const;
  Result<Value> version(const Cancel& cancel) const;
  Result<Value> info(const Cancel& cancel) const;

  // Images. Names are references, digests references or ids.
  /// Makes the image present and returns its id. not_found and denied are final; a registry that
  /// cannot be reached is unavailable (later).
  Result<std::string> pull(const PullRequest& request, const Cancel& cancel) const;
  Result<Value> inspect_image(const std::string& name, const Cancel& cancel) const;
  Result<bool> image_exists(const std::string& name, const Cancel& cancel) const;
  Result<> tag_image(const std::string& name, const std::string& repository, const std::string& tag,
                     const Cancel& cancel) const;
  /// Removes a name, or the image when it is the last name and nothing uses it.
  Result<> untag_image(const std::string& name, const std::string& repository,
                       const std::string& tag, const Cancel& cancel) const;
  Result<> remove_image(const std::string& name, bool force, const Cancel& cancel) const;
  Result<Value> list_images(const Cancel& cancel) const;

  // Networks. create() answers the network as it is; conflict if the name is taken.
  Result<Value> create_network(const Value& spec, const Cancel& cancel) const;
  Result<Value> inspect_network(const std::string& name, const Cancel& cancel) const;
  Result<bool> network_exists(const std::string& name, const Cancel& cancel) const;
  Result<Value> list_networks(const Labels& labels, const Cancel& cancel) const;
  Result<> remove_network(const std::string& name, bool force, const Cancel& cancel) const;

  // Volumes.
  Result<Value> create_volume(const Value& spec, const Cancel& cancel) const;
  Result<Value> inspect_volume(const std::string& name, const Cancel& cancel) const;
  Result<bool> volume_exists(const std::string& name, const Cancel& cancel) const;
  Result<Value> list_volumes(const Labels& labels, const Cancel& cancel) const;
  Result<> remove_volume(const std::string& name, bool force, const Cancel& cancel) const;

  // Pods. create() returns the id. start() fails if any container did; stop() takes whole seconds
  // and returns when all are stopped (stopping what is stopped is success, so is starting twice).
  Result<std::string> create_pod(const Value& spec, const Cancel& cancel) const;
  Result<> start_pod(const std::string& name, const Cancel& cancel) const;
  Result<> stop_pod(const std::string& name, Duration grace, const Cancel& cancel) const;
  Result<> kill_pod(const std::string& name, const std::string& signal, const Cancel& cancel) const;
  Result<> remove_pod(const std::string& name, bool force, const Cancel& cancel) const;
  Result<Value> inspect_pod(const std::string& name, const Cancel& cancel) const;
  Result<bool> pod_exists(const std::string& name, const Cancel& cancel) const;
  Result<Value> list_pods(const Labels& labels, const Cancel& cancel) const;

  // Containers.
  Result<std::string> create_container(const Value& spec, const Cancel& cancel) const;
  Result<> start_container(const std::string& name, const Cancel& cancel) const;
  Result<> stop_container(const std::string& name, Duration grace, const Cancel& cancel) const;
  Result<> kill_container(const std::string& name, const std::string& signal,
                          const Cancel& cancel) const;
  Result<> remove_container(const std::string& name, bool force, const Cancel& cancel) const;
  Result<Value> inspect_container(const std::string& name, const Cancel& cancel) const;
  Result<bool> container_exists(const std::string& name, const Cancel& cancel) const;
  Result<Value> list_containers(const Labels& labels, bool all, const Cancel& cancel) const;
  /// Blocks until it is stopped; its exit code.
  Result<int> wait_container(const std::string& name, const Cancel& cancel) const;

  /// Lines of stdout and stderr in the order they were written, without their line ends; a line
  /// over 64 KiB comes in pieces, and with `tail` Podman joins an unfinished last line to the one
  /// before. Podman keeps one log across restarts: `previous` is what is older than the last start.
  /// `named` and `all_containers` mean nothing here.
  Result<> logs(const std::string& name, const LogOptions& options, const LineSink& sink,
                const Cancel& cancel) const;
  /// Runs a program inside. Its exit code is a result, failure to run it an error.
  Result<ExecResult> exec(const std::string& name, const std::vector<std::string>& argv,
                          const ExecOptions& options, const Cancel& cancel) const;
  /// Podman's events as they come, until the sink or the cancel stops it (success) or the
  /// connection ends (unavailable, later). `since` in Unix seconds; none: from now on.
  Result<> events(std::optional<std::int64_t> since, const Filters& filters, const ValueSink& sink,
                  const Cancel& cancel) const;

 private:
  Result<> previous_logs(const std::string& name, LogOptions options, const LineSink& sink,
                         const Cancel& cancel) const;
  struct Call;
  Result<io::HttpResponse> send(const Call& call, const Cancel& cancel) const;
  Result<Value> ask(const Call& call, const Cancel& cancel) const;
  Result<> act(const Call& call, const Cancel& cancel) const;
  Result<bool> exists(const std::string& kind, const std::string& name, const Cancel& cancel) const;
  void kill_exec(const std::string& session, const std::string& container) const;

  Duration bound(const Call& call) const;

  io::Http& http_;
  Clock& clock_;
  std::string socket_;
  std::string hint_;  ///< set before the first call
  /// The last bounded call got no answer: the next waits less.
  mutable std::atomic<bool> silent_{false};
};

}  // namespace rumbo::target::podman
