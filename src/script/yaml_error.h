// The YAML reader's errors in go-yaml's words, since `fromYaml` puts them into the output.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "base/value.h"

namespace rumbo::script {

/// "yaml: line 2: did not find expected node content".
std::string go_yaml_error(const Error& error);

/// The first number that JSON cannot hold, as Go prints it: "+Inf".
std::optional<std::string> unsupported_number(const Value& value);

}  // namespace rumbo::script
