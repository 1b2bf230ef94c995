// The calls of the libpod API that Rumbo makes, except those that stream (client_streams.cc).
#include "target/podman/client.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/strings.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "target/podman/answers.h"
#include "target/podman/client_call.h"

namespace rumbo::target::podman {
namespace {

Value label_filter(const Labels& labels) {
  std::vector<Value> wanted;
  for (const auto& [name, value] : labels) {
    wanted.emplace_back(value.empty() ? name : name + "=" + value);
  }
  return Value::object({{"label", Value::array(std::move(wanted))}});
}

std::string seconds(Duration grace) {
  const auto whole = std::chrono::ceil<std::chrono::seconds>(grace).count();
  return std::to_string(std::max<std::int64_t>(whole, 0));
}

std::string flag(bool value) {
  return value ? "true" : "false";
}

std::string id_of(const Value& answer) {
  return answer["Id"].str();
}

bool retryable(const Error& error) {
  return error.message().find("container state improper") != std::string::npos;
}

// Podman may echo what it was sent; a value of the environment is never shown.
Error without_values(const Error& error, const Value& spec) {
  std::string message = error.message();
  for (const Member& variable : spec["env"].members()) {
    const std::string_view text = variable.value.as_string();
    if (text.size() >= 4) message = replace_all(message, text, "***");
  }
  return Error(error.code(), std::move(message), error.retry());
}

}  // namespace

std::string_view to_string(PullPolicy policy) {
  switch (policy) {
    case PullPolicy::always:
      return "always";
    case PullPolicy::missing:
      return "missing";
    case PullPolicy::never:
      return "never";
  }
  return "missing";
}

Client::Client(io::Http& http, Clock& clock, std::string socket)
    : http_(http), clock_(clock), socket_(std::move(socket)) {}

Result<io::HttpResponse> Client::send(const Call& call, const Cancel& cancel) const {
  io::HttpRequest request;
  request.method = call.method;
  request.unix_socket = socket_;
  request.url = "http://podman/v4.0.0/libpod" + call.path;
  char separator = '?';
  for (const auto& [name, value] : call.query) {
    request.url += fmt::format("{}{}={}", separator, name, url_escape(value));
    separator = '&';
  }
  request.headers = call.headers;
  if (!call.body.is_null()) request.body = codec::to_json(call.body);
  // Podman drops the body of a request that does not say it is JSON.
  if (call.method == "POST") request.headers.emplace_back("Content-Type", "application/json");
  request.sink = call.sink;
  auto answer = http_.send(request, cancel);
  if (!answer) return fail(std::move(answer).error().with_context(call.what));
  return answer;
}

Result<Value> Client::ask(const Call& call, const Cancel& cancel) const {
  const auto answer = TRY(send(call, cancel));
  if (answer.status >= 400) return fail(api_error(answer.status, answer.body, call.what));
  if (trim(answer.body).empty()) return Value();
  auto parsed = codec::parse_json(answer.body);
  if (!parsed) return fail(std::move(parsed).error().with_context(call.what));
  return parsed;
}

Result<> Client::act(const Call& call, const Cancel& cancel) const {
  const auto answer = TRY(send(call, cancel));
  if (answer.status >= 400) return fail(api_error(answer.status, answer.body, call.what));
  return {};
}

Result<bool> Client::exists(const std::string& kind, const std::string& name,
                            const Cancel& cancel) const {
  const Call call{.path = "/" + kind + "/" + url_escape(name) + "/exists",
                  .what = fmt::format("look for {} in {}", name, kind)};
  const auto answer = TRY(send(call, cancel));
  if (answer.status == 404) return false;
  if (answer.status >= 400) return fail(api_error(answer.status, answer.body, call.what));
  return true;
}

Result<> Client::ping(const Cancel& cancel) const {
  return act({.path = "/_ping", .what = "answer"}, cancel);
}

Result<Value> Client::version(const Cancel& cancel) const {
  return ask({.path = "/version", .what = "tell its version"}, cancel);
}

Result<Value> Client::info(const Cancel& cancel) const {
  return ask({.path = "/info", .what = "describe its host"}, cancel);
}

Result<std::string> Client::pull(const PullRequest& request, const Cancel& cancel) const {
  PullStream stream;
  Result<> fed;
  Call call{.method = "POST",
            .path = "/images/pull",
            .query = {{"reference", request.reference},
                      {"policy", std::string(to_string(request.policy))}},
            .what = "pull image " + request.reference};
  // Said only where it is off: said, it overrides `insecure` of registries.conf, mirrors included.
  if (!request.tls_verify) call.query.emplace_back("tlsVerify", "false");
  if (request.auth) {
    const Value auth = Value::object(
        {{"username", request.auth->username}, {"password", request.auth->password.reveal()}});
    call.headers.emplace_back("X-Registry-Auth", codec::base64_encode(codec::to_json(auth)));
  }
  std::string refusal;
  call.sink = [&](std::string_view piece) {
    if (refusal.size() < 4096) refusal.append(piece.substr(0, 4096));
    fed = stream.feed(piece);
    return fed.has_value();
  };
  auto answer = send(call, cancel);
  // A pull can simply be repeated, whatever became of it.
  if (!answer && answer.error().retry() == Retry::unknown_outcome) {
    return fail(std::move(answer).error().with_retry(Retry::later));
  }
  if (!answer && fed) return fail(std::move(answer).error());
  if (answer && answer->status >= 400) {
    Error error = api_error(answer->status, refusal, call.what);
    if (error.code() != Code::unavailable) return fail(std::move(error));
    return fail(pull_error(error.message(), request.reference));
  }
  if (!fed) return fail(std::move(fed).error().with_context(call.what));
  return stream.finish(request.reference);
}

Result<Value> Client::inspect_image(const std::string& name, const Cancel& cancel) const {
  return ask({.path = "/images/" + url_escape(name) + "/json", .what = "inspect image " + name},
             cancel);
}

Result<bool> Client::image_exists(const std::string& name, const Cancel& cancel) const {
  return exists("images", name, cancel);
}

Result<> Client::tag_image(const std::string& name, const std::string& repository,
                           const std::string& tag, const Cancel& cancel) const {
  return act({.method = "POST",
              .path = "/images/" + url_escape(name) + "/tag",
              .query = {{"repo", repository}, {"tag", tag}},
              .what = "tag image " + name},
             cancel);
}

Result<> Client::untag_image(const std::string& name, const std::string& repository,
                             const std::string& tag, const Cancel& cancel) const {
  return act({.method = "POST",
              .path = "/images/" + url_escape(name) + "/untag",
              .query = {{"repo", repository}, {"tag", tag}},
              .what = "untag image " + name},
             cancel);
}

Result<> Client::remove_image(const std::string& name, bool force, const Cancel& cancel) const {
  return act({.method = "DELETE",
              .path = "/images/" + url_escape(name),
              .query = {{"force", flag(force)}},
              .what = "remove image " + name},
             cancel);
}

Result<Value> Client::list_images(const Cancel& cancel) const {
  return ask({.path = "/images/json", .what = "list images"}, cancel);
}

Result<Value> Client::create_network(const Value& spec, const Cancel& cancel) const {
  return ask({.method = "POST",
              .path = "/networks/create",
              .body = spec,
              .what = "create network " + spec["name"].str()},
             cancel);
}

Result<Value> Client::inspect_network(const std::string& name, const Cancel& cancel) const {
  return ask({.path = "/networks/" + url_escape(name) + "/json", .what = "inspect network " + name},
             cancel);
}

Result<bool> Client::network_exists(const std::string& name, const Cancel& cancel) const {
  return exists("networks", name, cancel);
}

Result<Value> Client::list_networks(const Labels& labels, const Cancel& cancel) const {
  return ask({.path = "/networks/json",
              .query = {{"filters", codec::to_json(label_filter(labels))}},
              .what = "list networks"},
             cancel);
}

Result<> Client::remove_network(const std::string& name, bool force, const Cancel& cancel) const {
  const Value report = TRY(ask({.method = "DELETE",
                                .path = "/networks/" + url_escape(name),
                                .query = {{"force", flag(force)}},
                                .what = "remove network " + name},
                               cancel));
  for (const Value& item : report.items()) {
    if (item["Err"].is_null()) continue;
    const std::string why = item["Err"].str("it is in use");
    return fail(Code::conflict, fmt::format("podman cannot remove network {}: {}", name, why));
  }
  return {};
}

Result<Value> Client::create_volume(const Value& spec, const Cancel& cancel) const {
  return ask({.method = "POST",
              .path = "/volumes/create",
              .body = spec,
              .what = "create volume " + spec["Name"].str()},
             cancel);
}

Result<Value> Client::inspect_volume(const std::string& name, const Cancel& cancel) const {
  return ask({.path = "/volumes/" + url_escape(name) + "/json", .what = "inspect volume " + name},
             cancel);
}

Result<bool> Client::volume_exists(const std::string& name, const Cancel& cancel) const {
  return exists("volumes", name, cancel);
}

Result<Value> Client::list_volumes(const Labels& labels, const Cancel& cancel) const {
  return ask({.path = "/volumes/json",
              .query = {{"filters", codec::to_json(label_filter(labels))}},
              .what = "list volumes"},
             cancel);
}

Result<> Client::remove_volume(const std::string& name, bool force, const Cancel& cancel) const {
  return act({.method = "DELETE",
              .path = "/volumes/" + url_escape(name),
              .query = {{"force", flag(force)}},
              .what = "remove volume " + name},
             cancel);
}

Result<std::string> Client::create_pod(const Value& spec, const Cancel& cancel) const {
  const Value answer = TRY(ask({.method = "POST",
                                .path = "/pods/create",
                                .body = spec,
                                .what = "create pod " + spec["name"].str()},
                               cancel));
  return id_of(answer);
}

Result<> Client::start_pod(const std::string& name, const Cancel& cancel) const {
  const auto answer = TRY(send({.method = "POST",
                                .path = "/pods/" + url_escape(name) + "/start",
                                .what = "start pod " + name},
                               cancel));
  if (answer.status < 400) return {};
  if (answer.status != 409) return fail(api_error(answer.status, answer.body, "start pod " + name));
  // Podman's report of a pod holds empty errors: only a container's own start says why.
  const Value pod = TRY(inspect_pod(name, cancel));
  for (const Value& container : pod["Containers"].items()) {
    if (auto started = start_container(container["Name"].str(), cancel); !started) {
      return fail(std::move(started).error().with_context("start pod " + name));
    }
  }
  return {};
}

Result<> Client::stop_pod(const std::string& name, Duration grace, const Cancel& cancel) const {
  return act({.method = "POST",
              .path = "/pods/" + url_escape(name) + "/stop",
              .query = {{"t", seconds(grace)}},
              .what = "stop pod " + name},
             cancel);
}

Result<> Client::kill_pod(const std::string& name, const std::string& signal,
                          const Cancel& cancel) const {
  return act({.method = "POST",
              .path = "/pods/" + url_escape(name) + "/kill",
              .query = {{"signal", signal}},
              .what = "kill pod " + name},
             cancel);
}

Result<> Client::remove_pod(const std::string& name, bool force, const Cancel& cancel) const {
  const Call call{.method = "DELETE",
                  .path = "/pods/" + url_escape(name),
                  .query = {{"force", flag(force)}},
                  .what = "remove pod " + name};
  auto removed = act(call, cancel);
  // A container that Podman is about to restart can be neither killed nor removed at that moment;
  // a stop ends its restarts.
  for (int again = 0; again < 5 && force && !removed && retryable(removed.error()); ++again) {
    TRY(stop_pod(name, Duration(0), cancel));
    removed = act(call, cancel);
  }
  return removed;
}

Result<Value> Client::inspect_pod(const std::string& name, const Cancel& cancel) const {
  return ask({.path = "/pods/" + url_escape(name) + "/json", .what = "inspect pod " + name},
             cancel);
}

Result<bool> Client::pod_exists(const std::string& name, const Cancel& cancel) const {
  return exists("pods", name, cancel);
}

Result<Value> Client::list_pods(const Labels& labels, const Cancel& cancel) const {
  return ask({.path = "/pods/json",
              .query = {{"filters", codec::to_json(label_filter(labels))}},
              .what = "list pods"},
             cancel);
}

Result<std::string> Client::create_container(const Value& spec, const Cancel& cancel) const {
  auto answer = ask({.method = "POST",
                     .path = "/containers/create",
                     .body = spec,
                     .what = "create container " + spec["name"].str()},
                    cancel);
  if (!answer) return fail(without_values(std::move(answer).error(), spec));
  return id_of(*answer);
}

Result<> Client::start_container(const std::string& name, const Cancel& cancel) const {
  return act({.method = "POST",
              .path = "/containers/" + url_escape(name) + "/start",
              .what = "start container " + name},
             cancel);
}

Result<> Client::stop_container(const std::string& name, Duration grace,
                                const Cancel& cancel) const {
  return act({.method = "POST",
              .path = "/containers/" + url_escape(name) + "/stop",
              .query = {{"timeout", seconds(grace)}},
              .what = "stop container " + name},
             cancel);
}

Result<> Client::kill_container(const std::string& name, const std::string& signal,
                                const Cancel& cancel) const {
  return act({.method = "POST",
              .path = "/containers/" + url_escape(name) + "/kill",
              .query = {{"signal", signal}},
              .what = "kill container " + name},
             cancel);
}

Result<> Client::remove_container(const std::string& name, bool force, const Cancel& cancel) const {
  // v: the volumes that an image declares and nobody named go with their container.
  return act({.method = "DELETE",
              .path = "/containers/" + url_escape(name),
              .query = {{"force", flag(force)}, {"v", "true"}},
              .what = "remove container " + name},
             cancel);
}

Result<Value> Client::inspect_container(const std::string& name, const Cancel& cancel) const {
  return ask(
      {.path = "/containers/" + url_escape(name) + "/json", .what = "inspect container " + name},
      cancel);
}

Result<bool> Client::container_exists(const std::string& name, const Cancel& cancel) const {
  return exists("containers", name, cancel);
}

Result<Value> Client::list_containers(const Labels& labels, bool all, const Cancel& cancel) const {
  return ask({.path = "/containers/json",
              .query = {{"all", flag(all)}, {"filters", codec::to_json(label_filter(labels))}},
              .what = "list containers"},
             cancel);
}

Result<int> Client::wait_container(const std::string& name, const Cancel& cancel) const {
  auto code = ask({.method = "POST",
                   .path = "/containers/" + url_escape(name) + "/wait",
                   .query = {{"condition", "stopped"}, {"condition", "exited"}},
                   .what = "wait for container " + name},
                  cancel);
  if (!code && code.error().retry() == Retry::unknown_outcome) {
    return fail(std::move(code).error().with_retry(Retry::now));
  }
  if (!code) return fail(std::move(code).error());
  return static_cast<int>(code->as_int(-1));
}

}  // namespace rumbo::target::podman
