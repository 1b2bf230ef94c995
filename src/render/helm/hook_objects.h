// Helm's hooks as Rumbo's: their events become phases, their weights waves.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/object.h"
#include "render/helm/manifests.h"
#include "render/object_reader.h"

namespace rumbo::render::helm {

/// Hands the hook to the reader if it belongs to a deployment, else says why not.
Result<> read_hook(const RenderedDocument& hook, ObjectReader& reader,
                   std::vector<std::string>& warnings);

/// Gives objects with `helm.sh/hook` annotations Rumbo's own. Only Jobs and Pods run; what else is
/// a hook (a ServiceAccount for the Job) is an ordinary object of an earlier wave.
void mark_hooks(std::vector<Object>& objects);

}  // namespace rumbo::render::helm
