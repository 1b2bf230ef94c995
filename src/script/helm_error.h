// How Helm 4 words the failures of templates on its command line.
//
// Threads: pure functions.
#pragma once

#include <string>

#include "script/failure.h"

namespace rumbo::script {

/// "parse error at (t/templates/a.yaml:3): …".
std::string helm_parse_error(const Failure& failure, std::string_view file);
/// Several lines for failures of evaluation, Go's single line for those of functions, and
/// "execution error at (t/templates/a.yaml:3:4): …" for `fail` and `required`.
std::string helm_execute_error(const Failure& failure, std::string_view file);

}  // namespace rumbo::script
