#include "script/session.h"

#include "codec/json.h"
#include "script/cycles.h"
#include "script/list.h"

namespace rumbo::script {
namespace {

constexpr std::uint64_t kStepsBetweenChecks = 4096;
constexpr std::uint64_t kBytesPerStep = 64;
constexpr int kMaxTree = 1000;

Failure limit(std::string text) {
  return Failure(std::move(text), Failure::Kind::limit);
}

}  // namespace

Session::Session(Host& host, SessionOptions options) : host_(host), options_(std::move(options)) {
  next_check_ = std::min(kStepsBetweenChecks, options_.limits.max_steps);
}

Session::~Session() {
  break_cycles(changed_);
}

Outcome<> Session::check() {
  if (steps_ > options_.limits.max_steps) {
    return fail(
        limit("template takes more than " + std::to_string(options_.limits.max_steps) + " steps"));
  }
  if (const std::string why = host_.stopped(); !why.empty()) return fail(limit("template " + why));
  next_check_ = std::min(steps_ + kStepsBetweenChecks, options_.limits.max_steps + 1);
  return {};
}

Outcome<> Session::room_for_text(std::size_t bytes) {
  if (bytes > options_.limits.max_text) {
    return fail(limit("template makes a text of " + std::to_string(bytes) + " bytes, more than " +
                      std::to_string(options_.limits.max_text)));
  }
  return charge(1 + bytes / kBytesPerStep);
}

Outcome<> Session::room_for_items(std::size_t count) {
  if (count > options_.limits.max_items) {
    return fail(limit("template makes a list of " + std::to_string(count) + " items, more than " +
                      std::to_string(options_.limits.max_items)));
  }
  return charge(1 + count);
}

Outcome<> Session::charge_tree(const Value& value, int depth) {
  TRY(charge(1 + value.as_string().size() / kBytesPerStep));
  if (depth > kMaxTree) return {};
  for (const Value& item : value.items()) TRY(charge_tree(item, depth + 1));
  for (const Member& member : value.members()) {
    TRY(charge_tree(member.name, depth));
    TRY(charge_tree(member.value, depth + 1));
  }
  return {};
}

Outcome<> Session::charge_tree(const Any& value, int depth) {
  const Map* map = value.map();
  const List* list = value.list();
  if (map == nullptr && list == nullptr) {
    return charge(value.kind() == Kind::string ? 1 + value.text().size() / kBytesPerStep : 1);
  }
  if (const Value* plain = map != nullptr ? map->pristine() : list->pristine()) {
    return charge_tree(*plain, depth);
  }
  TRY(charge(1));
  if (depth > kMaxTree) return {};  // it may hold itself
  const std::size_t size = map != nullptr ? map->size() : list->size();
  for (std::size_t i = 0; i < size; ++i) {
    TRY(charge_tree(map != nullptr ? map->at(i) : list->at(i), depth + 1));
  }
  return {};
}

Outcome<> Session::charge_key() {
  if (++keys_ > options_.limits.max_keys) {
    return fail(
        limit("template makes more than " + std::to_string(options_.limits.max_keys) + " keys"));
  }
  // One of them takes longer than many steps.
  if (const std::string why = host_.stopped(); !why.empty()) return fail(limit("template " + why));
  return {};
}

Outcome<> Session::enter() {
  const char* here = static_cast<const char*>(__builtin_frame_address(0));
  if (depth_ == 0) stack_base_ = here;
  const auto used =
      static_cast<std::size_t>(stack_base_ > here ? stack_base_ - here : here - stack_base_);
  if (depth_ >= options_.limits.max_depth || used > options_.limits.max_stack) {
    return fail(limit("template nests too deeply"));
  }
  ++depth_;
  return {};
}

int& Session::uses(std::string_view name) {
  const auto at = uses_.find(name);
  if (at != uses_.end()) return at->second;
  return uses_.emplace(std::string(name), 0).first->second;
}

int Session::repetition(const RandomCall& call) {
  const std::string key = call.function + '\0' + codec::to_json(call.arguments) + '\0' + call.file +
                          ':' + std::to_string(call.line) + ':' + std::to_string(call.column);
  return repetitions_[key]++;
}

}  // namespace rumbo::script
