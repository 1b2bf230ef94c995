// NetLab: a little machine in network namespaces: a host with two bridges, pods on them, and a
// client on a wire of its own. Real kernel, nothing of the real host's network is touched.
//
// Servers and clients are threads of the test that enter a namespace to make their sockets.
// Threads: one owner; Server and ask() may be used beside each other.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "io/env.h"
#include "target/podman/net/table.h"

namespace rumbo::tests {

class NetLab {
 public:
  /// host: rumbr0 10.232.1.1/24 and rumbr1 10.232.2.1/24, wire 198.51.100.1/24;
  /// pods a (10.232.1.2), b (10.232.1.3), c (10.232.2.2); client 198.51.100.2.
  /// `ipv6` adds rumbr0 fd12:3456:789a:e801::1/64, rumbr1 …:e802::1/64, wire 2001:db8:51::1/64;
  /// pods and client as their IPv4 addresses end (a: …:e801::ae8:102).
  explicit NetLab(bool ipv6 = false);
  ~NetLab();
  NetLab(const NetLab&) = delete;
  NetLab& operator=(const NetLab&) = delete;

  std::string name(const std::string& space) const { return prefix_ + space; }
  std::string file(const std::string& space) const { return "/run/netns/" + name(space); }
  std::vector<std::string> exec(const std::string& space) const {
    return {"ip", "netns", "exec", name(space)};
  }
  /// Runs a program in a namespace; anything but success throws the test.
  std::string run(const std::string& space, std::vector<std::string> argv);
  void sysctl(const std::string& space, const std::string& path, const std::string& value);
  /// Runs a function on a thread inside of the namespace and waits for it.
  void inside(const std::string& space, const std::function<void()>& act) const;

  io::Env env = io::real_env();

 private:
  void link(const std::string& space, const std::string& address, const std::string& gateway,
            const std::string& bridge);
  void add_ipv6();
  const std::string prefix_;
  std::vector<std::string> spaces_;
};

/// Answers every line with its own name; "slow" after half a second.
class Server {
 public:
  Server(const NetLab& lab, const std::string& space, target::podman::Protocol protocol,
         const std::string& address, std::uint16_t port, std::string answer);
  ~Server();

 private:
  void serve_tcp();
  void serve_udp();
  int socket_ = -1;
  const std::string answer_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// A client's socket in a namespace.
class Client {
 public:
  Client(const NetLab& lab, std::string space, target::podman::Protocol protocol,
         std::string address, std::uint16_t port)
      : lab_(lab),
        space_(std::move(space)),
        protocol_(protocol),
        address_(std::move(address)),
        port_(port) {}
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Result<> open();
  /// As open(), for a thread that is in the namespace already.
  Result<> open_here();
  Result<std::string> ask(const std::string& line = "hello");
  void close();

 private:
  const NetLab& lab_;
  const std::string space_;
  const target::podman::Protocol protocol_;
  const std::string address_;
  const std::uint16_t port_;
  int socket_ = -1;
};

/// One question over a new connection.
Result<std::string> ask(const NetLab& lab, const std::string& space, const std::string& address,
                        std::uint16_t port,
                        target::podman::Protocol protocol = target::podman::Protocol::tcp);

}  // namespace rumbo::tests
