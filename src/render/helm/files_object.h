// `.Files`: the files of a chart that are no templates, with Get, GetBytes, Glob, Lines, AsConfig
// and AsSecrets.
//
// Threads: pure functions; the object belongs to one thread at a time.
#pragma once

#include <vector>

#include "render/helm/chart.h"
#include "script/any.h"

namespace rumbo::render::helm {

script::Any files_object(const std::vector<ChartFile>& files, Profile profile);

}  // namespace rumbo::render::helm
