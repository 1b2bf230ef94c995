#include "render/kustomize/node.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <limits>

#include "codec/yaml_scalar.h"

namespace rumbo::render::kustomize {

Node* Arena::make(Kind kind, Tag tag) {
  Node& node = nodes_.emplace_back();
  node.kind = kind;
  node.tag = tag;
  return &node;
}

Node* Arena::scalar(std::string_view text, Tag tag) {
  Node* node = make(Kind::scalar, tag);
  node->value = keep(text);
  return node;
}

Node* Arena::copy(const Node* node) {
  if (node == nullptr) return nullptr;
  Node& made = nodes_.emplace_back();
  made.kind = node->kind;
  made.tag = node->tag;
  made.style = node->style;
  made.place = node->place;
  made.value = node->value;
  made.content.reserve(node->content.size());
  for (const Node* child : node->content) made.content.push_back(copy(child));
  return &made;
}

std::string_view Arena::keep(std::string_view text) {
  if (text.empty()) return {};
  text_bytes_ += text.size();
  if (text.size() > kBlock / 4) return texts_.emplace_back(text);
  if (text.size() > left_) {
    blocks_.push_back(std::make_unique<char[]>(kBlock));
    left_ = kBlock;
  }
  char* at = blocks_.back().get() + (kBlock - left_);
  std::memcpy(at, text.data(), text.size());
  left_ -= text.size();
  return {at, text.size()};
}

std::string_view Arena::keep(std::string&& text) {
  if (text.size() <= kBlock / 4) return keep(std::string_view(text));
  text_bytes_ += text.size();
  return texts_.emplace_back(std::move(text));
}

std::uint32_t Arena::add_file(std::string_view file, std::uint32_t lines) {
  const std::uint32_t first = next_place_;
  // Past the last number all that is lost is where things stand.
  if (lines >= std::numeric_limits<std::uint32_t>::max() - first - 1) return 0;
  files_.push_back({first, keep(file)});
  next_place_ = first + lines + 1;
  return first;
}

Location Arena::place_of(const Node& node) const {
  if (node.place == 0) return {};
  const auto next =
      std::upper_bound(files_.begin(), files_.end(), node.place,
                       [](std::uint32_t place, const File& file) { return place < file.first; });
  if (next == files_.begin()) return {};
  const File& file = *std::prev(next);
  return {std::string(file.name), static_cast<int>(node.place - file.first), 0};
}

Result<> Arena::check() const {
  if (nodes_.size() <= kMostNodes && text_bytes_ <= kMostText) return {};
  return fail(Error(Code::too_large, "the kustomization grows beyond 8 million nodes or 1 GiB")
                  .with_hint("look for bases or components that include each other many times, and "
                             "patches or replacements that "
                             "copy what they made"));
}

bool is_empty(const Node* node) {
  if (is_missing(node) || node->is(Kind::none)) return true;
  return !node->is(Kind::scalar) && node->content.empty();
}

bool is_text(const Node* node) {
  return node != nullptr && node->is(Kind::scalar) &&
         (node->tag == Tag::string || node->tag == Tag::none);
}

Node* field(const Node* node, std::string_view name) {
  if (node == nullptr || !node->is(Kind::mapping)) return nullptr;
  for (std::size_t at = 0; at + 1 < node->content.size(); at += 2) {
    if (node->content[at]->value == name) return node->content[at + 1];
  }
  return nullptr;
}

Node* field(const Node* node, std::initializer_list<std::string_view> path) {
  Node* found = nullptr;
  for (const auto name : path) {
    found = field(node, name);
    if (found == nullptr) return nullptr;
    node = found;
  }
  return found;
}

std::string_view text_of(const Node* node, std::string_view name) {
  const Node* found = field(node, name);
  return found != nullptr ? found->value : std::string_view();
}

bool remove_field(Node& map, std::string_view name) {
  for (std::size_t at = 0; at + 1 < map.content.size(); at += 2) {
    if (map.content[at]->value != name) continue;
    const auto first = map.content.begin() + static_cast<std::ptrdiff_t>(at);
    map.content.erase(first, first + 2);
    return true;
  }
  return false;
}

void protect_text(Node& node) {
  if (!is_text(&node) || node.style != Style::plain || node.value.empty()) return;
  if (node.value.find('\n') != node.value.npos) return;
  const auto type = codec::resolve_plain(node.value, codec::YamlDialect::yaml_v2).type;
  if (type != codec::ScalarType::string && type != codec::ScalarType::timestamp) {
    node.style = Style::double_quoted;
  }
}

Result<Node*> set_field(Arena& arena, Node& map, std::string_view name, Node* value,
                        Style key_style) {
  if (is_missing(value)) {
    TRY(expect(&map, Kind::mapping));
    remove_field(map, name);
    return nullptr;
  }
  protect_text(*value);
  TRY(expect(&map, Kind::mapping));
  if (Node* found = field(&map, name)) {
    value->style = found->style;
    if (found != value) *found = *value;
    return found;
  }
  Node* key = arena.make(Kind::scalar);
  key->value = arena.keep(name);
  key->style = key_style;
  map.content.push_back(key);
  map.content.push_back(value);
  return value;
}

Result<> set_scalar(Node& node, Node value) {
  protect_text(value);
  TRY(expect(&node, Kind::scalar));
  if (value.is_null()) return {};
  value.style = node.style;
  node = std::move(value);
  return {};
}

Result<Node*> field_or_create(Arena& arena, Node& map, std::string_view name, Kind kind) {
  if (map.is_null()) return nullptr;
  TRY(expect(&map, Kind::mapping));
  if (Node* found = field(&map, name)) return found;
  return set_field(arena, map, name, arena.make(kind));
}

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::none:
      return "nothing";
    case Kind::scalar:
      return "ScalarNode";
    case Kind::sequence:
      return "SequenceNode";
    case Kind::mapping:
      return "MappingNode";
  }
  return "nothing";
}

Result<> expect(const Node* node, Kind kind) {
  if (is_missing(node) || node->is(kind)) return {};
  return fail(Code::invalid, fmt::format("wrong node kind: expected {} but got {}", to_string(kind),
                                         to_string(node->kind)));
}

}  // namespace rumbo::render::kustomize
