#include "target/podman/check_object.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "codec/yaml.h"
#include "target/podman/field_table.h"

namespace rumbo::target::podman {
namespace {

Value yaml(const std::string& text) {
  const auto read = codec::parse_yaml_value(text);
  EXPECT_TRUE(read) << read.error().to_string();
  return read ? *read : Value();
}

std::string told(const std::vector<FieldFinding>& findings) {
  std::string out;
  for (const auto& finding : findings) {
    out += finding.pointer + ": " + finding.message + " (" + finding.hint + ")" +
           (finding.ignored ? " ignored" : "") + "\n";
  }
  return out;
}

// A Deployment whose container and pod have these fields besides the needed ones.
Value deployment(const std::string& container, const std::string& pod = "",
                 const std::string& spec = "") {
  return yaml(
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n"
      "spec:\n  selector: {matchLabels: {app: web}}\n" +
      spec + "  template:\n    metadata: {labels: {app: web}}\n    spec:\n" + pod +
      "      containers: [{name: web, image: \"web:1\"" +
      (container.empty() ? "" : ", " + container) + "}]\n");
}

TEST(CheckObject, AnOrdinaryDeploymentIsClean) {
  const auto findings =
      check_object(deployment(R"(
    imagePullPolicy: IfNotPresent,
    ports: [{name: http, containerPort: 8080}],
    env: [{name: A, value: b}, {name: P, valueFrom: {fieldRef: {fieldPath: status.podIP}}}],
    resources: {limits: {cpu: 100m, memory: 64Mi}},
    readinessProbe: {httpGet: {path: /, port: http}},
    volumeMounts: [{name: tmp, mountPath: /tmp}]
)",
                              "      volumes: [{name: tmp, emptyDir: {}}]\n", "  replicas: 2\n"));
  EXPECT_EQ(told(findings), "");
}

struct Row {
  const char* container;
  const char* pod;
  const char* spec;
  const char* wanted;  // the whole line of the finding, or its beginning
};

TEST(CheckObject, PointsAtTheFieldAndSaysWhy) {
  const std::string at = "/spec/template/spec/containers/0";
  for (const Row& row : {
           Row{"", "", "  replicaz: 2\n",
               "/spec/replicaz: unknown field `replicaz` (did you mean `replicas`?)"},
           Row{"", "", "  replicas: two\n", "/spec/replicas: must be an integer, not string"},
           Row{"", "", "  replicas: -1\n", "/spec/replicas: must not be negative"},
           Row{"", "", "  strategy: {type: Rolling}\n",
               "/spec/strategy/type: `Rolling` is not one of RollingUpdate, Recreate"},
           Row{"imagePullPolicy: always", "", "",
               "/spec/template/spec/containers/0/imagePullPolicy: `always` is not one of Always, "
               "IfNotPresent, Never (did you mean `Always`?)"},
           Row{"env: [{name: A, value: 1}]", "", "",
               "/spec/template/spec/containers/0/env/0/value: must be a string, not integer (put "
               "it "
               "in quotes)"},
           Row{"ports: [{containerPort: 0}]", "", "",
               "/spec/template/spec/containers/0/ports/0/containerPort: port 0 is not in"},
           Row{"ports: [{containerPort: 1, name: a}, {containerPort: 2, name: a}]", "", "",
               "/spec/template/spec/containers/0/ports/1/name: port `a` is declared twice"},
           Row{"volumeMounts: [{name: tmp, mountPath: /t}]",
               "      volumes: [{name: temp, emptyDir: {}}]\n", "",
               "/spec/template/spec/containers/0/volumeMounts/0/name: volume `tmp` is mounted but "
               "not declared (did you mean `temp`?)"},
           Row{"volumeMounts: [{name: v, mountPath: /t, subPath: ../x}]",
               "      volumes: [{name: v, emptyDir: {}}]\n", "",
               "/spec/template/spec/containers/0/volumeMounts/0/subPath: must be a relative path"},
           Row{"", "      volumes: [{name: v}]\n", "",
               "/spec/template/spec/volumes/0: volume `v` has 0 sources, not one"},
           Row{"", "      hostNetwork: true\n", "",
               "/spec/template/spec/hostNetwork: `hostNetwork` is not supported on a Podman host"},
           Row{"", "      restartPolicy: Never\n", "",
               "/spec/template/spec/restartPolicy: must be Always in a Deployment"},
           Row{"resources: {limits: {memory: lots}}", "", "",
               "/spec/template/spec/containers/0/resources/limits/memory: must be a quantity"},
           Row{"resources: {limits: {nvidia.com/gpu: 1}}", "", "",
               "/spec/template/spec/containers/0/resources/limits/nvidia.com~1gpu: resource"},
           Row{"readinessProbe: {httpGet: {port: web}}", "", "",
               "/spec/template/spec/containers/0/readinessProbe: container web: "
               "readinessProbe.httpGet.port: container web has no port named web"},
           Row{"securityContext: {runAsNonRoot: true}", "", "",
               "/spec/template/spec/containers/0: runAsNonRoot needs a runAsUser"},
           Row{"lifecycle: {postStart: {tcpSocket: {port: 80}}}", "", "",
               "/spec/template/spec/containers/0/lifecycle/postStart/tcpSocket: "},
           Row{"restartPolicy: Always", "", "",
               "/spec/template/spec/containers/0/restartPolicy: is for init containers"},
       }) {
    const auto findings = check_object(deployment(row.container, row.pod, row.spec));
    ASSERT_EQ(findings.size(), 1u) << row.wanted << "\n" << told(findings);
    EXPECT_TRUE(told(findings).starts_with(row.wanted)) << row.wanted << "\n" << told(findings);
    EXPECT_FALSE(findings[0].ignored);
  }
}

TEST(CheckObject, IgnoredFieldsDoNotRefuse) {
  const auto findings = check_object(deployment("", "      nodeSelector: {a: b}\n"));
  EXPECT_EQ(told(findings),
            "/spec/template/spec/nodeSelector: `nodeSelector` changes nothing on a Podman host: "
            "there is one node () ignored\n");
}

TEST(CheckObject, RefusedFieldsWithoutEffectPass) {
  EXPECT_EQ(told(check_object(deployment("tty: false", "      hostNetwork: false\n"))), "");
  EXPECT_EQ(told(check_object(deployment("", "      affinity:\n"))), "") << "null is absent";
}

TEST(CheckObject, SelectorsMatchTheTemplate) {
  const Value object = deployment("").with_path({"spec", "selector", "matchLabels"},
                                                Value::object({{"app", "other"}}));
  EXPECT_TRUE(told(check_object(object))
                  .starts_with("/spec/selector/matchLabels/app: the template's labels do not have "
                               "`app: other`"));
}

TEST(CheckObject, KindsAndVersions) {
  EXPECT_TRUE(told(check_object(yaml("{apiVersion: apps/v1, kind: Deploymant}")))
                  .find("did you mean `Deployment.apps`?") != std::string::npos);
  EXPECT_TRUE(told(check_object(yaml("{apiVersion: apps/v1beta1, kind: Deployment}")))
                  .starts_with("/apiVersion: apiVersion apps/v1beta1 of Deployment"));
  EXPECT_TRUE(supported_kinds().contains("Service"));
  EXPECT_EQ(check_object(Value()).size(), 1u);
}

TEST(CheckObject, WorkloadsWithClaims) {
  const auto set = [](const std::string& templates, const std::string& spec = "") {
    return told(check_object(yaml(R"(
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      volumes: [{name: tmp, emptyDir: {}}]
      containers: [{name: app, image: db, volumeMounts: [{name: data, mountPath: /data}]}]
  volumeClaimTemplates: [)" + templates +
                                  "]\n" + spec)));
  };
  EXPECT_EQ(set("{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce]}}"), "");
  EXPECT_NE(set("").find("volume `data` is mounted but not declared"), std::string::npos);
  EXPECT_NE(set("{metadata: {name: data}, spec: {accessModes: [Mine]}}")
                .find("/spec/volumeClaimTemplates/0/spec/accessModes/0: `Mine` is no access mode"),
            std::string::npos);
  EXPECT_NE(set("{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce]}}, "
                "{metadata: {name: tmp}, spec: {accessModes: [ReadWriteOnce]}}")
                .find("volume `tmp` is declared twice"),
            std::string::npos);
  EXPECT_NE(set("{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce]}}",
                "  updateStrategy: {type: OnDelete}\n")
                .find("/spec/updateStrategy/type: `OnDelete` is not one of RollingUpdate"),
            std::string::npos);
  const auto claim = [](const std::string& spec) {
    return told(check_object(
        yaml("{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: d}, spec: {" + spec +
             "}}")));
  };
  EXPECT_EQ(claim("accessModes: [ReadWriteMany], volumeMode: Filesystem"), "");
  EXPECT_NE(claim("").find("must name at least one access mode"), std::string::npos);
  EXPECT_NE(claim("accessModes: [ReadWriteOnce], volumeMode: Block").find("/spec/volumeMode"),
            std::string::npos);
}

TEST(CheckObject, Services) {
  const auto service = [](const std::string& spec) {
    return told(check_object(
        yaml("apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {" + spec + "}")));
  };
  EXPECT_EQ(service("selector: {app: web}, ports: [{port: 80, targetPort: http}]"), "");
  EXPECT_EQ(service("selector: {app: web}, clusterIP: None"), "");
  EXPECT_NE(service("selector: {app: web}, type: NodePort, clusterIP: None, ports: [{port: 80}]")
                .find("a service of type NodePort needs an address"),
            std::string::npos);
  EXPECT_NE(service("selector: {app: web}, ports: [{port: 80}, {port: 80, name: b}]")
                .find("/spec/ports/1/port: port `80/TCP` is declared twice"),
            std::string::npos);
  EXPECT_NE(service("selector: {app: web}, ports: [{port: 80, targetPort: \"8080\"}]")
                .find("leave the quotes out"),
            std::string::npos);
  EXPECT_NE(service("selector: {app: web}, ports: [{port: 80, nodePort: 30000}]")
                .find("set `type: NodePort`"),
            std::string::npos);
  EXPECT_NE(service("ports: [{port: 80}]").find("/spec/selector"), std::string::npos);
  EXPECT_EQ(service("type: ExternalName, externalName: a.example"), "");
  EXPECT_EQ(service("type: ExternalName, externalName: a.example., ports: [{port: 80}]"), "");
  for (const char* wrong : {"", "192.0.2.1", "no_name", "a..example"}) {
    EXPECT_NE(service(std::string("type: ExternalName, externalName: '") + wrong + "'")
                  .find("/spec/externalName: "),
              std::string::npos)
        << wrong;
  }
  EXPECT_NE(service("selector: {app: web}, ports: [{port: 80}], externalName: a.example")
                .find("/spec/externalName: "),
            std::string::npos);
  const std::string plain = "selector: {app: web}, ports: [{port: 80}]";
  EXPECT_EQ(service(plain + ", ipFamilies: [IPv4], ipFamilyPolicy: PreferDualStack"), "");
  EXPECT_NE(service(plain + ", ipFamilies: [IPv5]").find("/spec/ipFamilies/0: "),
            std::string::npos);
}

TEST(CheckObject, FamiliesOfServices) {
  using State = Ipv6Support::State;
  const Ipv6Support on{State::on, ""}, off{State::off, "its kernel runs without IPv6"};
  const auto found = [](const std::string& fields, const Ipv6Support& ipv6) {
    std::string out;
    for (const auto& one : check_object(
             yaml("{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: "
                  "{app: web}, ports: [{port: 80}], " +
                  fields + "}}"),
             ipv6)) {
      out += (one.ignored ? "note " : "") + one.pointer + ": " + one.message + "\n";
    }
    return out;
  };
  for (const std::string fields : {"ipFamilies: [IPv6]", "ipFamilyPolicy: RequireDualStack",
                                   "ipFamilies: [IPv6, IPv4], ipFamilyPolicy: PreferDualStack"}) {
    EXPECT_EQ(found(fields, on), "");
    EXPECT_NE(found(fields, off).find("no IPv6 for Services: its kernel runs"), std::string::npos);
    EXPECT_TRUE(found(fields, {}).starts_with("note /spec/ipFamil")) << found(fields, {});
  }
  EXPECT_EQ(found("ipFamilyPolicy: PreferDualStack", off), "");
  EXPECT_EQ(found("ipFamilies: [IPv4, IPv6]", on),
            "/spec/ipFamilyPolicy: must be RequireDualStack or PreferDualStack when multiple "
            "ipFamilies are specified\n");
  EXPECT_NE(found("ipFamilies: [IPv4, IPv4], ipFamilyPolicy: PreferDualStack", on)
                .find("/spec/ipFamilies/1: "),
            std::string::npos);
}

TEST(CheckObject, DataOfSecretsIsNotShown) {
  const auto findings = check_object(
      yaml("{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {k: 'hush hush'}}"));
  EXPECT_TRUE(told(findings).starts_with("/data/k: is not base64")) << told(findings);
  EXPECT_EQ(told(findings).find("hush"), std::string::npos);
}

TEST(CheckObject, JobsRunOnce) {
  const std::string head = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec:\n";
  const std::string pod = "  template: {spec: {containers: [{name: j, image: j}], restartPolicy: ";
  EXPECT_EQ(told(check_object(yaml(head + pod + "Never}}\n"))), "");
  EXPECT_NE(told(check_object(yaml(head + pod + "Always}}\n"))).find("must be Never or OnFailure"),
            std::string::npos);
  EXPECT_NE(told(check_object(yaml(head + "  completions: 2\n" + pod + "Never}}\n")))
                .find("/spec/completions"),
            std::string::npos);
}

TEST(FieldTable, EveryReferenceLeadsToATableAndEveryRefusalSaysWhy) {
  std::vector<std::string_view> queue;
  std::set<std::string_view> seen;
  for (const KindRow& row : kind_rows()) queue.push_back(row.table);
  int fields = 0;
  while (!queue.empty()) {
    const std::string_view table = queue.back();
    queue.pop_back();
    if (!seen.insert(table).second) continue;
    ASSERT_FALSE(fields_of(table).empty()) << table;
    std::set<std::string_view> names;
    for (const Field& field : fields_of(table)) {
      ++fields;
      EXPECT_TRUE(names.insert(field.name).second) << table << "." << field.name;
      EXPECT_TRUE(field.use == FieldUse::supported || !field.why.empty()) << field.name;
      if (field.type == FieldType::object || field.type == FieldType::objects) {
        queue.push_back(field.of);
      }
    }
  }
  EXPECT_GT(fields, 200);
  const std::string text = field_reference();
  for (const std::string_view table : seen) {
    EXPECT_NE(text.find("### " + std::string(table) + "\n"), std::string::npos) << table;
  }
}

}  // namespace
}  // namespace rumbo::target::podman
