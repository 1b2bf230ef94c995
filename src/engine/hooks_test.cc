#include "engine/hooks.h"

#include <gtest/gtest.h>

#include "model/object.h"

namespace rumbo::engine {
namespace {

Value job(std::initializer_list<Member> annotations) {
  return Value::object(
      {{"apiVersion", "batch/v1"},
       {"kind", "Job"},
       {"metadata",
        Value::object({{"name", "migrate"}, {"annotations", Value::object(annotations)}})}});
}

TEST(Hooks, ReadsArgoPhasesInTheirOrder) {
  const auto hook = hook_of(job({{"argocd.argoproj.io/hook", "PostSync, PreSync"}}));
  ASSERT_TRUE(hook && *hook);
  ASSERT_EQ((*hook)->runs.size(), 2u);
  EXPECT_EQ((*hook)->runs[0].phase, HookPhase::pre_sync);
  EXPECT_EQ((*hook)->runs[1].phase, HookPhase::post_sync);
  EXPECT_EQ((*hook)->cleanup, (HookCleanup{true, false, false}));
}

TEST(Hooks, OwnAnnotationsGoBeforeArgosAndThoseBeforeHelms) {
  const auto hook = hook_of(job({{"rumbo.dev/hook", "SyncFail"},
                                 {"argocd.argoproj.io/hook", "PreSync"},
                                 {"helm.sh/hook", "post-install"}}));
  ASSERT_TRUE(hook && *hook);
  ASSERT_EQ((*hook)->runs.size(), 1u);
  EXPECT_EQ((*hook)->runs[0].phase, HookPhase::sync_fail);
}

TEST(Hooks, HelmTellsInstallAndUpgradeApart) {
  const auto one = hook_of(job({{"helm.sh/hook", "pre-install"}}));
  EXPECT_EQ((*one)->runs, (std::vector<HookRun>{{HookPhase::pre_sync, HookRun::When::install}}));
  const auto both = hook_of(job({{"helm.sh/hook", "pre-upgrade,pre-install"}}));
  ASSERT_EQ((*both)->runs.size(), 1u);
  EXPECT_EQ((*both)->runs[0].when, unsigned{HookRun::install} | unsigned{HookRun::upgrade});
  const auto back = hook_of(job({{"helm.sh/hook", "post-rollback"}}));
  EXPECT_EQ((*back)->runs, (std::vector<HookRun>{{HookPhase::post_sync, HookRun::rollback}}));
  const auto test = hook_of(job({{"helm.sh/hook", "test"}}));
  ASSERT_TRUE(test && *test);
  EXPECT_EQ((*test)->runs, (std::vector<HookRun>{{HookPhase::test, HookRun::always}}));
  EXPECT_TRUE(is_hook(job({{"helm.sh/hook", "test"}})));
}

TEST(Hooks, DeletePolicies) {
  const auto hook = hook_of(job({{"helm.sh/hook", "post-install"},
                                 {"helm.sh/hook-delete-policy", "hook-succeeded,hook-failed"}}));
  EXPECT_EQ((*hook)->cleanup, (HookCleanup{false, true, true}));
  const auto wrong =
      hook_of(job({{"rumbo.dev/hook", "Sync"}, {"rumbo.dev/hook-delete-policy", "Sometimes"}}));
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().to_string().find("HookSucceeded"), std::string::npos);
}

TEST(Hooks, WordsThatNobodyKnowsAreErrors) {
  EXPECT_FALSE(hook_of(job({{"rumbo.dev/hook", "PreSyncc"}})));
  EXPECT_FALSE(hook_of(job({{"helm.sh/hook", "before-all"}})));
  EXPECT_FALSE(*hook_of(job({{"else", "PreSync"}})));
}

}  // namespace
}  // namespace rumbo::engine
