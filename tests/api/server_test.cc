// The server on a real socket: bounds, streams, slow and vanished clients, stop.
#include "api/server.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include "api/error_body.h"
#include "raw_client.h"

namespace rumbo::api {
namespace {

using apitest::RawClient;
using apitest::TempDirectory;
namespace fs = std::filesystem;

/// Waits until it is true, ten seconds at most.
bool eventually(const std::function<bool()>& truth) {
  for (int i = 0; i < 1000; ++i) {
    if (truth()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

std::string get(const std::string& target, const std::string& more = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: rumbo\r\n" + more + "\r\n";
}

class ServerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Server> start(Handler handler) {
    options_.socket_path = path_;
    auto server = Server::start(options_, std::move(handler));
    EXPECT_TRUE(server) << server.error().to_string();
    return server ? std::move(*server) : nullptr;
  }
  /// Answers with what it was asked.
  static Reply echo(const Request& request) {
    Response response;
    response.body = request.method + " " + request.target + " " + request.body;
    return response;
  }

  TempDirectory directory_;
  std::string path_ = directory_.path() + "/s";
  ServerOptions options_;
};

TEST_F(ServerTest, AnswersManyRequestsOnOneConnection) {
  const auto server = start(echo);
  RawClient client(path_);
  for (int i = 0; i < 3; ++i) {
    client.send(get("/a" + std::to_string(i)));
    const std::string answer = client.read_until("GET /a" + std::to_string(i) + " ");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_NE(answer.find("Content-Length: 8\r\n"), std::string::npos) << answer;
  }
  client.send("POST /b HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nxyz");
  EXPECT_TRUE(client.read_all().ends_with("POST /b xyz"));
}

TEST_F(ServerTest, AHeadRequestGetsNoBody) {
  const auto server = start(echo);
  RawClient client(path_);
  client.send("HEAD /a HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.read_all().ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, TheSocketIsForItsOwnerAlone) {
  const auto server = start(echo);
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
}

TEST_F(ServerTest, HandlersLearnWhoAsks) {
  Peer seen{12345, 0};
  const auto server = start([&](const Request& request) -> Reply {
    seen = request.peer.value_or(Peer{54321, 0});
    return Response{};
  });
  RawClient client(path_);
  client.send(get("/"));
  client.read_until("\r\n\r\n");
  EXPECT_EQ(seen, (Peer{::geteuid(), ::getpid()}));
}

TEST_F(ServerTest, AStaleSocketIsReplaced) {
  {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::close(fd);
  }
  ASSERT_TRUE(fs::exists(path_));
  const auto server = start(echo);
  RawClient client(path_);
  client.send(get("/alive"));
  EXPECT_NE(client.read_until("/alive").find("200 OK"), std::string::npos);
}

TEST_F(ServerTest, ALiveSocketAndAFileAreLeftAlone) {
  const auto server = start(echo);
  options_.socket_path = path_;
  const auto second = Server::start(options_, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), Code::conflict);

  options_.socket_path = directory_.path() + "/file";
  std::ofstream(options_.socket_path) << "precious";
  const auto third = Server::start(options_, echo);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code(), Code::conflict);
  EXPECT_EQ(fs::file_size(options_.socket_path), 8u);

  options_.socket_path = directory_.path() + "/" + std::string(200, 'x');
  EXPECT_EQ(Server::start(options_, echo).error().code(), Code::invalid);
}

TEST_F(ServerTest, RefusesWhatIsTooLargeOrNoHttp) {
  options_.most_body_bytes = 1000;
  const auto server = start(echo);
  const auto answer = [&](const std::string& bytes) {
    RawClient client(path_);
    client.send(bytes);
    return client.read_all();
  };
  EXPECT_TRUE(answer("\x16\x03\x01\x02hello\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(answer("GET / HTTP/9.9\r\n\r\n").starts_with("HTTP/1.1 400 "));
  EXPECT_TRUE(answer("POST / HTTP/1.1\r\nContent-Length: abc\r\n\r\n").starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(
      answer(get("/", "X: " + std::string(40'000, 'x') + "\r\n")).starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(answer(get("/" + std::string(40'000, 'x'))).starts_with("HTTP/1.1 431 "));
  const std::string large =
      answer("POST / HTTP/1.1\r\nContent-Length: 5000000\r\n\r\n" + std::string(300'000, 'x'));
  EXPECT_TRUE(large.starts_with("HTTP/1.1 413 ")) << large.substr(0, 100);
  EXPECT_NE(large.find(R"("code":"too_large")"), std::string::npos);
  const std::string chunked = answer(
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
      "ffffff\r\n" +
      std::string(300'000, 'x'));
  EXPECT_TRUE(chunked.starts_with("HTTP/1.1 413 ")) << chunked.substr(0, 100);
  // And all the while it serves.
  RawClient client(path_);
  client.send(get("/fine"));
  EXPECT_NE(client.read_until("/fine").find("200 OK"), std::string::npos);
}

TEST_F(ServerTest, AConnectionThatSaysNothingIsClosed) {
  options_.idle_timeout = 50ms;
  const auto server = start(echo);
  RawClient silent(path_);
  EXPECT_EQ(silent.read_all(), "");
  RawClient halfway(path_);
  halfway.send("GET / HTTP/1.1\r\nX: ");
  EXPECT_EQ(halfway.read_all(), "");
}

TEST_F(ServerTest, ABodyThatNeverComesIsGivenUp) {
  options_.request_timeout = 50ms;
  const auto server = start(echo);
  RawClient client(path_);
  client.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(client.read_all(), "");
}

TEST_F(ServerTest, WhatAHandlerThrowsIsAnAnswer) {
  const auto server =
      start([](const Request&) -> Reply { throw std::runtime_error("out of luck"); });
  RawClient client(path_);
  client.send(get("/", "Connection: close\r\n"));
  const std::string answer = client.read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
  EXPECT_NE(answer.find("out of luck"), std::string::npos);
}

TEST_F(ServerTest, TooManyRequestsAndConnectionsAreToldToComeBack) {
  options_.workers = 1;
  options_.most_waiting = 0;
  options_.most_connections = 3;
  std::atomic<bool> go{false};
  std::atomic<bool> inside{false};
  const auto server = start([&](const Request& request) -> Reply {
    if (request.target == "/slow") {
      inside = true;
      while (!go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return Response{};
  });
  RawClient slow(path_);
  slow.send(get("/slow"));
  ASSERT_TRUE(eventually([&] { return inside.load(); }));
  RawClient second(path_);
  second.send(get("/"));
  const std::string busy = second.read_until("retry");
  EXPECT_TRUE(busy.starts_with("HTTP/1.1 503 ")) << busy;
  EXPECT_NE(busy.find("Retry-After: 1"), std::string::npos);
  RawClient third(path_);
  third.send("GET");  // keeps its place
  RawClient fourth(path_);
  EXPECT_TRUE(fourth.read_all().starts_with("HTTP/1.1 503 "));
  go = true;
  EXPECT_NE(slow.read_until("200 OK"), "");
}

StreamReply counting(int pieces, std::atomic<int>& accepted, WhenFull when_full,
                     std::size_t size = 5) {
  StreamReply reply;
  reply.content_type = "text/plain";
  reply.heartbeat = "~";
  reply.when_full = when_full;
  reply.run = [pieces, &accepted, size](Stream& out) {
    for (int i = 0; i < pieces; ++i) {
      std::string piece = std::to_string(i) + ",";
      piece.resize(std::max(size, piece.size()), '.');
      if (out.write(piece)) ++accepted;
    }
  };
  return reply;
}

TEST_F(ServerTest, StreamsArriveInOrderAndWhole) {
  std::atomic<int> accepted{0};
  const auto server =
      start([&](const Request&) -> Reply { return counting(3, accepted, WhenFull::cut); });
  RawClient client(path_);
  client.send(get("/"));
  const std::string answer = client.read_all();
  EXPECT_NE(answer.find("Transfer-Encoding: chunked"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n5\r\n0,...\r\n5\r\n1,...\r\n5\r\n2,...\r\n0\r\n\r\n"))
      << answer;
  RawClient old(path_);
  old.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(old.read_all().ends_with("\r\n\r\n0,...1,...2,..."));
}

TEST_F(ServerTest, AWriterThatWaitsLosesNothingToALaggingClient) {
  options_.most_buffered = 10'000;
  std::atomic<int> accepted{0};
  const auto server = start(
      [&](const Request&) -> Reply { return counting(2000, accepted, WhenFull::wait, 1000); });
  RawClient client(path_);
  client.send(get("/"));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_LT(accepted.load(), 1500);  // held back by the client
  const std::string answer = client.read_all();
  EXPECT_EQ(accepted.load(), 2000);
  EXPECT_TRUE(answer.ends_with("0\r\n\r\n"));
  EXPECT_NE(answer.find("\r\n1999,"), std::string::npos);
}

TEST_F(ServerTest, ASlowClientIsCutAndTheWorkGoesOn) {
  options_.most_buffered = 10'000;
  std::atomic<int> accepted{0};
  std::atomic<bool> finished{false};
  std::atomic<bool> cancelled{false};
  const auto server = start([&](const Request&) -> Reply {
    StreamReply reply = counting(5000, accepted, WhenFull::cut, 1000);
    reply.run = [run = reply.run, &finished, &cancelled](Stream& out) {
      run(out);
      cancelled = out.cancel().cancelled();
      finished = true;
    };
    return reply;
  });
  RawClient client(path_);
  client.send(get("/"));
  ASSERT_TRUE(eventually([&] { return finished.load(); }));
  EXPECT_TRUE(cancelled);
  EXPECT_LT(accepted.load(), 5000);
  EXPECT_FALSE(client.read_all().ends_with("0\r\n\r\n"));
}

TEST_F(ServerTest, AWriterDoesNotWaitForEverForAClientThatStopped) {
  options_.most_buffered = 10'000;
  options_.patience = 50ms;
  std::atomic<int> accepted{0};
  std::atomic<bool> finished{false};
  const auto server = start([&](const Request&) -> Reply {
    StreamReply reply = counting(5000, accepted, WhenFull::wait, 1000);
    reply.run = [run = reply.run, &finished](Stream& out) {
      run(out);
      finished = true;
    };
    return reply;
  });
  RawClient client(path_);
  client.send(get("/"));
  EXPECT_TRUE(eventually([&] { return finished.load(); }));
}

/// A stream that lasts until it is cancelled.
Handler endless(std::atomic<int>& running) {
  return [&running](const Request& request) -> Reply {
    if (request.target != "/stream") return Response{};
    StreamReply reply;
    reply.content_type = "text/plain";
    reply.heartbeat = "~";
    reply.begin_at_once = true;
    reply.run = [&running](Stream& out) {
      ++running;
      while (!out.cancel().cancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      --running;
    };
    return reply;
  };
}

TEST_F(ServerTest, AClientThatLeavesEndsItsStream) {
  std::atomic<int> running{0};
  const auto server = start(endless(running));
  {
    RawClient client(path_);
    client.send(get("/stream"));
    EXPECT_NE(client.read_until("\r\n\r\n").find("200 OK"), std::string::npos);
    ASSERT_TRUE(eventually([&] { return running == 1; }));
  }
  EXPECT_TRUE(eventually([&] { return running == 0; }));
}

TEST_F(ServerTest, SilentStreamsBeatAndDoNotStarveOthers) {
  options_.heartbeat = 20ms;
  options_.workers = 2;
  options_.most_streams = 20;
  std::atomic<int> running{0};
  const auto server = start(endless(running));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<RawClient>(path_));
    clients.back()->send(get("/stream"));
    EXPECT_NE(clients.back()->read_until("1\r\n~\r\n"), "");
  }
  RawClient other(path_);
  other.send(get("/"));
  EXPECT_NE(other.read_until("\r\n\r\n").find("200 OK"), std::string::npos);
  other.send(get("/stream"));
  EXPECT_NE(other.read_until("too many streams").find("503"), std::string::npos);
}

TEST_F(ServerTest, AStreamCanStillBecomeARefusal) {
  const auto server = start([](const Request& request) -> Reply {
    StreamReply reply;
    reply.content_type = "text/plain";
    reply.run = [late = request.target == "/late"](Stream& out) {
      if (late) out.write("x");
      const bool refused =
          out.refuse(error_response(Error(Code::not_found, "no application `shop`")));
      EXPECT_EQ(refused, !late);
    };
    return reply;
  });
  RawClient client(path_);
  client.send(get("/early"));
  const std::string answer = client.read_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 404 ")) << answer;
  EXPECT_NE(answer.find("no application `shop`"), std::string::npos);
  RawClient late(path_);
  late.send(get("/late"));
  EXPECT_TRUE(late.read_all().starts_with("HTTP/1.1 200 "));
}

TEST_F(ServerTest, AStreamThatFailsHalfwayIsNotTakenForWhole) {
  const auto server = start([](const Request&) -> Reply {
    StreamReply reply;
    reply.content_type = "text/plain";
    reply.run = [](Stream& out) {
      out.write("half");
      throw std::runtime_error("broken");
    };
    return reply;
  });
  RawClient client(path_);
  client.send(get("/"));
  const std::string answer = client.read_all();
  EXPECT_TRUE(answer.ends_with("4\r\nhalf\r\n")) << answer;
}

TEST_F(ServerTest, FiftyClientsAtOnce) {
  const auto server = start(echo);
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 50; ++i) {
    threads.emplace_back([&, i] {
      RawClient client(path_);
      for (int n = 0; n < 20; ++n) {
        const std::string target = "/" + std::to_string(i) + "-" + std::to_string(n);
        client.send(get(target));
        if (client.read_until("GET " + target + " ").find("200 OK") != std::string::npos) ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 1000);
}

TEST_F(ServerTest, StopLetsAnswersUnderWayFinishAndEndsStreams) {
  std::atomic<bool> inside{false};
  std::atomic<int> running{0};
  const Handler streams = endless(running);
  auto server = start([&](const Request& request) -> Reply {
    if (request.target == "/stream") return streams(request);
    inside = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return Response{200, "text/plain", "done", {}};
  });
  RawClient working(path_), listening(path_), idle(path_);
  working.send(get("/work"));
  listening.send(get("/stream"));
  ASSERT_TRUE(eventually([&] { return inside && running == 1; }));
  server->stop(10s);
  EXPECT_TRUE(working.read_all().ends_with("done"));
  EXPECT_TRUE(listening.read_all().ends_with("0\r\n\r\n"));
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_FALSE(fs::exists(path_));
  EXPECT_FALSE(RawClient(path_).connected());
  server.reset();
  EXPECT_EQ(running, 0);
}

TEST_F(ServerTest, StopCutsWhatDoesNotEnd) {
  std::atomic<bool> inside{false};
  std::atomic<bool> go{false};
  auto server = start([&](const Request&) -> Reply {
    inside = true;
    while (!go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return Response{};
  });
  RawClient client(path_);
  client.send(get("/"));
  ASSERT_TRUE(eventually([&] { return inside.load(); }));
  server->stop(20ms);
  EXPECT_EQ(client.read_all(), "");
  go = true;
}

}  // namespace
}  // namespace rumbo::api
