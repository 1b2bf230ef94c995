#include "render/kustomize/data_map.h"

#include "codec/base64.h"
#include "codec/utf8.h"

namespace rumbo::render::kustomize {
namespace {

constexpr std::size_t kLine = 70;

/// Base64 in lines of 70, each ended, unless one line is enough.
std::string base64_lines(std::string_view text) {
  const std::string all = codec::base64_encode(text);
  if (all.size() / kLine == 0) return all;
  std::string lines;
  for (std::size_t at = 0; at < all.size(); at += kLine) {
    lines += std::string_view(all).substr(at, kLine);
    lines += '\n';
  }
  return lines;
}

Node* text_node(Arena& arena, std::string_view text) {
  Node* node = arena.string(text);
  if (text.find('\n') != text.npos) node->style = Style::literal;
  return node;
}

Result<> put(Arena& arena, Node& node, std::string_view field_name, std::string_view key,
             Node* value) {
  Node* map = TRY(field_or_create(arena, node, field_name, Kind::mapping));
  if (map == nullptr) return {};
  TRY(set_field(arena, *map, key, value));
  return {};
}

}  // namespace

DataMap data_map(const Node* node, std::string_view name) {
  DataMap map;
  const Node* found = field(node, name);
  if (found == nullptr || !found->is(Kind::mapping)) return map;
  for (std::size_t at = 0; at < found->fields(); ++at) {
    const Node* value = found->field_value(at);
    map[found->key(at)->value] = value->is_null() ? std::string_view() : value->value;
  }
  return map;
}

Result<> load_config_map(Arena& arena, Node& node, const DataMap& map) {
  for (const auto& [key, value] : map) {
    const bool text = codec::find_invalid_utf8(value) == value.npos;
    Node* made = text ? text_node(arena, value) : text_node(arena, base64_lines(value));
    TRY(put(arena, node, text ? "data" : "binaryData", key, made));
  }
  return {};
}

Result<> load_secret(Arena& arena, Node& node, const DataMap& map) {
  TRY(field_or_create(arena, node, "data", Kind::mapping));
  for (const auto& [key, value] : map) {
    TRY(put(arena, node, "data", key, text_node(arena, base64_lines(value))));
  }
  return {};
}

Result<> set_data(Arena& arena, Node& node, const DataMap& map) {
  remove_field(node, "data");
  return load_config_map(arena, node, map);
}

Result<> set_binary_data(Arena& arena, Node& node, const DataMap& map) {
  remove_field(node, "binaryData");
  for (const auto& [key, value] : map) {
    TRY(put(arena, node, "binaryData", key, text_node(arena, value)));
  }
  return {};
}

}  // namespace rumbo::render::kustomize
