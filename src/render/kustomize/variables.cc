// Vars: `$(NAME)` in fields that may hold it.
#include <fmt/format.h>
#include <map>

#include "base/strings.h"
#include "codec/numbers.h"
#include "render/kustomize/node_path.h"
#include "render/kustomize/transformer.h"

namespace rumbo::render::kustomize {
namespace {

/// A variable's value, ready to be put in; no text for what cannot be.
struct Expansion {
  std::string_view text;
  Tag tag = Tag::string;
  std::string embedded;  ///< inside a longer text
};

/// "a[2]" → "a", "2".
std::vector<std::string> split_indices(const std::vector<std::string>& parts) {
  std::vector<std::string> all;
  for (const std::string& part : parts) {
    const std::size_t open = part.rfind('[');
    const bool digits = part.ends_with(']') && open != part.npos &&
                        parse_int(std::string_view(part).substr(open + 1, part.size() - open - 2));
    if (!digits) {
      all.push_back(part);
      continue;
    }
    if (open > 0) all.push_back(part.substr(0, open));
    all.push_back(part.substr(open + 1, part.size() - open - 2));
  }
  return all;
}

Result<std::optional<Expansion>> read_value(Build& build, const Node& node) {
  if (!node.is(Kind::scalar)) return std::nullopt;
  const std::string text(node.value);
  switch (node.tag) {
    case Tag::integer: {
      const auto number = parse_int(text.starts_with('+') ? text.substr(1) : text);
      if (!number) return fail(Code::invalid, "the number `" + printable(text, 64) + "` is no int");
      const std::string shown = std::to_string(*number);
      return Expansion{build.arena().keep(shown), Tag::integer, shown};
    }
    case Tag::real: {
      const double number = std::strtod(text.c_str(), nullptr);
      return Expansion{build.arena().keep(codec::format_go_json(number)), Tag::real,
                       codec::format_go_g(number)};
    }
    case Tag::boolean: {
      const bool yes = text.starts_with('t') || text.starts_with('T');
      const std::string_view word = yes ? "true" : "false";
      return Expansion{word, Tag::boolean, std::string(word)};
    }
    default:
      return Expansion{node.value, Tag::string, text};
  }
}

class Expander {
 public:
  Expander(Build& build, const std::map<std::string, Expansion>& values)
      : build_(build), values_(values) {}

  Result<> set(Node& node) const {
    if (is_missing(&node)) return {};
    switch (node.kind) {
      case Kind::scalar:
        if (is_text(&node)) replace(node);
        return {};
      case Kind::mapping:
        for (std::size_t at = 0; at < node.fields(); ++at) {
          if (!is_text(node.key(at))) {
            return fail(Code::invalid, fmt::format("invalid map key: value='{}'",
                                                   printable(node.key(at)->value, 64)));
          }
          if (is_text(node.field_value(at))) replace(*node.field_value(at));
        }
        return {};
      case Kind::sequence:
        for (Node* element : node.content) {
          if (!is_text(element)) {
            return fail(Code::invalid, "invalid value type expect a string");
          }
          replace(*element);
        }
        return {};
      case Kind::none:
        return fail(Code::invalid, "invalid type encountered");
    }
    return {};
  }

 private:
  void replace(Node& node) const {
    const std::string_view text = node.value;
    node.style = Style::plain;
    node.tag = Tag::string;
    std::string out;
    std::size_t from = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] != '$' || at + 1 == text.size()) continue;
      out += text.substr(from, at - from);
      at += 1;
      if (text[at] == '$') {
        out += '$';
      } else if (text[at] == '(') {
        const std::size_t close = text.find(')', at);
        if (close == text.npos) {
          out += "$(";
        } else {
          const std::string name(text.substr(at + 1, close - at - 1));
          const auto found = values_.find(name);
          const bool whole = at == 1 && close + 1 == text.size();
          if (found == values_.end()) {
            out += "$(" + name + ")";
          } else if (whole) {
            node.value = found->second.text;
            node.tag = found->second.tag;
            return;
          } else {
            out += found->second.embedded;
          }
          at = close;
        }
      } else {
        out += '$';
        out += text[at];
      }
      from = at + 1;
    }
    out += text.substr(from);
    if (out != text) node.value = build_.arena().keep(std::move(out));
  }

  Build& build_;
  const std::map<std::string, Expansion>& values_;
};

}  // namespace

Result<> resolve_variables(Build& build, ResMap& map, const std::vector<Variable>& variables,
                           const FieldSpecs& specs) {
  std::map<std::string, Expansion> values;
  for (const Variable& variable : variables) {
    const Resource* holder = nullptr;
    for (const Resource* one : map.all()) {
      const auto& names = one->variables;
      if (std::find(names.begin(), names.end(), variable.name) == names.end()) continue;
      holder = one;
      break;
    }
    if (holder == nullptr) {
      return fail(Code::not_found,
                  fmt::format("var '{}' cannot be mapped to a field in the set of known resources",
                              printable(variable.name, 128)));
    }
    const std::string path = variable.field && !variable.field->field_path.empty()
                                 ? variable.field->field_path
                                 : "metadata.name";
    const auto found = lookup(holder->node, split_indices(split_smart(path, '.')));
    if (!found || *found == nullptr) {
      return fail(Code::not_found,
                  fmt::format("field specified in var '{}' not found in corresponding resource",
                              printable(variable.name, 128)));
    }
    if (auto value = TRY(read_value(build, **found))) {
      values.emplace(variable.name, std::move(*value));
    }
  }
  if (variables.empty()) return {};
  const Expander expander(build, values);
  const FieldAction action{[&](Node& node) { return expander.set(node); }};
  for (Resource* one : map.all()) {
    if (!one->deleted()) TRY(apply_specs(build.arena(), *one->node, specs, action));
  }
  return {};
}

}  // namespace rumbo::render::kustomize
