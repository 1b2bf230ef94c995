#include "fake_api.h"

#include <algorithm>
#include <thread>

#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::fake_api {

using target::kubernetes::ApiRequest;
using target::kubernetes::ApiResponse;
using target::kubernetes::PieceSink;

namespace {

bool is_review(const Call& call) {
  return call.group == "authorization.k8s.io";
}

bool reads(const Call& call) {
  return !call.is_resource || call.verb == "get" || call.verb == "list" || call.verb == "watch" ||
         is_review(call);
}

bool is_dry_run(const Call& call) {
  if (call.dry_run()) return true;
  if (call.verb != "delete" || call.body.empty()) return false;
  const auto body = codec::parse_json(call.body);
  return body && (*body)["dryRun"][0].as_string() == "All";
}

tl::unexpected<Error> no_answer(const Call& call) {
  return fail(Code::unavailable, "the connection broke before an answer came",
              reads(call) ? Retry::now : Retry::unknown_outcome);
}

Problem problem_of(const Injected& injected) {
  switch (injected.status) {
    case 429:
      return {429,
              "TooManyRequests",
              "too many requests, please try again later",
              {},
              injected.retry_after};
    case 503:
      return {503,
              "ServiceUnavailable",
              "the server is currently unable to handle the request",
              {},
              injected.retry_after};
    case 504:
      return {504,
              "Timeout",
              "request did not complete within requested timeout - context "
              "deadline exceeded",
              {},
              injected.retry_after};
    case 401:
      return {401, "Unauthorized", "Unauthorized", {}};
    default:
      return {injected.status,
              "InternalError",
              "an error on the server has prevented the request "
              "from succeeding",
              {},
              injected.retry_after};
  }
}

}  // namespace

std::string label_of(const Call& call) {
  std::string label = call.verb;
  if (!call.is_resource) return label + " " + call.path;
  label += " " + call.plural + (call.group.empty() ? "" : "." + call.group);
  if (!call.subresource.empty()) label += "/" + call.subresource;
  if (!call.name.empty()) label += " " + (call.ns.empty() ? "" : call.ns + "/") + call.name;
  if (call.name.empty() && !call.ns.empty()) label += " " + call.ns;
  return is_dry_run(call) ? label + " dry-run" : label;
}

FakeApi::FakeApi(const Clock& clock, ClusterOptions options, std::function<void(Duration)> sleep)
    : clock_(clock),
      sleep_(std::move(sleep)),
      cluster_(clock, std::move(options)),
      controllers_(cluster_) {}

void FakeApi::intercept(Interceptor interceptor) {
  MutexLock lock(mutex_);
  interceptor_ = std::move(interceptor);
}

void FakeApi::partition_until(MonoTime until) {
  MutexLock lock(mutex_);
  away_until_ = until;
}

void FakeApi::on_idle(std::function<bool()> idle) {
  MutexLock lock(mutex_);
  idle_ = std::move(idle);
}

void FakeApi::step() {
  MutexLock lock(mutex_);
  step_locked();
}

void FakeApi::step_locked() {
  const MonoTime now = clock_.mono();
  while (true) {
    const auto due = std::ranges::min_element(delayed_, {}, &Delayed::due);
    if (due == delayed_.end() || due->due > now) break;
    const Call call = due->call;
    delayed_.erase(due);
    (void)cluster_.handle(call);
  }
  if (stepped_ == std::pair(cluster_.store().version(), now)) return;
  constexpr int kMost = 1000;
  for (int i = 0; i < kMost; ++i) {
    const bool changed = cluster_.step();
    if (!controllers_.step() && !changed) break;
  }
  stepped_ = {cluster_.store().version(), now};
}

ApiResponse FakeApi::handle_locked(const Call& call) {
  step_locked();
  ApiResponse response = cluster_.handle(call);
  step_locked();
  return response;
}

std::optional<Injected> FakeApi::look(const Call& call) {
  calls_.push_back({calls_.size(), call, !reads(call) && !is_dry_run(call)});
  if (!interceptor_) return std::nullopt;
  return interceptor_(calls_.back());
}

Result<ApiResponse> FakeApi::send(const ApiRequest& request, const Cancel& cancel) {
  TRY(cancel.check(clock_.mono()));
  const Call call = read_call(request);
  Duration wait{0};
  ApiResponse response;
  {
    MutexLock lock(mutex_);
    step_locked();
    const auto injected = look(call);
    if (clock_.mono() < away_until_) {
      return fail(Code::unavailable, "cannot connect to the API server", Retry::later);
    }
    if (!injected) return handle_locked(call);
    switch (injected->kind) {
      case Injected::Kind::answer:
        return response_of(problem_of(*injected));
      case Injected::Kind::not_sent:
        return fail(Code::unavailable, "cannot connect to the API server", Retry::later);
      case Injected::Kind::lost:
        return no_answer(call);
      case Injected::Kind::done:
        handle_locked(call);
        return no_answer(call);
      case Injected::Kind::done_later:
        delayed_.push_back({clock_.mono() + injected->after, call});
        return no_answer(call);
      case Injected::Kind::done_answer:
        handle_locked(call);
        return response_of(problem_of(*injected));
      default:
        wait = injected->after;
        response = handle_locked(call);
    }
  }
  if (sleep_ && wait > Duration(0)) sleep_(wait);
  if (wait > request.timeout) return no_answer(call);
  return response;
}

Result<ApiResponse> FakeApi::stream(const ApiRequest& request, const PieceSink& sink,
                                    const Cancel& cancel) {
  TRY(cancel.check(clock_.mono()));
  const Call call = read_call(request);
  if (call.subresource == "log") {
    auto response = send(request, cancel);
    if (response && response->status == 200) {
      sink(response->body);
      response->body.clear();
    }
    return response;
  }
  std::optional<Injected> injected;
  std::optional<Watcher> watcher;
  std::function<bool()> idle;
  {
    MutexLock lock(mutex_);
    step_locked();
    injected = look(call);
    idle = idle_;
    if (clock_.mono() < away_until_ || (injected && injected->kind == Injected::Kind::not_sent)) {
      return fail(Code::unavailable, "cannot connect to the API server", Retry::later);
    }
    if (injected && injected->kind == Injected::Kind::answer) {
      return response_of(problem_of(*injected));
    }
    auto opened = Watcher::open(cluster_, call);
    if (!opened) return response_of(opened.error());
    watcher = std::move(*opened);
    if (injected && injected->kind == Injected::Kind::gone) {
      watcher->fail(expired("too old resource version"));
    }
  }
  MonoTime last = clock_.mono();
  while (true) {
    if (auto stopped = cancel.check(clock_.mono()); !stopped) return fail(stopped.error());
    std::vector<std::string> lines;
    bool ended = false;
    {
      MutexLock lock(mutex_);
      step_locked();
      if (clock_.mono() < away_until_) {
        return fail(Code::unavailable, "the connection to the API server broke", Retry::later);
      }
      lines = watcher->poll(cluster_);
      ended = watcher->ended();
    }
    if (injected && injected->kind == Injected::Kind::silent) lines.clear();
    for (const std::string& line : lines) {
      if (injected && injected->kind == Injected::Kind::cut) {
        sink(std::string_view(line).substr(0, line.size() / 2));
        return fail(Code::unavailable, "the connection broke in the middle of an event",
                    Retry::later);
      }
      if (!sink(line)) return ApiResponse{200, {{"content-type", "application/json"}}, ""};
      last = clock_.mono();
    }
    if (ended) return ApiResponse{200, {{"content-type", "application/json"}}, ""};
    if (clock_.mono() - last > request.timeout) {
      return fail(Code::timeout, "the watch was silent for too long", Retry::later);
    }
    if (!lines.empty()) continue;
    if (idle) {
      if (!idle()) return ApiResponse{200, {{"content-type", "application/json"}}, ""};
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
}

ApiResponse FakeApi::as(const std::string& manager, const std::string& method,
                        const std::string& path, const Value& body,
                        const std::string& content_type) {
  ApiRequest request;
  request.method = method;
  request.path = path;
  if (path.find("fieldManager=") == std::string::npos) {
    request.path +=
        (path.find('?') == std::string::npos ? "?" : "&") + std::string("fieldManager=") + manager;
  }
  if (!body.is_null()) {
    request.content_type = content_type;
    request.body = codec::to_json(body);
  }
  MutexLock lock(mutex_);
  const Authorizer authorizer = std::exchange(cluster_.authorizer, nullptr);
  ApiResponse response = handle_locked(read_call(request));
  cluster_.authorizer = authorizer;
  return response;
}

Value FakeApi::find(const std::string& group, const std::string& kind, const std::string& ns,
                    const std::string& name) {
  MutexLock lock(mutex_);
  step_locked();
  const Kind* found = cluster_.kind_named(group, kind);
  return found == nullptr ? Value() : cluster_.store().find(found->storage(), {ns, name});
}

std::vector<Seen> FakeApi::calls() {
  MutexLock lock(mutex_);
  return calls_;
}

}  // namespace rumbo::fake_api
