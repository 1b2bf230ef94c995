// Parser: one text to the templates it holds, with Go's checks and error texts.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "script/failure.h"
#include "script/node.h"

namespace rumbo::script {

/// The template `name` and those it defines; the one called `name` may be missing only if the text
/// defines it again.
Outcome<std::vector<std::shared_ptr<const Template>>> parse_templates(
    std::string_view name, std::string_view text, const FunctionTable& functions);

}  // namespace rumbo::script
