// How fast JSON and YAML of 1 MB are read and printed: Kubernetes manifests, as they look.
#include <benchmark/benchmark.h>
#include <cstdio>
#include <cstdlib>

#include "codec/json.h"
#include "codec/yaml.h"

namespace rumbo {
namespace {

Value deployment(int number) {
  const std::string name = "service-" + std::to_string(number);
  const Value labels =
      Value::object({{"app.kubernetes.io/name", name}, {"app.kubernetes.io/part-of", "shop"}});
  const Value container = Value::object(
      {{"name", "web"},
       {"image", "registry.example.com/shop/" + name + ":1.2.3"},
       {"args", Value::array({"--listen=:8080", "--log-level=info"})},
       {"env", Value::array({Value::object({{"name", "MODE"}, {"value", "production"}})})},
       {"ports", Value::array({Value::object({{"containerPort", 8080}})})},
       {"resources",
        Value::object({{"limits", Value::object({{"cpu", "500m"}, {"memory", "256Mi"}})}})}});
  return Value::object(
      {{"apiVersion", "apps/v1"},
       {"kind", "Deployment"},
       {"metadata", Value::object({{"name", name}, {"namespace", "shop"}, {"labels", labels}})},
       {"spec", Value::object(
                    {{"replicas", 3},
                     {"selector", Value::object({{"matchLabels", labels}})},
                     {"template",
                      Value::object({{"metadata", Value::object({{"labels", labels}})},
                                     {"spec", Value::object({{"containers",
                                                              Value::array({container})}})}})}})}});
}

/// A list of Deployments whose JSON is 1 MB.
const Value& document() {
  static const Value value = [] {
    std::vector<Value> items;
    const std::size_t one = codec::to_json(deployment(1000)).size();
    for (std::size_t i = 0; i * one < (1u << 20); ++i) {
      items.push_back(deployment(static_cast<int>(i)));
    }
    return Value::object({{"apiVersion", "v1"}, {"items", Value::array(std::move(items))}});
  }();
  return value;
}

void count(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(bytes));
}

void parse_json(benchmark::State& state) {
  const std::string text = codec::to_json(document());
  while (state.KeepRunning()) {
    auto value = codec::parse_json(text);
    if (!value) std::abort();
    benchmark::DoNotOptimize(value);
  }
  count(state, text.size());
}
BENCHMARK(parse_json)->Unit(benchmark::kMillisecond);

void print_json(benchmark::State& state) {
  std::size_t bytes = 0;
  while (state.KeepRunning()) {
    const std::string text = codec::to_json(document());
    bytes = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  count(state, bytes);
}
BENCHMARK(print_json)->Unit(benchmark::kMillisecond);

void parse_yaml(benchmark::State& state) {
  const std::string text = codec::emit_yaml(document());
  while (state.KeepRunning()) {
    auto value = codec::parse_yaml_value(text);
    if (!value) std::abort();
    benchmark::DoNotOptimize(value);
  }
  count(state, text.size());
}
BENCHMARK(parse_yaml)->Unit(benchmark::kMillisecond);

void print_yaml(benchmark::State& state) {
  std::size_t bytes = 0;
  while (state.KeepRunning()) {
    const std::string text = codec::emit_yaml(document());
    bytes = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  count(state, bytes);
}
BENCHMARK(print_yaml)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rumbo

BENCHMARK_MAIN();
