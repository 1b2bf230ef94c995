#include "target/podman/probe_spec.h"

#include <gtest/gtest.h>
#include <string>

#include "codec/yaml.h"

namespace rumbo::target::podman {
namespace {

Value yaml(const std::string& text) {
  const auto read = codec::parse_yaml_value(text);
  EXPECT_TRUE(read) << read.error().to_string();
  return read ? *read : Value();
}

TEST(Probes, HaveKubernetesDefaults) {
  const auto probes = probes_of(yaml(R"(
name: web
ports: [{name: http, containerPort: 8080}]
readinessProbe: {httpGet: {port: http}}
livenessProbe:
  tcpSocket: {port: 9090, host: 10.0.0.1}
  initialDelaySeconds: 5
  periodSeconds: 2
  timeoutSeconds: 3
  failureThreshold: 7
startupProbe: {exec: {command: [cat, /ready]}, periodSeconds: 0}
)"));
  ASSERT_TRUE(probes) << probes.error().to_string();
  const Probe& ready = *probes->readiness;
  EXPECT_EQ(ready.kind, Probe::Kind::http);
  EXPECT_EQ(ready.port, 8080);
  EXPECT_EQ(ready.path, "/");
  EXPECT_EQ(ready.scheme, "http");
  EXPECT_EQ(ready.initial_delay, 0s);
  EXPECT_EQ(ready.period, 10s);
  EXPECT_EQ(ready.timeout, 1s);
  EXPECT_EQ(ready.success_threshold, 1);
  EXPECT_EQ(ready.failure_threshold, 3);
  const Probe& live = *probes->liveness;
  EXPECT_EQ(live.host, "10.0.0.1");
  EXPECT_EQ(live.initial_delay, 5s);
  EXPECT_EQ(live.period, 2s);
  EXPECT_EQ(live.timeout, 3s);
  EXPECT_EQ(live.failure_threshold, 7);
  EXPECT_EQ(probes->startup->argv, (std::vector<std::string>{"cat", "/ready"}));
  EXPECT_EQ(probes->startup->period, 10s) << "zero means not set";
}

TEST(Probes, SurviveBeingStored) {
  const auto probes = probes_of(yaml(R"(
name: web
readinessProbe:
  httpGet: {port: 8443, scheme: HTTPS, path: /ok, httpHeaders: [{name: A, value: b}]}
  successThreshold: 2
)"));
  ASSERT_TRUE(probes) << probes.error().to_string();
  const auto again = probe_from(to_value(*probes->readiness));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *probes->readiness);
  EXPECT_FALSE(probe_from(Value::object()));
}

TEST(Probes, NameWhatIsWrong) {
  struct Row {
    const char* text;
    const char* part;
  };
  for (const Row& row : {
           Row{"{name: w, readinessProbe: {}}", "needs one of httpGet, tcpSocket, exec"},
           Row{"{name: w, readinessProbe: {httpGet: {port: http}}}", "no port named http"},
           Row{"{name: w, readinessProbe: {tcpSocket: {port: 70000}}}", "70000"},
           Row{"{name: w, livenessProbe: {tcpSocket: {port: 1}, successThreshold: 2}}",
               "livenessProbe.successThreshold: must be 1"},
           Row{"{name: w, readinessProbe: {exec: {command: []}}}", "exec.command"},
           Row{"{name: w, readinessProbe: {httpGet: {port: 1, scheme: ftp}}}", "scheme"},
           Row{"{name: w, readinessProbe: {httpGet: {port: 1, httpHeaders: [{name: \"a\\nb\"}]}}}",
               "httpHeaders"},
           Row{"{name: w, readinessProbe: {tcpSocket: {port: 1}, periodSeconds: -1}}",
               "periodSeconds"},
       }) {
    const auto probes = probes_of(yaml(row.text));
    ASSERT_FALSE(probes) << row.text;
    EXPECT_NE(probes.error().message().find(row.part), std::string::npos)
        << probes.error().message();
  }
}

TEST(PreStop, IsAnActionOrASleep) {
  const auto action = pre_stop_of(yaml("{name: w, lifecycle: {preStop: {exec: {command: [x]}}}}"));
  ASSERT_TRUE(action && *action);
  EXPECT_EQ((**action).action->argv, std::vector<std::string>{"x"});
  const auto sleep = pre_stop_of(yaml("{name: w, lifecycle: {preStop: {sleep: {seconds: 3}}}}"));
  ASSERT_TRUE(sleep && *sleep);
  EXPECT_EQ((**sleep).sleep, 3s);
  EXPECT_FALSE((**sleep).action);
  const auto none = pre_stop_of(yaml("{name: w}"));
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
}

}  // namespace
}  // namespace rumbo::target::podman
