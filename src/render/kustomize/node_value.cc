#include "render/kustomize/node_value.h"

#include <cmath>
#include <fmt/format.h>
#include <unordered_set>

#include "base/strings.h"
#include "codec/numbers.h"
#include "codec/utf8.h"
#include "codec/yaml_scalar.h"
#include "render/kustomize/folded_text.h"

namespace rumbo::render::kustomize {
namespace {

std::string_view full_tag(Tag tag) {
  switch (tag) {
    case Tag::null:
      return "tag:yaml.org,2002:null";
    case Tag::boolean:
      return "tag:yaml.org,2002:bool";
    case Tag::integer:
      return "tag:yaml.org,2002:int";
    case Tag::real:
      return "tag:yaml.org,2002:float";
    case Tag::timestamp:
      return "tag:yaml.org,2002:timestamp";
    case Tag::binary:
      return "tag:yaml.org,2002:binary";
    default:
      return {};
  }
}

/// kyaml prints a node before it reads it back; a literal block that begins with a tab cannot be
/// read again.
bool prints_unreadable_block(const Node& node) {
  const bool quoted = node.style == Style::single_quoted || node.style == Style::double_quoted;
  if (quoted || node.value.find('\n') == node.value.npos) return false;
  const std::size_t first = node.value.find_first_not_of('\n');
  return first != node.value.npos && node.value[first] == '\t' &&
         node.value.find(" \n") == node.value.npos;
}

/// `in_flow`: below a flow collection, where kyaml prints an empty plain text as ''.
Result<Value> scalar_value(const Node& node, bool in_flow) {
  if (in_flow && node.value.empty() && node.style == Style::plain) return Value("");
  if (node.tag == Tag::string || node.tag == Tag::other || node.tag == Tag::merge) {
    if (prints_unreadable_block(node)) {
      return fail(Code::invalid, "found a tab character where an indentation space is expected");
    }
    if (node.style == Style::folded) return Value(TRY(refold(node.value)));
    return Value(node.value);
  }
  const bool quoted = node.style != Style::plain && node.style != Style::flow;
  const codec::ScalarEvent event{node.value, full_tag(node.tag), false, quoted};
  const auto resolved = TRY(codec::resolve_scalar(event, codec::YamlDialect::yaml_v3));
  if (resolved.value.kind() == Value::Kind::real) {
    const double number = resolved.value.as_double();
    if (!std::isfinite(number)) {
      return fail(Code::invalid,
                  fmt::format("json: unsupported value: {}", std::isnan(number) ? "NaN"
                                                             : number > 0       ? "+Inf"
                                                                                : "-Inf"));
    }
    return codec::as_json_number(number);
  }
  return resolved.value;
}

bool is_text_key(const Node& key) {
  if (key.tag == Tag::string || key.tag == Tag::merge || key.tag == Tag::other) return true;
  if (key.tag != Tag::none) return false;
  if (key.style != Style::plain) return true;
  return codec::resolve_plain(key.value, codec::YamlDialect::yaml_v3).type ==
         codec::ScalarType::string;
}

Result<Value> node_value(const Node* node, bool root, bool in_flow);

Result<Value> mapping_value(const Node& node, bool root, bool in_flow) {
  std::vector<Member> members;
  members.reserve(node.fields());
  for (std::size_t at = 0; at < node.fields(); ++at) {
    const Node& key = *node.key(at);
    if (!root && !is_text_key(key)) {
      return fail(Code::invalid, fmt::format("key `{}` is no text: json: unsupported type: "
                                             "map[interface {{}}]interface {{}}",
                                             printable(key.value, 64)));
    }
    members.emplace_back(key.value, TRY(node_value(node.field_value(at), false, in_flow)));
  }
  const std::size_t count = members.size();
  Value value = Value::object(std::move(members));
  if (value.size() == count) return value;
  std::unordered_set<std::string_view> seen;
  for (std::size_t at = 0; at < node.fields(); ++at) {
    if (seen.insert(node.key(at)->value).second) continue;
    return fail(Code::invalid, fmt::format("mapping key \"{}\" already defined",
                                           printable(node.key(at)->value, 64)));
  }
  return value;
}

Result<Value> node_value(const Node* node, bool root, bool in_flow) {
  if (node == nullptr) return Value();
  in_flow |= node->style == Style::flow;
  switch (node->kind) {
    case Kind::none:
      return Value();
    case Kind::scalar:
      return scalar_value(*node, in_flow);
    case Kind::mapping:
      if (node->is_null()) return Value();
      return mapping_value(*node, root, in_flow);
    case Kind::sequence: {
      std::vector<Value> items;
      items.reserve(node->content.size());
      for (const Node* item : node->content) items.push_back(TRY(node_value(item, false, in_flow)));
      return Value::array(std::move(items));
    }
  }
  return Value();
}

class FromValue {
 public:
  FromValue(Arena& arena, bool json) : arena_(arena), json_(json) {}

  Node* make(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::null:
        return arena_.scalar("null", Tag::null);
      case Value::Kind::boolean:
        return arena_.scalar(value.as_bool() ? "true" : "false", Tag::boolean);
      case Value::Kind::integer:
      case Value::Kind::unsigned_integer:
      case Value::Kind::real:
        return number(value);
      case Value::Kind::string:
        return text(value.as_string());
      case Value::Kind::array: {
        Node* node = arena_.make(Kind::sequence, Tag::sequence);
        if (json_ || value.empty()) node->style = Style::flow;
        node->content.reserve(value.size());
        for (const Value& item : value.items()) node->content.push_back(make(item));
        return node;
      }
      case Value::Kind::object: {
        Node* node = arena_.make(Kind::mapping, Tag::map);
        if (json_ || value.empty()) node->style = Style::flow;
        node->content.reserve(2 * value.size());
        for (const Member& member : value.members()) {
          node->content.push_back(text(member.key()));
          node->content.push_back(make(member.value));
        }
        return node;
      }
    }
    return nullptr;
  }

 private:
  Node* number(const Value& value) {
    if (json_ && value.kind() == Value::Kind::integer) {
      return arena_.scalar(std::to_string(value.as_int()), Tag::integer);
    }
    if (json_ && value.kind() == Value::Kind::unsigned_integer) {
      return arena_.scalar(std::to_string(value.as_uint()), Tag::integer);
    }
    const double number = value.as_double();
    const std::string text = json_ ? codec::format_go_json(number) : codec::format_go_g(number);
    const auto type = codec::resolve_plain(text, codec::YamlDialect::yaml_v3).type;
    return arena_.scalar(text, type == codec::ScalarType::integer ? Tag::integer : Tag::real);
  }

  Node* text(std::string_view text) {
    Node* node = arena_.string(text);
    if (json_) {
      node->style = Style::double_quoted;
    } else if (text.find('\n') != text.npos) {
      node->style = Style::literal;
    } else if (codec::resolve_plain(text, codec::YamlDialect::yaml_v3).type !=
                   codec::ScalarType::string ||
               codec::looks_base60(text) || codec::looks_like_old_bool(text)) {
      node->style = Style::double_quoted;
    }
    return node;
  }

  Arena& arena_;
  bool json_;
};

}  // namespace

Result<Value> to_value(const Node* node) {
  return node_value(node, true, false);
}

Node* from_value(Arena& arena, const Value& value) {
  return FromValue(arena, false).make(value);
}

Node* from_json(Arena& arena, const Value& value) {
  return FromValue(arena, true).make(value);
}

}  // namespace rumbo::render::kustomize
