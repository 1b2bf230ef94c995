// JSONPath templates as kubectl and `helm show values --jsonpath` take them: text with expressions
// in braces, "{.image.repository}:{.image.tag}".
//
// There are fields, ['keys'], indexes, slices, unions, `*`, `..`, filters `[?(@.name=="a")]`,
// quoted text, and {range …}…{end}. Rules and words of errors are those of client-go's
// util/jsonpath, with one exception: a filter compares numbers by their value, where Go finds an
// int and a float64 and prints nothing at all.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::render::helm {

/// What the template prints of the value; numbers as Go prints a float64. A template that cannot be
/// read is an error; one that names what is not there prints nothing, as Helm does.
Result<std::string> print_json_path(std::string_view text, const Value& value);

}  // namespace rumbo::render::helm
