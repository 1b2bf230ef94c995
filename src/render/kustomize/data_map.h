// The data of ConfigMaps and Secrets as kyaml writes it.
//
// Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "render/kustomize/node.h"

namespace rumbo::render::kustomize {

using DataMap = std::map<std::string_view, std::string_view>;

/// The field's texts; empty without the field.
DataMap data_map(const Node* node, std::string_view field);

/// Fills `data`, and `binaryData` with what is not UTF-8.
Result<> load_config_map(Arena& arena, Node& node, const DataMap& map);
/// Fills `data` in base64; the field is there even if it is empty.
Result<> load_secret(Arena& arena, Node& node, const DataMap& map);

/// Replaces `data`; an empty map removes it.
Result<> set_data(Arena& arena, Node& node, const DataMap& map);
Result<> set_binary_data(Arena& arena, Node& node, const DataMap& map);

}  // namespace rumbo::render::kustomize
