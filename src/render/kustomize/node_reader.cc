#include "render/kustomize/node_reader.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "base/strings.h"
#include "codec/yaml_events.h"

namespace rumbo::render::kustomize {
namespace {

using codec::NodeEvent;
using codec::ScalarEvent;
using codec::ScalarType;
using codec::YamlDialect;

constexpr std::size_t kMostDepth = 256;
constexpr std::size_t kMostNodes = 2'000'000;
constexpr std::size_t kMostCopied = 1'000'000;

Tag tag_of(ScalarType type) {
  switch (type) {
    case ScalarType::null:
      return Tag::null;
    case ScalarType::boolean:
      return Tag::boolean;
    case ScalarType::integer:
      return Tag::integer;
    case ScalarType::real:
      return Tag::real;
    case ScalarType::timestamp:
      return Tag::timestamp;
    case ScalarType::binary:
      return Tag::binary;
    case ScalarType::string:
      return Tag::string;
  }
  return Tag::string;
}

Tag written_tag(std::string_view tag) {
  if (!tag.starts_with(codec::kTagPrefix)) return Tag::other;
  tag.remove_prefix(codec::kTagPrefix.size());
  if (tag == "str") return Tag::string;
  if (tag == "int") return Tag::integer;
  if (tag == "float") return Tag::real;
  if (tag == "bool") return Tag::boolean;
  if (tag == "null") return Tag::null;
  if (tag == "timestamp") return Tag::timestamp;
  if (tag == "binary") return Tag::binary;
  if (tag == "merge") return Tag::merge;
  if (tag == "map") return Tag::map;
  if (tag == "seq") return Tag::sequence;
  return Tag::other;
}

std::size_t count(const Node* node) {
  std::size_t all = 1;
  for (const Node* child : node->content) all += count(child);
  return all;
}

class Builder : public codec::YamlEvents {
 public:
  /// `first_place` numbers the places of the file; 0: they are not wanted.
  Builder(Arena& arena, std::string_view file, int line_offset, std::uint32_t first_place)
      : arena_(arena), file_(file), line_offset_(line_offset), first_place_(first_place) {}

  Result<> scalar(const NodeEvent& event, const ScalarEvent& scalar) override {
    Node* node = arena_.make(Kind::scalar);
    node->style = event.style;
    node->value = arena_.keep(scalar.text);
    const bool untagged = scalar.tag.empty() || scalar.tag == "!";
    if (is_key() && codec::is_merge_key(scalar, YamlDialect::yaml_v3)) {
      node->tag = Tag::merge;
    } else if (!untagged) {
      node->tag = written_tag(scalar.tag);
    } else if (scalar.quoted) {
      node->tag = Tag::string;
    } else {
      node->tag = tag_of(codec::resolve_plain(scalar.text, YamlDialect::yaml_v3).type);
    }
    if (open_.empty()) {
      root_is_empty_ = scalar.text.empty() && event.style == Style::plain && scalar.tag.empty();
    }
    if (!event.anchor.empty()) anchors_[std::string(event.anchor)] = node;
    return add(node, event.span.start);
  }

  Result<> alias(const codec::YamlSpan& span, std::string_view name) override {
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) {
      return wrong(span.start, fmt::format("unknown anchor '{}' referenced", printable(name, 64)));
    }
    if (std::find(open_.begin(), open_.end(), found->second) != open_.end()) {
      return wrong(span.start,
                   fmt::format("anchor '{}' value contains itself", printable(name, 64)));
    }
    copied_ += count(found->second);
    if (copied_ > kMostCopied) {
      return wrong(span.start, "document contains excessive aliasing", Code::too_large);
    }
    return add(arena_.copy(found->second), span.start);
  }

  Result<> open(const NodeEvent& event, codec::YamlKind kind) override {
    if (open_.size() >= kMostDepth) {
      return wrong(event.span.start, "nested deeper than 256 levels", Code::too_large);
    }
    const bool map = kind == codec::YamlKind::mapping;
    Node* node =
        map ? arena_.make(Kind::mapping, Tag::map) : arena_.make(Kind::sequence, Tag::sequence);
    node->style = event.style == Style::flow ? Style::flow : Style::plain;
    if (is_key()) return wrong(event.span.start, "a key may not be a list or map");
    if (!event.anchor.empty()) anchors_[std::string(event.anchor)] = node;
    TRY(add(node, event.span.start));
    open_.push_back(node);
    return {};
  }

  Result<> close(const codec::YamlMark& end) override {
    Node* node = open_.back();
    open_.pop_back();
    if (node->is(Kind::mapping)) TRY(merge(*node, end));
    return {};
  }

  Result<> end_document() override { return {}; }

  Node* take() const { return root_is_empty_ ? nullptr : root_; }
  int line() const { return line_; }

 private:
  bool is_key() const {
    return !open_.empty() && open_.back()->is(Kind::mapping) &&
           open_.back()->content.size() % 2 == 0;
  }

  Result<> add(Node* node, const codec::YamlMark& at) {
    if (++nodes_ > kMostNodes) return wrong(at, "more than 2000000 nodes", Code::too_large);
    if (first_place_ != 0) {
      node->place = first_place_ + at.line + static_cast<std::uint32_t>(line_offset_);
    }
    if (open_.empty()) {
      root_ = node;
      line_ = static_cast<int>(at.line) + line_offset_;
    } else {
      open_.back()->content.push_back(node);
    }
    return {};
  }

  tl::unexpected<Error> wrong(const codec::YamlMark& at, std::string message,
                              Code code = Code::invalid) const {
    return fail(
        Error(code, std::move(message))
            .at({std::string(file_), static_cast<int>(at.line), static_cast<int>(at.column)}));
  }

  /// What `<<` brings, the strongest last; own fields beat all of it.
  Result<> collect(Node* from, std::vector<Node*>& maps, const codec::YamlMark& at) const {
    if (from->is(Kind::mapping)) {
      maps.push_back(from);
      return {};
    }
    if (!from->is(Kind::sequence)) {
      return wrong(at, "map merge requires map or sequence of maps as the value");
    }
    for (auto it = from->content.rbegin(); it != from->content.rend(); ++it) {
      if (!(*it)->is(Kind::mapping)) {
        return wrong(at, "map merge requires map or sequence of maps as the value");
      }
      maps.push_back(*it);
    }
    return {};
  }

  Result<> merge(Node& map, const codec::YamlMark& at) {
    Node* brought = nullptr;
    for (std::size_t i = 0; i < map.fields(); ++i) {
      if (map.key(i)->tag != Tag::merge) continue;
      if (brought != nullptr) return wrong(at, "duplicate merge key");
      brought = map.field_value(i);
    }
    if (brought == nullptr) return {};
    std::vector<Node*> maps;
    TRY(collect(brought, maps, at));
    remove_field(map, "<<");
    Node own = map;
    maps.push_back(&own);
    for (const Node* source : maps) {
      for (std::size_t i = 0; i < source->fields(); ++i) put(map, source->key(i), *source, i);
    }
    return {};
  }

  static void put(Node& map, Node* key, const Node& source, std::size_t i) {
    for (std::size_t at = 0; at < map.content.size(); at += 2) {
      if (map.content[at]->value != key->value) continue;
      map.content[at + 1] = source.field_value(i);
      return;
    }
    map.content.push_back(key);
    map.content.push_back(source.field_value(i));
  }

  Arena& arena_;
  std::string_view file_;
  int line_offset_;
  std::uint32_t first_place_;
  int line_ = 1;
  Node* root_ = nullptr;
  bool root_is_empty_ = false;
  std::vector<Node*> open_;
  std::map<std::string, Node*, std::less<>> anchors_;
  std::size_t nodes_ = 0, copied_ = 0;
};

Result<Document> read_one(Arena& arena, std::string_view text, std::string_view file, int offset,
                          std::uint32_t first_place) {
  Builder builder(arena, file, offset, first_place);
  codec::YamlOptions options;
  options.go_exact = true;
  options.dialect = YamlDialect::yaml_v3;
  options.first_only = true;
  auto read = codec::read_yaml_events(text, file, options, builder);
  if (!read) {
    Error error = std::move(read).error();
    if (offset == 0 || !error.location()) return fail(std::move(error));
    Location place = *error.location();
    place.line += offset;
    return fail(std::move(error).at(std::move(place)));
  }
  return Document{builder.take(), builder.line()};
}

}  // namespace

Result<std::vector<Document>> read_documents(Arena& arena, std::string_view text,
                                             std::string_view file) {
  std::string unix_lines;
  if (text.find("\r\n") != text.npos) {
    unix_lines = replace_all(text, "\r\n", "\n");
    text = unix_lines;
  }
  std::uint32_t first_place = 0;
  if (!file.empty()) {
    const auto lines = std::count(text.begin(), text.end(), '\n');
    first_place = arena.add_file(file, static_cast<std::uint32_t>(lines) + 1);
  }
  std::vector<Document> documents;
  int line = 0;
  while (!text.empty()) {
    // A separator is a line that begins with `---`, has a line end, and is not the first.
    const std::size_t at = text.find("\n---");
    const std::size_t end = at == text.npos ? text.npos : text.find('\n', at + 1);
    const bool more = end != text.npos;
    const std::string_view chunk = more ? text.substr(0, at + 1) : text;
    if (more) {
      const std::string_view rest = trim(text.substr(at + 4, end - at - 4));
      if (!rest.empty() && rest.front() != '#') {
        return fail(
            Error(Code::invalid, "invalid document separator: ---" + printable(rest, 80))
                .at({std::string(file),
                     line + static_cast<int>(std::count(chunk.begin(), chunk.end(), '\n')) + 1}));
      }
    }
    const Document document = TRY(read_one(arena, chunk, file, line, first_place));
    if (!is_missing(document.node)) documents.push_back(document);
    if (!more) break;
    line += static_cast<int>(std::count(chunk.begin(), chunk.end(), '\n')) + 1;
    text.remove_prefix(end + 1);
  }
  return documents;
}

Result<Node*> read_node(Arena& arena, std::string_view text, std::string_view file) {
  return TRY(read_one(arena, text, file, 0, 0)).node;
}

}  // namespace rumbo::render::kustomize
