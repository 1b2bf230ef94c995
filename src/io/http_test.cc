// The real Http against a real server on the loopback.
#include "io/http.h"

#include <arpa/inet.h>
#include <atomic>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "io/env.h"
#include "io/fake/http_server.h"
#include "io/tcp.h"

namespace rumbo::io {
namespace {

using fake::HttpServer;

MonoTime soon(Duration after) {
  return real_clock().mono() + after;
}

Result<HttpResponse> send(const HttpRequest& request, const Cancel& cancel = {}) {
  return real_http().send(request, cancel.with_deadline(soon(20s)));
}

HttpRequest to(std::string url, std::string method = "GET") {
  HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  return request;
}

void echo(const HttpServer::Request& request, HttpServer::Peer& peer) {
  std::string text = request.method + " " + request.target + "\n";
  for (const auto& [name, value] : request.headers) text += name + "=" + value + "\n";
  peer.answer(200, text + request.body, "X-Kind: Echo\r\n");
}

TEST(Http, SendsMethodHeadersAndBody) {
  HttpServer server(echo);
  HttpRequest request = to(server.url("/a/../b?c=d"), "PATCH");
  request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
  request.body = std::string("{\"a\":\0}", 7);
  const auto response = send(request);
  ASSERT_TRUE(response) << response.error().to_string();
  EXPECT_EQ(response->status, 200);
  EXPECT_TRUE(response->body.starts_with("PATCH /a/../b?c=d\n")) << response->body;
  EXPECT_NE(response->body.find("content-type=application/json\n"), std::string::npos);
  EXPECT_NE(response->body.find("x-empty=\n"), std::string::npos);
  EXPECT_TRUE(response->body.ends_with(request.body));
  EXPECT_EQ(response->headers.at(0), (std::pair<std::string, std::string>{"x-kind", "Echo"}));
}

TEST(Http, AddsNothingToABodyThatNamesNoType) {
  HttpServer server(echo);
  HttpRequest request = to(server.url(), "POST");
  request.body = "x";
  const auto response = send(request);
  ASSERT_TRUE(response) << response.error().to_string();
  EXPECT_EQ(response->body.find("content-type"), std::string::npos) << response->body;
  EXPECT_EQ(response->body.find("expect"), std::string::npos);
}

TEST(Http, EveryStatusIsAnAnswer) {
  HttpServer server([](const auto& request, auto& peer) {
    if (request.method == "HEAD") {
      peer.send("HTTP/1.1 204 None\r\n\r\n");
    } else {
      peer.answer(request.target == "/500" ? 500 : 404, "no");
    }
  });
  EXPECT_EQ(send(to(server.url("/500")))->status, 500);
  EXPECT_EQ(send(to(server.url("/404"), "DELETE"))->status, 404);
  EXPECT_EQ(send(to(server.url(), "HEAD"))->status, 204);
}

TEST(Http, KeepsConnectionsOpenBetweenCalls) {
  HttpServer server(echo);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(send(to(server.url(), i % 2 ? "GET" : "POST")));
  EXPECT_EQ(server.connections(), 1);
}

TEST(Http, SpeaksOverUnixSockets) {
  const std::string path = ::testing::TempDir() + "rumbo-http-" + std::to_string(::getpid());
  HttpServer server(echo, path);
  HttpRequest request = to("http://podman/v4.0.0/info");
  request.unix_socket = path;
  const auto response = send(request);
  ASSERT_TRUE(response) << response.error().to_string();
  EXPECT_TRUE(response->body.starts_with("GET /v4.0.0/info\n"));
  EXPECT_NE(response->body.find("host=podman\n"), std::string::npos);
  ::unlink(path.c_str());

  request.unix_socket = path + ".missing";
  const auto missing = send(request);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), Code::unavailable);
  EXPECT_EQ(missing.error().retry(), Retry::later);
}

TEST(Http, NobodyListeningIsUnavailableAlsoForPost) {
  std::string url;
  {
    HttpServer server(echo);
    url = server.url();
  }
  for (const auto* method : {"GET", "POST"}) {
    const auto response = send(to(url, method));
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code(), Code::unavailable);
    EXPECT_EQ(response.error().retry(), Retry::later) << method;
    EXPECT_NE(response.error().to_string().find(url), std::string::npos);
  }
}

TEST(Http, AConnectionLostAfterSendingHasAnUnknownOutcomeUnlessItOnlyReads) {
  HttpServer server([](const auto&, auto& peer) { peer.close(); });
  EXPECT_EQ(send(to(server.url())).error().retry(), Retry::later);
  for (const auto* method : {"POST", "PUT", "DELETE", "PATCH"}) {
    EXPECT_EQ(send(to(server.url(), method)).error().retry(), Retry::unknown_outcome) << method;
  }
}

TEST(Http, APostOnAReusedConnectionIsNeverSentTwice) {
  std::atomic<int> posts{0};
  HttpServer server([&](const auto& request, auto& peer) {
    if (request.method != "POST") {
      peer.answer(200, "ok");
    } else {
      ++posts;
      peer.close();
    }
  });
  ASSERT_TRUE(send(to(server.url())));
  const auto response = send(to(server.url(), "POST"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().retry(), Retry::unknown_outcome);
  EXPECT_EQ(posts, 1);
}

TEST(Http, ATruncatedBodyIsNoAnswer) {
  HttpServer server([](const auto&, auto& peer) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    peer.close();
  });
  EXPECT_EQ(send(to(server.url())).error().retry(), Retry::later);
  EXPECT_EQ(send(to(server.url(), "POST")).error().retry(), Retry::unknown_outcome);
}

TEST(Http, BodiesAreBounded) {
  HttpServer server([](const auto&, auto& peer) { peer.answer(200, std::string(1000, 'x')); });
  HttpRequest request = to(server.url());
  request.max_body = 1000;
  EXPECT_EQ(send(request)->body.size(), 1000u);
  request.max_body = 999;
  EXPECT_EQ(send(request).error().code(), Code::too_large);
}

TEST(Http, ASinkGetsPiecesAsTheyComeAndStops) {
  HttpServer server([](const auto&, auto& peer) {
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (peer.send("6\r\nevent\n\r\n")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
  HttpRequest request = to(server.url());
  request.max_body = 1;
  int events = 0;
  request.sink = [&](std::string_view piece) {
    EXPECT_EQ(piece, "event\n");
    return ++events < 3;
  };
  const auto response = send(request);
  ASSERT_TRUE(response) << response.error().to_string();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "");
  EXPECT_EQ(events, 3);
}

TEST(Http, ASilentStreamIsCancelledWithinATenthOfASecond) {
  HttpServer server([](const auto&, auto& peer) {
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nevent\n\r\n");
  });
  HttpRequest request = to(server.url());
  Cancel cancel;
  MonoTime asked;
  std::thread other;
  request.sink = [&](std::string_view) {
    other = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(120));
      asked = real_clock().mono();
      cancel.cancel();
    });
    return true;
  };
  const auto response = send(request, cancel);
  const Duration took = real_clock().mono() - asked;
  other.join();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), Code::cancelled);
  EXPECT_LT(took, 150ms);  // 80 ms and what a loaded machine adds
}

TEST(Http, TheDeadlineEndsACall) {
  HttpServer server([](const auto&, auto&) {});
  const Cancel cancel = Cancel().with_deadline(soon(100ms));
  const auto read = real_http().send(to(server.url()), cancel);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), Code::timeout);
  EXPECT_EQ(read.error().retry(), Retry::later);
  const auto write =
      real_http().send(to(server.url(), "POST"), Cancel().with_deadline(soon(100ms)));
  ASSERT_FALSE(write);
  EXPECT_EQ(write.error().code(), Code::timeout);
  EXPECT_EQ(write.error().retry(), Retry::unknown_outcome);
}

TEST(Http, RedirectsAreFollowedOnlyWhenAsked) {
  HttpServer server([](const auto& request, auto& peer) {
    if (request.target == "/") {
      peer.answer(302, "", "Location: /there\r\n");
    } else {
      peer.answer(200, request.target);
    }
  });
  HttpRequest request = to(server.url());
  EXPECT_EQ(send(request)->status, 302);
  request.follow_redirects = true;
  EXPECT_EQ(send(request)->body, "/there");
}

TEST(Http, ARedirectNeverLeavesHttp) {
  HttpServer server(
      [](const auto&, auto& peer) { peer.answer(302, "", "Location: file:///etc/passwd\r\n"); });
  HttpRequest request = to(server.url());
  request.follow_redirects = true;
  const auto response = send(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), Code::invalid);
}

TEST(Http, CredentialsDoNotFollowARedirectToAnotherHost) {
  HttpServer other(echo);
  HttpServer server([&](const auto& request, auto& peer) {
    EXPECT_EQ(request.headers.count("authorization"), 1u);
    peer.answer(302, "", "Location: " + other.url() + "\r\n");
  });
  HttpRequest request = to(server.url());
  request.follow_redirects = true;
  request.user = "me";
  request.password = Secret<std::string>("hidden");
  request.headers = {{"Authorization", "Bearer hidden"}};
  const auto response = send(request);
  ASSERT_TRUE(response) << response.error().to_string();
  EXPECT_EQ(response->body.find("authorization"), std::string::npos) << response->body;
}

TEST(Http, RequestsThatSmuggleOrLeakAreRefused) {
  const auto refused = [](const HttpRequest& request) {
    const auto response = send(request);
    return !response && response.error().code() == Code::invalid &&
           response.error().to_string().find("hidden") == std::string::npos;
  };
  EXPECT_TRUE(refused(to("file:///etc/passwd")));
  EXPECT_TRUE(refused(to("http:///x")));
  EXPECT_TRUE(refused(to("http://127.0.0.1/a b")));
  EXPECT_TRUE(refused(to("http://user:hidden@127.0.0.1/")));
  EXPECT_TRUE(refused(to("http://127.0.0.1/", "GET / HTTP/1.1\r\n")));
  HttpRequest request = to("http://127.0.0.1/?token=hidden");
  request.headers = {{"X", "a\r\nY: b"}};
  EXPECT_TRUE(refused(request));
  request.headers = {{"X:", "a"}};
  EXPECT_TRUE(refused(request));
}

TEST(Http, AMissingCaFileIsAMistakeOfTheCaller) {
  HttpServer server(echo);
  HttpRequest request = to("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  request.ca_file = "/nonexistent/ca.pem";
  const auto response = send(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), Code::invalid) << response.error().to_string();
}

TEST(Http, ManyThreadsAtOnce) {
  HttpServer server(echo);
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const std::string path = "/" + std::to_string(t) + "/" + std::to_string(i);
        const auto response = send(to(server.url(path)));
        if (response && response->body.starts_with("GET " + path + "\n")) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
}

TEST(Tcp, ConnectsOrSaysWhyNot) {
  std::uint16_t port = 0;
  {
    HttpServer server(echo);
    port = server.port();
    EXPECT_TRUE(tcp_connect("127.0.0.1", port, 1s));
  }
  const auto refused = tcp_connect("127.0.0.1", port, 1s);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::unavailable);
  EXPECT_EQ(refused.error().retry(), Retry::later);
  EXPECT_EQ(tcp_connect("localhost", port, 1s).error().code(), Code::invalid);
  EXPECT_EQ(tcp_connect("::1", port, 1s).error().code(), Code::unavailable);
}

TEST(Tcp, AFullBacklogTimesOut) {
  // A listener that never accepts: once its queue is full, the kernel drops further attempts.
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(fd, 0), 0);
  socklen_t size = sizeof address;
  sockaddr* raw = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(::getsockname(fd, raw, &size), 0);
  Result<> last;
  for (int i = 0; i < 4 && last; ++i)
    last = tcp_connect("127.0.0.1", ntohs(address.sin_port), 100ms);
  ::close(fd);
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().code(), Code::timeout);
}

}  // namespace
}  // namespace rumbo::io
