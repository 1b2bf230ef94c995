#include "target/kubernetes/volume_binding.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "target/kubernetes/scripted_transport.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr const char* kClaim = R"({"apiVersion":"v1","kind":"PersistentVolumeClaim",
  "metadata":{"name":"data"},"spec":{"storageClassName":"late"},"status":{"phase":"Pending"}})";

class VolumeBindingTest : public ::testing::Test, protected ScriptedClient {
 protected:
  bool waits(const Value& claim, const std::string& mode) {
    transport.answer = [&](const ApiRequest& request) -> Result<ApiResponse> {
      if (request.path == "/api") {
        return response(200, R"({"kind":"APIGroupDiscoveryList","items":[]})");
      }
      if (request.path == "/apis") {
        return response(200, R"({"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":
          "storage.k8s.io"},"versions":[{"version":"v1","resources":[{"resource":"storageclasses",
          "responseKind":{"kind":"StorageClass"},"scope":"Cluster","verbs":["get"]}]}]}]})");
      }
      if (mode.empty()) return response(403, "");
      return response(200, R"({"volumeBindingMode":")" + mode + "\"}");
    };
    Discovery discovery(client, clock);
    return with_binding(claim, client, discovery, cancel)["status"]["rumbo"]["waitsForConsumer"]
        .as_bool();
  }
};

TEST_F(VolumeBindingTest, AsksTheClassOfAPendingClaim) {
  const Value claim = codec::parse_json(kClaim).value();
  EXPECT_TRUE(waits(claim, "WaitForFirstConsumer"));
  EXPECT_FALSE(waits(claim, "Immediate"));
  EXPECT_FALSE(waits(claim, "")) << "the class may not be read";
  EXPECT_FALSE(waits(claim.with_path({"status", "phase"}, "Bound"), "WaitForFirstConsumer"));
  EXPECT_FALSE(waits(claim.with_path({"metadata", "annotations"},
                                     Value::object({{"volume.kubernetes.io/selected-node", "n1"}})),
                     "WaitForFirstConsumer"))
      << "a pod that uses it was scheduled";
}

}  // namespace
}  // namespace rumbo::target::kubernetes
