// The built-in health rules, by group of kinds, and the words they share. Internal to the engine's
// health.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/value.h"
#include "model/health.h"

namespace rumbo::engine::health {

/// One rule: the object with its status, which is known to be of the newest generation.
using Rule = Health (*)(const Value& object);

Health ready(std::string note = {});
Health progressing(std::string reason);
Health failed(std::string reason);

/// The condition of this type, or nullptr.
const Value* condition(const Value& object, std::string_view type);
/// True if there is such a condition with this status.
bool condition_is(const Value& object, std::string_view type, std::string_view status);
/// A condition's message, or its reason, or its type: never empty.
std::string reason_of(const Value& condition);
/// "2 of 3 replicas ready".
std::string counted(std::int64_t have, std::int64_t want, std::string_view what);
/// True where the object has a generation but no controller said which one it saw.
bool is_unseen(const Value& object);

// workloads.cc
Health deployment(const Value& object);
Health replica_set(const Value& object);
Health stateful_set(const Value& object);
Health daemon_set(const Value& object);
Health job(const Value& object);
// pods.cc
Health pod(const Value& object);
// storage.cc
Health claim(const Value& object);
Health volume(const Value& object);
// network.cc
Health service(const Value& object);
Health ingress(const Value& object);
// machinery.cc
Health custom_resource_definition(const Value& object);
Health api_service(const Value& object);
Health autoscaler(const Value& object);
Health disruption_budget(const Value& object);
Health name_space(const Value& object);
Health signing_request(const Value& object);
// conditions.cc
/// Any kind without a rule: what its conditions say.
Health by_conditions(const Value& object);

/// The rule of a kind; nullptr: by_conditions.
Rule rule_of(std::string_view group, std::string_view kind);

}  // namespace rumbo::engine::health
