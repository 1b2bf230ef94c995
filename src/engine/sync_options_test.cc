#include "engine/sync_options.h"

#include <gtest/gtest.h>

#include "model/object.h"

namespace rumbo::engine {
namespace {

Value object(std::initializer_list<Member> annotations) {
  return Value::object(
      {{"apiVersion", "v1"},
       {"kind", "ConfigMap"},
       {"metadata",
        Value::object({{"name", "config"}, {"annotations", Value::object(annotations)}})}});
}

TEST(SyncOptions, ObjectsGoOverTheirApplication) {
  const auto all = application_options({"Prune=false", "CreateNamespace=true"});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->prune, Permission::denied);
  EXPECT_TRUE(all->create_namespace);
  const auto one = object_options(
      object({{"argocd.argoproj.io/sync-options", "Prune=confirm,Force=true"}}), *all);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->prune, Permission::confirm);
  EXPECT_TRUE(one->recreate);
}

TEST(SyncOptions, FluxAndHelmMeanTheSame) {
  const auto flux = object_options(object({{"kustomize.toolkit.fluxcd.io/prune", "disabled"},
                                           {"kustomize.toolkit.fluxcd.io/ssa", "Override"}}),
                                   {});
  EXPECT_EQ(flux->prune, Permission::denied);
  EXPECT_EQ(flux->remove, Permission::denied);
  EXPECT_TRUE(flux->takes_foreign_fields);
  const auto keep = object_options(object({{"helm.sh/resource-policy", "keep"}}), {});
  EXPECT_EQ(keep->remove, Permission::denied);
  const auto off =
      object_options(object({{"kustomize.toolkit.fluxcd.io/reconcile", "disabled"}}), {});
  EXPECT_EQ(off->apply, SyncOptions::Apply::never);
  EXPECT_FALSE(object_options(object({{"kustomize.toolkit.fluxcd.io/ssa", "Sometimes"}}), {}));
}

TEST(SyncOptions, RefusesWithAReason) {
  const auto refused = application_options({"ServerSideApply=false"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::unsupported);
  EXPECT_NE(refused.error().message().find("client-side apply"), std::string::npos);
  const auto unknown = application_options({"Prun=false"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().hint(), "did you mean `Prune=false`?");
  const auto misplaced =
      object_options(object({{"rumbo.dev/sync-options", "CreateNamespace=true"}}), {});
  ASSERT_FALSE(misplaced);
  EXPECT_NE(misplaced.error().to_string().find("spec.sync.options"), std::string::npos);
}

TEST(SyncOptions, EveryRowOfTheTableIsReadAsItSays) {
  for (const SyncOptionRow& row : sync_option_rows()) {
    if (row.from != "Argo CD") continue;
    EXPECT_EQ(application_options({std::string(row.word)}).has_value(), row.standing != "refused")
        << row.word;
    EXPECT_FALSE(row.text.empty());
  }
}

}  // namespace
}  // namespace rumbo::engine
