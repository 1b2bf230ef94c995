// Post-build substitution as Flux does it: `${VAR}` in rendered objects, with defaults and the
// functions of its envsubst.
//
// Threads: pure functions.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::render {

using Variables = std::map<std::string, std::string, std::less<>>;

struct Substitution {
  Variables variables;
  /// A variable that is not set and has no default is an error; else it is empty text.
  bool strict = false;
};

/// The text with its variables put in; `$${VAR}` becomes `${VAR}`.
Result<std::string> substitute_text(std::string_view text, const Substitution& substitution);

/// The object with variables put into its YAML text, read again: a number put in becomes a number.
/// Objects with the label or annotation `kustomize.toolkit.fluxcd.io/substitute: disabled` stay as
/// they are, and so does everything if there are no variables.
Result<Value> substitute_object(const Value& object, const Substitution& substitution);

/// Reads an application's `substitute` section: a map of texts. Names must be letters, digits and
/// underscores.
Result<> add_variables(Variables& variables, const Value& section);

/// Adds what a ConfigMap or Secret holds.
Result<> add_object_variables(Variables& variables, const Value& object);

/// Adds the variables of a file: a ConfigMap, a Secret, a map of texts, or lines `NAME=value`.
Result<> add_variables_file(Variables& variables, std::string_view text, std::string_view file);

}  // namespace rumbo::render
