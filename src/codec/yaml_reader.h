// libyaml's events, without the fast reader before it: what that one is measured by.
#pragma once

#include <string_view>

#include "base/result.h"
#include "codec/yaml_events.h"

namespace rumbo::codec {

/// As read_yaml_events, but for UTF-16 and the limit of bytes. Errors say what libyaml says.
Result<> read_with_libyaml(std::string_view text, std::string_view file, const YamlOptions& options,
                           YamlEvents& events);

}  // namespace rumbo::codec
