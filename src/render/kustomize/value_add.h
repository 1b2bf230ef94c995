// ValueAddTransformer: one value put into fields of many objects.
//
// Threads: pure functions over a build.
#pragma once

#include "base/result.h"
#include "base/value.h"
#include "render/kustomize/transformer.h"

namespace rumbo::render::kustomize {

Result<Transformer> value_add_transformer(const Loader& loader, const Value& configuration);

}  // namespace rumbo::render::kustomize
