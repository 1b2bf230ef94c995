// Session: one rendering: options, limits and what was used of them, and the counters that
// templates share (depth of includes, calls of random functions).
//
// Make one for each rendering and let it outlive no data it was used with. Threads: one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/regex.h"
#include "script/failure.h"
#include "script/host.h"
#include "script/map.h"

namespace rumbo::script {

/// What to make of a field that a map does not have.
enum class MissingKey {
  invalid,  ///< Go's default: no value
  zero,     ///< the zero of the element type: nil for interface {} (Helm)
  error,    ///< a failure (Helm's strict mode)
};

/// Bounds on a hostile template; each is a Failure of kind limit.
struct Limits {
  std::size_t max_output = std::size_t{64} << 20;  ///< bytes one template may write
  std::size_t max_text = std::size_t{32} << 20;    ///< bytes of one string
  std::size_t max_items = 1'000'000;               ///< elements of one list
  std::uint64_t max_steps = 50'000'000;            ///< nodes evaluated, and work of functions
  int max_depth = 12'000;                          ///< nested evaluations
  std::size_t max_stack = std::size_t{6} << 20;    ///< bytes of the thread's stack
  int max_keys = 64;                               ///< keys and certificates made
};

struct SessionOptions {
  MissingKey missing_key = MissingKey::zero;
  Limits limits;
  bool lenient = false;  ///< `required` and `fail` stop nothing, as when Helm lints
};

class Session {
 public:
  explicit Session(Host& host, SessionOptions options = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Host& host() { return host_; }
  const Limits& limits() const { return options_.limits; }
  MissingKey missing_key() const { return options_.missing_key; }
  bool lenient() const { return options_.lenient; }
  std::uint64_t steps() const { return steps_; }

  /// Counts work; fails when the steps or the time are used up.
  Outcome<> charge(std::uint64_t steps) {
    steps_ += steps;
    if (steps_ < next_check_) return {};
    return check();
  }
  /// Fails if a string of that size may not be made; counts its making as work.
  Outcome<> room_for_text(std::size_t bytes);
  /// The same for a list.
  Outcome<> room_for_items(std::size_t count);
  Outcome<> charge_key();
  /// Counts everything below a value as work, as often as it would print: parts may be shared.
  Outcome<> charge_tree(const Any& value, int depth = 0);
  Outcome<> charge_tree(const Value& value, int depth = 0);

  /// Nested evaluation: enter() before, leave() after; fails when too deep.
  Outcome<> enter();
  void leave() { --depth_; }

  /// Counts nested uses of a template by name; the count before.
  int& uses(std::string_view name);
  int repetition(const RandomCall& call);
  /// Patterns compiled in this session, for the regex functions.
  std::map<std::string, std::shared_ptr<const Regex>>& regexes() { return regexes_; }
  /// Maps that got a container: they may hold themselves, which the end of the session undoes.
  void note_changed(Ref<Map> map) { changed_.push_back(std::move(map)); }

 private:
  Outcome<> check();

  Host& host_;
  SessionOptions options_;
  std::uint64_t steps_ = 0;
  std::uint64_t next_check_ = 0;
  int depth_ = 0;
  int keys_ = 0;
  const char* stack_base_ = nullptr;
  std::map<std::string, int, std::less<>> uses_;
  std::map<std::string, int> repetitions_;
  std::vector<Ref<Map>> changed_;
  std::map<std::string, std::shared_ptr<const Regex>> regexes_;
};

}  // namespace rumbo::script
