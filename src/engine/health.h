// Health verdicts: object in, verdict out. Pure. Rules: kstatus with the corrections of
// kubernetes-apply.md section 3.3; docs/health.md says them in words.
#pragma once

#include "model/health.h"
#include "model/target.h"

namespace rumbo::engine {

/// The verdict on one observed object. An object that does not exist is Missing, one that is being
/// deleted Progressing. A status that was written for an older generation is never believed:
/// Progressing. Then the environment's own rule (Observation::verdict) counts, else the built-in
/// one of the kind, else the object's conditions.
Health assess(const Observation& observation);

/// The worst of several verdicts; Ready if there are none.
Health worst(const std::vector<Health>& verdicts);

}  // namespace rumbo::engine
