// Merging maps in place as the mergo library does it.
//
// Threads: as its arguments.
#pragma once

#include "script/failure.h"
#include "script/map.h"
#include "script/session.h"

namespace rumbo::script {

/// Members of `source` into `target`, maps recursively; what is not empty in the target stays,
/// unless `overwrite`. Containers are shared, not copied.
Outcome<> merge_maps(Session& session, const Ref<Map>& target, const Map& source, bool overwrite);

}  // namespace rumbo::script
