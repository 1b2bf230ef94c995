// The YAML reader's errors in go-yaml's words, since `fromYaml` puts them into the output.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/value.h"

namespace rumbo::script {

/// "yaml: line 2: did not find expected node content".
/// `text` is what was read.
std::string go_yaml_error(const Error& error, std::string_view text);

/// The first number that JSON cannot hold, as Go prints it: "+Inf".
std::optional<std::string> unsupported_number(const Value& value);

}  // namespace rumbo::script
