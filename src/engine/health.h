// Health verdicts: object in, verdict out. Pure. Rules: kstatus with the corrections of
// kubernetes-apply.md section 3.3 (a failed Pod is Failed, a running Job is Progressing, OnDelete
// DaemonSets are Ready).
#pragma once

#include "model/health.h"
#include "model/target.h"

namespace rumbo::engine {

/// The verdict on one observed object. An object that does not exist is Missing. A status that was
/// written for an older generation is never believed: Progressing.
Health assess(const Observation& observation);

/// The worst of several verdicts; Ready if there are none.
Health worst(const std::vector<Health>& verdicts);

}  // namespace rumbo::engine
