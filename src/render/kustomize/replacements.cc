// Replacements: a field of one object copied into fields of others.
#include <algorithm>
#include <fmt/format.h>

#include "base/strings.h"
#include "codec/go_json.h"
#include "codec/yaml.h"
#include "render/kustomize/kustomization_fields.h"
#include "render/kustomize/node_path.h"
#include "render/kustomize/node_print.h"
#include "render/kustomize/node_reader.h"
#include "render/kustomize/node_value.h"
#include "render/kustomize/transformer.h"

namespace rumbo::render::kustomize {
namespace {

constexpr std::string_view kName = "metadata.name";

/// All names the object has had, as selectors see them: without regard to scope.
std::vector<ResId> ids_of(const Resource& resource) {
  std::vector<ResId> ids{{resource.gvk(), resource.name(), resource.ns(), false}};
  for (ResId& id : resource.previous_ids()) ids.push_back(id);
  return ids;
}

std::vector<std::string> split_text(std::string_view text, std::string_view delimiter) {
  std::vector<std::string> parts;
  for (std::size_t at; (at = text.find(delimiter)) != text.npos;) {
    parts.emplace_back(text.substr(0, at));
    text.remove_prefix(at + delimiter.size());
  }
  parts.emplace_back(text);
  return parts;
}

class Replacer {
 public:
  explicit Replacer(Build& build) : build_(build), arena_(build.arena()) {}

  Result<> run(const ResMap& map, const Replacement& replacement) {
    if ((!replacement.source && !replacement.source_value) || !replacement.targets) {
      return fail(Code::invalid, "replacements must specify a source and at least one target");
    }
    Node* value = TRY(source_value(map, replacement));
    for (const ReplacementTarget& target : *replacement.targets) {
      TRY(apply(map, *value, target));
    }
    return {};
  }

 private:
  Result<Node*> source_value(const ResMap& map, const Replacement& replacement) {
    if (replacement.source && replacement.source_value) {
      return fail(Code::invalid, "value and resource selectors are mutually exclusive");
    }
    if (replacement.source_value) return arena_.scalar(*replacement.source_value);
    const ReplacementSource& source = *replacement.source;
    const Resource* from = TRY(select_source(map, source));
    const std::string path(source.field_path.empty() ? kName : source.field_path);
    auto found = lookup(from->node, split_smart(path, '.'));
    if (!found) {
      return fail(std::move(found).error().with_context("error looking up replacement source"));
    }
    if (is_empty(*found)) {
      return fail(Code::not_found,
                  fmt::format("fieldPath `{}` is missing for replacement source {}",
                              printable(path, 256), selector_text(source)));
    }
    return refine(**found, source);
  }

  static ResId selector_id(const ReplacementSource& source) {
    return {
        {source.id.group, source.id.version, source.id.kind}, source.id.name, source.id.ns, false};
  }
  static std::string selector_text(const ReplacementSource& source) {
    return printable(selector_id(source).to_string(), 256);
  }

  Result<const Resource*> select_source(const ResMap& map, const ReplacementSource& source) const {
    const ResId wanted = selector_id(source);
    const Resource* found = nullptr;
    for (const Resource* one : map.all()) {
      const auto ids = ids_of(*one);
      const bool selected = std::any_of(ids.begin(), ids.end(),
                                        [&](const ResId& id) { return id.is_selected_by(wanted); });
      if (!selected) continue;
      if (found != nullptr) {
        return fail(Code::conflict, "multiple matches for selector " + selector_text(source));
      }
      found = one;
    }
    if (found != nullptr) return found;
    return fail(Code::not_found, "nothing selected by " + selector_text(source));
  }

  Result<Node*> refine(Node& node, const ReplacementSource& source) {
    if (!source.options || source.options->delimiter.empty()) return &node;
    if (!node.is(Kind::scalar)) {
      return fail(Code::invalid, "delimiter option can only be used with scalar nodes");
    }
    const auto parts = split_text(node.value, source.options->delimiter);
    const std::int64_t index = source.options->index;
    if (index < 0 || index >= static_cast<std::int64_t>(parts.size())) {
      return fail(Code::invalid, fmt::format("options.index {} is out of bounds for value {}",
                                             index, printable(node.value, 128)));
    }
    Node* copy = arena_.copy(&node);
    copy->value = arena_.keep(parts[static_cast<std::size_t>(index)]);
    return copy;
  }

  Result<> apply(const ResMap& map, Node& value, const ReplacementTarget& target) {
    if (!target.select) return fail(Code::invalid, "target must specify resources to select");
    const SelectorRegex select = TRY(SelectorRegex::compile(*target.select));
    std::vector<SelectorRegex> rejects;
    for (const Selector& one : target.reject) rejects.push_back(TRY(SelectorRegex::compile(one)));
    for (Resource* one : map.all()) {
      if (one->deleted()) continue;
      if (!TRY(selected_by_texts(*one, target))) continue;
      const auto ids = ids_of(*one);
      if (rejected(ids, target, rejects)) continue;
      const bool selected =
          std::any_of(ids.begin(), ids.end(), [&](const ResId& id) { return fits(select, id); });
      if (!selected) continue;
      auto done = copy_value(*one->node, value, target);
      if (!done) {
        return fail(
            std::move(done).error().with_context("in " + one->current_id(build_).to_string()));
      }
    }
    return {};
  }

  static bool fits(const SelectorRegex& regex, const ResId& id) {
    return regex.matches_gvk(id.gvk) && regex.matches_name(id.name) &&
           regex.matches_namespace(id.ns);
  }

  static bool rejected(const std::vector<ResId>& ids, const ReplacementTarget& target,
                       const std::vector<SelectorRegex>& rejects) {
    for (std::size_t at = 0; at < rejects.size(); ++at) {
      if (target.reject[at].names_nothing()) continue;
      for (const ResId& id : ids) {
        if (fits(rejects[at], id)) return true;
      }
    }
    return false;
  }

  static Result<bool> texts_match(const Resource& resource, const Selector& selector) {
    const auto annotations = TRY(LabelSelector::parse(selector.annotations));
    const auto labels = TRY(LabelSelector::parse(selector.labels));
    return annotations.matches(resource.metadata_map("annotations")) &&
           labels.matches(resource.metadata_map("labels"));
  }

  static Result<bool> selected_by_texts(const Resource& resource, const ReplacementTarget& target) {
    if (!TRY(texts_match(resource, *target.select))) return false;
    for (const Selector& reject : target.reject) {
      if (reject.annotations.empty() && reject.labels.empty()) continue;
      if (TRY(texts_match(resource, reject))) return false;
    }
    return true;
  }

  Result<> copy_value(Node& object, Node& value, const ReplacementTarget& target) {
    const bool create = target.options && target.options->create;
    const Kind kind = create ? value.kind : Kind::none;
    std::vector<std::string> paths = target.field_paths;
    if (paths.empty()) paths.emplace_back(kName);
    for (const std::string& path : paths) {
      const auto parts = split_smart(path, '.');
      if (set_inside_text(object, value, parts, kind)) continue;
      const std::string missing = fmt::format("unable to find {}field \"{}\" in replacement target",
                                              create ? "or create " : "", printable(path, 256));
      auto places = match_path(arena_, &object, parts, kind);
      if (!places) return fail(std::move(places).error().with_context(missing));
      if (places->empty()) return fail(Code::not_found, missing);
      for (Node* place : *places) TRY(set_field_value(*place, value, target));
    }
    return {};
  }

  Result<> set_field_value(Node& place, const Node& source, const ReplacementTarget& target) {
    TRY(arena_.check());
    Node* value = arena_.copy(&source);
    if (target.options && !target.options->delimiter.empty()) {
      if (!place.is(Kind::scalar)) {
        return fail(Code::invalid, "delimiter option can only be used with scalar nodes");
      }
      const std::string& delimiter = target.options->delimiter;
      auto parts = split_text(place.value, delimiter);
      const std::string text(is_missing(value) ? std::string_view() : value->value);
      const std::int64_t index = target.options->index;
      if (index < 0) {
        parts.insert(parts.begin(), text);
      } else if (index >= static_cast<std::int64_t>(parts.size())) {
        parts.push_back(text);
      } else {
        parts[static_cast<std::size_t>(index)] = text;
      }
      value->value = arena_.keep(join(parts, delimiter));
    }
    if (place.is(Kind::scalar)) {
      place.value = value->value;
    } else {
      place = *value;
    }
    return {};
  }

  /// YAML or JSON that is the text of a field on the path. Fails if there is none, or nothing in it
  /// that the rest of the path names.
  Result<> set_inside_text(Node& object, Node& value, const std::vector<std::string>& parts,
                           Kind create) {
    for (std::size_t count = 1; count < parts.size(); ++count) {
      const std::span all(parts);
      const auto found = lookup(&object, all.subspan(0, count));
      if (!found || *found == nullptr || !(*found)->is(Kind::scalar)) continue;
      Node& text = **found;
      auto inner = read_node(arena_, text.value, "");
      if (!inner) continue;
      return set_inside(text, *inner, value, all.subspan(count), create);
    }
    return fail(Code::not_found, "no structured data found in path");
  }

  Result<> set_inside(Node& text, Node* inner, Node& value, std::span<const std::string> path,
                      Kind create) {
    const auto places = TRY(match_path(arena_, inner, path, create));
    if (places.empty()) return fail(Code::not_found, "unable to find field in structured data");
    for (Node* place : places) {
      if (place->is(Kind::scalar)) {
        place->value = value.value;
      } else {
        *place = value;
      }
    }
    const std::string_view before = trim(text.value);
    if (before.empty()) return fail(Code::invalid, "no structured data found in path");
    if (before.front() == '{' || before.front() == '[') {
      const bool pretty =
          text.value.find('\n') != text.value.npos && text.value.find("  ") != text.value.npos;
      text.value = arena_.keep(codec::to_go_json(TRY(to_value(inner)), pretty));
    } else {
      text.value = arena_.keep(trim(print_node(*inner)));
    }
    return {};
  }

  Build& build_;
  Arena& arena_;
};

}  // namespace

Result<Transformer> replacement_transformer(const Loader& loader,
                                            std::vector<Replacement> replacements) {
  std::vector<Replacement> all;
  for (Replacement& one : replacements) {
    if (one.path.empty()) {
      if (one.targets && one.targets->empty()) one.targets.reset();
      all.push_back(std::move(one));
      continue;
    }
    if (one.source || (one.targets && !one.targets->empty())) {
      return fail(Code::invalid, "cannot specify both path and inline replacement");
    }
    const std::string text = TRY(loader.load(one.path));
    codec::YamlOptions options;
    options.strict = false;
    const Value value = TRY(codec::parse_yaml_value(text, loader.locate(one.path), options));
    if (!value.is_array() && !value.is_object()) {
      return fail(Error(Code::invalid,
                        "unsupported replacement type encountered within "
                        "replacement path")
                      .at({loader.locate(one.path)}));
    }
    std::vector<Replacement> read;
    TRY(Decoder::lenient().decode(value.is_array() ? value : Value::array({value}), read));
    for (Replacement& inner : read) all.push_back(std::move(inner));
  }
  return Transformer([all = std::move(all)](Build& build, ResMap& map) -> Result<> {
    Replacer replacer(build);
    for (const Replacement& one : all) TRY(replacer.run(map, one));
    return {};
  });
}

}  // namespace rumbo::render::kustomize
