// FieldPath: which fields of an object a rule means: a JSON pointer, a path expression in a subset
// of jq's language, or a path of a fieldsV1 set. Pure.
//
// The subset of jq: `.a.b`, `."a-b"`, `.["a"]`, `.[0]`, `.[]`, each with `?`, and
// `| select(.a.b == "text")` with all that jq_condition.h reads, piped together as often as wanted.
// That is what ignore rules are made of; there is no program to run and nothing that does not end.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "engine/jq_condition.h"

namespace rumbo::engine {

class FieldPath {
 public:
  /// One step down.
  struct Part {
    enum class Kind {
      token,   ///< a member, or of a list the element at that index
      each,    ///< every element of a list, or member of a map
      select,  ///< stay where the condition holds
      keyed,   ///< the element of a list that holds these members (`value`)
    };
    Kind kind = Kind::token;
    std::string token;
    Value value;
    std::shared_ptr<const JqCondition> condition;  ///< of select
  };

  /// RFC 6901.
  static Result<FieldPath> from_pointer(std::string_view text);
  /// Code::unsupported names the first thing outside of the subset.
  static Result<FieldPath> from_jq(std::string_view text);

  explicit FieldPath(std::vector<Part> parts) : parts_(std::move(parts)) {}
  const std::vector<Part>& parts() const { return parts_; }

  /// The object without what the path means.
  Value removed_from(const Value& object) const;
  /// `want` with what the path means as it is in `live`, absent where it is absent there. Elements
  /// of lists are matched by `name`, else by index; elements that only one side has stay as they
  /// are.
  Value adopted(const Value& want, const Value& live) const;

 private:
  std::vector<Part> parts_;
};

/// The paths that managedFields of `live` give to one of these managers.
std::vector<FieldPath> managed_paths(const Value& live, const std::vector<std::string>& managers);

}  // namespace rumbo::engine
