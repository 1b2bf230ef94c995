// A load generator that never retries: what fails is counted, with time and reason.
//
// Streams: new connections (GET /), kept-alive connections (GET /), responses that take 5 s
// (GET /slow) and counted requests (POST /count). It writes its statistics as JSON to --stats every
// 100 ms and, at the end, to the same file with "done": true. Ends on SIGTERM, SIGINT, --seconds
// or --requests. A request is sent once, whatever comes of it.
//
// Two facts are proved from the outside:
//  - switches: how often the answering version changed, judged by connection order. A connection
//    begun after another was established on a newer version must not be answered by the older one;
//    each such return counts as a switch of its own, so a clean update is exactly one.
//  - exactly once: every instance numbers the requests it counted. Numbers seen twice are
//    `duplicates`; numbers never answered are `unanswered`, which may not exceed the failed POSTs.
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <set>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <time.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t kMaxListed = 200;  // failures and switches listed one by one

std::atomic<bool> stop_asked{false};

enum Stream : std::size_t { fresh, kept, slow, post, stream_count };
constexpr std::array<const char*, stream_count> kStreamNames{"new", "keepAlive", "slow", "post"};

struct Options {
  std::string host = "127.0.0.1", stats = "load.json";
  std::uint16_t port = 0;
  std::array<int, stream_count> threads{3, 2, 2, 2};
  int seconds = 900;
  std::uint64_t requests = 1'000'000;
};

std::string now_text() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm utc{};
  gmtime_r(&now.tv_sec, &utc);
  char day[32], text[48];
  std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text, sizeof text, "%s.%03ldZ", day, now.tv_nsec / 1'000'000);
  return text;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

/// The value of a flat JSON field of our own service's answers.
std::string field(std::string_view body, std::string_view name) {
  const std::string want = "\"" + std::string(name) + "\":";
  std::size_t at = body.find(want);
  if (at == std::string_view::npos) return {};
  at += want.size();
  const bool text = at < body.size() && body[at] == '"';
  if (text) ++at;
  return std::string(body.substr(at, body.find_first_of(text ? "\"" : ",}", at) - at));
}

/// What all streams saw. Thread-safe.
class Statistics {
 public:
  void connected() {
    std::lock_guard lock(mutex_);
    ++connections_;
  }

  void failed(Stream stream, const std::string& reason) {
    std::lock_guard lock(mutex_);
    ++requests_[stream];
    ++failures_[stream];
    ++reasons_[reason];
    if (listed_.size() < kMaxListed) {
      listed_.push_back("{\"at\":" + quoted(now_text()) + ",\"stream\":" +
                        quoted(kStreamNames[stream]) + ",\"reason\":" + quoted(reason) + "}");
    }
  }

  void answered(Stream stream, const std::string& version, Clock::time_point began) {
    std::lock_guard lock(mutex_);
    ++requests_[stream];
    ++versions_[version];
    const auto now = Clock::now();
    worst_ = std::max(worst_, now - began);
    if (stream != fresh) return;
    if (last_fresh_ != Clock::time_point()) silence_ = std::max(silence_, now - last_fresh_);
    last_fresh_ = now;
  }

  /// The first answer on a connection: judges the order of versions.
  void first_answer(const std::string& version, Clock::time_point begun, Clock::time_point up) {
    std::lock_guard lock(mutex_);
    auto& last = last_begun_.try_emplace(version, begun).first->second;
    last = std::max(last, begun);
    if (current_.empty()) {
      current_ = version;
      since_ = up;
      return;
    }
    if (version == current_ || begun <= since_) {
      // In flight during the last switch, or as expected. The earliest proof of a version counts.
      // (A slow answer from before the previous switch proves nothing about this one.)
      if (version == current_ && up > previous_since_) since_ = std::min(since_, up);
      return;
    }
    note_switch(version);
    // Connections of the version before, begun after this one was up, came back from the dead.
    if (last_begun_[current_] > up) {
      note_switch(current_);
      note_switch(version);
    }
    current_ = version;
    previous_since_ = std::exchange(since_, up);
  }

  void counted(const std::string& instance, std::uint64_t number, bool duplicate) {
    std::lock_guard lock(mutex_);
    if (duplicate || !numbers_[instance].insert(number).second) ++duplicates_;
  }

  std::uint64_t total() {
    std::lock_guard lock(mutex_);
    return sum(requests_);
  }

  std::string json(bool done);

 private:
  using Counters = std::array<std::uint64_t, stream_count>;
  static std::uint64_t sum(const Counters& counters) {
    std::uint64_t out = 0;
    for (const auto n : counters) out += n;
    return out;
  }
  void note_switch(const std::string& to) {
    ++switches_;
    if (switch_list_.size() < kMaxListed) {
      switch_list_.push_back("{\"at\":" + quoted(now_text()) + ",\"to\":" + quoted(to) + "}");
    }
  }

  std::mutex mutex_;  // guards all
  Counters requests_{}, failures_{};
  std::uint64_t connections_ = 0, switches_ = 0, duplicates_ = 0;
  std::map<std::string, std::uint64_t> versions_, reasons_;
  std::vector<std::string> listed_, switch_list_;
  std::map<std::string, Clock::time_point> last_begun_;
  std::map<std::string, std::set<std::uint64_t>> numbers_;
  std::string current_;
  Clock::time_point since_, previous_since_;
  Clock::time_point last_fresh_;
  Clock::duration worst_{0}, silence_{0};  // silence: the longest without an answer on new ones
  const std::string started_ = now_text();
};

std::string Statistics::json(bool done) {
  std::lock_guard lock(mutex_);
  const auto map_json = [](const auto& map) {
    std::string out;
    for (const auto& [key, n] : map) {
      out += (out.empty() ? "" : ",") + quoted(key) + ":" + std::to_string(n);
    }
    return "{" + out + "}";
  };
  const auto list_json = [](const std::vector<std::string>& list) {
    std::string out;
    for (const auto& item : list) out += (out.empty() ? "" : ",") + item;
    return "[" + out + "]";
  };
  std::string streams;
  for (std::size_t i = 0; i < stream_count; ++i) {
    streams += std::string(i > 0 ? "," : "") + quoted(kStreamNames[i]) +
               ":{\"requests\":" + std::to_string(requests_[i]) +
               ",\"failed\":" + std::to_string(failures_[i]) + "}";
  }
  std::uint64_t unanswered = 0, counted = 0;
  for (const auto& [instance, numbers] : numbers_) {
    counted += numbers.size();
    unanswered += *numbers.rbegin() - numbers.size();
  }
  const auto n = [](std::uint64_t value) { return std::to_string(value); };
  return "{\"done\":" + std::string(done ? "true" : "false") + ",\"started\":" + quoted(started_) +
         ",\"at\":" + quoted(now_text()) + ",\"requests\":" + n(sum(requests_)) +
         ",\"failed\":" + n(sum(failures_)) + ",\"connections\":" + n(connections_) +
         ",\"version\":" + quoted(current_) + ",\"switches\":" + n(switches_) +
         ",\"worstMs\":" + n(static_cast<std::uint64_t>(worst_ / 1ms)) +
         ",\"silenceMs\":" + n(static_cast<std::uint64_t>(silence_ / 1ms)) +
         ",\"counted\":{\"requests\":" + n(counted) + ",\"duplicates\":" + n(duplicates_) +
         ",\"unanswered\":" + n(unanswered) + ",\"failedPosts\":" + n(failures_[post]) +
         ",\"instances\":" + n(numbers_.size()) + "},\"versions\":" + map_json(versions_) +
         ",\"streams\":{" + streams + "},\"reasons\":" + map_json(reasons_) +
         ",\"switchList\":" + list_json(switch_list_) + ",\"failures\":" + list_json(listed_) +
         "}\n";
}

/// One connection at a time to the service; every fault is a reason, never an exception.
class Client {
 public:
  Client(const Options& options, Statistics& statistics)
      : options_(options), statistics_(statistics) {}
  ~Client() { drop(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends once. Opens a connection if none is left from before.
  void request(Stream stream, const std::string& head);
  void drop() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  std::string connect_now();
  std::string receive(std::string& body);

  const Options& options_;
  Statistics& statistics_;
  int fd_ = -1;
  bool first_ = false, close_after_ = false;
  int status_ = 0;
  Clock::time_point begun_, up_;
};

std::string reason_of(const char* what) {
  if (errno == EAGAIN || errno == EINPROGRESS) return std::string(what) + ": timed out";
  return std::string(what) + ": " + std::strerror(errno);
}

std::string Client::connect_now() {
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return reason_of("socket");
  const int one = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  timeval limit{3, 0};  // also bounds connect()
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  limit.tv_sec = 7;  // the slowest answer, and what a retransmission or two may add
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options_.port);
  inet_pton(AF_INET, options_.host.c_str(), &address.sin_addr);
  begun_ = Clock::now();
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return reason_of("connect");
  }
  up_ = Clock::now();
  first_ = true;
  statistics_.connected();
  return {};
}

std::string Client::receive(std::string& body) {
  std::string buffer;
  std::size_t end = std::string::npos, length = 0;
  for (;;) {
    if (end == std::string::npos) end = buffer.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::size_t at = buffer.find("Content-Length: ");
      length = at < end ? std::strtoul(buffer.c_str() + at + 16, nullptr, 10) : 0;
    }
    if (end != std::string::npos && buffer.size() >= end + 4 + length) break;
    char chunk[2048];
    const ssize_t n = recv(fd_, chunk, sizeof chunk, 0);
    if (n == 0) return buffer.empty() ? "closed without an answer" : "answer cut off";
    if (n < 0) return reason_of("receive");
    buffer.append(chunk, static_cast<std::size_t>(n));
    if (buffer.size() > 65'536) return "answer too long";
  }
  if (buffer.rfind("HTTP/1.1 ", 0) != 0) return "not an HTTP answer";
  status_ = std::atoi(buffer.c_str() + 9);
  close_after_ = buffer.find("Connection: close") < end;
  body = buffer.substr(end + 4, length);
  return {};
}

void Client::request(Stream stream, const std::string& head) {
  const auto began = Clock::now();
  std::string body;
  std::string fault;
  if (fd_ < 0) fault = connect_now();
  if (fault.empty()) {
    const std::string bytes = head + "Host: demo\r\n\r\n";
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(bytes.size())) fault = reason_of("send");
  }
  if (fault.empty()) fault = receive(body);
  const std::string version = field(body, "version");
  if (fault.empty() && status_ != 200) fault = "status " + std::to_string(status_);
  if (fault.empty() && version.empty()) fault = "no version in the answer";
  if (!fault.empty()) {
    drop();
    statistics_.failed(stream, fault);
    return;
  }
  if (std::exchange(first_, false)) statistics_.first_answer(version, begun_, up_);
  statistics_.answered(stream, version, began);
  if (stream == post) {
    statistics_.counted(field(body, "instance"),
                        std::strtoull(field(body, "count").c_str(), nullptr, 10),
                        field(body, "duplicate") == "true");
  }
  if (close_after_) drop();
}

void run_stream(Stream stream, int index, const Options& options, Statistics& statistics) {
  Client client(options, statistics);
  for (std::uint64_t i = 0; !stop_asked; ++i) {
    switch (stream) {
      case fresh:
        client.request(stream, "GET / HTTP/1.1\r\nConnection: close\r\n");
        client.drop();
        std::this_thread::sleep_for(10ms);
        break;
      case kept:
        client.request(stream, "GET / HTTP/1.1\r\n");
        std::this_thread::sleep_for(10ms);
        break;
      case slow:
        if (i == 0) std::this_thread::sleep_for(700ms * index);  // they shall not march in step
        client.request(stream, "GET /slow HTTP/1.1\r\nConnection: close\r\n");
        client.drop();
        std::this_thread::sleep_for(10ms);
        break;
      case post:
        client.request(stream, "POST /count HTTP/1.1\r\nContent-Length: 0\r\nIdempotency-Key: " +
                                   std::to_string(getpid()) + "-" + std::to_string(index) + "-" +
                                   std::to_string(i) + "\r\n");
        if (i % 8 == 7) client.drop();  // some requests per connection
        std::this_thread::sleep_for(15ms);
        break;
      case stream_count:
        return;
    }
  }
}

bool write_file(const std::string& path, const std::string& text) {
  const std::string draft = path + ".tmp";
  std::ofstream out(draft, std::ios::trunc);
  out << text;
  out.close();
  return out && std::rename(draft.c_str(), path.c_str()) == 0;
}

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    const std::string value = argv[i + 1];
    const int number = std::atoi(value.c_str());
    if (flag == "--host") {
      options.host = value;
    } else if (flag == "--port") {
      options.port = static_cast<std::uint16_t>(number);
    } else if (flag == "--stats") {
      options.stats = value;
    } else if (flag == "--seconds") {
      options.seconds = number;
    } else if (flag == "--requests") {
      options.requests = static_cast<std::uint64_t>(number);
    } else if (flag == "--new") {
      options.threads[fresh] = number;
    } else if (flag == "--keep-alive") {
      options.threads[kept] = number;
    } else if (flag == "--slow") {
      options.threads[slow] = number;
    } else if (flag == "--post") {
      options.threads[post] = number;
    } else {
      return false;
    }
  }
  return argc % 2 == 1 && options.port != 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr,
                 "usage: load --port N [--host ADDRESS] [--stats FILE] [--seconds N] "
                 "[--requests N] [--new N] [--keep-alive N] [--slow N] [--post N]\n");
    return 2;
  }
  signal(SIGTERM, [](int) { stop_asked = true; });
  signal(SIGINT, [](int) { stop_asked = true; });
  Statistics statistics;
  std::vector<std::thread> threads;
  for (std::size_t s = 0; s < stream_count; ++s) {
    for (int i = 0; i < options.threads[s]; ++i) {
      threads.emplace_back(run_stream, static_cast<Stream>(s), i, std::cref(options),
                           std::ref(statistics));
    }
  }
  const auto deadline = Clock::now() + std::chrono::seconds(options.seconds);
  bool written = true;
  while (!stop_asked && Clock::now() < deadline && statistics.total() < options.requests) {
    written &= write_file(options.stats, statistics.json(false));
    std::this_thread::sleep_for(100ms);
  }
  stop_asked = true;
  for (auto& thread : threads) thread.join();
  written &= write_file(options.stats, statistics.json(true));
  if (!written) std::fprintf(stderr, "load: cannot write %s\n", options.stats.c_str());
  return written ? 0 : 1;
}
