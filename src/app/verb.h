// Verb: one row of the command-line's table. The parser, `--help`, completion and docs/cli.md are
// all made from these rows, so that they cannot disagree.
//
// Threads: constant data.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"

namespace rumbo::app {

class Session;

/// One flag. Without `value` it is a switch.
struct Flag {
  std::string_view name;   ///< "environment", without dashes
  char letter = 0;         ///< 'e', or 0
  std::string_view value;  ///< what stands for the argument in help: "NAME"
  std::string_view help;
};

/// Exit statuses of `rumbo`; each verb says which of them it uses.
enum ExitStatus : int {
  kOk = 0,
  kNo = 1,  ///< differs, unhealthy, or waited in vain: an answer, not an error
  kError = 2,
  kRestored = 3,
  kNeedsOperator = 4,
};

struct Verb {
  std::string_view name;
  std::string_view arguments;  ///< for the usage line: "[APP…]"
  std::size_t least = 0, most = 0;
  std::string_view summary;
  std::string_view details;  ///< a paragraph for `--help`
  std::span<const Flag> flags;
  std::span<const std::string_view> examples;
  std::string_view exits;  ///< "0 committed, 3 restored, …"
  /// Does it; errors are printed by the caller and exit with 2.
  Result<int> (*run)(Session& session) = nullptr;
  bool hidden = false;
};

/// Every verb, in the order of the help.
std::span<const Verb> verbs();
const Verb* find_verb(std::string_view name);
/// Flags that every verb takes.
std::span<const Flag> global_flags();

constexpr std::size_t kAny = 1000;  ///< Verb::most of verbs that take any number of arguments

}  // namespace rumbo::app
