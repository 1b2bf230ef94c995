#include "model/step.h"

#include <array>
#include <utility>

namespace rumbo {
namespace {

template <class Enum, std::size_t N>
using Words = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Words<StepKind, 8> kKinds{{
    {StepKind::scaffold, "scaffold"},
    {StepKind::stage, "stage"},
    {StepKind::apply, "apply"},
    {StepKind::hook, "hook"},
    {StepKind::quiesce, "quiesce"},
    {StepKind::switch_over, "switch"},
    {StepKind::prune, "prune"},
    {StepKind::retire, "retire"},
}};

constexpr Words<Inverse, 4> kInverses{{
    {Inverse::exact, "exact"},
    {Inverse::compensate, "compensate"},
    {Inverse::keep_and_report, "keep_and_report"},
    {Inverse::none, "none"},
}};

constexpr Words<DryRunLevel, 3> kLevels{{
    {DryRunLevel::server, "server"},
    {DryRunLevel::scaffold, "scaffold"},
    {DryRunLevel::schema, "schema"},
}};

template <class Enum, std::size_t N>
std::string_view word_of(const Words<Enum, N>& words, Enum value) {
  for (const auto& [candidate, word] : words) {
    if (candidate == value) return word;
  }
  return "?";
}

template <class Enum, std::size_t N>
std::optional<Enum> of_word(const Words<Enum, N>& words, std::string_view text) {
  for (const auto& [candidate, word] : words) {
    if (word == text) return candidate;
  }
  return std::nullopt;
}

Value blob_value(const std::optional<BlobRef>& blob) {
  return blob ? Value(blob->digest) : Value();
}

std::optional<BlobRef> blob_from(const Value& value) {
  if (!value.is_string()) return std::nullopt;
  return BlobRef{value.str()};
}

Value item_value(const Item& item) {
  return Value::object({
      {"key", to_value(item.key)},
      {"scope", to_value(item.scope)},
      {"pre", Value::object({{"absent", item.pre.absent},
                             {"uid", item.pre.uid},
                             {"version", item.pre.version},
                             {"digest", item.pre.digest},
                             {"blob", blob_value(item.pre.blob)},
                             {"health", to_string(item.pre.health)}})},
      {"want", blob_value(item.want)},
      {"wantDigest", item.want_digest},
  });
}

Item item_from(const Value& value) {
  Item item;
  item.key = key_from(value["key"]);
  item.scope = scope_from(value["scope"]);
  const Value& pre = value["pre"];
  item.pre.absent = pre["absent"].as_bool(true);
  item.pre.uid = pre["uid"].str();
  item.pre.version = pre["version"].str();
  item.pre.digest = pre["digest"].str();
  item.pre.blob = blob_from(pre["blob"]);
  item.pre.health = health_from(pre["health"].as_string()).value_or(HealthStatus::unknown);
  item.want = blob_from(value["want"]);
  item.want_digest = value["wantDigest"].str();
  return item;
}

}  // namespace

std::string_view to_string(StepKind kind) {
  return word_of(kKinds, kind);
}
std::optional<StepKind> step_kind_from(std::string_view word) {
  return of_word(kKinds, word);
}
std::string_view to_string(Inverse inverse) {
  return word_of(kInverses, inverse);
}
std::optional<Inverse> inverse_from(std::string_view word) {
  return of_word(kInverses, word);
}

Value to_value(const ObservedVersion& version) {
  return Value::object(
      {{"key", to_value(version.key)}, {"uid", version.uid}, {"version", version.version}});
}

Value to_value(const Receipt& receipt) {
  std::vector<Value> items;
  items.reserve(receipt.items.size());
  for (const auto& item : receipt.items) items.push_back(to_value(item));
  return Value::object({{"items", Value::array(std::move(items))}, {"opaque", receipt.opaque}});
}

Receipt receipt_from(const Value& value) {
  Receipt receipt;
  for (const Value& item : value["items"].items()) {
    receipt.items.push_back({key_from(item["key"]), item["uid"].str(), item["version"].str()});
  }
  receipt.opaque = value["opaque"];
  return receipt;
}

Value to_value(const Scope& scope) {
  return Value::object({{"application", scope.application},
                        {"environment", scope.environment},
                        {"target", scope.target.value}});
}

Scope scope_from(const Value& value) {
  return {value["application"].str(), value["environment"].str(), {value["target"].str()}};
}

Value to_value(const Step& step) {
  std::vector<Value> items;
  items.reserve(step.items.size());
  for (const Item& item : step.items) items.push_back(item_value(item));
  return Value::object({
      {"id", step.id},
      {"participant", step.participant.value},
      {"wave", step.wave},
      {"order", step.order},
      {"beforeHooks", step.before_hooks},
      {"kind", to_string(step.kind)},
      {"inverse", to_string(step.inverse)},
      {"items", Value::array(std::move(items))},
      {"level", word_of(kLevels, step.level)},
      {"takesForeignFields", step.takes_foreign_fields},
      {"deadlineMs", std::chrono::duration_cast<std::chrono::milliseconds>(step.deadline).count()},
      {"reason", step.reason},
      {"recreate", step.recreate},
      {"kindMayBeUnknown", step.kind_may_be_unknown},
      {"propagation", step.propagation},
      {"hook", step.hook},
      {"cleanup", Value::object({{"before", step.cleanup.before_creation},
                                 {"success", step.cleanup.on_success},
                                 {"failure", step.cleanup.on_failure}})},
      {"forStep", step.for_step == kNoStep ? Value() : Value(step.for_step)},
  });
}

Result<Step> step_from(const Value& value) {
  Step step;
  const auto kind = step_kind_from(value["kind"].as_string());
  const auto inverse = inverse_from(value["inverse"].as_string());
  if (!value.is_object() || !kind || !inverse || !value["id"].is_integer()) {
    return fail(Code::corrupt, "a plan record holds a step without id, kind or inverse");
  }
  step.id = static_cast<StepId>(value["id"].as_uint());
  step.participant = {value["participant"].str()};
  step.wave = static_cast<int>(value["wave"].as_int());
  step.order = static_cast<int>(value["order"].as_int());
  step.before_hooks = value["beforeHooks"].as_bool();
  step.kind = *kind;
  step.inverse = *inverse;
  for (const Value& item : value["items"].items()) step.items.push_back(item_from(item));
  step.level = of_word(kLevels, value["level"].as_string()).value_or(DryRunLevel::server);
  step.takes_foreign_fields = value["takesForeignFields"].as_bool();
  step.deadline = std::chrono::milliseconds(value["deadlineMs"].as_int());
  step.reason = value["reason"].str();
  step.recreate = value["recreate"].as_bool();
  step.kind_may_be_unknown = value["kindMayBeUnknown"].as_bool();
  step.propagation = value["propagation"].str();
  step.hook = value["hook"].str();
  const Value& cleanup = value["cleanup"];
  step.cleanup = {cleanup["before"].as_bool(true), cleanup["success"].as_bool(),
                  cleanup["failure"].as_bool()};
  if (value["forStep"].is_integer()) {
    step.for_step = static_cast<StepId>(value["forStep"].as_uint());
  }
  return step;
}

}  // namespace rumbo
