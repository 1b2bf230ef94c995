// The fake API server beside a real one: both get the same random requests, and their answers must
// mean the same. Where they differ, the fake is wrong.
//
// RUMBO_TEST_KUBECONFIG names the real one; without it the test is skipped.
// RUMBO_DIFFERENTIAL=SEED[,STEPS] runs another sequence than the fixed ones.
//
// What stays different, and is left out of the comparison:
// - names and numbers that each server makes up: uids, versions, times, cluster addresses;
// - status, and what controllers write: the fake's do not run here. So a Deployment is compared
//   when the real controller has caught up, without its revision annotation, and without whose the
//   map of annotations as such is, which depends on that annotation;
// - the wording of messages, but not their reason, fields and number.
#include <chrono>
#include <cstdlib>
#include <gtest/gtest.h>
#include <random>
#include <thread>

#include "base/strings.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "fake_api.h"
#include "io/env.h"
#include "model/object.h"
#include "target/kubernetes/http_transport.h"

namespace rumbo::fake_api {
namespace {

using target::kubernetes::ApiRequest;
using target::kubernetes::ApiResponse;
using target::kubernetes::Transport;

Value yaml(const std::string& text) {
  return *codec::parse_yaml_value(text);
}

/// A kind under test: its objects come from a template in which numbers choose the contents.
struct Subject {
  std::string path;  ///< "/api/v1/namespaces/%/configmaps"
  std::vector<std::string> manifests;
  std::vector<std::string> merges;  ///< merge patches
};

const std::vector<Subject>& subjects() {
  static const std::vector<Subject> kAll = {
      {"/api/v1/namespaces/%/configmaps",
       {"{apiVersion: v1, kind: ConfigMap, data: {a: '1', b: '2'}}",
        "{apiVersion: v1, kind: ConfigMap, data: {a: '2'}, metadata: {labels: {l: x}}}",
        "{apiVersion: v1, kind: ConfigMap, data: {b: '2', c: '3'}, metadata: {annotations: {note: "
        "why}}}",
        "{apiVersion: v1, kind: ConfigMap, metadata: {labels: {l: v, m: z}}}",
        "{apiVersion: v1, kind: ConfigMap, data: {a: '1'}, binaryData: {z: 'AAAA'}}",
        "{apiVersion: v1, kind: ConfigMap, data: {a: 1}}",
        "{apiVersion: v1, kind: ConfigMap, dat: {a: '1'}}"},
       {"{data: {a: '9'}}", "{data: {b: null}}", "{metadata: {labels: {l: w}}}", "{data: null}",
        "{metadata: {managedFields: [{}]}}"}},
      {"/api/v1/namespaces/%/secrets",
       {"{apiVersion: v1, kind: Secret, stringData: {a: x}}",
        "{apiVersion: v1, kind: Secret, data: {a: eA==, b: eQ==}}",
        "{apiVersion: v1, kind: Secret, type: example.com/t, data: {a: eA==}}"},
       {"{data: {a: eg==}}", "{type: other}"}},
      {"/api/v1/namespaces/%/services",
       {"{apiVersion: v1, kind: Service, spec: {selector: {app: x}, ports: [{port: 80}]}}",
        "{apiVersion: v1, kind: Service, spec: {selector: {app: w}, ports: [{name: a, port: 80}, "
        "{name: b, port: 81, targetPort: 8081}]}}",
        "{apiVersion: v1, kind: Service, spec: {ports: [{name: b, port: 81, protocol: UDP}]}}",
        "{apiVersion: v1, kind: Service, spec: {selector: {app: x}}}"},
       {"{spec: {selector: {app: z}}}", "{metadata: {labels: {l: w}}}",
        "{spec: {sessionAffinity: ClientIP}}"}},
      {"/apis/apps/v1/namespaces/%/deployments",
       {"{apiVersion: apps/v1, kind: Deployment, spec: {replicas: 0, selector: {matchLabels: {app: "
        "x}}, template: {metadata: {labels: {app: x}}, spec: {containers: [{name: a, image: "
        "'i:1'}]}}}}",
        "{apiVersion: apps/v1, kind: Deployment, spec: {replicas: 0, selector: {matchLabels: {app: "
        "x}}, template: {metadata: {labels: {app: x, v: '2'}}, spec: {containers: [{name: a, "
        "image: "
        "'i:2', env: [{name: E, value: f}], ports: [{containerPort: 80}]}]}}}}",
        "{apiVersion: apps/v1, kind: Deployment, spec: {replicas: 0, selector: {matchLabels: {app: "
        "x}}, template: {metadata: {labels: {app: x}}, spec: {volumes: [{name: v, emptyDir: {}}], "
        "containers: [{name: b, image: 'j', volumeMounts: [{name: v, mountPath: /v}]}, {name: a, "
        "image: 'i:1'}]}}}}",
        "{apiVersion: apps/v1, kind: Deployment, metadata: {annotations: {note: why}}, spec: "
        "{strategy: "
        "{type: Recreate}}}",
        "{apiVersion: apps/v1, kind: Deployment, spec: {replicas: 0, selector: {matchLabels: {app: "
        "w}}, template: {metadata: {labels: {app: w}}, spec: {containers: [{name: a, image: "
        "'i:1'}]}}}}",
        "{apiVersion: apps/v1, kind: Deployment, spec: {replicaz: 1}}"},
       {"{spec: {template: {spec: {terminationGracePeriodSeconds: 5}}}}",
        "{metadata: {annotations: {note: z}}}", "{spec: {minReadySeconds: 3}}",
        "{spec: {replicas: 0}}"}},
      {"/apis/networking.k8s.io/v1/namespaces/%/networkpolicies",
       {"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, spec: {podSelector: {}}}",
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, spec: {podSelector: {matchLabels: "
        "{a: b}}, egress: [{}]}}"},
       {"{spec: {podSelector: {matchLabels: {c: d}}}}"}},
      {"/apis/rbac.authorization.k8s.io/v1/namespaces/%/rolebindings",
       {"{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, roleRef: {apiGroup: "
        "rbac.authorization.k8s.io, kind: ClusterRole, name: view}, subjects: [{kind: "
        "ServiceAccount, name: a, namespace: default}]}",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, roleRef: {apiGroup: "
        "rbac.authorization.k8s.io, kind: ClusterRole, name: edit}}"},
       {"{metadata: {labels: {l: w}}}"}},
  };
  return kAll;
}

/// One side: a server, and what it last said of each object.
struct Side {
  Transport* transport = nullptr;
  std::string name;
  std::map<std::string, Value> last;     ///< newest answer with an object, by path
  std::map<std::string, Value> earlier;  ///< the one before

  /// Reads it, a Deployment of the real server when its controller has written what it will.
  std::pair<int, Value> settled(const std::string& path) {
    ApiRequest request;
    request.path = path;
    auto answer = ask(request);
    for (int i = 0; i < 100 && name == "real" && answer.second["kind"].as_string() == "Deployment";
         ++i) {
      const std::string version = answer.second["metadata"]["resourceVersion"].str();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      answer = ask(request);
      const Value& seen = answer.second["status"]["observedGeneration"];
      const bool caught_up = seen == answer.second["metadata"]["generation"];
      if (caught_up && answer.second["metadata"]["resourceVersion"].as_string() == version) break;
    }
    return answer;
  }
  std::pair<int, Value> ask(const ApiRequest& request) {
    const auto response = transport->send(request, Cancel());
    if (!response) {
      ADD_FAILURE() << name << ": " << response.error().to_string();
      return {0, {}};
    }
    return {response->status, codec::parse_json(response->body).value_or(Value(response->body))};
  }
  void note(const std::string& path) {
    const auto [status, body] = settled(path);
    if (status != 200) return;
    if (last[path] != body) earlier[path] = last[path];
    last[path] = body;
  }
};

/// Where only the controller's annotation makes the map of annotations already there.
Value without_map_of_annotations(const Value& fields) {
  const Value& annotations = fields["f:metadata"]["f:annotations"];
  if (!annotations.contains(".")) return fields;
  const Value rest = annotations.without(".");
  return fields.with_path({"f:metadata", "f:annotations"}, rest);
}

/// The managers of an object without their times; controllers of the real one left out.
Value owners(const Value& object) {
  std::map<std::string, Value> all;
  for (const Value& entry : object["metadata"]["managedFields"].items()) {
    if (entry["manager"].as_string() == "kube-controller-manager") continue;
    all[entry["operation"].str() + " " + entry["manager"].str() + " " + entry["apiVersion"].str() +
        " " + entry["subresource"].str()] = object["kind"].as_string() == "Deployment"
                                                ? without_map_of_annotations(entry["fieldsV1"])
                                                : entry["fieldsV1"];
  }
  std::vector<Member> members;
  for (auto& [name, fields] : all) members.emplace_back(name, fields);
  return Value::object(std::move(members));
}

/// What an answer means, apart from names and numbers that each server makes up.
Value meaning(int status, const Value& body) {
  Value out = Value::object({{"http", status}});
  if (body["kind"].as_string() == "Status" || status >= 300) {
    std::vector<Value> causes;
    for (const Value& cause : body["details"]["causes"].items()) {
      causes.push_back(Value(cause["reason"].str() + " " + cause["field"].str()));
    }
    std::ranges::sort(causes, {}, [](const Value& v) { return v.str(); });
    // Some strategies validate the metadata a second time.
    causes.erase(std::unique(causes.begin(), causes.end()), causes.end());
    return out.with("reason", body["reason"])
        .with("status", body["status"])
        .with("causes", Value::array(std::move(causes)));
  }
  Value object = body.without("status");
  Value metadata = object["metadata"];
  out = out.with("owners", owners(body));
  for (const char* name :
       {"uid", "resourceVersion", "creationTimestamp", "managedFields", "deletionTimestamp"}) {
    out = out.with(std::string("has ") + name, metadata.contains(name));
    metadata = metadata.without(name);
  }
  if (const Value* notes = metadata.find("annotations")) {
    const Value rest = notes->without("deployment.kubernetes.io/revision");
    metadata = rest.empty() ? metadata.without("annotations") : metadata.with("annotations", rest);
  }
  object = object.with("metadata", metadata);
  if (object["kind"].as_string() == "Service") {
    object = object.with("spec", object["spec"].without("clusterIP").without("clusterIPs"));
  }
  return out.with("object", object);
}

/// "path: real | fake" of everything in which two meanings differ.
void list_differences(const std::string& path, const Value& real, const Value& fake,
                      std::string& out) {
  if (real == fake) return;
  if (!real.is_object() || !fake.is_object()) {
    out += "  " + path + ": " + codec::to_json(real) + " | " + codec::to_json(fake) + "\n";
    return;
  }
  for (const Member& member : real.members()) {
    list_differences(path + "/" + std::string(member.key()), member.value, fake[member.key()], out);
  }
  for (const Member& member : fake.members()) {
    if (!real.contains(member.key())) {
      list_differences(path + "/" + std::string(member.key()), Value(), member.value, out);
    }
  }
}

/// The sequences that are run: a seed and how many requests.
std::vector<std::pair<std::uint32_t, int>> sequences() {
  constexpr int kSteps = 250;
  if (const char* wanted = std::getenv("RUMBO_DIFFERENTIAL")) {
    const auto parts = split(wanted, ',');
    const auto seed = static_cast<std::uint32_t>(parse_int(parts[0]).value_or(1));
    const auto steps = parts.size() > 1 ? parse_int(parts[1]) : std::nullopt;
    return {{seed, static_cast<int>(steps.value_or(kSteps))}};
  }
  std::vector<std::pair<std::uint32_t, int>> all;
  for (std::uint32_t seed = 1; seed <= 8; ++seed) all.emplace_back(seed, kSteps);
  return all;
}

class Differential : public ::testing::TestWithParam<std::pair<std::uint32_t, int>> {
 protected:
  void SetUp() override {
    const char* kubeconfig = std::getenv("RUMBO_TEST_KUBECONFIG");
    if (kubeconfig == nullptr || *kubeconfig == '\0') {
      GTEST_SKIP() << "no real API server: RUMBO_TEST_KUBECONFIG is not set";
    }
    target::kubernetes::AccessOptions options;
    options.kubeconfig = kubeconfig;
    auto access = target::kubernetes::find_access(env_.files, options);
    ASSERT_TRUE(access) << access.error().to_string();
    real_ = std::make_unique<target::kubernetes::HttpTransport>(
        *access, env_, target::kubernetes::HttpTransportOptions());
    fake_ = std::make_unique<FakeApi>(env_.clock);
    fake_->with([](Cluster&, Controllers& controllers) { controllers.enabled = false; });
    sides_ = {Side{real_.get(), "real", {}, {}}, Side{fake_.get(), "fake", {}, {}}};
  }

  /// After a difference: the object goes on both sides, so that one is not seen again and again.
  void forget(const std::string& path) {
    for (Side& side : sides_) {
      ApiRequest request;
      request.method = "DELETE";
      request.path = path;
      side.ask(request);
      side.last.erase(path);
      side.earlier.erase(path);
    }
  }

  const io::Env env_ = io::real_env();
  std::unique_ptr<target::kubernetes::HttpTransport> real_;
  std::unique_ptr<FakeApi> fake_;
  std::vector<Side> sides_;
};

TEST_P(Differential, RandomRequestsMeanTheSame) {
  const auto [seed, steps] = GetParam();
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::string ns = "differential-" + std::to_string(seed) + "-" +
                         std::to_string(env_.clock.wall().since_epoch.count() % 1'000'000'000);
  for (Side& side : sides_) {
    ApiRequest request;
    request.method = "POST";
    request.path = "/api/v1/namespaces";
    request.content_type = "application/json";
    request.body =
        codec::to_json(yaml("{apiVersion: v1, kind: Namespace, metadata: {name: " + ns + "}}"));
    ASSERT_EQ(side.ask(request).first, 201);
  }
  std::map<std::string, int> kinds_of_requests;
  int differences = 0;
  for (int step = 0; step < steps && differences < 10; ++step) {
    const Subject& subject = subjects()[below(subjects().size())];
    const std::string collection = replace_all(subject.path, "%", ns);
    const std::string name = "x" + std::to_string(below(2));
    const std::string path = collection + "/" + name;
    const std::string manager = std::string(1, static_cast<char>('a' + below(3)));
    const std::size_t what = below(10);
    const std::size_t guard = below(6);
    const bool dry = below(5) == 0;
    const Value manifest = yaml(subject.manifests[below(subject.manifests.size())])
                               .with_path({"metadata", "name"}, name);
    const std::string merge = subject.merges[below(subject.merges.size())];
    const bool force = below(3) == 0;
    std::string label;
    std::vector<Value> meanings;
    for (Side& side : sides_) {
      const Value& known = side.last[path];
      const Value& old = side.earlier[path];
      const auto guarded = [&](Value body) {
        if (guard == 0 && !known.is_null()) {
          body =
              body.with_path({"metadata", "uid"}, known["metadata"]["uid"])
                  .with_path({"metadata", "resourceVersion"}, known["metadata"]["resourceVersion"]);
        } else if (guard == 1 && !old.is_null()) {
          body =
              body.with_path({"metadata", "resourceVersion"}, old["metadata"]["resourceVersion"]);
        } else if (guard == 2) {
          body = body.with_path({"metadata", "uid"}, "11111111-1111-4111-8111-111111111111");
        }
        return body;
      };
      ApiRequest request;
      request.path = path;
      std::string query = "?fieldManager=" + manager + (dry ? "&dryRun=All" : "");
      if (what < 5) {
        label = "apply";
        request.method = "PATCH";
        request.content_type = "application/apply-patch+yaml";
        query += std::string("&force=") + (force ? "true" : "false");
        request.body = codec::to_json(guarded(manifest));
      } else if (what == 5) {
        label = "create";
        request.method = "POST";
        request.path = collection;
        request.content_type = "application/json";
        request.body = codec::to_json(manifest);
      } else if (what == 6 && known.is_object()) {
        label = "replace";
        request.method = "PUT";
        request.content_type = "application/json";
        request.body = codec::to_json(guarded(merge_patched(known, yaml(merge))));
      } else if (what <= 7) {
        label = "merge";
        request.method = "PATCH";
        request.content_type = "application/merge-patch+json";
        request.body = codec::to_json(guarded(yaml(merge)));
      } else if (what == 8) {
        label = "read";
        query.clear();
      } else {
        label = "delete";
        request.method = "DELETE";
        request.content_type = "application/json";
        Value options = Value::object();
        if (guard == 0 && known.is_object()) {
          options = options.with_path({"preconditions", "uid"}, known["metadata"]["uid"]);
        } else if (guard == 1) {
          options = options.with_path({"preconditions", "resourceVersion"}, "1");
        }
        request.body = codec::to_json(options);
      }
      request.path += query;
      const auto [status, body] = side.ask(request);
      meanings.push_back(meaning(status, body));
      if (side.name == "fake") {
        label += " " + std::to_string(status);
        if (meanings[0] != meanings[1]) {
          ++differences;
          std::string where;
          list_differences("", meanings[0], meanings[1], where);
          ADD_FAILURE() << "step " << step << " of seed " << seed << ": " << request.method << " "
                        << request.path << "\n  " << request.body << "\n  guard " << guard
                        << "\nwhere they differ, real | fake:\n"
                        << where << "fake said: " << codec::to_json(body["message"]);
          forget(path);
        }
      }
    }
    ++kinds_of_requests[label];
    for (Side& side : sides_) side.note(path);
  }
  std::printf("requests that were compared:");
  for (const auto& [label, count] : kinds_of_requests) {
    std::printf("  %s x %d", label.c_str(), count);
  }
  std::printf("\n");
  for (Side& side : sides_) {
    ApiRequest request;
    request.method = "DELETE";
    request.path = "/api/v1/namespaces/" + ns;
    side.ask(request);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Differential, ::testing::ValuesIn(sequences()),
                         [](const auto& one) { return std::to_string(one.param.first); });

}  // namespace
}  // namespace rumbo::fake_api
