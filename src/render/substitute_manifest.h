// An application's `substitute:` section applied to its rendered objects.
//
// Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "model/object.h"
#include "model/source.h"

namespace rumbo::render {

/// The ConfigMaps and Secrets of the target that the section's `from` names, in the namespace `ns`.
Result<std::vector<ObjectKey>> live_variables(const Value& section, const std::string& ns);

/// Puts the section's variables into every object and checks it again. Its files are read from the
/// snapshot and become part of what the manifest was made from; `live` holds the objects of
/// live_variables() that exist. Nothing happens without a section. With `trace`, objects tell which
/// variables their fields have, and where those come from.
Result<> substitute_manifest(Manifest& manifest, const Snapshot& snapshot, const Value& section,
                             const std::string& ns, const std::map<ObjectKey, Value>& live,
                             bool trace = false);

}  // namespace rumbo::render
