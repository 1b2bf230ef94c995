// Ownership as API servers compute it.
#include "managed_fields.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "codec/yaml.h"

namespace rumbo::fake_api {
namespace {

Value yaml(std::string_view text) {
  const auto value = codec::parse_yaml_value(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Value());
}

const TypeTable& types() {
  static const TypeTable table =
      *TypeTable::load(RUMBO_SOURCE_DIR "/testdata/kubernetes/types.json");
  return table;
}

/// One object and those who write it.
class Owned {
 public:
  explicit Owned(const char* type) : type_(types().find(type)) { EXPECT_NE(type_, nullptr); }

  Writer writer(const std::string& manager, bool applies, bool force = false) {
    Writer writer;
    writer.self = {.manager = manager,
                   .applies = applies,
                   .api_version = "v1",
                   .subresource = {},
                   .time = "2026-01-01T00:00:" + std::to_string(10 + ++writes_) + "Z",
                   .fields = {}};
    writer.type = type_;
    writer.force = force;
    return writer;
  }

  /// The conflicts, if any.
  std::vector<FieldConflict> apply(const std::string& manager, const char* text,
                                   bool force = false) {
    auto outcome = apply_fields(object, yaml(text), managers, writer(manager, true, force));
    if (!outcome) return outcome.error();
    object = outcome->first;
    managers = outcome->second;
    return {};
  }
  void update(const std::string& manager, const char* text) {
    const Value next = yaml(text);
    managers = update_fields(object, next, managers, writer(manager, false));
    object = next;
  }
  std::vector<std::string> owned(const std::string& manager) const {
    for (const ManagerEntry& entry : managers) {
      if (entry.manager == manager) return entry.fields.paths();
    }
    return {};
  }

  Value object = Value::object();
  Managers managers;

 private:
  const Type* type_;
  int writes_ = 0;
};

using Paths = std::vector<std::string>;

Owned config_map() {
  return Owned("io.k8s.api.core.v1.ConfigMap");
}

TEST(ManagedFields, AppliersOwnWhatTheyApply) {
  Owned owned = config_map();
  EXPECT_TRUE(
      owned.apply("a", "{metadata: {name: x, labels: {l: '1'}}, data: {k: '1', m: '2'}}").empty());
  EXPECT_EQ(owned.owned("a"), (Paths{".data.k", ".data.m", ".metadata.labels.l"}));
  // What it no longer applies goes away.
  EXPECT_TRUE(owned.apply("a", "{metadata: {name: x}, data: {k: '1'}}").empty());
  EXPECT_EQ(owned.object, yaml("{metadata: {name: x}, data: {k: '1'}}"));
  EXPECT_EQ(owned.owned("a"), (Paths{".data.k"}));
}

TEST(ManagedFields, ConflictsNameTheHolder) {
  Owned owned = config_map();
  owned.apply("a", "{metadata: {name: x}, data: {k: '1', m: '2'}}");
  const auto conflicts = owned.apply("b", "{metadata: {name: x}, data: {k: '9', p: '3'}}");
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].path, ".data.k");
  EXPECT_EQ(conflict_message(conflicts),
            "Apply failed with 1 conflict: conflict with \"a\": .data.k");
  EXPECT_EQ(conflict_causes(conflicts)[0]["message"].as_string(), "conflict with \"a\"");
  // By force it takes the field; the rest stays.
  EXPECT_TRUE(owned.apply("b", "{metadata: {name: x}, data: {k: '9', p: '3'}}", true).empty());
  EXPECT_EQ(owned.owned("a"), (Paths{".data.m"}));
  EXPECT_EQ(owned.owned("b"), (Paths{".data.k", ".data.p"}));
}

TEST(ManagedFields, SharedFieldsStayUntilBothLetGo) {
  Owned owned = config_map();
  owned.apply("a", "{metadata: {name: x}, data: {k: '1'}}");
  EXPECT_TRUE(owned.apply("b", "{metadata: {name: x}, data: {k: '1'}}").empty());
  EXPECT_TRUE(owned.apply("a", "{metadata: {name: x}}").empty());
  EXPECT_EQ(owned.object["data"]["k"].as_string(), "1");
  EXPECT_TRUE(owned.owned("a").empty());
  EXPECT_TRUE(owned.apply("b", "{metadata: {name: x}}").empty());
  EXPECT_FALSE(owned.object.contains("data"));
}

TEST(ManagedFields, UpdatesTakeWhatTheyChange) {
  Owned owned = config_map();
  owned.apply("a", "{metadata: {name: x}, data: {k: '1', m: '2'}}");
  owned.update("editor", "{metadata: {name: x}, data: {k: '9', m: '2', p: '3'}}");
  EXPECT_EQ(owned.owned("a"), (Paths{".data.m"}));
  EXPECT_EQ(owned.owned("editor"), (Paths{".data.k", ".data.p"}));
  const auto conflicts = owned.apply("a", "{metadata: {name: x}, data: {k: '1', m: '2'}}");
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflict_message(conflicts),
            "Apply failed with 1 conflict: conflict with \"editor\" using v1 at "
            "2026-01-01T00:00:12Z: .data.k");
  // A field that an update removes is nobody's any more.
  owned.update("editor", "{metadata: {name: x}, data: {k: '9', p: '3'}}");
  EXPECT_TRUE(owned.owned("a").empty());
}

TEST(ManagedFields, UpdatersKeepFieldsThatAppliersLetGo) {
  Owned owned = config_map();
  owned.update("maker", "{metadata: {name: x}, data: {k: '1'}}");
  EXPECT_TRUE(owned.apply("a", "{metadata: {name: x}, data: {k: '1'}}").empty());
  EXPECT_TRUE(owned.apply("a", "{metadata: {name: x}}").empty());
  EXPECT_EQ(owned.object["data"]["k"].as_string(), "1");
}

TEST(ManagedFields, ListsOfKeyedElementsMerge) {
  Owned owned("io.k8s.api.apps.v1.Deployment");
  owned.apply("a", R"(
metadata: {name: x}
spec:
  selector: {matchLabels: {app: x}}
  template: {spec: {containers: [{name: web, image: w:1, ports: [{containerPort: 80}]}]}})");
  EXPECT_TRUE(owned
                  .apply("b", R"(
metadata: {name: x}
spec: {template: {spec: {containers: [{name: proxy, image: p:1}]}}})")
                  .empty());
  EXPECT_EQ(owned.object["spec"]["template"]["spec"]["containers"],
            yaml("[{name: web, image: 'w:1', ports: [{containerPort: 80}]}, "
                 "{name: proxy, image: 'p:1'}]"));
  EXPECT_EQ(owned.owned("a"),
            (Paths{".spec.selector", ".spec.template.spec.containers[name=\"web\"].image",
                   ".spec.template.spec.containers[name=\"web\"].name",
                   ".spec.template.spec.containers[name=\"web\"].ports[containerPort=80,"
                   "protocol=\"TCP\"].containerPort"}));
  EXPECT_TRUE(owned.apply("b", "{metadata: {name: x}}").empty());
  EXPECT_EQ(owned.object["spec"]["template"]["spec"]["containers"].size(), 1u);
}

TEST(ManagedFields, AppliedOrderWins) {
  Owned owned("io.k8s.api.core.v1.Pod");
  owned.apply("a", "{metadata: {name: x}, spec: {containers: [{name: a}, {name: b}, {name: c}]}}");
  owned.update("u",
               "{metadata: {name: x}, spec: {containers: [{name: a}, {name: z}, {name: b}, "
               "{name: c}]}}");
  EXPECT_TRUE(owned
                  .apply("a",
                         "{metadata: {name: x}, spec: {containers: [{name: c}, {name: a}, "
                         "{name: b}]}}")
                  .empty());
  EXPECT_EQ(owned.object["spec"]["containers"],
            yaml("[{name: z}, {name: c}, {name: a}, {name: b}]"));
}

TEST(ManagedFields, NothingChangesNothing) {
  Owned owned = config_map();
  owned.apply("a", "{metadata: {name: x}, data: {k: '1'}}");
  const Value before = with_managers(owned.object, owned.managers);
  owned.apply("a", "{metadata: {name: x}, data: {k: '1'}}");
  EXPECT_EQ(with_managers(owned.object, owned.managers), before);
}

TEST(ManagedFields, ManyUpdatersBecomeAncient) {
  Owned owned = config_map();
  std::string data;
  for (int i = 0; i < 14; ++i) {
    data += (i == 0 ? "" : ", ") + std::string("k") + std::to_string(i) + ": '1'";
    owned.update("u" + std::to_string(i), ("{metadata: {name: x}, data: {" + data + "}}").c_str());
  }
  EXPECT_EQ(owned.managers.size(), 10u);
  EXPECT_EQ(owned.owned("ancient-changes").size(), 5u);
}

TEST(ManagedFields, RefusesWhatTheTypeDoesNotKnow) {
  const Type& type = *types().find("io.k8s.api.apps.v1.Deployment");
  EXPECT_EQ(misfit(yaml("{spec: {replicaz: 1}}"), type, false),
            ".spec.replicaz: field not declared in schema");
  EXPECT_EQ(misfit(yaml("{spec: {replicas: x}}"), type, false),
            ".spec.replicas: expected numeric (int or float), got string");
  EXPECT_EQ(
      misfit(yaml("{spec: {template: {spec: {containers: [{name: a}, {name: a}]}}}}"), type, false),
      ".spec.template.spec.containers: duplicate entries for key [name=\"a\"]");
  EXPECT_EQ(misfit(yaml("{spec: {replicas: 1}}"), type, false), "");
}

}  // namespace
}  // namespace rumbo::fake_api
