// The real pool against a real server on the loopback. HTTP/2 and TLS: tests/cluster.
#include "io/http_pool.h"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>

#include "io/env.h"
#include "io/fake/http_server.h"
#include "io/http_address.h"

namespace rumbo::io {
namespace {

using fake::HttpServer;

HttpRequest to(std::string url, std::string method = "GET") {
  HttpRequest request;
  request.method = std::move(method);
  request.url = std::move(url);
  return request;
}

Cancel soon(Duration after = 20s) {
  return Cancel().with_deadline(real_clock().mono() + after);
}

void echo(const HttpServer::Request& request, HttpServer::Peer& peer) {
  std::string text = request.method + " " + request.target + "\n";
  for (const auto& [name, value] : request.headers) text += name + "=" + value + "\n";
  peer.answer(200, text + request.body, "X-Kind: Echo\r\n");
}

const std::string kChunkedHead =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n";

std::string chunk(std::string_view text) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + std::string(text) + "\r\n";
}

TEST(HttpAddress, ServerNamesReplaceTheHost) {
  const Address same = address_of("https://a:6443/x", "");
  EXPECT_EQ(same.url, "https://a:6443/x");
  EXPECT_TRUE(same.connect_to.empty());
  const Address other = address_of("https://[::1]:6443/x?y", "kube.local");
  EXPECT_EQ(other.url, "https://kube.local:6443/x?y");
  EXPECT_EQ(other.connect_to, "::[::1]:6443");
  EXPECT_EQ(other.host, "[::1]:6443");
  EXPECT_EQ(address_of("https://10.0.0.1", "k").connect_to, "::10.0.0.1:443");
}

TEST(HttpPool, SendsAndReads) {
  HttpServer server(echo);
  HttpPool pool({});
  HttpRequest request = to(server.url("/a?b=c"), "PATCH");
  request.headers = {{"Content-Type", "application/json"}};
  request.body = "{}";
  const auto response = pool.send(request, soon());
  ASSERT_TRUE(response) << response.error().to_string();
  EXPECT_EQ(response->status, 200);
  EXPECT_TRUE(response->body.starts_with("PATCH /a?b=c\n"));
  EXPECT_NE(response->body.find("content-type=application/json\n"), std::string::npos);
  EXPECT_TRUE(response->body.ends_with("{}"));
  EXPECT_TRUE(pool.send(to(server.url()), soon()));
  EXPECT_EQ(server.connections(), 1) << "connections stay open between calls";
}

TEST(HttpPool, ServerNameChangesTheHostNotTheHeader) {
  HttpServer server(echo);
  PoolOptions options;
  options.tls.server_name = "kube.invalid";
  HttpPool pool(std::move(options));
  const auto response = pool.send(to(server.url("/x")), soon());
  ASSERT_TRUE(response) << response.error().to_string();
  EXPECT_NE(response->body.find("host=127.0.0.1:" + std::to_string(server.port())),
            std::string::npos);
}

TEST(HttpPool, ManyAtOnceOverFewConnections) {
  HttpServer server([](const auto& request, auto& peer) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    echo(request, peer);
  });
  PoolOptions options;
  options.connections_1 = 8;
  HttpPool pool(std::move(options));
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 5; ++j) {
        if (const auto got = pool.send(to(server.url(), "POST"), soon()))
          done += got->status == 200;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done, 160);
  EXPECT_LE(server.connections(), 8);
}

TEST(HttpPool, StreamsComeInTheCallersThreadUntilTheServerEnds) {
  HttpServer server([](const auto&, auto& peer) {
    peer.send(kChunkedHead + chunk("one"));
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    peer.send(chunk("two") + "0\r\n\r\n");
  });
  HttpPool pool({});
  std::string got;
  HttpRequest request = to(server.url());
  const auto here = std::this_thread::get_id();
  request.sink = [&](std::string_view piece) {
    EXPECT_EQ(std::this_thread::get_id(), here);
    got += piece;
    return true;
  };
  const auto response = pool.stream(request, 5s, soon());
  ASSERT_TRUE(response) << response.error().to_string();
  EXPECT_EQ(got, "onetwo");
  EXPECT_TRUE(response->body.empty());
}

TEST(HttpPool, OtherAnswersOfAStreamHaveTheirBody) {
  HttpServer server([](const auto&, auto& peer) { peer.answer(410, "gone"); });
  HttpPool pool({});
  HttpRequest request = to(server.url());
  request.sink = [](std::string_view) { return ADD_FAILURE(), true; };
  const auto response = pool.stream(request, 5s, soon());
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 410);
  EXPECT_EQ(response->body, "gone");
}

TEST(HttpPool, StreamsEndBySilenceCancelAndSink) {
  std::atomic<bool> over{false};
  HttpServer server([&](const auto&, auto& peer) {
    peer.send(kChunkedHead + chunk("x"));
    while (!over) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    peer.close();
  });
  HttpPool pool({});
  HttpRequest request = to(server.url());
  bool wanted = true;
  request.sink = [&](std::string_view) { return wanted; };
  const auto silent = pool.stream(request, 200ms, soon());
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code(), Code::timeout);

  Cancel cancel;
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    cancel.cancel();
  });
  const MonoTime start = real_clock().mono();
  const auto cancelled = pool.stream(request, 60s, cancel);
  canceller.join();
  EXPECT_EQ(cancelled.error().code(), Code::cancelled);
  EXPECT_LT(real_clock().mono() - start, Duration(2s));

  wanted = false;
  EXPECT_TRUE(pool.stream(request, 60s, soon()));
  over = true;
}

TEST(HttpPool, ASlowSinkSlowsTheServerAndLosesNothing) {
  constexpr std::size_t kTotal = std::size_t{24} << 20;
  HttpServer server([](const auto&, auto& peer) {
    peer.send(kChunkedHead);
    const std::string piece = chunk(std::string(1 << 20, 'a'));
    for (std::size_t sent = 0; sent < kTotal; sent += 1 << 20) peer.send(piece);
    peer.send("0\r\n\r\n");
  });
  HttpPool pool({});
  HttpRequest request = to(server.url());
  std::size_t got = 0, most = 0;
  request.sink = [&](std::string_view piece) {
    got += piece.size();
    most = std::max(most, piece.size());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return true;
  };
  ASSERT_TRUE(pool.stream(request, 5s, soon()));
  EXPECT_EQ(got, kTotal);
  EXPECT_LT(most, std::size_t{5} << 20);
}

TEST(HttpPool, TellsWhatMayHaveTakenEffect) {
  HttpServer server([](const auto&, auto& peer) { peer.close(); });
  HttpPool pool({});
  EXPECT_EQ(pool.send(to(server.url()), soon()).error().retry(), Retry::later);
  EXPECT_EQ(pool.send(to(server.url(), "PATCH"), soon()).error().retry(), Retry::unknown_outcome);
  EXPECT_EQ(pool.send(to("http://127.0.0.1:1/", "PATCH"), soon()).error().retry(), Retry::later);
  HttpServer slow([](const auto&, auto& peer) {
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    peer.close();
  });
  const auto late = pool.send(to(slow.url(), "PATCH"), soon(100ms));
  EXPECT_EQ(late.error().code(), Code::timeout);
  EXPECT_EQ(late.error().retry(), Retry::unknown_outcome);
}

TEST(HttpPool, RefusesMoreThanItCanHold) {
  std::atomic<bool> over{false};
  HttpServer server([&](const auto&, auto& peer) {
    while (!over) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    peer.answer(200, "");
  });
  PoolOptions options;
  options.most_requests = 1;
  HttpPool pool(std::move(options));
  std::thread first([&] { EXPECT_TRUE(pool.send(to(server.url()), soon())); });
  while (server.connections() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto refused = pool.send(to(server.url()), soon());
  over = true;
  first.join();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::exhausted);
}

}  // namespace
}  // namespace rumbo::io
