// bare_client KUBECONFIG NAMESPACE APPLICATIONS REVISION: the floor that an engine is compared
// with. It applies the objects of so many applications (two ConfigMaps, a Deployment, a Service
// each) and waits until the last Deployment is rolled out; no dry-run, no bookkeeping, no undo.
// Prints the seconds it took and the processor time it used.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <set>

#include "codec/yaml.h"
#include "io/env.h"
#include "io/side_by_side.h"
#include "target/kubernetes/api_client.h"
#include "target/kubernetes/http_transport.h"

namespace {

using namespace rumbo;
using namespace rumbo::target::kubernetes;
using namespace std::chrono_literals;

const Resource kNamespaces{"", "v1", "Namespace", "namespaces", false, {}, {}};
const Resource kConfigMaps{"", "v1", "ConfigMap", "configmaps", true, {}, {}};
const Resource kServices{"", "v1", "Service", "services", true, {}, {}};
const Resource kDeployments{"apps", "v1", "Deployment", "deployments", true, {}, {}};

struct Write {
  const Resource* resource;
  Value object;
};

Value object(const std::string& text) {
  auto read = codec::parse_yaml_value(text);
  if (!read) std::fprintf(stderr, "%s\n", read.error().to_string().c_str());
  return read.value();
}

std::vector<Write> writes(const std::string& ns, int count, const std::string& revision) {
  std::vector<Write> out;
  for (int i = 0; i < count; ++i) {
    const std::string name = fmt::format("app-{}", i);
    for (const char* suffix : {"a", "b"}) {
      out.push_back({&kConfigMaps, object(fmt::format(R"(apiVersion: v1
kind: ConfigMap
metadata: {{name: {0}-{1}, namespace: {2}}}
data: {{revision: "{3}"}}
)",
                                                      name, suffix, ns, revision))});
    }
    out.push_back({&kServices, object(fmt::format(R"(apiVersion: v1
kind: Service
metadata: {{name: {0}, namespace: {1}, annotations: {{revision: "{2}"}}}}
spec: {{selector: {{app: {0}}}, ports: [{{port: 80, targetPort: 8080, protocol: TCP}}]}}
)",
                                                  name, ns, revision))});
    out.push_back({&kDeployments, object(fmt::format(R"(apiVersion: apps/v1
kind: Deployment
metadata: {{name: {0}, namespace: {1}}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: {0}}}}}
  template:
    metadata: {{labels: {{app: {0}}}}}
    spec:
      containers:
        - {{name: web, image: "example.org/web:{2}", ports: [{{containerPort: 8080, protocol: TCP}}]}}
)",
                                                     name, ns, revision))});
  }
  return out;
}

bool rolled_out(const Value& deployment) {
  const Value& status = deployment["status"];
  const auto number = [](const Value& value) { return value.is_integer() ? value.as_int() : 0; };
  return number(status["observedGeneration"]) >= number(deployment["metadata"]["generation"]) &&
         number(status["updatedReplicas"]) >= 1 && number(status["availableReplicas"]) >= 1 &&
         number(status["replicas"]) == 1;
}

/// Looks at all once a quarter of a second; a list of 500 costs the server about 10 ms.
bool wait_until_rolled_out(ApiClient& client, const io::Env& env, const std::string& ns, int count,
                           const Cancel& limit) {
  for (;;) {
    int ready = 0;
    ListOptions options;
    options.ns = ns;
    options.read = Read::cached;
    auto listed = client.list(
        kDeployments, options, [&](const Value& found) { ready += rolled_out(found) ? 1 : 0; },
        limit);
    if (!listed) return false;
    if (ready == count) return true;
    env.sleep(250ms);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: bare_client KUBECONFIG NAMESPACE APPLICATIONS REVISION\n");
    return 2;
  }
  const io::Env env = io::real_env();
  AccessOptions access;
  access.kubeconfig = argv[1];
  const std::string ns = argv[2];
  const int count = std::atoi(argv[3]);
  const auto found = find_access(env.files, access);
  if (!found) {
    std::fprintf(stderr, "%s\n", found.error().to_string().c_str());
    return 2;
  }
  HttpTransportOptions options;
  options.user_agent = "bare";
  HttpTransport transport(*found, env, options);
  ApiClient client(transport, env.clock, env.sleep);
  const Cancel limit = Cancel().with_deadline(env.clock.mono() + 900s);

  const auto begin = env.clock.mono();
  ApplyOptions as;
  as.manager = "bare";
  const auto made = client.apply(
      kNamespaces, object("{apiVersion: v1, kind: Namespace, metadata: {name: " + ns + "}}"), as,
      limit);
  const std::vector<Write> all = writes(ns, count, argv[4]);
  std::atomic<int> failed{made ? 0 : 1};
  io::side_by_side(all.size(), 32, [&](std::size_t at) {
    const auto applied = client.apply(*all[at].resource, all[at].object, as, limit);
    if (!applied && failed++ == 0) {
      std::fprintf(stderr, "%s\n", applied.error().error.to_string().c_str());
    }
  });
  if (failed != 0 || !wait_until_rolled_out(client, env, ns, count, limit)) return 1;
  const double took = std::chrono::duration<double>(env.clock.mono() - begin).count();
  std::printf("%.3f %.3f\n", took, static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
  return 0;
}
