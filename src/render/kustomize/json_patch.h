// JSON patches (RFC 6902) with the habits of the library that Kustomize uses: negative indices
// count from the end, `replace` also sets a missing member.
//
// Threads: immutable after construction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::render::kustomize {

class JsonPatch {
 public:
  /// Reads strict JSON if the text begins with `[`, else YAML. Operations are only checked when
  /// they are applied.
  static Result<JsonPatch> parse(std::string_view text);

  bool empty() const { return operations_.empty(); }
  Result<Value> apply(Value document) const;

 private:
  std::vector<Value> operations_;
};

}  // namespace rumbo::render::kustomize
