// HttpServer: a small real HTTP/1.1 server on a loopback port or a UNIX socket, for tests of HTTP
// clients. One thread per connection; connections stay open as the client likes.
//
// Threads: the handler is called from the server's threads, at most one per connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/guarded.h"

namespace rumbo::io::fake {

class HttpServer {
 public:
  struct Request {
    std::string method, target;
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
  };

  /// The connection a request came on.
  class Peer {
   public:
    explicit Peer(int fd) : fd_(fd) {}
    /// Sends raw bytes; false once the client is gone.
    bool send(std::string_view bytes);
    /// A whole answer with Content-Length.
    bool answer(int status, std::string_view body, std::string_view headers = {});
    /// Breaks the connection at once.
    void close();

   private:
    int fd_;
  };
  using Handler = std::function<void(const Request&, Peer&)>;

  /// On 127.0.0.1 at a free port, or on the UNIX socket at `path`.
  explicit HttpServer(Handler handler, const std::string& path = "");
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view path = "/") const;
  /// Connections accepted so far.
  int connections() const { return accepted_; }

 private:
  void accept_loop();
  void serve(int fd);

  Handler handler_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  Guarded<std::vector<int>> open_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

}  // namespace rumbo::io::fake
