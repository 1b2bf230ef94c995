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

constexpr Duration kAnswer = 10s;
constexpr Duration kAnswerAgain = 5s;

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

std::string Client::no_answer() const {
  return fmt::format("the Podman service at {} does not answer", socket_);
}

/// How long to wait for the end of a call. The service answers reads in milliseconds, and in
/// seconds on a machine that is swamped; one that was silent a moment ago is given less, so that
/// work of several calls does not wait for each of them in turn.
Duration Client::bound(const Call& call) const {
  return (silent_ ? kAnswerAgain : kAnswer) + call.work;
}

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
  const Duration most = bound(call);
  const MonoTime end = call.endless ? MonoTime::never() : clock_.mono() + most;
  auto answer = http_.send(request, call.endless ? cancel : cancel.with_deadline(end));
  if (answer) {
    silent_ = false;
    return answer;
  }
  Error error = std::move(answer).error();
  const bool asked = cancel.cancelled() || (cancel.deadline() && *cancel.deadline() <= end);
  const bool silent = !asked && clock_.mono() >= end;
  const bool absent = error.code() == Code::unavailable && error.retry() == Retry::later;
  if (silent) silent_ = true;
  if (silent || absent) {
    const std::string words = silent ? "nothing for " + rumbo::to_string(most) : error.message();
    error = Error(Code::unavailable, no_answer() + ": " + words, error.retry()).with_hint(hint_);
  }
  return fail(std::move(error).with_context(call.what));
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
            .what = "pull image " + request.reference,
            .endless = true};
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
              .what = "tag image " + name,
              .work = kChange},
             cancel);
}

Result<> Client::untag_image(const std::string& name, const std::string& repository,
                             const std::string& tag, const Cancel& cancel) const {
  return act({.method = "POST",
              .path = "/images/" + url_escape(name) + "/untag",
              .query = {{"repo", repository}, {"tag", tag}},
              .what = "untag image " + name,
              .work = kChange},
             cancel);
}

Result<> Client::remove_image(const std::string& name, bool force, const Cancel& cancel) const {
  return act({.method = "DELETE",
              .path = "/images/" + url_escape(name),
              .query = {{"force", flag(force)}},
              .what = "remove image " + name,
              .work = kRemoval},
             cancel);
}

Result<Value> Client::list_images(const Cancel& cancel) const {
  return ask({.path = "/images/json", .what = "list images", .work = kChange}, cancel);
}

Result<Value> Client::create_network(const Value& spec, const Cancel& cancel) const {
  return ask({.method = "POST",
              .path = "/networks/create",
              .body = spec,
              .what = "create network " + spec["name"].str(),
              .work = kChange},
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
                                .what = "remove network " + name,
                                .work = kChange},
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
              .what = "create volume " + spec["Name"].str(),
              .work = kChange},
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
              .what = "remove volume " + name,
              .work = kChange},
             cancel);
}

}  // namespace rumbo::target::podman
