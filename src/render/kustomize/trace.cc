#include "render/kustomize/trace.h"

#include <algorithm>
#include <vector>

#include "codec/pointer.h"
#include "render/kustomize/resource.h"

namespace rumbo::render::kustomize {

/// One node as it was at the last look.
struct TraceNode {
  const Node* node = nullptr;  ///< to know it again in a list; never followed
  Kind kind = Kind::none;
  std::uint32_t place = 0;  ///< Node::place
  std::string key, text;
  std::vector<Layer> layers;  ///< the first one first
  std::vector<TraceNode> children;
};

namespace {

constexpr std::size_t kMostLayers = 32;

/// Compares one tree with what was known of it.
class Comparison {
 public:
  Comparison(const Arena& arena, const Layer& layer) : arena_(arena), layer_(layer) {}

  TraceNode update(const TraceNode* before, const Node* node, std::string_view key) const {
    TraceNode now;
    now.node = node;
    now.kind = node->kind;
    now.place = node->place;
    now.key = key;
    if (node->is(Kind::scalar)) now.text = node->value;
    const bool same_kind = before != nullptr && before->kind == now.kind;
    if (before != nullptr) now.layers = before->layers;
    if (!same_kind || before->text != now.text) {
      // Changed where it stands: its place is that of the text before.
      const bool in_place = before != nullptr && before->place == node->place;
      add(now.layers, in_place ? layer_ : maker_of(*node));
    }
    if (node->is(Kind::mapping)) {
      fields(same_kind ? before : nullptr, *node, now);
    } else if (node->is(Kind::sequence)) {
      elements(same_kind ? before : nullptr, *node, now);
    }
    return now;
  }

 private:
  /// Where the node itself stands if it was read from a file, else the step.
  Layer maker_of(const Node& node) const {
    Location place = arena_.place_of(node);
    if (place.file.empty()) return layer_;
    return {layer_.what, std::move(place)};
  }

  static void add(std::vector<Layer>& layers, Layer layer) {
    if (!layers.empty() && layers.back() == layer) return;
    // The first one and the latest ones tell most.
    if (layers.size() >= kMostLayers) layers.erase(layers.begin() + 1);
    layers.push_back(std::move(layer));
  }

  void fields(const TraceNode* before, const Node& node, TraceNode& now) const {
    std::size_t hint = 0;
    for (std::size_t at = 0; at < node.fields(); ++at) {
      const std::string_view key = node.key(at)->value;
      const TraceNode* known = before == nullptr ? nullptr : find(*before, key, hint);
      now.children.push_back(update(known, node.field_value(at), key));
    }
  }

  /// Fields mostly keep their order: the search begins where the last one ended.
  static const TraceNode* find(const TraceNode& map, std::string_view key, std::size_t& hint) {
    const std::size_t size = map.children.size();
    for (std::size_t step = 0; step < size; ++step) {
      const std::size_t at = (hint + step) % size;
      if (map.children[at].key != key) continue;
      hint = at + 1;
      return &map.children[at];
    }
    return nullptr;
  }

  /// Elements are known again by their node, by `name`, or by their text; else by their place.
  void elements(const TraceNode* before, const Node& node, TraceNode& now) const {
    std::vector<bool> taken(before == nullptr ? 0 : before->children.size());
    for (std::size_t at = 0; at < node.content.size(); ++at) {
      const TraceNode* known = nullptr;
      if (before != nullptr) {
        const std::size_t found = match(*before, taken, *node.content[at], at);
        if (found < taken.size()) {
          taken[found] = true;
          known = &before->children[found];
        }
      }
      now.children.push_back(update(known, node.content[at], {}));
    }
  }

  static std::size_t match(const TraceNode& list, const std::vector<bool>& taken, const Node& node,
                           std::size_t at) {
    const std::size_t size = list.children.size();
    if (at < size && !taken[at] && list.children[at].node == &node) return at;
    for (std::size_t one = 0; one < size; ++one) {
      if (!taken[one] && list.children[one].node == &node) return one;
    }
    const std::string_view name = text_of(&node, "name");
    for (std::size_t one = 0; one < size; ++one) {
      const TraceNode& known = list.children[one];
      if (taken[one] || known.kind != node.kind) continue;
      if (node.is(Kind::scalar) ? known.text == node.value
                                : !name.empty() && name_of(known) == name) {
        return one;
      }
    }
    const bool unnamed = at < size && !taken[at] && !node.is(Kind::scalar) && name.empty();
    return unnamed ? at : size;
  }

  static std::string_view name_of(const TraceNode& map) {
    std::size_t hint = 0;
    const TraceNode* name = find(map, "name", hint);
    return name == nullptr ? std::string_view() : std::string_view(name->text);
  }

  const Arena& arena_;
  const Layer& layer_;
};

class TraceLocator : public Locator {
 public:
  explicit TraceLocator(std::shared_ptr<const TraceNode> root) : root_(std::move(root)) {}

  Location locate(std::string_view pointer) const override {
    const auto all = layers(pointer);
    return all.empty() ? Location{} : all.back().place;
  }

  std::vector<Layer> layers(std::string_view pointer) const override {
    const TraceNode* at = root_.get();
    const auto parsed = codec::Pointer::parse(pointer);
    if (!parsed) return at->layers;
    for (const std::string& token : parsed->parts()) {
      const TraceNode* next = child(*at, token);
      if (next == nullptr) break;
      at = next;
    }
    return at->layers;
  }

 private:
  static const TraceNode* child(const TraceNode& parent, const std::string& token) {
    if (parent.kind == Kind::sequence) {
      const auto index = codec::pointer_index(token);
      return index && *index < parent.children.size() ? &parent.children[*index] : nullptr;
    }
    const auto found = std::find_if(parent.children.begin(), parent.children.end(),
                                    [&](const TraceNode& one) { return one.key == token; });
    return found == parent.children.end() ? nullptr : &*found;
  }

  std::shared_ptr<const TraceNode> root_;
};

}  // namespace

Tracer::Tracer() = default;
Tracer::~Tracer() = default;

void Tracer::look(const Arena& arena, const Resource& resource, const Layer& layer) {
  if (resource.deleted()) return;
  auto& known = traces_[&resource];
  known =
      std::make_shared<TraceNode>(Comparison(arena, layer).update(known.get(), resource.node, {}));
}

std::shared_ptr<const Locator> Tracer::locator(const Resource& resource) const {
  const auto found = traces_.find(&resource);
  if (found == traces_.end()) return nullptr;
  return std::make_shared<const TraceLocator>(found->second);
}

}  // namespace rumbo::render::kustomize
