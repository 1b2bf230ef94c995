#include "render/kustomize/node_print.h"

#include <limits>

#include "codec/yaml_scalar.h"
#include "codec/yaml_writer.h"

namespace rumbo::render::kustomize {
namespace {

constexpr int kIndent = 2;
constexpr std::size_t kLongKey = 128;

class Printer {
 public:
  Printer() : writer_(std::numeric_limits<std::size_t>::max()) {}

  std::string document(const Node& node) && {
    print(node, -1, Place::root);
    writer_.indent(0);
    std::string out = std::move(writer_).take();
    if (!out.ends_with('\n')) out += '\n';
    return out;
  }

 private:
  enum class Place { root, item, member };

  void print(const Node& node, int indent, Place place) {
    switch (node.kind) {
      case Kind::none:
        return writer_.indicator("null", true, false, false);
      case Kind::scalar:
        return scalar(node, indent, false);
      case Kind::sequence:
        if (node.content.empty() || node.style == Style::flow || flow_ > 0)
          return flow(node, indent);
        return sequence(node, indent, place);
      case Kind::mapping:
        if (node.content.empty() || node.style == Style::flow || flow_ > 0)
          return flow(node, indent);
        return mapping(node, indent);
    }
  }

  void sequence(const Node& node, int indent, Place place) {
    const bool flush = place == Place::member && !writer_.at_line_start();
    const int inner = indent < 0 ? 0 : flush ? indent : indent + kIndent;
    for (const Node* item : node.content) {
      writer_.indent(inner);
      writer_.indicator("-", true, false, true);
      print(*item, inner, Place::item);
    }
  }

  void mapping(const Node& node, int indent) {
    const int inner = indent < 0 ? 0 : indent + kIndent;
    for (std::size_t at = 0; at < node.fields(); ++at) {
      const Node& key = *node.key(at);
      writer_.indent(inner);
      if (key.value.size() <= kLongKey && key.value.find('\n') == key.value.npos) {
        scalar(key, inner, true);
        writer_.indicator(":", false, false, false);
      } else {
        writer_.indicator("?", true, false, true);
        scalar(key, inner, false);
        writer_.indent(inner);
        writer_.indicator(":", true, false, true);
      }
      print(*node.field_value(at), inner, Place::member);
    }
  }

  void flow(const Node& node, int indent) {
    const bool map = node.is(Kind::mapping);
    ++flow_;
    writer_.indicator(map ? "{" : "[", true, true, false);
    for (std::size_t at = 0; at < node.content.size(); at += map ? 2 : 1) {
      if (at > 0) writer_.indicator(",", false, false, false);
      if (map) {
        scalar(*node.content[at], indent, true);
        writer_.indicator(":", false, false, false);
        print(*node.content[at + 1], indent, Place::member);
      } else {
        print(*node.content[at], indent, Place::item);
      }
    }
    writer_.indicator(map ? "}" : "]", false, false, false);
    --flow_;
  }

  void scalar(const Node& node, int indent, bool is_key) {
    const codec::ScalarTraits traits = codec::analyze_scalar(node.value, true);
    const int inner = indent < 0 ? kIndent : indent + kIndent;
    writer_.scalar(node.value, style_of(node, traits, is_key), inner, false);
  }

  /// The node's own style if the text permits it.
  Style style_of(const Node& node, const codec::ScalarTraits& traits, bool is_key) const {
    Style style = node.style;
    if (style == Style::block || style == Style::flow) style = Style::plain;
    if (style == Style::plain) {
      if (node.value.find('\n') != node.value.npos) {
        style = Style::literal;
      } else if (must_be_quoted(node)) {
        style = Style::double_quoted;
      }
    }
    if (style == Style::folded) style = Style::literal;
    const bool needs_quotes =
        node.value.empty() ? flow_ > 0 || is_key : !traits.plain || flow_breaks(node.value);
    if (style == Style::plain && needs_quotes) style = Style::single_quoted;
    if (style == Style::single_quoted && !traits.single_quoted) style = Style::double_quoted;
    if (style == Style::literal && (!traits.block || is_key || flow_ > 0)) {
      style = Style::double_quoted;
    }
    return style;
  }

  bool flow_breaks(std::string_view text) const {
    return flow_ > 0 && text.find_first_of(",[]{}?") != text.npos;
  }

  static bool must_be_quoted(const Node& node) {
    if (node.tag != Tag::string) return false;
    return codec::resolve_plain(node.value, codec::YamlDialect::yaml_v3).type !=
           codec::ScalarType::string;
  }

  codec::YamlWriter writer_;
  int flow_ = 0;
};

}  // namespace

std::string print_node(const Node& node) {
  if (node.is(Kind::scalar) && node.style == Style::plain && node.tag != Tag::string) {
    return std::string(node.value) + "\n";
  }
  return Printer().document(node);
}

}  // namespace rumbo::render::kustomize
