// The pool's thread runs one multi handle. Callers hand it transfers and wait; what streams bring
// is queued for the caller, whose thread feeds the sink. A stream whose queue is full is paused:
// that may slow the streams beside it on the same connection, which is why watches have a pool of
// their own.
#include "io/http_pool.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <curl/curl.h>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "io/curl_exchange.h"
#include "io/env.h"
#include "io/http_address.h"
#include "io/http_checks.h"

namespace rumbo::io {
namespace {

constexpr int kPoll = 80;                                    // milliseconds: cancels, silence
constexpr int kIdlePoll = 60'000;                            // nothing under way
constexpr std::size_t kQueueFull = std::size_t{4} << 20;     // bytes of a stream: pause it
constexpr std::size_t kQueueDrained = std::size_t{1} << 20;  // go on

struct Curl {
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_setopt) setopt;
  decltype(&::curl_easy_getinfo) getinfo;
  decltype(&::curl_easy_strerror) text_of;
  decltype(&::curl_easy_pause) pause;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
  decltype(&::curl_multi_init) multi_init;
  decltype(&::curl_multi_cleanup) multi_cleanup;
  decltype(&::curl_multi_setopt) multi_setopt;
  decltype(&::curl_multi_add_handle) multi_add;
  decltype(&::curl_multi_remove_handle) multi_remove;
  decltype(&::curl_multi_perform) multi_perform;
  decltype(&::curl_multi_poll) multi_poll;
  decltype(&::curl_multi_wakeup) multi_wakeup;
  decltype(&::curl_multi_info_read) multi_info;
};

/// All of them, in the order of the members.
Result<Curl> bind_curl() {
  CurlSymbols symbol(TRY(curl_library()));
  const Curl curl{symbol("curl_easy_init"),           symbol("curl_easy_cleanup"),
                  symbol("curl_easy_setopt"),         symbol("curl_easy_getinfo"),
                  symbol("curl_easy_strerror"),       symbol("curl_easy_pause"),
                  symbol("curl_slist_append"),        symbol("curl_slist_free_all"),
                  symbol("curl_multi_init"),          symbol("curl_multi_cleanup"),
                  symbol("curl_multi_setopt"),        symbol("curl_multi_add_handle"),
                  symbol("curl_multi_remove_handle"), symbol("curl_multi_perform"),
                  symbol("curl_multi_poll"),          symbol("curl_multi_wakeup"),
                  symbol("curl_multi_info_read")};
  if (!symbol.complete()) return fail(curl_too_old());
  return curl;
}

const Result<Curl>& curl_functions() {
  static const Result<Curl> functions = bind_curl();
  return functions;
}

/// One request under way. The pool's thread owns it until it is done, but for what `mutex` guards.
struct Transfer : Exchange {
  Transfer(const HttpRequest& request_in, const Cancel& cancel_in, std::optional<Duration> quiet)
      : Exchange{request_in}, cancel(cancel_in), silence(quiet) {}

  const Curl* curl = nullptr;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  curl_slist* connect_to = nullptr;
  const Cancel& cancel;
  const std::optional<Duration> silence;  ///< of a stream
  MonoTime last_piece{};
  bool paused = false;
  bool http1 = false;  ///< what the server speaks
  std::array<char, CURL_ERROR_SIZE> message{};

  Mutex mutex;
  Condition changed;
  std::string queue GUARDED_BY(mutex);
  bool full GUARDED_BY(mutex) = false;     ///< paused for it
  bool stopped GUARDED_BY(mutex) = false;  ///< by the sink
  std::optional<Result<>> done GUARDED_BY(mutex);

  bool streams() {
    long status = 0;
    if (silence) curl->getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    return status == 200;
  }
};

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.last_piece = real_clock().mono();
  if (std::string_view(data, size).starts_with("HTTP/1.")) transfer.http1 = true;
  return transfer.take_header({data, size}) ? size : CURL_WRITEFUNC_ERROR;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.last_piece = real_clock().mono();
  if (!transfer.streams()) return transfer.take_body({data, size}) ? size : CURL_WRITEFUNC_ERROR;
  MutexLock lock(transfer.mutex);
  if (transfer.queue.size() >= kQueueFull) {
    transfer.full = transfer.paused = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  transfer.queue.append(data, size);
  transfer.changed.notify_all();
  return size;
}

int before_sending(void* user, char*, char*, int, int) {
  return static_cast<Transfer*>(user)->may_send() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return lively_socket(address->family, address->socktype, address->protocol);
}

}  // namespace

class HttpPool::Loop {
 public:
  explicit Loop(PoolOptions options) : options_(std::move(options)) {}

  ~Loop() {
    stopping_ = true;
    if (!thread_.joinable()) return;
    wake();
    thread_.join();
    curl_->multi_cleanup(multi_);
  }

  /// Takes it over; it ends with Transfer::done.
  Result<> start(const std::shared_ptr<Transfer>& transfer) {
    TRY(begin());
    if (under_way_.fetch_add(1) >= options_.most_requests) {
      --under_way_;
      return fail(Code::exhausted, "too many requests at once", Retry::later);
    }
    transfer->curl = curl_;
    incoming_.with([&](auto& incoming) { incoming.push_back(transfer); });
    wake();
    return {};
  }

  void wake() { curl_->multi_wakeup(multi_); }

 private:
  using Shared = std::shared_ptr<Transfer>;

  Result<> begin() {
    MutexLock lock(begin_mutex_);
    if (thread_.joinable()) return {};
    const auto& functions = curl_functions();
    if (!functions) return fail(functions.error());
    curl_ = &*functions;
    multi_ = curl_->multi_init();
    if (multi_ == nullptr) return fail(Code::exhausted, "out of memory", Retry::later);
    curl_->multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
    set_connections(options_.http2 ? options_.connections : options_.connections_1);
    thread_ = std::thread([this] { run(); });
    return {};
  }

  void set_connections(int most) {
    curl_->multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(most));
    curl_->multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(most));
    connections_ = most;
  }

  void run() {
    while (!stopping_) {
      take_incoming();
      int running = 0;
      curl_->multi_perform(multi_, &running);
      take_finished();
      look_after();
      curl_->multi_poll(multi_, nullptr, 0, active_.empty() ? kIdlePoll : kPoll, nullptr);
    }
    take_incoming();
    while (!active_.empty()) {
      const Shared last = active_.back();
      end(last, fail(last->ended(Error(Code::cancelled, "shutting down", Retry::later))));
    }
  }

  void take_incoming() {
    for (Shared& transfer : incoming_.with([](auto& list) { return std::exchange(list, {}); })) {
      active_.push_back(transfer);
      transfer->last_piece = real_clock().mono();
      transfer->easy = curl_->easy_init();
      if (transfer->easy == nullptr) {
        end(transfer, fail(Code::exhausted, "out of memory", Retry::later));
        continue;
      }
      set_connection(*transfer);
      set_request(*transfer);
      curl_->multi_add(multi_, transfer->easy);
    }
  }

  template <class V>
  void set(Transfer& transfer, CURLoption option, V value) {
    curl_->setopt(transfer.easy, option, value);
  }
  void set_blob(Transfer& transfer, CURLoption option, const std::string& value) {
    curl_blob bytes{const_cast<char*>(value.data()), value.size(), CURL_BLOB_NOCOPY};
    if (!value.empty()) curl_->setopt(transfer.easy, option, &bytes);
  }

  void set_connection(Transfer& t) {
    const PoolTls& tls = options_.tls;
    set(t, CURLOPT_NOSIGNAL, 1L);
    set(t, CURLOPT_PROTOCOLS_STR, "http,https");
    set(t, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(t, CURLOPT_HTTP_VERSION,
        static_cast<long>(options_.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
    set(t, CURLOPT_PIPEWAIT, options_.http2 ? 1L : 0L);
    const auto patience = t.request.connect_timeout / std::chrono::milliseconds(1);
    set(t, CURLOPT_CONNECTTIMEOUT_MS, std::max(1L, static_cast<long>(patience)));
    set(t, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    if (!tls.authorities_pem.empty()) {
      set_blob(t, CURLOPT_CAINFO_BLOB, tls.authorities_pem);
      set(t, CURLOPT_CAPATH, static_cast<char*>(nullptr));  // these and no others
    }
    set_blob(t, CURLOPT_SSLCERT_BLOB, tls.certificate_pem);
    set_blob(t, CURLOPT_SSLKEY_BLOB, tls.key_pem.reveal());
    if (!tls.check_certificate) {
      set(t, CURLOPT_SSL_VERIFYPEER, 0L);
      set(t, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    set(t, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (const std::string& proxy = options_.proxy_url.reveal(); !proxy.empty()) {
      set(t, CURLOPT_PROXY, proxy.c_str());
      set(t, CURLOPT_NOPROXY, "");
    } else if (is_loopback(t.request.url)) {
      set(t, CURLOPT_NOPROXY, "*");
    }
  }

  void set_request(Transfer& t) {
    const HttpRequest& request = t.request;
    const Address address = address_of(request.url, options_.tls.server_name);
    set(t, CURLOPT_PRIVATE, &t);
    set(t, CURLOPT_ERRORBUFFER, t.message.data());
    set(t, CURLOPT_PATH_AS_IS, 1L);
    set(t, CURLOPT_URL, address.url.c_str());
    if (!address.connect_to.empty()) {
      t.connect_to = curl_->slist_append(nullptr, address.connect_to.c_str());
      set(t, CURLOPT_CONNECT_TO, t.connect_to);
    }
    for (const std::string& line : header_lines(request)) {
      t.headers = curl_->slist_append(t.headers, line.c_str());
    }
    if (!address.host.empty()) {
      t.headers = curl_->slist_append(t.headers, ("Host: " + address.host).c_str());
    }
    set(t, CURLOPT_HTTPHEADER, t.headers);
    set(t, CURLOPT_HEADERFUNCTION, on_header);
    set(t, CURLOPT_HEADERDATA, &t);
    set(t, CURLOPT_WRITEFUNCTION, on_body);
    set(t, CURLOPT_WRITEDATA, &t);
    set(t, CURLOPT_PREREQFUNCTION, before_sending);
    set(t, CURLOPT_PREREQDATA, &t);
    const std::string& method = request.method;
    if (method == "HEAD") set(t, CURLOPT_NOBODY, 1L);
    if (!request.body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
      set(t, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(t, CURLOPT_POSTFIELDS, request.body.c_str());
    }
    if (method != "HEAD") set(t, CURLOPT_CUSTOMREQUEST, method.c_str());
  }

  void take_finished() {
    int queued = 0;
    while (const CURLMsg* message = curl_->multi_info(multi_, &queued)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      Transfer* done = nullptr;
      curl_->getinfo(message->easy_handle, CURLINFO_PRIVATE, &done);
      const auto found = std::find_if(active_.begin(), active_.end(),
                                      [&](const Shared& one) { return one.get() == done; });
      if (found == active_.end()) continue;
      const char* words = done->message[0] ? done->message.data() : curl_->text_of(code);
      end(Shared(*found), code == CURLE_OK ? Result<>() : fail(done->error(code, words)));
    }
  }

  /// Ends what is cancelled, silent or stopped; lets paused streams go on.
  void look_after() {
    const MonoTime now = real_clock().mono();
    for (const Shared& transfer : std::vector<Shared>(active_)) {
      if (transfer->http1 && connections_ < options_.connections_1) {
        set_connections(options_.connections_1);
      }
      bool stopped = false, drained = false;
      {
        MutexLock lock(transfer->mutex);
        stopped = transfer->stopped;
        drained = transfer->queue.size() < kQueueDrained;
      }
      if (const auto go_on = transfer->cancel.check(now); !go_on) {
        end(transfer, fail(transfer->ended(go_on.error())));
      } else if (stopped) {
        end(transfer, {});
      } else if (transfer->paused) {
        transfer->last_piece = now;
        if (!drained) continue;
        transfer->paused = false;
        curl_->pause(transfer->easy, CURLPAUSE_CONT);
      } else if (transfer->silence && now - transfer->last_piece > *transfer->silence) {
        end(transfer, fail(Error(Code::timeout, "nothing came for " + to_string(*transfer->silence),
                                 Retry::later)));
      }
    }
  }

  void end(const Shared& transfer, Result<> outcome) {
    const Shared keep = transfer;
    std::erase(active_, keep);
    if (keep->easy != nullptr) {
      long status = 0;
      curl_->getinfo(keep->easy, CURLINFO_RESPONSE_CODE, &status);
      keep->response.status = static_cast<int>(status);
      curl_->multi_remove(multi_, keep->easy);
      curl_->easy_cleanup(keep->easy);
    }
    curl_->slist_free_all(keep->headers);
    curl_->slist_free_all(keep->connect_to);
    --under_way_;
    MutexLock lock(keep->mutex);
    keep->done = std::move(outcome);
    keep->changed.notify_all();
  }

  const PoolOptions options_;
  const Curl* curl_ = nullptr;
  CURLM* multi_ = nullptr;
  Mutex begin_mutex_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> under_way_{0};
  Guarded<std::vector<Shared>> incoming_;
  // The thread's own.
  std::vector<Shared> active_;
  int connections_ = 0;
};

HttpPool::HttpPool(PoolOptions options) : loop_(std::make_unique<Loop>(std::move(options))) {}
HttpPool::~HttpPool() = default;

Result<HttpResponse> HttpPool::send(const HttpRequest& request, const Cancel& cancel) {
  return run(request, std::nullopt, cancel);
}

Result<HttpResponse> HttpPool::stream(const HttpRequest& request, Duration silence,
                                      const Cancel& cancel) {
  return run(request, silence, cancel);
}

Result<HttpResponse> HttpPool::run(const HttpRequest& request, std::optional<Duration> silence,
                                   const Cancel& cancel) {
  const auto attempt = [&]() -> Result<HttpResponse> {
    TRY(check_request(request));
    TRY(cancel.check(real_clock().mono()));
    const auto transfer = std::make_shared<Transfer>(request, cancel, silence);
    TRY(loop_->start(transfer));
    for (bool wanted = true;;) {
      std::string pieces;
      bool was_full = false;
      {
        MutexLock lock(transfer->mutex);
        while (transfer->queue.empty() && !transfer->done) transfer->changed.wait(transfer->mutex);
        pieces = std::exchange(transfer->queue, {});
        was_full = std::exchange(transfer->full, false);
        if (pieces.empty()) {
          if (!*transfer->done) return fail(transfer->done->error());
          return std::move(transfer->response);
        }
      }
      if (wanted && !request.sink(pieces)) {
        wanted = false;
        MutexLock lock(transfer->mutex);
        transfer->stopped = true;
        was_full = true;
      }
      if (was_full) loop_->wake();
    }
  };
  auto response = attempt();
  if (response) return response;
  return fail(std::move(response).error().with_context(describe(request)));
}

}  // namespace rumbo::io
