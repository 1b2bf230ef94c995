#include "io/fake/http_server.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/strings.h"

namespace rumbo::io::fake {
namespace {

template <class Address>
void bind_to(int fd, const Address& address) {
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
  std::perror("fake http server: bind");
  std::abort();
}

int listen_on(const std::string& path) {
  const int fd = ::socket(path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (path.empty()) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind_to(fd, address);
  } else {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), std::min(path.size() + 1, sizeof address.sun_path));
    ::unlink(path.c_str());
    bind_to(fd, address);
  }
  ::listen(fd, 64);
  return fd;
}

/// Reads on until `buffer` holds `wanted` bytes; false at the end of the connection.
bool fill(int fd, std::string& buffer, std::size_t wanted) {
  char piece[65536];
  while (buffer.size() < wanted) {
    const ssize_t got = ::recv(fd, piece, sizeof piece, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    buffer.append(piece, static_cast<std::size_t>(got));
  }
  return true;
}

/// The next line without its end, taken off the buffer.
bool read_line(int fd, std::string& buffer, std::string& line) {
  std::size_t end;
  while ((end = buffer.find("\r\n")) == std::string::npos) {
    if (!fill(fd, buffer, buffer.size() + 1)) return false;
  }
  line = buffer.substr(0, end);
  buffer.erase(0, end + 2);
  return true;
}

bool read_body(int fd, std::string& buffer, HttpServer::Request& request) {
  if (request.headers["transfer-encoding"] == "chunked") {
    std::string line;
    for (;;) {
      if (!read_line(fd, buffer, line)) return false;
      const std::size_t size = std::strtoul(line.c_str(), nullptr, 16);
      if (!fill(fd, buffer, size + 2)) return false;
      request.body.append(buffer, 0, size);
      buffer.erase(0, size + 2);
      if (size == 0) return true;
    }
  }
  const auto size =
      static_cast<std::size_t>(parse_int(request.headers["content-length"]).value_or(0));
  if (!fill(fd, buffer, size)) return false;
  request.body = buffer.substr(0, size);
  buffer.erase(0, size);
  return true;
}

bool read_request(int fd, std::string& buffer, HttpServer::Request& request) {
  std::string line;
  if (!read_line(fd, buffer, line)) return false;
  const auto words = split(line, ' ');
  if (words.size() != 3) return false;
  request.method = words[0];
  request.target = words[1];
  while (read_line(fd, buffer, line)) {
    if (line.empty()) return read_body(fd, buffer, request);
    const auto colon = line.find(':');
    if (colon == std::string::npos) return false;
    request.headers[to_lower(line.substr(0, colon))] =
        std::string(trim(std::string_view(line).substr(colon + 1)));
  }
  return false;
}

}  // namespace

bool HttpServer::Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

bool HttpServer::Peer::answer(int status, std::string_view body, std::string_view headers) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " Status\r\n" + std::string(headers);
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  text += body;
  return send(text);
}

void HttpServer::Peer::close() {
  ::shutdown(fd_, SHUT_RDWR);
}

HttpServer::HttpServer(Handler handler, const std::string& path)
    : handler_(std::move(handler)), listener_(listen_on(path)) {
  if (path.empty()) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  acceptor_ = std::thread([this] { accept_loop(); });
}

HttpServer::~HttpServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  open_.with([](const auto& fds) {
    for (const int fd : fds) ::shutdown(fd, SHUT_RDWR);
  });
  for (auto& worker : workers_) worker.join();
}

std::string HttpServer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void HttpServer::accept_loop() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0 && errno == EINTR) continue;
    if (fd < 0) return;
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    ++accepted_;
    open_.with([&](auto& fds) { fds.push_back(fd); });
    workers_.emplace_back([this, fd] { serve(fd); });
  }
}

void HttpServer::serve(int fd) {
  std::string buffer;
  for (;;) {
    Request request;
    if (!read_request(fd, buffer, request)) break;
    Peer peer(fd);
    handler_(request, peer);
  }
  open_.with([&](auto& fds) {
    std::erase(fds, fd);
    ::close(fd);
  });
}

}  // namespace rumbo::io::fake
