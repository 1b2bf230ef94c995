// fence: keeps late writes of an earlier attempt out.
#include "base/log.h"
#include "target/kubernetes/ownership.h"
#include "target/kubernetes/target_parts.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr int kMostRaces = 5;

}  // namespace

Result<std::optional<ObservedVersion>> KubernetesTarget::Parts::bump(const Item& item,
                                                                     const Fence& newer,
                                                                     const Cancel& cancel) {
  const std::string value = std::to_string(newer.epoch) + "." + std::to_string(newer.attempt);
  for (int race = 0;; ++race) {
    const auto now = TRY(read(item.key, Read::consistent, cancel));
    if (!now) return std::optional<ObservedVersion>();
    const Resource served = TRY(resource(item.key, cancel, (*now)["apiVersion"].as_string()));
    const bool has_some = (*now)["metadata"]["annotations"].is_object();
    const Value mark = has_some ? Value::object({{"op", "add"},
                                                 {"path", "/metadata/annotations/rumbo.dev~1fence"},
                                                 {"value", value}})
                                : Value::object({{"op", "add"},
                                                 {"path", "/metadata/annotations"},
                                                 {"value", Value::object({{kFenceMark, value}})}});
    const Value operations =
        Value::array({mark, Value::object({{"op", "replace"},
                                           {"path", "/metadata/resourceVersion"},
                                           {"value", version_of(item.key, *now).version}})});
    const auto bumped = client.json_patch(served, served.namespaced ? item.key.ns : "",
                                          item.key.name, operations, kFenceManager, cancel);
    if (bumped) {
      note_written(item.key);
      return std::optional(version_of(item.key, *bumped));
    }
    const ApiFailure failure = bumped.error().failure;
    if (failure == ApiFailure::absent) return std::optional<ObservedVersion>();
    // Whoever refuses this (a policy, perhaps one of this very transaction) refuses a late write to
    // the same object as well.
    if (failure == ApiFailure::invalid || failure == ApiFailure::forbidden) {
      log(LogLevel::info, "kubernetes", "{} cannot be fenced: {}", item.key.to_string(),
          Error(bumped.error()).to_string());
      return std::optional<ObservedVersion>();
    }
    if (failure != ApiFailure::version_conflict || race == kMostRaces) {
      return fail(Error(bumped.error()).with_retry(Retry::later));
    }
  }
}

Result<std::vector<ObservedVersion>> KubernetesTarget::fence(const std::vector<Step>& steps,
                                                             const Fence& newer,
                                                             const Cancel& cancel) {
  std::vector<ObservedVersion> out;
  for (const Step& step : steps) {
    // A hook is made once under its name, and a prune names the uid: nothing late can harm them.
    if (step.kind == StepKind::hook || step.kind == StepKind::prune) continue;
    for (const Item& item : step.items) {
      if (auto bumped = TRY(parts_->bump(item, newer, cancel))) out.push_back(*bumped);
    }
  }
  return out;
}

}  // namespace rumbo::target::kubernetes
