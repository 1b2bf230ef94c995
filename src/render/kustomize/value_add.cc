#include "render/kustomize/value_add.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "codec/yaml.h"
#include "render/kustomize/kustomization_fields.h"
#include "render/kustomize/node_path.h"

namespace rumbo::render::kustomize {
namespace {

struct ValueTarget {
  std::optional<Selector> selector;
  std::string field_path;
  std::int64_t position = 0;
};

struct ValueAdd {
  std::string value, target_file;
  std::vector<ValueTarget> targets;
};

template <class Visit>
void each_field(Visit& visit, ValueTarget& target) {
  visit("selector", target.selector);
  visit("fieldPath", target.field_path);
  visit("filePathPosition", target.position);
}

template <class Visit>
void each_field(Visit& visit, ValueAdd& add) {
  visit("value", add.value);
  visit("targetFilePath", add.target_file);
  visit("targets", add.targets);
}

/// Puts a part into a slash-separated path.
std::string insert_part(std::string_view path, std::size_t position, std::string_view part) {
  const bool absolute = path.starts_with('/');
  std::vector<std::string> parts;
  for (const auto piece : split(path, '/')) {
    if (!piece.empty()) parts.emplace_back(piece);
  }
  position = std::min(position, parts.size());
  parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(position), std::string(part));
  return (absolute ? "/" : "") + join(parts, "/");
}

Result<> add_value(Build& build, Resource& resource, const ValueTarget& target,
                   const std::string& value) {
  const auto path = split_path(target.field_path, '/');
  Node* node = TRY(lookup_create(build.arena(), resource.node, path, Kind::scalar));
  if (node == nullptr) return {};
  TRY(expect(node, Kind::scalar));
  std::string text = value;
  if (target.position > 0) {
    text = insert_part(node->value, static_cast<std::size_t>(target.position - 1), value);
  }
  Node made;
  made.kind = Kind::scalar;
  made.value = build.arena().keep(std::move(text));
  return set_scalar(*node, std::move(made));
}

}  // namespace

Result<Transformer> value_add_transformer(const Loader& loader, const Value& configuration) {
  ValueAdd add;
  TRY(Decoder::lenient().decode(configuration, add));
  add.value = trim(add.value);
  if (add.value.empty()) {
    const std::string& directory = loader.directory();
    add.value = directory.substr(directory.rfind('/') + 1);
  }
  if (!add.target_file.empty()) {
    codec::YamlOptions options;
    options.strict = false;
    const std::string text = TRY(loader.load(add.target_file));
    const Value more = TRY(codec::parse_yaml_value(text, loader.locate(add.target_file), options));
    std::vector<ValueTarget> targets;
    TRY(Decoder::lenient().decode(more["targets"], targets, "targets"));
    add.targets.insert(add.targets.end(), targets.begin(), targets.end());
  }
  if (add.targets.empty()) return fail(Code::invalid, "must specify at least one target");
  for (const ValueTarget& target : add.targets) {
    if (target.field_path.empty()) return fail(Code::invalid, "fieldPath cannot be empty");
    if (target.position < 0) {
      return fail(Code::invalid, fmt::format("value of FilePathPosition ({}) cannot be negative",
                                             target.position));
    }
  }
  return Transformer([add = std::move(add)](Build& build, ResMap& map) -> Result<> {
    for (const ValueTarget& target : add.targets) {
      ResMap chosen;
      chosen.all() = target.selector ? TRY(map.select(build, *target.selector)) : map.all();
      if (target.field_path == "metadata/namespace") {
        NamespaceArgs args;
        args.ns = add.value;
        const Transformer setter = TRY(namespace_transformer(std::move(args)));
        TRY(setter(build, chosen));
        continue;
      }
      for (Resource* one : chosen.all()) TRY(add_value(build, *one, target, add.value));
    }
    return {};
  });
}

}  // namespace rumbo::render::kustomize
