// Plans as values: the durable form for the journal, and the described form for people and tools.
#include <algorithm>

#include "codec/diff.h"
#include "engine/plan.h"

namespace rumbo::engine {
namespace {

Value strings(const std::vector<std::string>& all) {
  std::vector<Value> out(all.begin(), all.end());
  return Value::array(std::move(out));
}

Value described(const PlannedChange& change) {
  std::vector<Value> fields;
  for (const auto& field : codec::diff_objects(semantic(change.before), semantic(change.after))) {
    fields.push_back(Value::object({{"path", field.path},
                                    {"before", field.before.value_or(Value())},
                                    {"after", field.after.value_or(Value())}}));
  }
  return Value::object({
      {"scope", change.scope.to_string()},
      {"object", change.key.to_string()},
      {"action", to_string(change.action)},
      {"wave", change.wave},
      {"reason", change.reason},
      {"origin", change.origin.to_string()},
      {"fields", change.action == ChangeAction::update ? Value::array(std::move(fields)) : Value()},
  });
}

}  // namespace

Value to_value(const Plan& plan) {
  std::vector<Value> steps;
  steps.reserve(plan.steps.size());
  for (const Step& step : plan.steps) steps.push_back(to_value(step));
  // Unchanged objects travel as the items of one pseudo step, so that items have one format.
  Step unchanged;
  unchanged.id = 0;
  unchanged.items = plan.unchanged;
  return Value::object({{"steps", Value::array(std::move(steps))},
                        {"unchanged", to_value(unchanged)},
                        {"effects", strings(plan.effects)}});
}

Result<Plan> plan_from(const Value& value) {
  Plan plan;
  for (const Value& step : value["steps"].items()) plan.steps.push_back(TRY(step_from(step)));
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    if (plan.steps[i].id != i) return fail(Code::corrupt, "a plan record's steps are out of order");
  }
  plan.unchanged = TRY(step_from(value["unchanged"])).items;
  for (const Value& effect : value["effects"].items()) plan.effects.push_back(effect.str());
  return plan;
}

Value describe(const Plan& plan) {
  std::vector<Value> changes;
  for (const PlannedChange& change : plan.changes) changes.push_back(described(change));
  std::vector<Value> refusals;
  for (const Refusal& refusal : plan.refusals) {
    refusals.push_back(Value::object({{"scope", refusal.scope.to_string()},
                                      {"object", refusal.key ? refusal.key->to_string() : ""},
                                      {"message", refusal.message},
                                      {"hint", refusal.hint},
                                      {"origin", refusal.origin.to_string()}}));
  }
  std::vector<Value> steps;
  for (const Step& step : plan.steps) {
    steps.push_back(Value::object({{"id", step.id},
                                   {"kind", to_string(step.kind)},
                                   {"wave", step.wave},
                                   {"reason", step.reason},
                                   {"objects", step.items.size()}}));
  }
  return Value::object({{"changes", Value::array(std::move(changes))},
                        {"steps", Value::array(std::move(steps))},
                        {"effects", strings(plan.effects)},
                        {"refusals", Value::array(std::move(refusals))}});
}

Error refusal_error(const Plan& plan) {
  std::string message;
  for (const Refusal& refusal : plan.refusals) {
    if (!message.empty()) message += "; ";
    if (refusal.origin.line > 0) message += refusal.origin.to_string() + ": ";
    message += refusal.message;
  }
  Error error(Code::denied, std::move(message));
  if (!plan.refusals.empty() && !plan.refusals[0].hint.empty()) {
    return Error(std::move(error).with_hint(plan.refusals[0].hint));
  }
  return error;
}

}  // namespace rumbo::engine
