// Between nodes and Values: what kyaml's detours through JSON make of a tree.
//
// Threads: pure functions.
#pragma once

#include "base/result.h"
#include "base/value.h"
#include "render/kustomize/node.h"

namespace rumbo::render::kustomize {

/// The tree as JSON would hold it (go-yaml v3). Fails for what JSON cannot hold: infinities, keys
/// that are no text, keys that stand twice, tags that contradict their text.
Result<Value> to_value(const Node* node);

/// A tree as kyaml builds it from a Go map: numbers passed through a double.
Node* from_value(Arena& arena, const Value& value);

/// A tree as kyaml reads it from JSON text: every text in double quotes.
Node* from_json(Arena& arena, const Value& value);

}  // namespace rumbo::render::kustomize
