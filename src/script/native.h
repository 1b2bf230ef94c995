// Native: an object of the program inside a template: time.Time, *semver.Version, .Files …
//
// Methods belong to the Type; fields, text and JSON to the object. Threads: one at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/value.h"
#include "script/any.h"

namespace rumbo::script {

class Native : public Object {
 public:
  virtual const Type& type() const = 0;
  /// The field of a struct, or nullopt.
  virtual std::optional<Any> field(std::string_view) const { return std::nullopt; }
  /// What String() or Error() says, or nullopt if it has neither: then print_struct() counts.
  virtual std::optional<std::string> text() const { return std::nullopt; }
  /// What {{ x }} prints: also String() of the pointer, which fmt does not see.
  virtual std::optional<std::string> printed() const { return text(); }
  /// How %v prints a struct without String().
  virtual std::string print_struct() const { return "{}"; }
  /// What encoding/json makes of it.
  virtual Value to_value() const { return Value::object(); }
  /// JSON as it stands. Else json_members() or to_value() count.
  virtual std::optional<std::string> json() const { return std::nullopt; }
  /// For structs: what encoding/json prints, in the order of the fields.
  virtual std::optional<std::vector<std::pair<std::string, Any>>> json_members() const {
    return std::nullopt;
  }
  /// A field that Go code beside the struct sees, and templates do not.
  virtual bool unexported(std::string_view) const { return false; }
  /// Go's idea of true; only numbers can be false.
  virtual bool truth() const { return true; }
  /// Go's == of two objects of one type; nullopt if the type has none.
  virtual std::optional<bool> equals(const Native&) const { return std::nullopt; }
};

}  // namespace rumbo::script
