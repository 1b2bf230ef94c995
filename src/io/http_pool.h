// HttpPool: many requests at once to one server over few connections: HTTP/2 where the server
// speaks it, else HTTP/1.1. TLS and proxy are settled once for the whole pool.
//
// Threads: send() and stream() block and may be called from any thread; a thread of the pool's own
// does the network. The pool outlives its calls.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/result.h"
#include "base/secret.h"
#include "io/http.h"

namespace rumbo::io {

struct PoolTls {
  std::string authorities_pem;  ///< only these are trusted; empty: the system's
  std::string certificate_pem;  ///< the client's own, with its chain; empty: none
  Secret<std::string> key_pem;
  std::string server_name;        ///< asked for and checked instead of the URL's host
  bool check_certificate = true;  ///< false: whoever answers is believed
};

struct PoolOptions {
  PoolTls tls;
  /// "http://proxy:3128", also https, socks5, with credentials. Empty: as the environment's
  /// https_proxy, http_proxy and no_proxy say; the loopback is never asked for through a proxy.
  Secret<std::string> proxy_url;
  bool http2 = true;        ///< false: HTTP/1.1 even if the server speaks more
  int connections = 2;      ///< of HTTP/2, each for 100 requests at a time
  int connections_1 = 64;   ///< where the server speaks HTTP/1.1, each for one
  int most_requests = 200;  ///< under way at once; more are Code::exhausted
};

class HttpPool {
 public:
  explicit HttpPool(PoolOptions options);
  ~HttpPool();
  HttpPool(const HttpPool&) = delete;
  HttpPool& operator=(const HttpPool&) = delete;

  /// As Http::send; the request's own TLS, socket and password fields are not looked at.
  Result<HttpResponse> send(const HttpRequest& request, const Cancel& cancel);
  /// The body of a 200 goes to request.sink in this thread, as it comes; other answers are returned
  /// whole. No byte for `silence` is Code::timeout. A sink slower than the server slows the server.
  Result<HttpResponse> stream(const HttpRequest& request, Duration silence, const Cancel& cancel);

 private:
  class Loop;
  Result<HttpResponse> run(const HttpRequest& request, std::optional<Duration> silence,
                           const Cancel& cancel);

  std::unique_ptr<Loop> loop_;
};

}  // namespace rumbo::io
