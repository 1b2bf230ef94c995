// The Podman target on real Podman: the transaction's steps, what a crash between any two of them
// leaves, and what the agent does about deaths.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "target_lab.h"

namespace rumbo::podman_test {
namespace {

const ObjectKey kWeb{"apps", "Deployment", "shop-dev", "web"};
const ObjectKey kService{"", "Service", "shop-dev", "web"};

/// A Namespace, a page in a ConfigMap, a Deployment of busybox httpd that serves it, a Service.
std::string shop(const std::string& page, const std::string& replicas = "1",
                 const std::string& ready_path = "/index.html", const std::string& extra = "") {
  std::string text = R"(
apiVersion: v1
kind: Namespace
metadata: {name: shop-dev}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: page, namespace: shop-dev}
data: {index.html: "PAGE"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop-dev}
spec:
  replicas: REPLICAS
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: app
        image: localhost/app:1
        imagePullPolicy: IfNotPresent
        command: [/bin/sh, -c, 'trap "exit 0" TERM; busybox httpd -f -p 8080 -h /www & wait']
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: READY, port: http}, periodSeconds: 1, failureThreshold: 1}
        volumeMounts: [{name: www, mountPath: /www}]
      volumes: [{name: www, configMap: {name: page}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop-dev}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: http}]
)";
  text = replace_all(text, "PAGE", page);
  text = replace_all(text, "REPLICAS", replicas);
  text = replace_all(text, "READY", ready_path);
  text = replace_all(text, "busybox httpd", "/bin/busybox httpd");
  return text + extra;
}

class TargetTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { lab_ = std::make_unique<TargetLab>(why_); }
  static void TearDownTestSuite() { lab_.reset(); }
  void SetUp() override {
    if (!why_.empty()) GTEST_SKIP() << why_;
  }
  void TearDown() override {
    if (why_.empty()) lab().clear();
  }
  static TargetLab& lab() { return *lab_; }

  static inline std::unique_ptr<TargetLab> lab_;
  static inline std::string why_;
};

TEST_F(TargetTest, DeploysAndServes) {
  const Deployment run = lab().begin("t-1", shop("one"));
  lab().stage_all(run);
  EXPECT_TRUE(lab().get("web").starts_with("error")) << "served before the switch";
  lab().perform_kind(run, StepKind::switch_over);
  EXPECT_TRUE(lab().becomes(kService, HealthStatus::ready));
  EXPECT_EQ(lab().get("web"), "one");
  EXPECT_EQ(lab().health(kWeb).status, HealthStatus::ready);
  lab().perform_kind(run, StepKind::retire);
  lab().release(run);
  EXPECT_EQ(lab().get("web"), "one");
}

}  // namespace
}  // namespace rumbo::podman_test
