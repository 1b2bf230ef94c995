// Writes: apply, create, update, patch, their preconditions, dry-runs and refusals.
#include "api_fixture.h"

namespace rumbo::fake_api {
namespace {

class Writes : public ApiFixture {};

TEST_F(Writes, ApplyCreatesAndUpdates) {
  const Answer made = apply(kMaps, map_of("x", "1"));
  EXPECT_EQ(made.status, 201);
  EXPECT_FALSE(made.body["metadata"]["uid"].str().empty());
  EXPECT_EQ(made.body["metadata"]["managedFields"][0]["manager"].as_string(), "rumbo");
  const Answer changed = apply(kMaps, map_of("x", "2"));
  EXPECT_EQ(changed.status, 200);
  EXPECT_NE(changed.version(), made.version());
  EXPECT_EQ(changed.body["metadata"]["uid"], made.body["metadata"]["uid"]);
  // Nothing to do: nothing is written.
  clock.advance(5s);
  const Answer same = apply(kMaps, map_of("x", "2"));
  EXPECT_EQ(same.status, 200);
  EXPECT_EQ(same.body, changed.body);
}

TEST_F(Writes, VersionsAreGlobalAndRise) {
  const auto a = parse_int(apply(kMaps, map_of("a", "1")).version());
  const auto b = parse_int(apply(kMaps, map_of("b", "1")).version());
  EXPECT_EQ(*b, *a + 1);
}

TEST_F(Writes, DryRunsKeepNothing) {
  const Answer dry = apply(kMaps, map_of("x", "1"), "&dryRun=All");
  EXPECT_EQ(dry.status, 201);
  EXPECT_EQ(ask("GET", std::string(kMaps) + "/x").status, 404);
  const Answer made = apply(kMaps, map_of("x", "1"));
  const Answer predicted = apply(kMaps, map_of("x", "2"), "&dryRun=All");
  EXPECT_EQ(predicted.body["data"]["k"].as_string(), "2");
  EXPECT_EQ(predicted.version(), made.version());
  EXPECT_EQ(ask("GET", std::string(kMaps) + "/x").body, made.body);
  EXPECT_EQ(ask("DELETE", std::string(kMaps) + "/x", yaml("{dryRun: [All]}")).status, 200);
  EXPECT_EQ(ask("GET", std::string(kMaps) + "/x").status, 200);
}

TEST_F(Writes, PreconditionsOfApply) {
  const Answer made = apply(kMaps, map_of("x", "1"));
  const Value& meta = made.body["metadata"];
  const auto guarded = [&](const std::string& uid, const std::string& version) {
    return apply(kMaps, map_of("x", "2")
                            .with_path({"metadata", "uid"}, uid)
                            .with_path({"metadata", "resourceVersion"}, version));
  };
  const Answer stale = guarded(meta["uid"].str(), "1");
  EXPECT_EQ(stale.status, 409);
  EXPECT_EQ(stale.reason(), "Conflict");
  EXPECT_EQ(stale.body["details"]["name"].as_string(), "x");
  EXPECT_TRUE(stale.body["details"]["causes"].empty());
  EXPECT_EQ(guarded("other", made.version()).status, 422);
  EXPECT_EQ(guarded("other", "1").status, 409);
  EXPECT_EQ(guarded(meta["uid"].str(), made.version()).status, 200);
  // Of an absent object the uid counts, and the version does not.
  const Value absent = map_of("y", "1").with_path({"metadata", "resourceVersion"}, "7");
  EXPECT_EQ(apply(kMaps, absent.with_path({"metadata", "uid"}, "u")).status, 409);
  EXPECT_EQ(apply(kMaps, absent).status, 201);
}

TEST_F(Writes, ApplyConflictsHaveCausesAndNoName) {
  apply(kMaps, map_of("x", "1"));
  EXPECT_EQ(api.as("kubectl-edit", "PATCH", std::string(kMaps) + "/x", yaml("{data: {k: '9'}}"),
                   "application/merge-patch+json")
                .status,
            200);
  const Answer refused = apply(kMaps, map_of("x", "2"));
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.reason(), "Conflict");
  const Value& cause = refused.body["details"]["causes"][0];
  EXPECT_EQ(cause["reason"].as_string(), "FieldManagerConflict");
  EXPECT_EQ(cause["field"].as_string(), ".data.k");
  EXPECT_TRUE(cause["message"].str().starts_with("conflict with \"kubectl-edit\" using v1 at "));
  EXPECT_FALSE(refused.body["details"].contains("name"));
}

TEST_F(Writes, GenerationCountsSpecsOnly) {
  const std::string path = "/apis/apps/v1/namespaces/default/deployments";
  const Value object = yaml(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {a: b}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "w:1"}]}}
)");
  const Answer made = apply(path, object);
  ASSERT_EQ(made.status, 201) << made.message();
  EXPECT_EQ(made.body["metadata"]["generation"].as_int(), 1);
  EXPECT_EQ(made.body["spec"]["strategy"]["type"].as_string(), "RollingUpdate");
  EXPECT_EQ(made.body["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"].as_string(),
            "IfNotPresent");
  const Answer labelled = apply(path, object.with_path({"metadata", "labels", "a"}, "c"));
  EXPECT_EQ(labelled.body["metadata"]["generation"].as_int(), 1);
  const Answer scaled = apply(path, object.with_path({"spec", "replicas"}, 3));
  EXPECT_EQ(scaled.body["metadata"]["generation"].as_int(), 2);
  // The controller's writes are its own, and change no generation.
  clock.advance(10s);
  const Answer live = ask("GET", path + "/web");
  EXPECT_EQ(live.body["status"]["observedGeneration"].as_int(), 2);
  EXPECT_EQ(live.body["status"]["readyReplicas"].as_int(), 3);
  EXPECT_EQ(live.body["metadata"]["generation"].as_int(), 2);
  EXPECT_EQ(apply(path, object.with_path({"spec", "replicas"}, 3)).version(), live.version());
}

TEST_F(Writes, ScaleIsWrittenApart) {
  const std::string path = "/apis/apps/v1/namespaces/default/deployments";
  const Value object = yaml(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "w:1"}]}}
)");
  apply(path, object);
  EXPECT_EQ(ask("GET", path + "/web/scale").body["spec"]["replicas"].as_int(), 1);
  EXPECT_EQ(ask("PATCH", path + "/web/scale?fieldManager=hpa", yaml("{spec: {replicas: 5}}"),
                "application/merge-patch+json")
                .status,
            200);
  const Answer live = ask("GET", path + "/web");
  EXPECT_EQ(live.body["spec"]["replicas"].as_int(), 5);
  bool found = false;
  for (const Value& entry : live.body["metadata"]["managedFields"].items()) {
    found |= entry["manager"].as_string() == "hpa" && entry["subresource"].as_string() == "scale";
  }
  EXPECT_TRUE(found) << codec::to_json(live.body["metadata"]["managedFields"]);
  EXPECT_EQ(apply(path, object.with_path({"spec", "replicas"}, 1)).status, 409);
}

TEST_F(Writes, RefusesWhatIsWrong) {
  EXPECT_EQ(apply("/api/v1/namespaces/missing/configmaps", map_of("x", "1")).status, 404);
  const Answer unknown = apply(kMaps, map_of("x", "1").with("dataa", Value::object()));
  EXPECT_EQ(unknown.status, 500);
  EXPECT_NE(unknown.message().find(".dataa: field not declared in schema"), std::string::npos);
  EXPECT_EQ(unknown.reason(), "");
  EXPECT_EQ(apply(kMaps, map_of("x", "1").with("apiVersion", "v2")).status, 400);
  EXPECT_EQ(apply(kMaps, map_of("x", "1").with_path({"metadata", "managedFields"}, Value::array()))
                .status,
            400);
  EXPECT_EQ(apply(kMaps, map_of("X_", "1")).status, 422);
  EXPECT_EQ(ask("GET", "/apis/nothing.dev/v1/things").body.str(), "404 page not found\n");
  const Answer strict =
      ask("POST", std::string(kMaps) + "?fieldValidation=Strict", map_of("x", "1").with("z", 1));
  EXPECT_EQ(strict.status, 400);
  EXPECT_NE(strict.message().find("unknown field \"z\""), std::string::npos);
}

TEST_F(Writes, ImmutableFieldsStay) {
  const std::string path = "/api/v1/namespaces/default/secrets";
  const Value secret = yaml(
      "{apiVersion: v1, kind: Secret, metadata: {name: s}, type: a, "
      "stringData: {k: v}}");
  const Answer made = apply(path, secret);
  EXPECT_EQ(made.body["data"]["k"].as_string(), "dg==");
  const Answer refused = apply(path, secret.with("type", "b"));
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.body["details"]["causes"][0]["field"].as_string(), "type");
}

TEST_F(Writes, NodePortsAreTakenOnlyForReal) {
  const std::string path = "/api/v1/namespaces/default/services";
  const auto service = [](const std::string& name) {
    return yaml("{apiVersion: v1, kind: Service, metadata: {name: " + name +
                "}, spec: {type: NodePort, ports: [{port: 80, nodePort: 30080}]}}");
  };
  EXPECT_EQ(apply(path, service("a")).status, 201);
  EXPECT_EQ(apply(path, service("b"), "&dryRun=All").status, 201);
  EXPECT_EQ(apply(path, service("b")).status, 422);
}

TEST_F(Writes, JsonPatchGuardsAndManagedFields) {
  const Answer made = apply(kMaps, map_of("x", "1"));
  const std::string path = std::string(kMaps) + "/x?fieldManager=other";
  const std::string type = "application/json-patch+json";
  EXPECT_EQ(ask("PATCH", path, yaml("[{op: test, path: /data/k, value: '2'}]"), type).status, 422);
  EXPECT_EQ(ask("PATCH", path,
                yaml("[{op: replace, path: /metadata/resourceVersion, value: '1'}, "
                     "{op: replace, path: /data/k, value: '2'}]"),
                type)
                .status,
            409);
  const Value entries = made.body["metadata"]["managedFields"];
  const Value renamed = Value::array({entries[0].with("manager", "argocd")});
  const Answer moved =
      ask("PATCH", path,
          Value::array({Value::object(
              {{"op", "replace"}, {"path", "/metadata/managedFields"}, {"value", renamed}})}),
          type);
  ASSERT_EQ(moved.status, 200);
  EXPECT_EQ(moved.body["metadata"]["managedFields"], renamed);
}

TEST_F(Writes, WebhooksRunAfterOwnership) {
  api.with([](Cluster& cluster, Controllers&) {
    cluster.webhooks.push_back([](const AdmissionRequest& request) -> Verdict {
      if (request.object["data"]["k"].as_string() == "deny") {
        return {Problem{403, "Forbidden", "admission webhook \"w\" denied the request: no", {}},
                {}};
      }
      return {std::nullopt, request.object.with_path({"data", "injected"}, "yes")};
    });
  });
  const Answer made = apply(kMaps, map_of("x", "1"));
  EXPECT_EQ(made.body["data"]["injected"].as_string(), "yes");
  const auto managers = managers_of(made.body);
  EXPECT_EQ((*managers)[0].fields.paths(), std::vector<std::string>{".data.k"});
  EXPECT_EQ(apply(kMaps, map_of("y", "deny")).status, 403);
}

TEST_F(Writes, AccessReviewsAndRefusals) {
  api.with([](Cluster& cluster, Controllers&) {
    cluster.authorizer = [](const std::string& verb, const std::string&, const std::string& plural,
                            const std::string&) { return verb != "patch" || plural != "secrets"; };
  });
  const auto review = [&](const char* verb, const char* resource) {
    return ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
               Value::object(
                   {{"spec",
                     Value::object({{"resourceAttributes",
                                     Value::object({{"verb", verb}, {"resource", resource}})}})}}))
        .body["status"]["allowed"]
        .as_bool();
  };
  EXPECT_TRUE(review("get", "secrets"));
  EXPECT_FALSE(review("patch", "secrets"));
  EXPECT_EQ(apply("/api/v1/namespaces/default/secrets",
                  yaml("{apiVersion: v1, kind: Secret, metadata: {name: s}}"))
                .status,
            403);
}

}  // namespace
}  // namespace rumbo::fake_api
