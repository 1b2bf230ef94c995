#include "net_lab.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.h"

namespace rumbo::tests {

using target::podman::Protocol;

namespace {

constexpr int kPatience = 1500;  // milliseconds a client waits

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  SocketAddress(const std::string& text, std::uint16_t port) {
    if (text.find(':') != std::string::npos) {
      auto& six = *reinterpret_cast<sockaddr_in6*>(&storage);
      six.sin6_family = AF_INET6;
      six.sin6_port = htons(port);
      inet_pton(AF_INET6, text.c_str(), &six.sin6_addr);
      size = sizeof six;
      return;
    }
    auto& four = *reinterpret_cast<sockaddr_in*>(&storage);
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    inet_pton(AF_INET, text.c_str(), &four.sin_addr);
    size = sizeof four;
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

tl::unexpected<Error> broken(const std::string& what) {
  return fail(errno == ECONNREFUSED ? Code::denied : Code::unavailable,
              what + ": " + std::strerror(errno));
}

std::string unique_prefix() {
  static std::atomic<int> count{0};
  return "rumt" + std::to_string(getpid()) + "x" + std::to_string(count++) + "-";
}

}  // namespace

NetLab::NetLab(bool ipv6) : prefix_(unique_prefix()) {
  const auto make = [&](const std::string& space) {
    run("", {"ip", "netns", "add", name(space)});
    spaces_.push_back(space);
    // As netavark does: else nobody is asked for an address in the first seconds of a link.
    if (ipv6) sysctl(space, "net/ipv6/conf/default/accept_dad", "0");
  };
  make("host");
  run("host", {"ip", "link", "set", "lo", "up"});
  sysctl("host", "net/ipv4/ip_forward", "1");
  for (const std::string bridge : {"0", "1"}) {
    run("host", {"ip", "link", "add", "rumbr" + bridge, "type", "bridge"});
    run("host", {"ip", "addr", "add", bridge == "0" ? "10.232.1.1/24" : "10.232.2.1/24", "dev",
                 "rumbr" + bridge});
    run("host", {"ip", "link", "set", "rumbr" + bridge, "up"});
  }
  for (const auto& [space, address, bridge] :
       {std::tuple<std::string, std::string, std::string>{"a", "10.232.1.2", "rumbr0"},
        {"b", "10.232.1.3", "rumbr0"},
        {"c", "10.232.2.2", "rumbr1"},
        {"client", "198.51.100.2", ""}}) {
    make(space);
    link(space, address, address.substr(0, address.rfind('.')) + ".1", bridge);
  }
  if (ipv6) add_ipv6();
}

void NetLab::link(const std::string& space, const std::string& address, const std::string& gateway,
                  const std::string& bridge) {
  const auto outer = "v" + space;
  run("host",
      {"ip", "link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", name(space)});
  if (bridge.empty()) {
    run("host", {"ip", "addr", "add", gateway + "/24", "dev", outer});
  } else {
    run("host", {"ip", "link", "set", outer, "master", bridge});
  }
  run("host", {"ip", "link", "set", outer, "up"});
  // The client's lo stays down: 127.0.0.0/8 must be able to leave it.
  if (space != "client") run(space, {"ip", "link", "set", "lo", "up"});
  run(space, {"ip", "addr", "add", address + "/24", "dev", "eth0"});
  run(space, {"ip", "link", "set", "eth0", "up"});
  run(space, {"ip", "route", "add", "default", "via", gateway});
}

void NetLab::add_ipv6() {
  const auto give = [&](const std::string& space, const std::string& address,
                        const std::string& link) {
    run(space, {"ip", "-6", "addr", "add", address + "/64", "dev", link, "nodad"});
  };
  give("host", "fd12:3456:789a:e801::1", "rumbr0");
  give("host", "fd12:3456:789a:e802::1", "rumbr1");
  give("host", "2001:db8:51::1", "vclient");
  for (const auto& [space, network, end] :
       {std::tuple<std::string, std::string, std::string>{"a", "fd12:3456:789a:e801::", "ae8:102"},
        {"b", "fd12:3456:789a:e801::", "ae8:103"},
        {"c", "fd12:3456:789a:e802::", "ae8:202"},
        {"client", "2001:db8:51::", "2"}}) {
    give(space, network + end, "eth0");
    run(space, {"ip", "-6", "route", "add", "default", "via", network + "1"});
  }
}

NetLab::~NetLab() {
  for (const auto& space : spaces_) {
    io::Command command;
    command.argv = {"ip", "netns", "del", name(space)};
    command.env = io::minimal_environment();
    static_cast<void>(env.process.run(command, Cancel()));
  }
}

std::string NetLab::run(const std::string& space, std::vector<std::string> argv) {
  io::Command command;
  if (!space.empty()) command.argv = exec(space);
  command.argv.insert(command.argv.end(), argv.begin(), argv.end());
  command.env = io::minimal_environment();
  const auto exit = env.process.run(command, Cancel());
  if (!exit) throw std::runtime_error(exit.error().to_string());
  if (exit->status != 0) throw std::runtime_error(join(command.argv, " ") + ": " + exit->err);
  return exit->out;
}

void NetLab::sysctl(const std::string& space, const std::string& path, const std::string& value) {
  inside(space, [&] {
    const int fd = ::open(("/proc/sys/" + path).c_str(), O_WRONLY | O_CLOEXEC);
    const bool written =
        fd >= 0 && ::write(fd, value.data(), value.size()) == static_cast<ssize_t>(value.size());
    if (fd >= 0) ::close(fd);
    if (!written) throw std::runtime_error("sysctl " + path);
  });
}

void NetLab::inside(const std::string& space, const std::function<void()>& act) const {
  std::string trouble;
  std::thread([&] {
    const int fd = ::open(file(space).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || ::setns(fd, CLONE_NEWNET) != 0) {
      trouble = "cannot enter " + space;
      return;
    }
    ::close(fd);
    try {
      act();
    } catch (const std::exception& error) {
      trouble = error.what();
    }
  }).join();
  if (!trouble.empty()) throw std::runtime_error(trouble);
}

Server::Server(const NetLab& lab, const std::string& space, Protocol protocol,
               const std::string& address, std::uint16_t port, std::string answer)
    : answer_(std::move(answer)) {
  const bool tcp = protocol == Protocol::tcp;
  lab.inside(space, [&] {
    const SocketAddress where(address, port);
    socket_ = ::socket(where.family(), (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (where.family() == AF_INET6) {
      setsockopt(socket_, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    }
    if (bind(socket_, where.get(), where.size) != 0 || (tcp && listen(socket_, 512) != 0)) {
      throw std::runtime_error("server: " + std::string(std::strerror(errno)));
    }
  });
  thread_ = std::thread([this, tcp] { tcp ? serve_tcp() : serve_udp(); });
}

Server::~Server() {
  stop_ = true;
  thread_.join();
  ::close(socket_);
}

void Server::serve_tcp() {
  struct Late {
    int fd;
    std::chrono::steady_clock::time_point at;
  };
  std::vector<pollfd> open = {{socket_, POLLIN, 0}};
  std::vector<Late> late;
  const auto reply = [&](int fd) {
    const auto line = answer_ + "\n";
    static_cast<void>(::send(fd, line.data(), line.size(), MSG_NOSIGNAL));
  };
  while (!stop_) {
    poll(open.data(), open.size(), 10);
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(late, [&](const Late& one) {
      if (now < one.at) return false;
      reply(one.fd);
      return true;
    });
    for (std::size_t i = open.size(); i-- > 1;) {
      if (open[i].revents == 0) continue;
      char text[256];
      const auto got = recv(open[i].fd, text, sizeof text, 0);
      if (got <= 0) {
        ::close(open[i].fd);
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
      } else if (std::string_view(text, static_cast<std::size_t>(got)).starts_with("slow")) {
        late.push_back({open[i].fd, now + std::chrono::milliseconds(500)});
      } else {
        reply(open[i].fd);
      }
    }
    if ((open[0].revents & POLLIN) != 0) {
      const int fd = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) open.push_back({fd, POLLIN, 0});
    }
  }
  for (std::size_t i = 1; i < open.size(); ++i) ::close(open[i].fd);
}

void Server::serve_udp() {
  while (!stop_) {
    pollfd poller{socket_, POLLIN, 0};
    if (poll(&poller, 1, 10) <= 0) continue;
    char text[256];
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const auto got =
        recvfrom(socket_, text, sizeof text, 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) continue;
    const auto line = answer_ + "\n";
    sendto(socket_, line.data(), line.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
  }
}

Result<> Client::open() {
  Result<> result;
  lab_.inside(space_, [&] { result = open_here(); });
  return result;
}

Result<> Client::open_here() {
  close();
  const bool tcp = protocol_ == Protocol::tcp;
  const SocketAddress where(address_, port_);
  socket_ =
      ::socket(where.family(), (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (connect(socket_, where.get(), where.size) == 0) return {};
  if (errno != EINPROGRESS) return broken("connect");
  pollfd poller{socket_, POLLOUT, 0};
  if (poll(&poller, 1, kPatience) <= 0) return fail(Code::timeout, "connect: no answer");
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error == 0) return {};
  errno = error;
  return broken("connect");
}

Result<std::string> Client::ask(const std::string& line) {
  const auto text = line + "\n";
  if (send(socket_, text.data(), text.size(), MSG_NOSIGNAL) < 0) return broken("send");
  pollfd poller{socket_, POLLIN, 0};
  if (poll(&poller, 1, kPatience) <= 0) return fail(Code::timeout, "no answer");
  char answer[256];
  const auto got = recv(socket_, answer, sizeof answer, 0);
  if (got < 0) return broken("recv");
  if (got == 0) return fail(Code::unavailable, "closed");
  return std::string(trim(std::string_view(answer, static_cast<std::size_t>(got))));
}

void Client::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

Result<std::string> ask(const NetLab& lab, const std::string& space, const std::string& address,
                        std::uint16_t port, Protocol protocol) {
  Client client(lab, space, protocol, address, port);
  TRY(client.open());
  return client.ask();
}

}  // namespace rumbo::tests
