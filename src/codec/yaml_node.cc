#include "codec/yaml_tree.h"

namespace rumbo::codec {
namespace {

const std::string kNone;

}  // namespace

std::span<const YamlNode> YamlNode::items() const {
  if (!children) return {};
  return children->items;
}

std::span<const YamlEntry> YamlNode::entries() const {
  if (!children) return {};
  return children->entries;
}

const YamlEntry* YamlNode::find_entry(std::string_view key) const {
  const auto all = entries();
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    if (!it->is_merge && it->key.value.as_string() == key) return &*it;
  }
  return nullptr;
}

const YamlNode* YamlNode::find(std::string_view key) const {
  if (children && children->own_first) {
    if (const YamlEntry* own = find_entry(key)) return &own->value;
  }
  const auto all = entries();
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    if (!it->is_merge) {
      if (it->key.value.as_string() == key) return &it->value;
      continue;
    }
    if (const YamlNode* found = it->value.find(key)) return found;
    for (const YamlNode& source : it->value.items()) {
      if (const YamlNode* found = source.find(key)) return found;
    }
  }
  return nullptr;
}

const YamlNode* YamlNode::at_pointer(const Pointer& pointer) const {
  const YamlNode* at = this;
  for (const std::string& token : pointer.parts()) {
    if (at->is_mapping()) {
      at = at->find(token);
    } else {
      const auto index = pointer_index(token);
      const auto elements = at->items();
      at = index && *index < elements.size() ? &elements[*index] : nullptr;
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

const YamlNode* YamlNode::at_pointer(std::string_view pointer) const {
  const auto parsed = Pointer::parse(pointer);
  return parsed ? at_pointer(*parsed) : nullptr;
}

const std::string& YamlNode::tag() const {
  return extras ? extras->tag : kNone;
}
const std::string& YamlNode::anchor() const {
  return extras ? extras->anchor : kNone;
}
const std::string& YamlNode::alias() const {
  return extras ? extras->alias : kNone;
}

Location YamlNode::location(std::string_view file) const {
  return {std::string(file), static_cast<int>(span.start.line),
          static_cast<int>(span.start.column)};
}

}  // namespace rumbo::codec
