// Importing from what `podman inspect` prints.
#include "target/podman/import.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "target/podman/check_object.h"

namespace rumbo::target::podman {
namespace {

Value json(std::string_view text) {
  auto value = codec::parse_json(text);
  EXPECT_TRUE(value) << value.error().to_string();
  return value ? *value : Value();
}

const Value* find(const Imported& one, std::string_view kind, std::string_view name) {
  for (const Value& object : one.objects) {
    const bool same =
        object["kind"].as_string() == kind && object["metadata"]["name"].as_string() == name;
    if (same) return &object;
  }
  return nullptr;
}

bool remarks_on(const Imported& one, std::string_view what) {
  for (const std::string& remark : one.remarks) {
    if (remark.find(what) != std::string::npos) return true;
  }
  return false;
}

const Value kImages = json(R"([{"Id": "i1", "Config": {
  "Entrypoint": ["/entry"], "Cmd": ["serve"], "WorkingDir": "/srv", "Env": ["PATH=/usr/bin", "LANG=C"],
  "ExposedPorts": {"5432/tcp": {}}}}])");

TEST(Import, AServiceOfAComposeProject) {
  const Value containers = json(R"json([{
    "Name": "shop_db_1", "Image": "i1", "ImageName": "docker.io/library/postgres:15",
    "Path": "/entry", "Args": ["serve", "-v"],
    "Config": {
      "Labels": {"com.docker.compose.project": "shop", "com.docker.compose.service": "db"},
      "Env": ["PATH=/usr/bin", "LANG=C", "HOSTNAME=x", "PGDATA=/data/$(x)", "POSTGRES_PASSWORD=hunter2"],
      "WorkingDir": "/srv", "User": "70:71", "StopTimeout": 60,
      "Healthcheck": {
  "Test" : [ "CMD-SHELL", "pg_isready" ], "Interval" : 5000000000, "Retries" : 4}},
    "Mounts": [{"Type": "volume", "Name": "shop_pgdata", "Destination": "/data", "RW": true},
               {"Type": "bind", "Source": "/etc/shop/db.conf", "Destination": "/etc/db.conf", "RW": false}],
    "HostConfig": {
  "PortBindings" : {"5432/tcp" : [ {"HostIp" : "127.0.0.1", "HostPort" : "15432"} ]},
                   "NanoCpus" : 500000000,
                   "Memory" : 268435456,
                   "CapAdd" : ["CAP_NET_ADMIN"],
                              "RestartPolicy" : {"Name" : "always"},
                                                "Devices" : [ {"PathOnHost" : "/dev/kvm"} ]
}
}])json");
  const auto all = import_containers({containers, Value::array(), kImages});
  ASSERT_EQ(all.size(), 1u);
  const Imported& db = all[0];
  EXPECT_EQ(db.name, "db");
  const Value* deployment = find(db, "Deployment", "db");
  ASSERT_NE(deployment, nullptr);
  const Value& spec = (*deployment)["spec"]["template"]["spec"];
  const Value& container = spec["containers"][0];
  EXPECT_EQ(container["image"].as_string(), "docker.io/library/postgres:15");
  EXPECT_EQ(codec::to_json(container["args"]), R"(["serve","-v"])")
      << "the entry point is the image's";
  EXPECT_FALSE(container.contains("command"));
  EXPECT_FALSE(container.contains("workingDir"));
  ASSERT_EQ(container["env"].size(), 2u) << codec::to_json(container["env"]);
  EXPECT_EQ(container["env"][0]["value"].as_string(), "/data/$$(x)");
  EXPECT_EQ(container["env"][1]["valueFrom"]["secretKeyRef"]["key"].as_string(),
            "POSTGRES_PASSWORD");
  ASSERT_EQ(db.secrets.size(), 1u);
  EXPECT_EQ(db.secrets[0]["stringData"]["POSTGRES_PASSWORD"].as_string(), "hunter2");
  EXPECT_EQ(codec::to_json(container["readinessProbe"]["exec"]["command"]),
            R"(["/bin/sh","-c","pg_isready"])");
  EXPECT_EQ(container["readinessProbe"]["periodSeconds"].as_int(), 5);
  EXPECT_EQ(container["readinessProbe"]["failureThreshold"].as_int(), 4);
  EXPECT_EQ(container["securityContext"]["runAsUser"].as_int(), 70);
  EXPECT_EQ(container["securityContext"]["runAsGroup"].as_int(), 71);
  EXPECT_EQ(container["resources"]["limits"]["cpu"].as_string(), "500m");
  EXPECT_EQ(spec["terminationGracePeriodSeconds"].as_int(), 60);
  EXPECT_EQ(spec["volumes"].size(), 2u);
  EXPECT_TRUE(container["volumeMounts"][1]["readOnly"].as_bool());
  EXPECT_NE(find(db, "PersistentVolumeClaim", "shop-pgdata"), nullptr);
  const Value* inside = find(db, "Service", "db");
  ASSERT_NE(inside, nullptr);
  EXPECT_EQ((*inside)["spec"]["ports"][0]["port"].as_int(), 5432);
  const Value* outside = find(db, "Service", "db-host");
  ASSERT_NE(outside, nullptr);
  EXPECT_EQ((*outside)["spec"]["ports"][0]["port"].as_int(), 15432);
  EXPECT_EQ((*outside)["spec"]["ports"][0]["targetPort"].as_int(), 5432);
  EXPECT_TRUE(remarks_on(db, "127.0.0.1 only"));
  EXPECT_TRUE(remarks_on(db, "podman volume export shop_pgdata"));
  EXPECT_TRUE(remarks_on(db, "a device is not carried over"));
  for (const Value& object : db.objects) {
    for (const auto& finding : check_object(object)) {
      EXPECT_TRUE(finding.ignored) << finding.pointer << ": " << finding.message;
    }
  }
}

TEST(Import, APodIsOneWorkloadAndOurOwnIsLeftOut) {
  const Value containers = json(R"([
    {"Name": "web-pod-app", "Image": "i1", "ImageName": "localhost/app:1", "Pod": "p1",
     "Path": "/bin/sh", "Args": ["-c", "x"], "Config": {"Labels": null}, "HostConfig": {}},
    {"Name": "web-log", "Image": "i2", "ImageName": "localhost/log:1", "Pod": "p1",
     "Path": "/log", "Args": [], "Config": {"User": "nobody"}, "HostConfig": {"PidMode": "host"}},
    {"Name": "abc-infra", "IsInfra": true, "Pod": "p1", "Config": {}, "HostConfig": {}},
    {"Name": "mine", "Image": "i1", "Config": {"Labels": {"rumbo.dev/install": "x"}}, "HostConfig": {}}])");
  const Value pods = json(R"([{"Id": "p1", "Name": "web-pod", "InfraConfig": {
    "PortBindings": {"8080/tcp": [{"HostIp": "", "HostPort": "80"}]}}}])");
  const auto all = import_containers({containers, pods, kImages});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].name, "web");
  const Value* deployment = find(all[0], "Deployment", "web");
  ASSERT_NE(deployment, nullptr);
  const Value& list = (*deployment)["spec"]["template"]["spec"]["containers"];
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["name"].as_string(), "app");
  EXPECT_EQ(list[1]["name"].as_string(), "log");
  EXPECT_EQ(codec::to_json(list[0]["command"]), R"(["/bin/sh","-c","x"])");
  EXPECT_TRUE(remarks_on(all[0], "user `nobody` is a name"));
  EXPECT_TRUE(remarks_on(all[0], "PidMode host is not carried over"));
  EXPECT_TRUE(remarks_on(all[0], "no health check"));
  const Value* outside = find(all[0], "Service", "web-host");
  ASSERT_NE(outside, nullptr);
  EXPECT_EQ((*outside)["spec"]["ports"][0]["port"].as_int(), 80);
  EXPECT_EQ((*outside)["spec"]["ports"][0]["targetPort"].as_int(), 8080);
}

TEST(Import, NamesBecomeLabels) {
  const Value containers = json(R"([{"Name": "My_App.2", "Image": "none", "Config": {},
    "HostConfig": {"NetworkMode": "host"}}])");
  const auto all = import_containers({containers, Value::array(), Value::array()});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].name, "my-app-2");
  EXPECT_TRUE(remarks_on(all[0], "host's network"));
}

}  // namespace
}  // namespace rumbo::target::podman
