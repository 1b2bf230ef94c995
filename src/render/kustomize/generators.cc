#include "render/kustomize/generators.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/strings.h"
#include "codec/utf8.h"
#include "render/kustomize/data_map.h"

namespace rumbo::render::kustomize {
namespace {

constexpr std::size_t kMostLine = 64 << 10;  // Go's scanner gives up on longer lines

/// Collects pairs in the order of Kustomize's sources.
class Pairs {
 public:
  Pairs(Build& build, const Loader& loader, const GeneratorArgs& args)
      : build_(build), loader_(loader), args_(args) {}

  Result<DataMap> load() {
    for (const std::string& path : args_.envs) TRY(env_file(path));
    for (const std::string& literal : args_.literals) TRY(this->literal(literal));
    for (const std::string& source : args_.files) TRY(file(source));
    return std::move(map_);
  }

 private:
  Result<> add(std::string_view key, std::string_view value) {
    if (map_.emplace(build_.arena().keep(key), build_.arena().keep(value)).second) return {};
    return fail(Code::conflict, fmt::format("configmap {} illegally repeats the key `{}`",
                                            printable(args_.name, 128), printable(key, 128)));
  }

  Result<> literal(const std::string& source) {
    const std::size_t equals = source.find('=');
    if (equals == 0 || equals == source.npos) {
      return fail(Code::invalid, fmt::format("invalid literal source {}, expected key=value",
                                             printable(source.substr(0, equals), 128)));
    }
    std::string_view value = std::string_view(source).substr(equals + 1);
    if (value.size() >= 2 && value.front() == value.back() &&
        (value.front() == '"' || value.front() == '\'')) {
      value = value.substr(1, value.size() - 2);
    }
    return add(std::string_view(source).substr(0, equals), value);
  }

  Result<> file(const std::string& source) {
    const auto count = std::count(source.begin(), source.end(), '=');
    if (count > 1) {
      return fail(Code::invalid, fmt::format("source \"{}\" key name or file path contains '='",
                                             printable(source, 256)));
    }
    if (count == 0) {
      std::string key = source;
      while (key.size() > 1 && key.ends_with('/')) key.pop_back();
      key = key.substr(key.rfind('/') + 1);
      const std::string text = TRY(loader_.load(source));
      return add(key, text);
    }
    const std::size_t equals = source.find('=');
    if (equals == 0) {
      return fail(Code::invalid, fmt::format("missing key name for file path \"{}\" in source",
                                             printable(source.substr(1), 256)));
    }
    if (equals + 1 == source.size()) {
      return fail(Code::invalid, fmt::format("missing file path for key name \"{}\" in source",
                                             printable(source.substr(0, equals), 256)));
    }
    const std::string text = TRY(loader_.load(source.substr(equals + 1)));
    return add(source.substr(0, equals), text);
  }

  Result<> env_file(const std::string& path) {
    const std::string text = TRY(loader_.load(path));
    std::string_view rest = text;
    for (int number = 1; !rest.empty(); ++number) {
      const std::size_t end = rest.find('\n');
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      auto done = env_line(line, number == 1);
      if (!done) return fail(std::move(done).error().at({loader_.locate(path), number}));
    }
    return {};
  }

  Result<> env_line(std::string_view line, bool first) {
    if (line.size() > kMostLine) return fail(Code::too_large, "bufio.Scanner: token too long");
    if (codec::find_invalid_utf8(line) != line.npos) {
      return fail(Code::invalid, "the line has invalid utf8 bytes");
    }
    if (first && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
    while (!line.empty() && is_space(line)) {
      line.remove_prefix(codec::decode_utf8(line, 0).size);
    }
    if (line.empty() || line.front() == '#') return {};
    const std::size_t equals = line.find('=');
    const std::string_view key = line.substr(0, equals);
    if (key.empty()) return {};
    if (equals != line.npos) return add(key, line.substr(equals + 1));
    const auto& environment = build_.options().environment;
    return add(key, environment ? environment(std::string(key)) : "");
  }

  static bool is_space(std::string_view line) {
    switch (codec::decode_utf8(line, 0).value) {
      case ' ':
      case '\t':
      case '\n':
      case '\v':
      case '\f':
      case '\r':
      case 0x85:
      case 0xa0:
      case 0x1680:
      case 0x2028:
      case 0x2029:
      case 0x202f:
      case 0x205f:
      case 0x3000:
        return true;
      default: {
        const char32_t c = codec::decode_utf8(line, 0).value;
        return c >= 0x2000 && c <= 0x200a;
      }
    }
  }

  Build& build_;
  const Loader& loader_;
  const GeneratorArgs& args_;
  DataMap map_;
};

Result<Node*> base_node(Build& build, std::string_view kind, const GeneratorArgs& args) {
  if (args.name.empty()) return fail(Code::invalid, "a configmap must have a name");
  Arena& arena = build.arena();
  Node* node = arena.make(Kind::mapping, Tag::map);
  TRY(set_field(arena, *node, "apiVersion", arena.string("v1")));
  TRY(set_field(arena, *node, "kind", arena.string(kind)));
  Node* metadata = TRY(field_or_create(arena, *node, "metadata", Kind::mapping));
  TRY(set_field(arena, *metadata, "name", arena.string(args.name)));
  if (!args.ns.empty()) TRY(set_field(arena, *metadata, "namespace", arena.string(args.ns)));
  return node;
}

Result<> put_texts(Build& build, Node& node, std::string_view name, const TextMap& texts) {
  if (texts.empty()) return {};
  Node* metadata = TRY(field_or_create(build.arena(), node, "metadata", Kind::mapping));
  Node* map = TRY(field_or_create(build.arena(), *metadata, name, Kind::mapping));
  for (const auto& [key, value] : texts) {
    TRY(set_field(build.arena(), *map, key, build.arena().string(value)));
  }
  return {};
}

Behavior behavior_of(std::string_view word) {
  if (word == "replace") return Behavior::replace;
  if (word == "merge") return Behavior::merge;
  if (word == "create") return Behavior::create;
  return Behavior::unspecified;
}

Result<Resource*> finish(Build& build, Node* node, const GeneratorArgs& args) {
  if (args.options) {
    TRY(put_texts(build, *node, "labels", args.options->labels));
    TRY(put_texts(build, *node, "annotations", args.options->annotations));
    if (args.options->immutable) {
      TRY(set_field(build.arena(), *node, "immutable", build.arena().scalar("true", Tag::boolean)));
    }
  }
  Resource* made = build.make_resource(node);
  made->needs_hash = !args.options || !args.options->disable_hash;
  made->behavior = behavior_of(args.behavior);
  made->generated = true;
  return made;
}

}  // namespace

Result<Resource*> generate_config_map(Build& build, const Loader& loader,
                                      const GeneratorArgs& args) {
  Node* node = TRY(base_node(build, "ConfigMap", args));
  const DataMap map = TRY(Pairs(build, loader, args).load());
  TRY(load_config_map(build.arena(), *node, map));
  return finish(build, node, args);
}

Result<Resource*> generate_secret(Build& build, const Loader& loader, const GeneratorArgs& args) {
  Node* node = TRY(base_node(build, "Secret", args));
  const std::string_view type = args.type.empty() ? std::string_view("Opaque") : args.type;
  TRY(set_field(build.arena(), *node, "type", build.arena().string(type)));
  const DataMap map = TRY(Pairs(build, loader, args).load());
  TRY(load_secret(build.arena(), *node, map));
  return finish(build, node, args);
}

GeneratorArgs with_options(GeneratorArgs args, const std::optional<GeneratorOptions>& global) {
  if (!global) return args;
  if (!args.options) args.options.emplace();
  args.options->labels.insert(global->labels.begin(), global->labels.end());
  args.options->annotations.insert(global->annotations.begin(), global->annotations.end());
  args.options->disable_hash |= global->disable_hash;
  args.options->immutable |= global->immutable;
  return args;
}

}  // namespace rumbo::render::kustomize
