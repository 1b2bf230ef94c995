// JqCondition: what stands in jq's select(…): members compared with literals, `and`, `or`, `not`,
// parentheses, `|`, and startswith, endswith, contains, test and has. Pure; it always ends.
//
// Threads: a value type.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/regex.h"
#include "base/result.h"
#include "base/value.h"
#include "engine/jq_cursor.h"

namespace rumbo::engine {

class JqCondition {
 public:
  /// Reads one up to what cannot belong to it. Code::unsupported names what is not known.
  static Result<JqCondition> read(JqCursor& cursor);

  /// As jq judges it; where jq would stop with an error (a number that is asked how it starts) it
  /// does not hold.
  bool holds(const Value& at) const;

 private:
  enum class Op {
    member,
    pipe,
    all,
    any,
    equal,
    differs,
    negate,
    starts_with,
    ends_with,
    contains,
    matches,
    has
  };
  class Reader;
  Value eval(const Value& at) const;

  Op op_ = Op::member;
  std::vector<std::string> field_;  ///< of member
  Value value_;                     ///< what it is compared with
  Regex regex_;
  std::vector<JqCondition> of_;
};

}  // namespace rumbo::engine
