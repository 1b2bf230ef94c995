// Helm's hooks as a transaction can take them.
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

/// Jobs and Pods stay Helm's hooks, which the engine knows; their weight becomes a wave. What else
/// is a hook (a ServiceAccount for the Job) becomes an ordinary object of an earlier wave.
void mark_hooks(std::vector<Object>& objects);

}  // namespace rumbo::render::helm
