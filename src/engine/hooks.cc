#include "engine/hooks.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/strings.h"
#include "model/object.h"

namespace rumbo::engine {
namespace {

using When = HookRun::When;

constexpr std::array<std::pair<HookPhase, std::string_view>, 8> kPhases{{
    {HookPhase::pre_sync, "PreSync"},
    {HookPhase::sync, "Sync"},
    {HookPhase::post_sync, "PostSync"},
    {HookPhase::sync_fail, "SyncFail"},
    {HookPhase::pre_delete, "PreDelete"},
    {HookPhase::post_delete, "PostDelete"},
    {HookPhase::compensate, "Compensate"},
    {HookPhase::test, "Test"},
}};

struct HelmWord {
  std::string_view word;
  std::optional<HookRun> run;  ///< none: it does not run here
};

constexpr std::array<HelmWord, 12> kHelm{{
    {"pre-install", HookRun{HookPhase::pre_sync, When::install}},
    {"pre-upgrade", HookRun{HookPhase::pre_sync, When::upgrade}},
    {"post-install", HookRun{HookPhase::post_sync, When::install}},
    {"post-upgrade", HookRun{HookPhase::post_sync, When::upgrade}},
    {"pre-delete", HookRun{HookPhase::pre_delete, When::always}},
    {"post-delete", HookRun{HookPhase::post_delete, When::always}},
    {"pre-rollback", HookRun{HookPhase::pre_sync, When::rollback}},
    {"post-rollback", HookRun{HookPhase::post_sync, When::rollback}},
    {"test", HookRun{HookPhase::test, When::always}},
    {"test-success", HookRun{HookPhase::test, When::always}},
    {"test-failure", std::nullopt},
    {"crd-install", HookRun{HookPhase::pre_sync, When::always}},
}};

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (const std::string_view part : split(text, ',')) {
    if (const std::string_view word = trim(part); !word.empty()) out.push_back(word);
  }
  return out;
}

tl::unexpected<Error> unknown(const Value& object, std::string_view what, std::string_view word,
                              std::string_view known) {
  return fail(Error(Code::unsupported, key_of(object).to_string() + ": " + std::string(what) +
                                           " `" + printable(word, 40) + "` is not known")
                  .with_hint("known are: " + std::string(known)));
}

Result<> read_phases(const Value& object, std::string_view text, Hook& hook) {
  for (const std::string_view word : words_of(text)) {
    if (word == "Skip") continue;
    const auto phase = hook_phase_from(word);
    if (!phase) {
      return unknown(
          object, "hook", word,
          "PreSync, Sync, PostSync, SyncFail, PreDelete, PostDelete, Test, Skip, Compensate");
    }
    hook.runs.push_back({*phase, When::always});
  }
  return {};
}

Result<> read_helm_phases(const Value& object, std::string_view text, Hook& hook) {
  for (const std::string_view word : words_of(text)) {
    const auto found = std::find_if(kHelm.begin(), kHelm.end(),
                                    [&](const HelmWord& one) { return one.word == word; });
    if (found == kHelm.end()) {
      return unknown(object, "helm.sh/hook", word,
                     "pre-install, post-install, pre-upgrade, post-upgrade, pre-delete, "
                     "post-delete, pre-rollback, post-rollback, test");
    }
    if (found->run) hook.runs.push_back(*found->run);
  }
  return {};
}

/// pre-install and pre-upgrade together run at every sync, and only once.
void merge_runs(Hook& hook) {
  std::stable_sort(hook.runs.begin(), hook.runs.end(),
                   [](const HookRun& a, const HookRun& b) { return a.phase < b.phase; });
  std::vector<HookRun> out;
  for (const HookRun& run : hook.runs) {
    if (out.empty() || out.back().phase != run.phase) {
      out.push_back(run);
    } else {
      out.back().when = static_cast<When>(out.back().when | run.when);
    }
  }
  hook.runs = std::move(out);
}

Result<> read_cleanup(const Value& object, std::string_view text, Hook& hook) {
  if (text.empty()) return {};
  hook.cleanup = {false, false, false};
  for (const std::string_view word : words_of(text)) {
    if (word == "BeforeHookCreation" || word == "before-hook-creation") {
      hook.cleanup.before_creation = true;
    } else if (word == "HookSucceeded" || word == "hook-succeeded") {
      hook.cleanup.on_success = true;
    } else if (word == "HookFailed" || word == "hook-failed") {
      hook.cleanup.on_failure = true;
    } else {
      return unknown(object, "hook delete policy", word,
                     "BeforeHookCreation, HookSucceeded, HookFailed");
    }
  }
  return {};
}

constexpr std::array<std::string_view, 3> kHookNames{"rumbo.dev/hook", "argocd.argoproj.io/hook",
                                                     "helm.sh/hook"};
constexpr std::array<std::string_view, 3> kDeleteNames{"rumbo.dev/hook-delete-policy",
                                                       "argocd.argoproj.io/hook-delete-policy",
                                                       "helm.sh/hook-delete-policy"};

}  // namespace

std::string_view to_string(HookPhase phase) {
  for (const auto& [candidate, word] : kPhases) {
    if (candidate == phase) return word;
  }
  return "Sync";
}

std::optional<HookPhase> hook_phase_from(std::string_view word) {
  for (const auto& [phase, name] : kPhases) {
    if (name == word) return phase;
  }
  return std::nullopt;
}

bool is_hook(const Value& object) {
  return std::any_of(kHookNames.begin(), kHookNames.end(),
                     [&](std::string_view name) { return !annotation(object, name).empty(); });
}

Result<std::optional<Hook>> hook_of(const Value& object) {
  for (std::size_t i = 0; i < kHookNames.size(); ++i) {
    const std::string_view text = annotation(object, kHookNames[i]);
    if (text.empty()) continue;
    Hook hook;
    TRY(i == 2 ? read_helm_phases(object, text, hook) : read_phases(object, text, hook));
    merge_runs(hook);
    for (const std::string_view name : kDeleteNames) {
      const std::string_view policy = annotation(object, name);
      if (policy.empty()) continue;
      TRY(read_cleanup(object, policy, hook));
      break;
    }
    return std::optional<Hook>(std::move(hook));
  }
  return std::optional<Hook>();
}

std::string_view compensated_by(const Value& object) {
  return annotation(object, "rumbo.dev/compensate");
}

}  // namespace rumbo::engine
