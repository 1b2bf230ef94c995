// The calls of the libpod API for pods and containers, except those that stream.
#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/strings.h"
#include "codec/json.h"
#include "target/podman/answers.h"
#include "target/podman/client.h"
#include "target/podman/client_call.h"

namespace rumbo::target::podman {
namespace {

std::string seconds(Duration grace) {
  const auto whole = std::chrono::ceil<std::chrono::seconds>(grace).count();
  return std::to_string(std::max<std::int64_t>(whole, 0));
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

Result<std::string> Client::create_pod(const Value& spec, const Cancel& cancel) const {
  const Value answer = TRY(ask({.method = "POST",
                                .path = "/pods/create",
                                .body = spec,
                                .what = "create pod " + spec["name"].str(),
                                .work = kChange},
                               cancel));
  return id_of(answer);
}

Result<> Client::start_pod(const std::string& name, const Cancel& cancel) const {
  const auto answer = TRY(send({.method = "POST",
                                .path = "/pods/" + url_escape(name) + "/start",
                                .what = "start pod " + name,
                                .work = kChange},
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
              .what = "stop pod " + name,
              .work = kChange + grace},
             cancel);
}

Result<> Client::kill_pod(const std::string& name, const std::string& signal,
                          const Cancel& cancel) const {
  return act({.method = "POST",
              .path = "/pods/" + url_escape(name) + "/kill",
              .query = {{"signal", signal}},
              .what = "kill pod " + name,
              .work = kChange},
             cancel);
}

Result<> Client::remove_pod(const std::string& name, bool force, const Cancel& cancel) const {
  const Call call{.method = "DELETE",
                  .path = "/pods/" + url_escape(name),
                  .query = {{"force", flag(force)}},
                  .what = "remove pod " + name,
                  .work = kRemoval};
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
                     .what = "create container " + spec["name"].str(),
                     .work = kChange},
                    cancel);
  if (!answer) return fail(without_values(std::move(answer).error(), spec));
  return id_of(*answer);
}

Result<> Client::start_container(const std::string& name, const Cancel& cancel) const {
  return act({.method = "POST",
              .path = "/containers/" + url_escape(name) + "/start",
              .what = "start container " + name,
              .work = kChange},
             cancel);
}

Result<> Client::stop_container(const std::string& name, Duration grace,
                                const Cancel& cancel) const {
  return act({.method = "POST",
              .path = "/containers/" + url_escape(name) + "/stop",
              .query = {{"timeout", seconds(grace)}},
              .what = "stop container " + name,
              .work = kChange + grace},
             cancel);
}

Result<> Client::kill_container(const std::string& name, const std::string& signal,
                                const Cancel& cancel) const {
  return act({.method = "POST",
              .path = "/containers/" + url_escape(name) + "/kill",
              .query = {{"signal", signal}},
              .what = "kill container " + name,
              .work = kChange},
             cancel);
}

Result<> Client::remove_container(const std::string& name, bool force, const Cancel& cancel) const {
  // v: the volumes that an image declares and nobody named go with their container.
  return act({.method = "DELETE",
              .path = "/containers/" + url_escape(name),
              .query = {{"force", flag(force)}, {"v", "true"}},
              .what = "remove container " + name,
              .work = kRemoval},
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
                   .what = "wait for container " + name,
                   .endless = true},
                  cancel);
  if (!code && code.error().retry() == Retry::unknown_outcome) {
    return fail(std::move(code).error().with_retry(Retry::now));
  }
  if (!code) return fail(std::move(code).error());
  return static_cast<int>(code->as_int(-1));
}

}  // namespace rumbo::target::podman
