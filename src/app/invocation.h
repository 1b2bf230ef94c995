// Invocation: a command line, read: the verb, its arguments and flags.
//
// Threads: as any value.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/verb.h"
#include "base/result.h"

namespace rumbo::app {

struct Invocation {
  const Verb* verb = nullptr;  ///< null: no verb was given (only `--help` and `--version` may)
  std::vector<std::string> arguments;
  std::map<std::string, std::vector<std::string>, std::less<>> flags;
  bool help = false;

  bool has(std::string_view flag) const { return flags.contains(flag); }
  /// The last value given for a flag, or the fallback.
  std::string value(std::string_view flag, std::string_view fallback = {}) const;
  /// All values given for a flag, in their order.
  std::vector<std::string> values(std::string_view flag) const;
  /// The same where each may be several, joined by commas.
  std::vector<std::string> words(std::string_view flag) const;
  /// A decimal number; Code::invalid names the flag.
  Result<std::int64_t> number(std::string_view flag, std::int64_t fallback) const;
};

/// Reads argv without argv[0]. Code::invalid tells what is wrong, with a hint that suggests the
/// nearest word and the verb's usage line.
Result<Invocation> parse_arguments(const std::vector<std::string>& arguments);

/// "usage: rumbo sync [APP…] [flags]".
std::string usage_line(const Verb& verb);

}  // namespace rumbo::app
