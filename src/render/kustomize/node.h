// Node: a mutable YAML tree that keeps what Kustomize looks at: key order, styles, tags and the
// text of scalars. Nodes live in an Arena and are shared by pointer, as the patches of Kustomize
// share them.
//
// Threads: an Arena and its nodes belong to one render at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/yaml.h"

namespace rumbo::render::kustomize {

enum class Kind : std::uint8_t { none, scalar, sequence, mapping };

/// The tags of YAML's core schema; `none` lets the text decide.
enum class Tag : std::uint8_t {
  none,
  null,
  boolean,
  integer,
  real,
  string,
  timestamp,
  binary,
  merge,
  map,
  sequence,
  other,
};

using Style = codec::YamlStyle;

struct Node {
  Kind kind = Kind::none;
  Tag tag = Tag::none;
  Style style = Style::plain;
  std::uint32_t place = 0;     ///< where it was read, for Arena::place_of; 0: nowhere
  std::string_view value;      ///< text of a scalar
  std::vector<Node*> content;  ///< elements, or keys and values in turn

  bool is(Kind k) const { return kind == k; }
  bool is_null() const { return tag == Tag::null; }
  std::size_t fields() const { return content.size() / 2; }
  Node* key(std::size_t field) const { return content[2 * field]; }
  Node* field_value(std::size_t field) const { return content[2 * field + 1]; }
};

/// Owns nodes and texts until the render ends. Bounded: past the bound everything still works, and
/// exhausted() tells.
class Arena {
 public:
  Node* make(Kind kind, Tag tag = Tag::none);
  Node* scalar(std::string_view text, Tag tag = Tag::none);
  /// A string whatever it looks like.
  Node* string(std::string_view text) { return scalar(text, Tag::string); }
  Node* copy(const Node* node);
  /// The text, kept.
  std::string_view keep(std::string_view text);
  std::string_view keep(std::string&& text);

  /// Numbers for the places of a file's nodes: add a line to what this returns.
  std::uint32_t add_file(std::string_view file, std::uint32_t lines);
  /// Where a node was read, without a column; empty for one that was made otherwise.
  Location place_of(const Node& node) const;

  /// Code::too_large once more was made than a render may need.
  Result<> check() const;

 private:
  static constexpr std::size_t kMostNodes = 8'000'000;
  static constexpr std::size_t kMostText = std::size_t{1} << 30;
  static constexpr std::size_t kBlock = 64 << 10;

  std::deque<Node> nodes_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::deque<std::string> texts_;
  struct File {
    std::uint32_t first;  ///< the number of its line 0
    std::string_view name;
  };
  std::vector<File> files_;
  std::uint32_t next_place_ = 1;
  std::size_t left_ = 0;  ///< bytes free in the last block
  std::size_t text_bytes_ = 0;
};

/// No node, or an explicit null.
inline bool is_missing(const Node* node) {
  return node == nullptr || node->is_null();
}
/// No node, null, "{}" or "[]"; a text is something even if it is empty.
bool is_empty(const Node* node);
/// A scalar that is text by tag, or untagged.
bool is_text(const Node* node);

/// The value of a mapping's field, nullptr without one (or if this is no mapping).
Node* field(const Node* node, std::string_view name);
/// Follows field names.
Node* field(const Node* node, std::initializer_list<std::string_view> path);
/// The field's scalar text, or empty.
std::string_view text_of(const Node* node, std::string_view name);

/// Removes a field; false if it was not there.
bool remove_field(Node& map, std::string_view name);

/// Sets a field as kyaml's FieldSetter: an existing value keeps its place and passes on its style,
/// null and nullptr remove the field.
Result<Node*> set_field(Arena& arena, Node& map, std::string_view name, Node* value,
                        Style key_style = Style::plain);
/// The same for a scalar: it takes over text and tag, but keeps its style.
Result<> set_scalar(Node& node, Node value);
/// Adds quotes to untagged or string text that older YAML would read as something else.
void protect_text(Node& node);

/// Looks a field up and creates it with this kind if it is missing.
Result<Node*> field_or_create(Arena& arena, Node& map, std::string_view name, Kind kind);

/// "mapping", as messages call kinds.
std::string_view to_string(Kind kind);
/// Error "wrong node kind: expected … but got …" unless missing or of this kind.
Result<> expect(const Node* node, Kind kind);

}  // namespace rumbo::render::kustomize
