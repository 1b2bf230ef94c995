// The few fields of a large document that somebody asks for, without making the rest.
//
// Threads: pure functions.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "base/value.h"
#include "codec/yaml.h"

namespace rumbo::codec {

/// As parse_yaml_value, with the same errors, but of a map only the members of those names are sure
/// to be read; letters count in any case, and the names are given in small ones. Other members are
/// there, and may be null.
Result<Value> parse_yaml_fields(std::string_view text, std::string_view file,
                                const YamlOptions& options,
                                std::span<const std::string_view> names);

}  // namespace rumbo::codec
