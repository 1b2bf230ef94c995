// An application's `substitute:` section applied to its rendered objects.
//
// Threads: pure functions.
#pragma once

#include "base/result.h"
#include "base/value.h"
#include "model/object.h"
#include "model/source.h"

namespace rumbo::render {

/// Puts the section's variables into every object and checks it again. Its files are read from the
/// snapshot and become part of what the manifest was made from. Nothing happens without a section.
Result<> substitute_manifest(Manifest& manifest, const Snapshot& snapshot, const Value& section);

}  // namespace rumbo::render
