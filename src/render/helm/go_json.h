// What sigs.k8s.io/yaml's Unmarshal does on its way from a YAML text to Go's typed structs: scalars
// become strings where a field is a string, and what does not fit is an error in Go's words.
//
// Threads: pure functions; a Fields from one at a time.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::render::helm {

/// The first document of the text, as JSON would hold it: null if there is none. Errors begin with
/// "error converting YAML to JSON: ".
Result<Value> yaml_to_json(std::string_view text);

/// The same where only some fields of the root are looked at, by names in small letters; the others
/// may be null.
Result<Value> yaml_fields_to_json(std::string_view text, std::span<const std::string_view> fields);

/// The same for a struct of strings: numbers with a point or an exponent become the texts that Go
/// makes of them on the way ("72445e2" → "7.2445e+06").
Result<Value> yaml_to_texts(std::string_view text);

/// yaml_to_json, and then a map or null, as `map[string]interface {}` wants it; numbers are
/// float64.
Result<Value> yaml_to_map(std::string_view text);

/// "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into …".
tl::unexpected<Error> cannot_unmarshal(std::string_view json_type, std::string_view into);

/// Reads the fields of one Go struct out of a map; the first field that does not fit is kept.
class Fields {
 public:
  /// `name` is how Go calls the struct in errors: "Metadata", then a dot and the field.
  Fields(const Value& object, std::string name) : object_(object), name_(std::move(name)) {}

  /// The field's value by name, else by a name that differs in case only; nullptr if not there.
  const Value* find(std::string_view field) const;

  std::string text(std::string_view field);
  bool boolean(std::string_view field);
  /// A list of strings; `present` tells null from an empty list.
  std::vector<std::string> texts(std::string_view field);
  std::map<std::string, std::string> text_map(std::string_view field);
  /// A list or null; `go_type` names the list's type in errors.
  const Value& list(std::string_view field, std::string_view go_type);

  /// The first field that did not fit.
  Result<> finish() &&;

 private:
  void wrong(std::string_view field, const Value& value, std::string_view go_type);
  std::optional<std::string> scalar_text(const Value& value) const;

  const Value& object_;
  const std::string name_;
  std::optional<Error> error_;
};

}  // namespace rumbo::render::helm
