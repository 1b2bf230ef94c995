#include "script/session.h"

#include <set>

#include "codec/json.h"
#include "script/list.h"

namespace rumbo::script {
namespace {

constexpr std::uint64_t kStepsBetweenChecks = 4096;
constexpr std::uint64_t kBytesPerStep = 64;

Failure limit(std::string text) {
  return Failure(std::move(text), Failure::Kind::limit);
}

/// Whether following containers from `map` leads back to it.
bool holds_itself(const Map& map) {
  std::set<const Object*> seen;
  std::vector<Any> open;
  const auto open_children = [&](const Any& value) {
    if (const Map* m = value.map()) {
      for (std::size_t i = 0; i < m->size(); ++i) open.push_back(m->at(i));
    } else if (const List* l = value.list()) {
      for (std::size_t i = 0; i < l->size(); ++i) open.push_back(l->at(i));
    }
  };
  for (std::size_t i = 0; i < map.size(); ++i) open.push_back(map.at(i));
  while (!open.empty()) {
    const Any next = std::move(open.back());
    open.pop_back();
    if (!next.object()) continue;
    if (next.object().get() == &map) return true;
    if (seen.insert(next.object().get()).second) open_children(next);
  }
  return false;
}

}  // namespace

Session::Session(Host& host, SessionOptions options) : host_(host), options_(std::move(options)) {
  next_check_ = std::min(kStepsBetweenChecks, options_.limits.max_steps);
}

Session::~Session() {
  for (const Ref<Map>& map : changed_) {
    if (holds_itself(*map)) map->clear();
  }
}

Outcome<> Session::check() {
  if (steps_ > options_.limits.max_steps) {
    return fail(
        limit("template takes more than " + std::to_string(options_.limits.max_steps) + " steps"));
  }
  if (options_.expired && options_.expired()) return fail(limit("template takes too long"));
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

Outcome<> Session::charge_key() {
  if (++keys_ > options_.limits.max_keys) {
    return fail(
        limit("template makes more than " + std::to_string(options_.limits.max_keys) + " keys"));
  }
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
