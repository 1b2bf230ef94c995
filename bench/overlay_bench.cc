// How long an overlay takes in this process: one of 50 objects, warm, and large ones whose time
// must grow as the number of objects does.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "model/memory_snapshot.h"
#include "render/kustomize/kustomize.h"
#include "row.h"

namespace rumbo::bench {
namespace {

std::string objects(int count) {
  std::string out;
  for (int at = 0; at < count / 4; ++at) {
    const std::string n = std::to_string(at);
    out += "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-" + n +
           "\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: app-" + n +
           "}}\n  template:\n    metadata: {labels: {app: app-" + n +
           "}}\n    spec:\n      serviceAccountName: sa-" + n +
           "\n      containers:\n      - name: main\n        image: registry.example.com/app:1\n"
           "        ports: [{containerPort: 8080}]\n        envFrom: [{configMapRef: {name: cm-" +
           n + "}}]\n---\napiVersion: v1\nkind: Service\nmetadata: {name: app-" + n +
           "}\nspec:\n  selector: {app: app-" + n +
           "}\n  ports: [{port: 80, targetPort: 8080}]\n---\napiVersion: v1\nkind: ConfigMap\n"
           "metadata: {name: cm-" +
           n + "}\ndata: {key: value-" + n +
           "}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa-" + n + "}\n";
  }
  return out;
}

MemorySnapshot overlay(int count) {
  std::map<std::string, std::string> files;
  files["base/kustomization.yaml"] = "resources: [all.yaml]\n";
  files["base/all.yaml"] = objects(count);
  files["over/kustomization.yaml"] =
      "resources: [../base]\nnamespace: shop\nnamePrefix: p-\nnameSuffix: -s\n"
      "labels: [{pairs: {team: shop}, includeSelectors: true}]\ncommonAnnotations: {a: b}\n"
      "images: [{name: registry.example.com/app, newTag: v2}]\n"
      "configMapGenerator: [{name: gen, literals: [a=b]}]\n"
      "replicas: [{name: app-1, count: 2}]\npatches: [{path: p.yaml}]\n";
  files["over/p.yaml"] =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app-0}\nspec: {template: {spec: "
      "{containers: [{name: main, args: [x]}]}}}\n";
  return MemorySnapshot(std::move(files));
}

/// Milliseconds of each build.
std::vector<double> measure(int count, int runs) {
  const MemorySnapshot tree = overlay(count);
  std::vector<double> times;
  for (int run = -1; run < runs; ++run) {  // the first one warms up
    const auto begin = std::chrono::steady_clock::now();
    const auto built = render::kustomize::build(tree, "over", {}, {});
    const std::size_t bytes = built ? render::kustomize::print(*built).size() : 0;
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    if (bytes == 0) std::abort();
    if (run >= 0) times.push_back(took.count());
  }
  return times;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace
}  // namespace rumbo::bench

int main() {
  using namespace rumbo::bench;
  row("overlay of 50 objects, built and printed in-process, warm", "≤ 1 ms",
      spread(measure(48, 200), "ms", 2));
  const auto thousand = measure(1000, 20);
  const auto most = measure(4000, 10);
  row("overlay of 4,000 objects, in-process", "≤ 500 ms", spread(most, "ms", 0));
  const double growth = median(most) / median(thousand);
  row("4,000 objects against 1,000", "≤ 5x", spread({growth}, "x", 1));
  return 0;
}
