// What a path holds: a Helm chart, a Kustomize overlay, or plain files.
//
// Threads: any.
#pragma once

#include <string>

#include "app/invocation.h"
#include "base/result.h"
#include "io/filesystem.h"
#include "model/config.h"

namespace rumbo::app {

/// --helm, --kustomize or --plain if one is given, else what is found: Chart.yaml or a .tgz before
/// a kustomization before plain files.
Result<RendererKind> render_kind(io::FileSystem& files, const Invocation& asked,
                                 const std::string& path);

}  // namespace rumbo::app
