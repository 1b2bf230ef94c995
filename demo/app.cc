// The service that the demo deploys: a small HTTP/1.1 server with one thread per connection.
//
//   GET  /        {"app", "version", "instance", "greeting"}
//   GET  /slow    the same after 5 s
//   POST /count   counts the request once and answers its number on this instance; the header
//                 Idempotency-Key names it, and a key seen before is answered without counting
//   GET  /healthz 200, or 503 with READY=never
//   GET  /config  what came in by ConfigMap and Secret (of the secret only its length)
//
// Environment: APP, VERSION, PORT, GREETING, CONFIG_FILE, TOKEN, READY=never, CRASH=1, GRACE_MS.
// SIGTERM: announces `Connection: close`, accepts for GRACE_MS more, finishes open requests, exits.
#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <random>
#include <set>
#include <signal.h>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <time.h>
#include <unistd.h>
#include <unordered_map>

namespace {

constexpr std::size_t kMaxRequest = 16'384;
constexpr std::size_t kMaxConnections = 512;

std::string env(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

void say(const std::string& line) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm utc{};
  gmtime_r(&now.tv_sec, &utc);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%H:%M:%S", &utc);
  std::printf("%s.%03ld %s\n", stamp, now.tv_nsec / 1'000'000, line.c_str());
  std::fflush(stdout);
}

struct Request {
  std::string method, path, key;
  bool close = false;
};

class App {
 public:
  App() {
    std::random_device random;
    char id[16];
    std::snprintf(id, sizeof id, "%08x", random());
    instance_ = id;
  }

  int run();

 private:
  void serve(int fd);
  std::string answer(const Request& request, int& status);
  std::string identity() const {
    return "{\"app\":\"" + escaped(name_) + "\",\"version\":\"" + escaped(version_) +
           "\",\"instance\":\"" + instance_ + "\",\"greeting\":\"" + escaped(greeting_) + "\"}\n";
  }
  std::string count(const std::string& key);
  std::string config() const;
  void drain(int listener);

  const std::string name_ = env("APP", "app");
  const std::string version_ = env("VERSION", "unknown");
  const std::string greeting_ = env("GREETING", "");
  /// READY: "never", or how many seconds it warms up before it is ready; at once by default.
  bool ready() const {
    return ready_ != "never" && std::chrono::steady_clock::now() - start_ >=
                                    std::chrono::seconds(std::atoi(ready_.c_str()));
  }

  const std::string ready_ = env("READY", "");
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::string instance_;
  std::atomic<bool> draining_{false};

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::set<int> connections_;
  std::unordered_map<std::string, std::uint64_t> keys_;
};

/// Reads one request head; a body of up to kMaxRequest bytes is read and dropped.
bool read_request(int fd, std::string& buffer, Request& out) {
  std::size_t end = std::string::npos;
  const auto more = [&] {
    char chunk[4096];
    const ssize_t n = recv(fd, chunk, sizeof chunk, 0);
    if (n <= 0) return false;
    buffer.append(chunk, static_cast<std::size_t>(n));
    return buffer.size() <= kMaxRequest;
  };
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return false;
  }
  const std::string head = buffer.substr(0, end + 2);
  const std::size_t space = head.find(' ');
  const std::size_t second = space == std::string::npos ? space : head.find(' ', space + 1);
  if (second == std::string::npos) return false;
  out = Request{};
  out.method = head.substr(0, space);
  out.path = head.substr(space + 1, second - space - 1);
  std::size_t body = 0;
  for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
    const std::size_t stop = head.find("\r\n", at);
    std::string line = head.substr(at, stop - at);
    at = stop + 2;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) return false;
    std::string value = line.substr(std::min(line.size(), colon + 1));
    value.erase(0, value.find_first_not_of(' '));
    std::transform(line.begin(), line.end(), line.begin(), [](unsigned char c) {
      return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    const std::string field = line.substr(0, colon);
    if (field == "content-length") body = std::strtoul(value.c_str(), nullptr, 10);
    if (field == "idempotency-key") out.key = value;
    if (field == "connection") out.close = line.find("close", colon) != std::string::npos;
  }
  if (body > kMaxRequest) return false;
  while (buffer.size() < end + 4 + body) {
    if (!more()) return false;
  }
  buffer.erase(0, end + 4 + body);
  return true;
}

bool send_all(int fd, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t n = send(fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (n <= 0) return false;
    at += static_cast<std::size_t>(n);
  }
  return true;
}

std::string App::count(const std::string& key) {
  std::lock_guard lock(mutex_);
  const auto [found, fresh] = keys_.try_emplace(key, keys_.size() + 1);
  return "{\"version\":\"" + escaped(version_) + "\",\"instance\":\"" + instance_ +
         "\",\"count\":" + std::to_string(found->second) +
         ",\"duplicate\":" + (fresh ? "false" : "true") + "}\n";
}

std::string App::config() const {
  std::ifstream file(env("CONFIG_FILE", "/dev/null"));
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  return "{\"greeting\":\"" + escaped(greeting_) + "\",\"file\":\"" + escaped(text) +
         "\",\"tokenLength\":" + std::to_string(env("TOKEN", "").size()) + "}\n";
}

std::string App::answer(const Request& request, int& status) {
  status = 200;
  if (request.path == "/healthz") {
    if (ready()) return "ok\n";
    status = 503;
    return "not ready\n";
  }
  if (request.method == "POST" && request.path == "/count" && !request.key.empty()) {
    return count(request.key);
  }
  if (request.method == "GET" && request.path == "/config") return config();
  if (request.method == "GET" && request.path == "/slow") {
    std::this_thread::sleep_for(std::chrono::seconds(5));
    return identity();
  }
  if (request.method == "GET" && request.path == "/") return identity();
  status = 404;
  return "no such page\n";
}

void App::serve(int fd) {
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const timeval limit{30, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  std::string buffer;
  Request request;
  bool open = true;
  while (open && read_request(fd, buffer, request)) {
    int status = 0;
    const std::string body = answer(request, status);
    open = !request.close && !draining_;
    const char* reason = status == 200 ? "OK" : status == 404 ? "Not Found" : "Service Unavailable";
    open &= send_all(fd, "HTTP/1.1 " + std::to_string(status) + " " + reason +
                             "\r\nContent-Type: application/json\r\nContent-Length: " +
                             std::to_string(body.size()) +
                             (open ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n") + body);
  }
  std::lock_guard lock(mutex_);
  connections_.erase(fd);
  close(fd);
  changed_.notify_all();
}

void App::drain(int listener) {
  const int grace = std::atoi(env("GRACE_MS", "1000").c_str());
  say("SIGTERM: accepting for " + std::to_string(grace) + " ms more, then finishing");
  draining_ = true;
  std::this_thread::sleep_for(std::chrono::milliseconds(grace));
  shutdown(listener, SHUT_RDWR);  // ends accept()
  std::unique_lock lock(mutex_);
  for (const int fd : connections_) shutdown(fd, SHUT_RD);  // idle ones end, busy ones answer first
  changed_.wait_for(lock, std::chrono::seconds(20), [&] { return connections_.empty(); });
  say("finished: counted " + std::to_string(keys_.size()) + " requests, " +
      std::to_string(connections_.size()) + " left open");
  lock.unlock();
  std::fflush(stdout);
  _exit(0);
}

int App::run() {
  say(name_ + " " + version_ + " starting, instance " + instance_);
  if (env("CRASH", "") == "1") {
    say("reading /etc/" + name_ + "/licence: no such file");
    say("fatal: no licence, giving up");
    return 1;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(env("PORT", "8080").c_str())));
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener, 512) != 0) {
    say(std::string("cannot listen: ") + std::to_string(errno));
    return 1;
  }
  say("listening on port " + std::to_string(ntohs(address.sin_port)));
  std::thread([this, listener, signals] {
    int number = 0;
    sigwait(&signals, &number);
    drain(listener);
  }).detach();
  if (ready_ == "never") {
    std::thread([] {
      for (int attempt = 1;; ++attempt) {
        say("not ready: database orders is at schema 3, need 4 (attempt " +
            std::to_string(attempt) + ")");
        std::this_thread::sleep_for(std::chrono::seconds(1));
      }
    }).detach();
  }
  for (;;) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      if (draining_) pause();  // drain() ends the process
      continue;
    }
    std::unique_lock lock(mutex_);
    if (connections_.size() >= kMaxConnections) {
      close(fd);
      continue;
    }
    connections_.insert(fd);
    lock.unlock();
    std::thread(&App::serve, this, fd).detach();
  }
}

}  // namespace

int main() {
  static App app;
  return app.run();
}
