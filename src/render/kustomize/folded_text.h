// What becomes of a folded block (`>`) that kyaml prints and reads again: near lines that are
// indented further, line ends multiply.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace rumbo::render::kustomize {

Result<std::string> refold(std::string_view text);

}  // namespace rumbo::render::kustomize
