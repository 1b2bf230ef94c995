#include "target/kubernetes/comparison.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "model/object.h"
#include "target/kubernetes/ownership.h"

namespace rumbo::target::kubernetes {
namespace {

Value json(std::string_view text) {
  auto value = codec::parse_json(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Value());
}

const Owner kOwner{{"0123456789ab"}, "shop", "dev", {"t-000001"}};

constexpr std::string_view kOwn = R"({"f:metadata": {"f:labels": {"f:app": {}}},
                                      "f:spec": {"f:replicas": {}, "f:paused": {}}})";

const Value kWant = json(R"({"apiVersion": "apps/v1", "kind": "Deployment",
  "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
  "spec": {"replicas": 2, "paused": true}})");

/// As a server holds what was applied: with defaults, and the ledger of who owns what.
Value live(std::string_view own, std::string_view others = "") {
  const Value applied = marked(kWant, kOwner, declared_digest(kWant), fields_mark(json(kOwn)));
  const Value ledger =
      json(R"([{"manager": "rumbo", "operation": "Apply", "apiVersion": "apps/v1", "fieldsV1": )" +
           std::string(own) + "}" + std::string(others) + "]");
  return applied.with_path({"metadata", "managedFields"}, ledger)
      .with_path({"spec", "progressDeadlineSeconds"}, 600);
}

TEST(OwnershipComparison, HoldsWhatWasAppliedAndNobodyTouched) {
  const OwnershipComparison comparison;
  EXPECT_TRUE(comparison.holds(live(kOwn), kWant, false));
  EXPECT_FALSE(comparison.holds(live(kOwn), kWant.with_path({"spec", "replicas"}, 3), false));
  EXPECT_FALSE(comparison.holds(kWant, kWant, false)) << "never applied by Rumbo";
}

TEST(OwnershipComparison, ALostFieldIsADifferenceWithItsName) {
  const OwnershipComparison comparison;
  const Value edited =
      live(R"({"f:metadata": {"f:labels": {"f:app": {}}}, "f:spec": {"f:paused": {}}})",
           R"(, {"manager": "kubectl-edit", "operation": "Update", "apiVersion": "apps/v1",
                 "time": "2026-11-24T03:46:12Z", "fieldsV1": {"f:spec": {"f:replicas": {}}}})")
          .with_path({"spec", "replicas"}, 5);
  EXPECT_FALSE(comparison.holds(edited, kWant, false));
  EXPECT_EQ(comparison.differing(edited, kWant), std::vector<std::string>{"spec.replicas"});
  EXPECT_EQ(comparison.editors(edited, kWant), "kubectl-edit at 2026-11-24T03:46:12.000Z");
  // It may be taken back, since it was Rumbo's; what never was may not.
  EXPECT_TRUE(owned_before(edited, {".spec.replicas"}));
  EXPECT_FALSE(owned_before(edited, {".spec.strategy"}));
}

TEST(OwnershipComparison, WhatMayDifferIsLeftOut) {
  const OwnershipComparison comparison;
  const Value declared = kWant.with("spec", kWant["spec"].without("replicas"));
  const Value want = comparison.noted(kWant, declared);
  const Value scaled =
      live(R"({"f:metadata": {"f:labels": {"f:app": {}}}, "f:spec": {"f:paused": {}}})")
          .with_path({"spec", "replicas"}, 5)
          .with_path({"metadata", "annotations", kAppliedMark}, applied_digest(want));
  EXPECT_TRUE(comparison.holds(scaled, declared, true));
  EXPECT_FALSE(comparison.holds(scaled.with_path({"spec", "paused"}, false)
                                    .with_path({"metadata", "managedFields"}, Value::array()),
                                declared, true));
}

TEST(OwnershipComparison, AsBeforeIsAboutRumbosOwnFields) {
  const OwnershipComparison comparison;
  const Value before = live(kOwn);
  EXPECT_TRUE(comparison.as_before(before.with_path({"spec", "strategy"}, "x"), before, kWant));
  EXPECT_FALSE(comparison.as_before(before.with_path({"spec", "replicas"}, 3), before, kWant));
  EXPECT_FALSE(comparison.as_before(live(R"({"f:spec": {"f:replicas": {}}})"), before, kWant));
}

TEST(OwnershipComparison, ShowsOnlyWhatAWriteChanges) {
  const OwnershipComparison comparison;
  const Value want = kWant.with_path({"spec", "replicas"}, 3);
  const auto shown = comparison.shown(live(kOwn), want);
  EXPECT_EQ(shown.before["spec"], kWant["spec"]) << "without the server's defaults";
  EXPECT_EQ(shown.after, want);
}

TEST(OwnershipComparison, WhatOtherToolsDeployedIsTakenOverWhole) {
  const Value before = json(R"({"apiVersion": "v1", "kind": "ConfigMap",
    "metadata": {"name": "c", "managedFields": [
      {"manager": "argocd-controller", "operation": "Apply", "apiVersion": "v1",
       "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:a": {}}}},
      {"manager": "kubectl-client-side-apply", "operation": "Update", "apiVersion": "v1",
       "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:b": {}}}},
      {"manager": "kubectl-edit", "operation": "Update", "apiVersion": "v1",
       "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:c": {}}}}]},
    "data": {"a": "1", "b": "2", "c": "3"}})");
  const Value ledger = taken_over(before, "v1");
  ASSERT_EQ(ledger.size(), 2u);
  const Value now = before.with_path({"metadata", "managedFields"}, ledger);
  EXPECT_EQ(own_set(now).paths(), (std::vector<std::string>{".data.a", ".data.b"}));
  EXPECT_EQ(ledger[1]["manager"].as_string(), "kubectl-edit") << "an edit by hand stays";
  EXPECT_TRUE(half_adopted(now, before));
  EXPECT_FALSE(half_adopted(before, before));
  EXPECT_TRUE(taken_over(now, "v1").is_null()) << "once is enough";
  const OwnershipComparison comparison;
  const Value want = json(R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"},
                              "data": {"a": "1"}})");
  const auto shown = comparison.shown(before, want);
  EXPECT_EQ(shown.before["data"], json(R"({"a": "1", "b": "2"})"));
  EXPECT_EQ(comparison.editors(before, want), "argocd-controller");
}

TEST(OwnershipComparison, SecretsAreComparedByValueAndTellNone) {
  const OwnershipComparison comparison;
  const Value want = json(R"({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"},
                              "stringData": {"password": "hunter2"}})");
  EXPECT_EQ(declared_digest(want), "");
  const std::string_view own = R"({"f:data": {"f:password": {}}})";
  const auto secret = [&](const char* data) {
    const Value stored =
        json(
            R"({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "type": "Opaque"})")
            .with("data", Value::object({{"password", data}}));
    return marked(stored, kOwner, "", fields_mark(json(own)))
        .with_path({"metadata", "managedFields"},
                   json(R"([{"manager": "rumbo", "operation": "Apply", "fieldsV1": )" +
                        std::string(own) + "}]"));
  };
  EXPECT_TRUE(comparison.holds(secret("aHVudGVyMg=="), want, false));
  EXPECT_FALSE(comparison.holds(secret("b3RoZXI="), want, false));
  for (const std::string& field : comparison.differing(secret("b3RoZXI="), want)) {
    EXPECT_EQ(field.find("hunter2"), std::string::npos);
  }
}

}  // namespace
}  // namespace rumbo::target::kubernetes
