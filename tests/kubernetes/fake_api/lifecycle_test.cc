// Deletion, garbage, namespaces, CRDs, discovery, controllers.
#include "api_fixture.h"

namespace rumbo::fake_api {
namespace {

class Lifecycle : public ApiFixture {
 protected:
  static constexpr const char* kCrd = R"(
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              size: {type: integer, default: 3}
              parts:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items: {type: object, properties: {name: {type: string}, count: {type: integer}}}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
)";
  static constexpr const char* kCrds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  static constexpr const char* kWidgets = "/apis/example.com/v1/namespaces/default/widgets";

  int gets(const std::string& name) { return ask("GET", std::string(kMaps) + "/" + name).status; }
  Value owned_by(const std::string& name, const Answer& owner) {
    return map_of(name, "1").with_path(
        {"metadata", "ownerReferences"},
        Value::array({Value::object({{"apiVersion", "v1"},
                                     {"kind", "ConfigMap"},
                                     {"name", owner.body["metadata"]["name"]},
                                     {"uid", owner.body["metadata"]["uid"]}})}));
  }
};

TEST_F(Lifecycle, DeletesWithPreconditions) {
  const Answer made = apply(kMaps, map_of("x", "1"));
  const std::string path = std::string(kMaps) + "/x";
  const Answer wrong = ask("DELETE", path, yaml("{preconditions: {uid: other}}"));
  EXPECT_EQ(wrong.status, 409);
  EXPECT_EQ(ask("DELETE", path, yaml("{preconditions: {resourceVersion: '1'}}")).status, 409);
  const Value right =
      Value::object({{"preconditions", Value::object({{"uid", made.body["metadata"]["uid"]}})}});
  EXPECT_EQ(ask("DELETE", path, right).status, 200);
  EXPECT_EQ(ask("DELETE", path).status, 404);
}

TEST_F(Lifecycle, FinalizersHoldObjects) {
  apply(kMaps, map_of("x", "1").with_path({"metadata", "finalizers"}, yaml("[example.com/hold]")));
  const Answer accepted = ask("DELETE", std::string(kMaps) + "/x");
  EXPECT_EQ(accepted.status, 200);
  EXPECT_TRUE(accepted.body["metadata"].contains("deletionTimestamp"));
  EXPECT_EQ(gets("x"), 200);
  // Nothing takes the deletion back.
  apply(kMaps, map_of("x", "2").with_path({"metadata", "finalizers"}, yaml("[example.com/hold]")));
  EXPECT_TRUE(ask("GET", std::string(kMaps) + "/x").body["metadata"].contains("deletionTimestamp"));
  ask("PATCH", std::string(kMaps) + "/x", yaml("{metadata: {finalizers: null}}"),
      "application/merge-patch+json");
  EXPECT_EQ(gets("x"), 404);
}

TEST_F(Lifecycle, GarbageFollowsItsOwner) {
  for (const auto& [policy, stays] : {std::pair("Background", false),
                                      std::pair("Foreground", false), std::pair("Orphan", true)}) {
    const Answer owner = apply(kMaps, map_of("owner", "1"));
    ASSERT_EQ(apply(kMaps, owned_by("child", owner)).status, 201);
    ask("DELETE", std::string(kMaps) + "/owner", Value::object({{"propagationPolicy", policy}}));
    EXPECT_EQ(gets("owner"), 404) << policy;
    EXPECT_EQ(gets("child") == 200, stays) << policy;
    ask("DELETE", std::string(kMaps) + "/child");
  }
}

TEST_F(Lifecycle, NamespacesEmptyThemselves) {
  const std::string spaces = "/api/v1/namespaces";
  apply(spaces, yaml("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"));
  const std::string maps = "/api/v1/namespaces/shop/configmaps";
  apply(maps, map_of("x", "1").with_path({"metadata", "finalizers"}, yaml("[example.com/hold]")));
  ask("DELETE", spaces + "/shop");
  const Answer ending = ask("GET", spaces + "/shop");
  EXPECT_EQ(ending.body["status"]["phase"].as_string(), "Terminating");
  const Answer refused = apply(maps, map_of("y", "1"));
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body["details"]["causes"][0]["reason"].as_string(), "NamespaceTerminating");
  ask("PATCH", maps + "/x", yaml("{metadata: {finalizers: null}}"), "application/merge-patch+json");
  EXPECT_EQ(ask("GET", spaces + "/shop").status, 404);
}

TEST_F(Lifecycle, CrdsBecomeServedThenDiscovered) {
  FakeApi slow(clock, {.crd_established = 3s, .crd_discovered = 5s});
  const Value crd = yaml(kCrd);
  EXPECT_EQ(slow.as("x", "POST", kCrds, crd).status, 201);
  EXPECT_EQ(slow.as("x", "GET", kWidgets).status, 404);
  clock.advance(4s);
  EXPECT_EQ(slow.as("x", "GET", kWidgets).status, 200);
  const auto discovered = [&] {
    ApiRequest request;
    request.path = "/apis";
    request.accept =
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    return slow.send(request, Cancel())->body.find("\"widgets\"") != std::string::npos;
  };
  EXPECT_FALSE(discovered());
  clock.advance(5s);
  EXPECT_TRUE(discovered());
}

TEST_F(Lifecycle, CustomObjectsFollowTheirSchema) {
  ASSERT_EQ(apply(kCrds, yaml(kCrd)).status, 201);
  const Answer made = apply(kWidgets, yaml("{apiVersion: example.com/v1, kind: Widget, metadata: "
                                           "{name: w}, spec: {parts: [{name: a, count: 1}]}}"));
  ASSERT_EQ(made.status, 201) << made.message();
  EXPECT_EQ(made.body["spec"]["size"].as_int(), 3);
  EXPECT_EQ(apply(kWidgets, yaml("{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, "
                                 "spec: {nothing: 1}}"))
                .status,
            500);
  EXPECT_EQ(ask("PATCH", std::string(kWidgets) + "/w/status",
                yaml("{status: {phase: up}, spec: {size: 9}}"), "application/merge-patch+json")
                .status,
            200);
  const Answer live = ask("GET", std::string(kWidgets) + "/w");
  EXPECT_EQ(live.body["status"]["phase"].as_string(), "up");
  EXPECT_EQ(live.body["spec"]["size"].as_int(), 3);
  EXPECT_EQ(live.body["metadata"]["generation"].as_int(), 1);
  // A CRD takes its objects with it.
  ask("DELETE", std::string(kCrds) + "/widgets.example.com");
  EXPECT_EQ(ask("GET", kWidgets).status, 404);
  EXPECT_EQ(ask("GET", std::string(kCrds) + "/widgets.example.com").status, 404);
}

TEST_F(Lifecycle, JobsFinish) {
  const std::string path = "/apis/batch/v1/namespaces/default/jobs";
  const auto job = [](const std::string& name, const std::string& image) {
    return yaml("{apiVersion: batch/v1, kind: Job, metadata: {name: " + name +
                "}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: "
                "'" +
                image + "'}]}}}}");
  };
  ASSERT_EQ(apply(path, job("good", "a:1")).status, 201);
  apply(path, job("bad", "broken:1"));
  EXPECT_EQ(ask("GET", path + "/good").body["status"]["active"].as_int(), 1);
  clock.advance(3s);
  EXPECT_EQ(ask("GET", path + "/good").body["status"]["conditions"][0]["type"].as_string(),
            "Complete");
  EXPECT_EQ(ask("GET", path + "/bad").body["status"]["conditions"][0]["type"].as_string(),
            "Failed");
}

}  // namespace
}  // namespace rumbo::fake_api
