// Planner: makes the steps of one participant. Only plan*.cc include this.
//
// Threads: one instance per plan and participant, used once.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/hooks.h"
#include "engine/plan.h"
#include "engine/sync_options.h"

namespace rumbo::engine {

class Planner {
 public:
  Planner(const PlanInput& input, const ParticipantInput& participant, Plan& plan);
  void run();

 private:
  /// One wanted object, or one run of a hook.
  struct Wanted {
    const ScopeInput* scope = nullptr;
    const Object* object = nullptr;
    int wave = 0;
    std::optional<HookPhase> hook;
    HookCleanup cleanup;
    SyncOptions options;
    ChangeAction action = ChangeAction::unchanged;
    std::string reason;
    std::string no_overlap;
    Value want;  ///< what is written: the object, with ignored fields as they are live
    bool before_hooks = false;
    int order = 0;
  };
  struct Removal {
    const ScopeInput* scope = nullptr;
    ObjectKey key;
    int wave = 0;
    std::string propagation;
  };

  // plan.cc: what there is.
  const Observation* live(const ObjectKey& key) const;
  bool is_there(const ObjectKey& key) const;
  void refuse(const ScopeInput& scope, const Object* object, std::string message,
              std::string hint = {});
  void plan_scope(const ScopeInput& scope);
  void plan_object(const ScopeInput& scope, const Object& object);
  void plan_namespace(const ScopeInput& scope);
  bool kind_supported(const ScopeInput& scope, const Object& object);
  bool fields_supported(const ScopeInput& scope, const Object& object);
  void check_host_claims();
  bool may_own(const ScopeInput& scope, const Object& object, bool is_hook);

  // plan_classify.cc: what becomes of each.
  void classify(Wanted& wanted);
  bool left_alone(Wanted& wanted, const Observation* now);
  void roll_config_users(const ScopeInput& scope);
  void plan_removals(const ScopeInput& scope);
  void plan_removal(const ScopeInput& scope, const ObjectKey& key);
  void keep(const ScopeInput& scope, const ObjectKey& key, const std::string& why);
  std::string kept_because(const ScopeInput& scope, const ObjectKey& key, SyncOptions& options);
  void check_budget(const ScopeInput& scope, std::size_t deletions);

  // plan_hooks.cc: hooks.
  void plan_hook(const ScopeInput& scope, const Object& object, const Wanted& base,
                 const Hook& hook);
  std::string hook_skipped(const ScopeInput& scope, const HookRun& run) const;
  const Object* compensation_of(const Wanted& hook);
  void add_hook_step(const Wanted& wanted);

  // plan_steps.cc: the steps.
  Item item_for(const ScopeInput& scope, const ObjectKey& key, const Value& want) const;
  Step& add_step(StepKind kind, int wave, std::string reason, Inverse inverse = Inverse::exact);
  void order_wanted();
  void add_forward_steps();
  void add_write_steps(const Wanted& wanted);
  void add_change(const Wanted& wanted);
  Inverse inverse_of(const Item& item);
  void add_switch();
  void add_after_commit_steps();

  const PlanInput& input_;
  const ParticipantInput& participant_;
  Plan& plan_;
  std::map<ObjectKey, const Observation*> live_;
  SyncOptions options_;  ///< of the application under way
  std::vector<Wanted> wanted_;
  std::deque<Object> made_;  ///< objects that are in no manifest
  std::map<ObjectKey, const ScopeInput*> declared_;
  std::vector<Item> switched_;
  std::vector<Removal> removals_;
};

}  // namespace rumbo::engine
