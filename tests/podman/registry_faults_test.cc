// Registries that misbehave, seen through a real Podman: what is final, what is tried again, and
// that nothing of a broken pull is taken for an image.
#include <gtest/gtest.h>

#include "client_fixture.h"
#include "crypto/digest.h"
#include "io/fake/http_server.h"

namespace rumbo::target::podman {
namespace {

using io::fake::HttpServer;

constexpr const char* kManifestType = "application/vnd.oci.image.manifest.v1+json";

class RegistryFaultsTest : public PodmanTest {
 protected:
  /// Pins web:1 of a registry that answers so.
  static Result<std::string> pull(const HttpServer::Handler& handler, Duration most = 60s) {
    HttpServer server(handler);
    const std::string name = "127.0.0.1:" + std::to_string(server.port()) + "/web:1";
    const Images images(client());
    const auto pins = images.pin({{name, PullPolicy::always}}, {}, limit(most));
    if (!pins) return fail(pins.error());
    return pins->at(name);
  }
  static HttpServer::Handler always(int status, std::string body) {
    return [=](const HttpServer::Request& request, HttpServer::Peer& peer) {
      if (request.target == "/v2/") {
        peer.answer(200, "{}");
      } else {
        peer.answer(status, body);
      }
    };
  }
};

TEST_F(RegistryFaultsTest, AnswersAreFinalOrTriedAgainByWhatTheyMean) {
  struct Case {
    int status;
    const char* body;
    bool final;
  };
  for (const Case& one :
       {Case{404, R"({"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]})",
             true},
        Case{401, R"({"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]})",
             true},
        Case{403, R"({"errors": [{"code": "DENIED", "message": "access is denied"}]})", true},
        Case{500, R"({"errors": [{"code": "UNKNOWN", "message": "oh dear"}]})", false},
        Case{503, "down for maintenance", false}}) {
    const auto pulled = pull(always(one.status, one.body));
    ASSERT_FALSE(pulled) << one.status;
    EXPECT_EQ(pulled.error().retry() == Retry::never, one.final)
        << one.status << ": " << pulled.error().to_string();
    EXPECT_NE(pulled.error().to_string().find("/web:1"), std::string::npos)
        << pulled.error().to_string();
  }
}

TEST_F(RegistryFaultsTest, TooManyRequestsAreTriedAgain) {
  // Podman itself waits and tries several times first; the deadline ends that.
  const auto pulled = pull(always(429, "slow down"), 8s);
  ASSERT_FALSE(pulled);
  EXPECT_NE(pulled.error().retry(), Retry::never) << pulled.error().to_string();
}

TEST_F(RegistryFaultsTest, OneThatHangsIsGivenUpAtTheDeadline) {
  std::atomic<bool> over{false};
  const MonoTime began = env_->clock.mono();
  const auto pulled = pull(
      [&](const HttpServer::Request&, HttpServer::Peer& peer) {
        while (!over && env_->clock.mono() - began < 10s) env_->sleep(20ms);
        peer.close();
      },
      2s);
  over = true;
  ASSERT_FALSE(pulled);
  EXPECT_NE(pulled.error().retry(), Retry::never) << pulled.error().to_string();
  EXPECT_LT(env_->clock.mono() - began, 9s);
  EXPECT_TRUE(client().ping(limit(5s))) << "podman goes on";
}

TEST_F(RegistryFaultsTest, GarbageIsNoImage) {
  const auto manifest = pull([](const HttpServer::Request& request, HttpServer::Peer& peer) {
    if (request.target == "/v2/") return void(peer.answer(200, "{}"));
    peer.answer(200, "\x01\x02 this is no manifest",
                std::string("Content-Type: ") + kManifestType + "\r\n");
  });
  ASSERT_FALSE(manifest);
  const auto http = pull([](const HttpServer::Request&, HttpServer::Peer& peer) {
    peer.send("SSH-2.0-OpenSSH_9.2\r\n");
    peer.close();
  });
  ASSERT_FALSE(http);
  EXPECT_NE(http.error().retry(), Retry::never) << http.error().to_string();
}

TEST_F(RegistryFaultsTest, OneThatVanishesInMidPullLeavesNoImage) {
  const std::string config =
      R"({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": ["sha256:aa"]}})";
  const std::string layer(4 << 20, 'x');
  const std::string config_digest = crypto::sha256(config), layer_digest = crypto::sha256(layer);
  const std::string manifest =
      R"({"schemaVersion": 2, "mediaType": ")" + std::string(kManifestType) +
      R"(", "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": )" +
      std::to_string(config.size()) + R"(, "digest": ")" + config_digest +
      R"("}, "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "size": )" +
      std::to_string(layer.size()) + R"(, "digest": ")" + layer_digest + R"("}]})";
  std::atomic<int> cut{0};
  const auto pulled = pull(
      [&](const HttpServer::Request& request, HttpServer::Peer& peer) {
        if (request.target == "/v2/") {
          peer.answer(200, "{}");
        } else if (request.target.find("/manifests/") != std::string::npos) {
          peer.answer(200, manifest, std::string("Content-Type: ") + kManifestType + "\r\n");
        } else if (request.target.find(config_digest) != std::string::npos) {
          peer.answer(200, config);
        } else {
          ++cut;
          peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(layer.size()) +
                    "\r\n\r\n" + layer.substr(0, 100'000));
          peer.close();
        }
      },
      20s);
  ASSERT_FALSE(pulled);
  EXPECT_GT(cut, 0);
  EXPECT_NE(pulled.error().retry(), Retry::never) << pulled.error().to_string();
  const Value list = client().list_images(limit(5s)).value();
  for (const Value& image : list.items()) {
    for (const Value& tag : image["RepoTags"].items()) {
      EXPECT_EQ(tag.as_string().find("/web:1"), std::string::npos) << tag.as_string();
    }
  }
}

}  // namespace
}  // namespace rumbo::target::podman
