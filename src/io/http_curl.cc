// The real Http, on libcurl.
//
// Threads: each call borrows a slot (one easy handle in one multi handle) from a pool, so that
// connections stay open between calls and no handle is ever shared.
#include <array>
#include <curl/curl.h>
#include <sys/socket.h>

#include "base/guarded.h"
#include "io/curl_exchange.h"
#include "io/env.h"
#include "io/http.h"
#include "io/http_checks.h"

namespace rumbo::io {
namespace {

constexpr int kCancelPoll = 80;         // milliseconds until a cancel is noticed
constexpr int kQuietPoll = 320;         // the same in a stream that has been silent for a while
constexpr int kQuietRounds = 64;        // silent rounds until then
constexpr std::size_t kIdleSlots = 16;  // kept for later calls
constexpr long kQuietSeconds = 300;     // without sink and deadline: silence that ends a call

struct Curl {
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_reset) easy_reset;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_setopt) setopt;
  decltype(&::curl_easy_getinfo) getinfo;
  decltype(&::curl_easy_strerror) text_of;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
  decltype(&::curl_multi_init) multi_init;
  decltype(&::curl_multi_cleanup) multi_cleanup;
  decltype(&::curl_multi_setopt) multi_setopt;
  decltype(&::curl_multi_add_handle) multi_add;
  decltype(&::curl_multi_remove_handle) multi_remove;
  decltype(&::curl_multi_perform) multi_perform;
  decltype(&::curl_multi_poll) multi_poll;
  decltype(&::curl_multi_info_read) multi_info;
};

/// All of them, in the order of the members.
Result<Curl> bind_curl() {
  CurlSymbols symbol(TRY(curl_library()));
  const Curl curl{symbol("curl_easy_init"),           symbol("curl_easy_reset"),
                  symbol("curl_easy_cleanup"),        symbol("curl_easy_setopt"),
                  symbol("curl_easy_getinfo"),        symbol("curl_easy_strerror"),
                  symbol("curl_slist_append"),        symbol("curl_slist_free_all"),
                  symbol("curl_multi_init"),          symbol("curl_multi_cleanup"),
                  symbol("curl_multi_setopt"),        symbol("curl_multi_add_handle"),
                  symbol("curl_multi_remove_handle"), symbol("curl_multi_perform"),
                  symbol("curl_multi_poll"),          symbol("curl_multi_info_read")};
  if (!symbol.complete()) return fail(curl_too_old());
  return curl;
}

const Result<Curl>& curl_functions() {
  static const Result<Curl> functions = bind_curl();
  return functions;
}

/// One easy handle and the multi handle that owns its connections.
struct Slot {
  const Curl* curl;
  CURLM* multi = nullptr;
  CURL* easy = nullptr;
  std::string origin;  ///< whom it talked to last

  explicit Slot(const Curl& library)
      : curl(&library), multi(curl->multi_init()), easy(curl->easy_init()) {
    curl->multi_setopt(multi, CURLMOPT_MAXCONNECTS, 4L);
  }
  ~Slot() {
    curl->easy_cleanup(easy);
    curl->multi_cleanup(multi);
  }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
};

class SlotPool {
 public:
  std::unique_ptr<Slot> borrow(const Curl& curl, const std::string& origin) {
    auto slot = idle_.with([&](auto& idle) -> std::unique_ptr<Slot> {
      for (auto it = idle.rbegin(); it != idle.rend(); ++it) {
        if ((*it)->origin != origin) continue;
        auto found = std::move(*it);
        idle.erase(std::next(it).base());
        return found;
      }
      return nullptr;
    });
    if (!slot) slot = std::make_unique<Slot>(curl);
    slot->origin = origin;
    return slot;
  }

  void give_back(std::unique_ptr<Slot> slot) {
    std::unique_ptr<Slot> oldest;  // closed outside the lock
    idle_.with([&](auto& idle) {
      idle.push_back(std::move(slot));
      if (idle.size() <= kIdleSlots) return;
      oldest = std::move(idle.front());
      idle.erase(idle.begin());
    });
  }

 private:
  Guarded<std::vector<std::unique_ptr<Slot>>> idle_;
};

/// One request under way: what libcurl's callbacks fill in.
struct Transfer : Exchange {
  bool stopped = false;  ///< by the sink
  std::array<char, CURL_ERROR_SIZE> message{};
};

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  return static_cast<Transfer*>(user)->take_header({data, size}) ? size : CURL_WRITEFUNC_ERROR;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.request.sink) {
    if (transfer.request.sink({data, size})) return size;
    transfer.stopped = true;
    return CURL_WRITEFUNC_ERROR;
  }
  return transfer.take_body({data, size}) ? size : CURL_WRITEFUNC_ERROR;
}

int before_sending(void* user, char*, char*, int, int) {
  return static_cast<Transfer*>(user)->may_send() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  // This libcurl's own sockets would be inherited by programs started meanwhile.
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

class Headers {
 public:
  explicit Headers(const Curl& curl) : curl_(curl) {}
  ~Headers() { curl_.slist_free_all(list_); }
  Headers(const Headers&) = delete;
  Headers& operator=(const Headers&) = delete;
  void add(const std::string& line) { list_ = curl_.slist_append(list_, line.c_str()); }
  curl_slist* get() const { return list_; }

 private:
  const Curl& curl_;
  curl_slist* list_ = nullptr;
};

void set_options(const Curl& curl, CURL* easy, Transfer& transfer, const Headers& headers,
                 bool bounded) {
  const HttpRequest& request = transfer.request;
  const auto set = [&](CURLoption option, auto value) { curl.setopt(easy, option, value); };
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, transfer.message.data());
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
  set(CURLOPT_MAXREDIRS, 10L);
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_CONNECTTIMEOUT_MS,
      std::max(1L, static_cast<long>(request.connect_timeout / std::chrono::milliseconds(1))));
  set(CURLOPT_HEADERFUNCTION, on_header);
  set(CURLOPT_HEADERDATA, &transfer);
  set(CURLOPT_WRITEFUNCTION, on_body);
  set(CURLOPT_WRITEDATA, &transfer);
  set(CURLOPT_PREREQFUNCTION, before_sending);
  set(CURLOPT_PREREQDATA, &transfer);
  set(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  if (!request.check_certificate) {
    set(CURLOPT_SSL_VERIFYPEER, 0L);
    set(CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!request.ca_file.empty()) set(CURLOPT_CAINFO, request.ca_file.c_str());
  if (!request.unix_socket.empty()) set(CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
  if (!request.unix_socket.empty() || is_loopback(request.url)) set(CURLOPT_NOPROXY, "*");
  if (!request.user.empty()) {
    set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    set(CURLOPT_USERNAME, request.user.c_str());
    set(CURLOPT_PASSWORD, request.password.reveal().c_str());
  }
  if (!request.sink && !bounded) {
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, kQuietSeconds);
  }
  const std::string& method = request.method;
  if (method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (!request.body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.c_str());
  }
  if (method != "HEAD" && method != "GET") set(CURLOPT_CUSTOMREQUEST, method.c_str());
  if (method == "GET" && !request.body.empty()) set(CURLOPT_CUSTOMREQUEST, "GET");
}

class CurlHttp : public Http {
 public:
  Result<HttpResponse> send(const HttpRequest& request, const Cancel& cancel) override {
    auto response = attempt(request, cancel);
    if (response) return response;
    return fail(std::move(response).error().with_context(describe(request)));
  }

 private:
  Result<HttpResponse> attempt(const HttpRequest& request, const Cancel& cancel) {
    TRY(check_request(request));
    TRY(cancel.check(real_clock().mono()));
    const auto& library = curl_functions();
    if (!library) return fail(library.error());
    auto slot = pool_.borrow(*library, origin_of(request));
    if (!slot->multi || !slot->easy) return fail(Code::exhausted, "out of memory", Retry::later);

    Transfer transfer{Exchange{request}};
    Headers headers(*library);
    for (const std::string& line : header_lines(request)) headers.add(line);
    set_options(*library, slot->easy, transfer, headers, cancel.deadline().has_value());
    const auto outcome = perform(*slot, cancel);
    long status = 0;
    library->getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
    // A broken-off transfer's connection is closed by the removal in perform().
    library->easy_reset(slot->easy);
    pool_.give_back(std::move(slot));

    if (!outcome) return fail(transfer.ended(outcome.error()));
    if (*outcome != CURLE_OK && !transfer.stopped) {
      const char* words =
          transfer.message[0] ? transfer.message.data() : library->text_of(*outcome);
      return fail(transfer.error(*outcome, words));
    }
    transfer.response.status = static_cast<int>(status);
    return std::move(transfer.response);
  }

  static Result<CURLcode> perform(Slot& slot, const Cancel& cancel) {
    const Curl& curl = *slot.curl;
    curl.multi_add(slot.multi, slot.easy);
    Result<CURLcode> outcome = drive(slot, cancel);
    curl.multi_remove(slot.multi, slot.easy);
    return outcome;
  }

  static Result<CURLcode> drive(Slot& slot, const Cancel& cancel) {
    const Curl& curl = *slot.curl;
    int quiet = 0;  // rounds in which nothing came
    for (;;) {
      int running = 0;
      const CURLMcode step = curl.multi_perform(slot.multi, &running);
      if (step != CURLM_OK) return CURLE_FAILED_INIT;
      int queued = 0;
      while (const CURLMsg* message = curl.multi_info(slot.multi, &queued)) {
        if (message->msg == CURLMSG_DONE) return message->data.result;
      }
      const MonoTime now = real_clock().mono();
      TRY(cancel.check(now));
      const int most = quiet < kQuietRounds ? kCancelPoll : kQuietPoll;
      const Duration left = cancel.left(now, std::chrono::milliseconds(most));
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(left).count();
      int ready = 0;
      curl.multi_poll(slot.multi, nullptr, 0, static_cast<int>(std::min<std::int64_t>(most, wait)),
                      &ready);
      quiet = ready > 0 ? 0 : quiet + 1;
    }
  }

  SlotPool pool_;
};

}  // namespace

Http& real_http() {
  static auto* http = new CurlHttp;  // usable until the very end of the process
  return *http;
}

}  // namespace rumbo::io
