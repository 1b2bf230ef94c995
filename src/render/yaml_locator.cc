#include "render/yaml_locator.h"

#include "codec/pointer.h"

namespace rumbo::render {

Location YamlLocator::locate(std::string_view pointer) const {
  const auto parsed = codec::Pointer::parse(pointer);
  if (!parsed) return root_.location(file_);
  const codec::YamlNode* at = &root_;
  const codec::YamlNode* parent_key = &root_;  // where `at` is announced
  for (const std::string& token : parsed->parts()) {
    const codec::YamlNode* next = nullptr;
    if (at->is_mapping()) {
      next = at->find(token);
      const codec::YamlEntry* own = at->find_entry(token);
      if (next) parent_key = own && next == &own->value ? &own->key : next;
    } else if (const auto index = codec::pointer_index(token);
               index && *index < at->items().size()) {
      next = &at->items()[*index];
      parent_key = next;
    }
    if (!next) return parent_key->location(file_);
    at = next;
  }
  return at->location(file_);
}

}  // namespace rumbo::render
