#include "codec/yaml_builder.h"

#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

#include "base/strings.h"
#include "codec/numbers.h"
#include "codec/yaml_tree.h"

namespace rumbo::codec {
namespace {

/// go-yaml's guard against alias bombs: how much of a document of that size may come from aliases.
bool excessive_aliasing(std::size_t aliased, std::size_t total) {
  constexpr double kSmall = 400'000, kLarge = 4'000'000;
  if (aliased <= 100 || total <= 1000) return false;
  const auto size = static_cast<double>(total);
  double allowed = 0.99;
  if (size >= kLarge) {
    allowed = 0.10;
  } else if (size > kSmall) {
    allowed = 0.99 - 0.89 * (size - kSmall) / (kLarge - kSmall);
  }
  return static_cast<double>(aliased) / size > allowed;
}

std::shared_ptr<const YamlNode::Extras> make_extras(const NodeEvent& event) {
  if (event.anchor.empty() && event.tag.empty()) return nullptr;
  return std::make_shared<YamlNode::Extras>(
      YamlNode::Extras{std::string(event.tag), std::string(event.anchor), {}});
}

/// A key as the text it has in JSON.
std::string number_key(double number) {
  if (std::isnan(number)) return ".nan";
  if (std::isinf(number)) return number > 0 ? ".inf" : "-.inf";
  return format_go_g(static_cast<float>(number));
}

Member member_of(const YamlEntry& entry) {
  Member member("", entry.value.value);
  member.name = entry.key.value;  // shares the text of a long key
  return member;
}

}  // namespace

tl::unexpected<Error> YamlBuilder::wrong(const YamlMark& at, std::string message, Code code) const {
  return fail(
      Error(code, std::move(message))
          .at({std::string(file_), static_cast<int>(at.line), static_cast<int>(at.column)}));
}

bool YamlBuilder::expects_key() const {
  if (frames_.empty() || !frames_.back().node.is_mapping()) return false;
  return (pending_.size() - frames_.back().first) % 2 == 0;
}

std::size_t YamlBuilder::define_anchor(std::string_view name) {
  if (name.empty()) return 0;
  // A name may be defined again: aliases mean the definition begun last.
  Anchor& anchor = anchors_[std::string(name)];
  anchor = Anchor{};
  return anchor.number = ++anchor_count_;
}

void YamlBuilder::complete_anchor(const YamlNode& node, std::size_t number, std::size_t expanded,
                                  int height) {
  if (number == 0) return;
  const auto found = anchors_.find(node.anchor());
  if (found == anchors_.end() || found->second.number != number) return;
  found->second = Anchor{number, false, node, expanded, height};
}

bool YamlBuilder::count_node() {
  ++expanded_;
  return ++nodes_ <= options_.limits.max_nodes;
}

tl::unexpected<Error> YamlBuilder::too_many_nodes(const YamlMark& at) const {
  return wrong(at, fmt::format("more than {} nodes", options_.limits.max_nodes), Code::too_large);
}

std::size_t YamlBuilder::entry_number() const {
  return (pending_.size() - frames_.back().first) / 2;
}

void YamlBuilder::add(YamlNode node, int height) {
  pending_.push_back(std::move(node));
  if (!frames_.empty()) frames_.back().height = std::max(frames_.back().height, height);
}

Result<> YamlBuilder::scalar(const NodeEvent& event, const ScalarEvent& scalar) {
  if (!count_node()) return too_many_nodes(event.span.start);
  if (frames_.empty()) {
    root_is_empty_ = scalar.text.empty() && event.style == YamlStyle::plain && event.tag.empty() &&
                     event.anchor.empty();
  }
  const std::size_t anchor = define_anchor(event.anchor);
  YamlNode node;
  node.style = event.style;
  node.span = event.span;
  node.extras = make_extras(event);
  node.value = TRY(node_value(scalar, expects_key(), event.span.start));
  complete_anchor(node, anchor, 1, 0);
  add(std::move(node), 0);
  return {};
}

Result<Value> YamlBuilder::node_value(const ScalarEvent& scalar, bool is_key, const YamlMark& at) {
  if (is_key && is_merge_key(scalar, options_.dialect)) {
    frames_.back().merges.push_back(entry_number());
    return Value(scalar.text);
  }
  auto resolved = resolve_scalar(scalar, options_.dialect);
  if (!resolved) return wrong(at, resolved.error().message());
  if (resolved->value.is_string()) return std::move(resolved->value);
  return is_key ? key_text(*resolved, at) : scalar_value(*resolved, at);
}

Result<Value> YamlBuilder::scalar_value(const ResolvedScalar& scalar, const YamlMark& at) const {
  if (!v2() || scalar.type != ScalarType::real) return scalar.value;
  const double number = scalar.value.as_double();
  if (!std::isfinite(number)) {
    return wrong(at, "infinity and not-a-number have no form in JSON, so no object can hold them");
  }
  return as_json_number(number);
}

Result<Value> YamlBuilder::key_text(const ResolvedScalar& scalar, const YamlMark& at) const {
  switch (scalar.value.kind()) {
    case Value::Kind::string:
      return scalar.value;
    case Value::Kind::integer:
      return Value(std::to_string(scalar.value.as_int()));
    case Value::Kind::unsigned_integer:
      if (v2()) break;
      return Value(std::to_string(scalar.value.as_uint()));
    case Value::Kind::boolean:
      return Value(scalar.value.as_bool() ? "true" : "false");
    case Value::Kind::real:
      return Value(number_key(scalar.value.as_double()));
    case Value::Kind::null:
      if (v2()) break;
      return Value("null");
    default:
      break;
  }
  std::string_view what = "a list or map", hint = "YAML reads `{{ }}` as maps: put it in quotes";
  if (scalar.value.is_null()) {
    what = "null", hint = "put it in quotes if it is meant as text";
  } else if (scalar.value.is_number()) {
    what = "a number beyond 64 bits with sign", hint = "put it in quotes";
  }
  Error error(Code::invalid, fmt::format("a key may not be {}", what));
  return fail(std::move(error)
                  .at({std::string(file_), static_cast<int>(at.line), static_cast<int>(at.column)})
                  .with_hint(std::string(hint)));
}

Result<> YamlBuilder::alias(const YamlSpan& span, std::string_view name) {
  if (!count_node()) return too_many_nodes(span.start);
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    return wrong(span.start, fmt::format("alias `*{}` has no anchor `&{}` before it",
                                         printable(name, 64), printable(name, 64)));
  }
  const Anchor& anchor = found->second;
  if (anchor.open) {
    return wrong(span.start, fmt::format("anchor `&{}` contains itself", printable(name, 64)));
  }
  expanded_ += anchor.expanded;
  aliased_ += anchor.expanded;
  if (aliased_ > options_.limits.max_alias_nodes || excessive_aliasing(aliased_, expanded_)) {
    return wrong(span.start, "aliases make the document excessively large", Code::too_large);
  }
  if (static_cast<int>(frames_.size()) + anchor.height > options_.limits.max_depth) {
    return wrong(span.start, fmt::format("nested deeper than {} levels", options_.limits.max_depth),
                 Code::too_large);
  }
  YamlNode node = anchor.node;
  node.span = span;
  node.extras = std::make_shared<YamlNode::Extras>(
      YamlNode::Extras{anchor.node.tag(), {}, std::string(name)});
  if (expects_key()) {
    node.value = TRY(key_text({ScalarType::string, node.value}, span.start));
  }
  add(std::move(node), anchor.height);
  return {};
}

Result<> YamlBuilder::open(const NodeEvent& event, YamlKind kind) {
  if (!count_node()) return too_many_nodes(event.span.start);
  if (static_cast<int>(frames_.size()) >= options_.limits.max_depth) {
    return wrong(event.span.start,
                 fmt::format("nested deeper than {} levels", options_.limits.max_depth),
                 Code::too_large);
  }
  if (expects_key()) TRY(key_text({ScalarType::string, Value::array()}, event.span.start));
  Frame frame;
  frame.node.kind = kind;
  frame.node.style = event.style;
  frame.node.span = event.span;
  frame.node.extras = make_extras(event);
  frame.first = pending_.size();
  frame.anchor = define_anchor(event.anchor);
  frame.expanded = expanded_;
  frames_.push_back(std::move(frame));
  return {};
}

Result<> YamlBuilder::close(const YamlMark& end) {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  // A block ends with its last child; libyaml reports where the next thing begins.
  const bool flow = frame.node.style == YamlStyle::flow;
  frame.node.span.end = flow || pending_.size() == frame.first ? end : pending_.back().span.end;
  if (frame.node.is_mapping()) {
    TRY(finish_mapping(frame));
  } else {
    TRY(finish_sequence(frame));
  }
  const int height = frame.height + 1;
  complete_anchor(frame.node, frame.anchor, expanded_ - frame.expanded + 1, height);
  add(std::move(frame.node), height);
  return {};
}

Result<> YamlBuilder::finish_sequence(Frame& frame) {
  const auto first = pending_.begin() + static_cast<std::ptrdiff_t>(frame.first);
  std::vector<Value> values;
  values.reserve(pending_.size() - frame.first);
  for (auto it = first; it != pending_.end(); ++it) values.push_back(it->value);
  frame.node.value = Value::array(std::move(values));
  if (first == pending_.end()) return {};
  if (keep_ == Keep::nodes) {
    auto children = std::make_shared<YamlNode::Children>();
    children->items.assign(std::make_move_iterator(first), std::make_move_iterator(pending_.end()));
    frame.node.children = std::move(children);
  }
  pending_.erase(first, pending_.end());
  return {};
}

Result<> YamlBuilder::finish_mapping(Frame& frame) {
  const auto first = pending_.begin() + static_cast<std::ptrdiff_t>(frame.first);
  const auto children = keep_ == Keep::nodes ? std::make_shared<YamlNode::Children>() : nullptr;
  std::vector<YamlEntry>& entries = children != nullptr ? children->entries : entries_;
  entries.clear();
  entries.reserve((pending_.size() - frame.first) / 2);
  for (auto it = first; it != pending_.end(); it += 2) {
    entries.push_back({std::move(*it), std::move(*std::next(it))});
  }
  const bool any_merge = !frame.merges.empty();
  for (const std::size_t number : frame.merges) entries[number].is_merge = true;
  pending_.erase(first, pending_.end());

  // The last of equal keys wins, so what is weaker goes first.
  std::vector<Member> members;
  members.reserve(entries.size());
  if (any_merge && !v2()) {
    for (const YamlEntry& entry : entries) {
      if (entry.is_merge) TRY(merge(entry.value, members));
    }
  }
  for (const YamlEntry& entry : entries) {
    if (!entry.is_merge) {
      members.push_back(member_of(entry));
    } else if (v2()) {
      TRY(merge(entry.value, members));
    }
  }
  const std::size_t count = members.size();
  frame.node.value = Value::object(std::move(members));
  if (options_.strict && (frame.node.value.size() != count || any_merge)) {
    TRY(options_.go_exact && v2() ? check_twice_set(entries) : check_duplicates(entries));
  }
  if (children != nullptr && !entries.empty()) {
    children->own_first = !v2();
    frame.node.children = children;
  }
  return {};
}

Result<> YamlBuilder::merge(const YamlNode& source, std::vector<Member>& members) const {
  const auto take = [&](const Value& map) {
    const auto all = map.members();
    members.insert(members.end(), all.begin(), all.end());
  };
  if (source.is_mapping()) {
    take(source.value);
    return {};
  }
  const auto items = source.value.items();
  bool all_maps = source.is_sequence();
  // Earlier maps of a list beat later ones.
  for (auto it = items.rbegin(); it != items.rend() && all_maps; ++it) {
    all_maps = it->is_object();
    if (all_maps) take(*it);
  }
  if (all_maps) return {};
  return wrong(source.span.start, "`<<` merges a map or a list of maps, not anything else");
}

Result<> YamlBuilder::check_duplicates(std::span<const YamlEntry> entries) const {
  std::unordered_map<std::string_view, const YamlEntry*> seen, aliases;
  bool merged = false;
  for (const YamlEntry& entry : entries) {
    if (entry.is_merge) {
      if (merged && !v2()) return wrong(entry.key.span.start, "key `<<` stands twice in one map");
      merged = true;
      continue;
    }
    // go-yaml v3 compares an alias by its name, not by what it stands for.
    const std::string& alias = entry.key.alias();
    const std::string_view key = v2() || alias.empty() ? entry.key.value.as_string() : alias;
    auto& others = v2() || alias.empty() ? seen : aliases;
    const auto [other, is_new] = others.emplace(key, &entry);
    if (is_new) continue;
    return wrong(entry.key.span.start,
                 fmt::format("key `{}` stands twice in one map, first in line {}",
                             printable(other->first, 128), other->second->key.span.start.line));
  }
  return {};
}

/// As go-yaml v2's strict mode: what a merge brings counts like a key that is written there.
Result<> YamlBuilder::check_twice_set(std::span<const YamlEntry> entries) const {
  std::unordered_set<std::string_view> seen;
  const auto set = [&](const YamlNode& at, std::string_view key) -> Result<> {
    if (seen.insert(key).second) return {};
    return wrong(at.span.start, fmt::format("key `{}` already set in map", printable(key, 128)));
  };
  const auto set_all = [&](const YamlNode& map) -> Result<> {
    for (const Member& member : map.value.members()) TRY(set(map, member.key()));
    return {};
  };
  for (const YamlEntry& entry : entries) {
    if (!entry.is_merge) {
      TRY(set(entry.key, entry.key.value.as_string()));
    } else if (entry.value.is_mapping()) {
      TRY(set_all(entry.value));
    } else {
      const auto maps = entry.value.items();
      for (auto it = maps.rbegin(); it != maps.rend(); ++it) TRY(set_all(*it));
    }
  }
  return {};
}

Result<> YamlBuilder::end_document() {
  anchors_.clear();
  expanded_ = aliased_ = 0;
  if (!std::exchange(root_is_empty_, false)) documents_.push_back(std::move(pending_.back()));
  pending_.clear();
  return {};
}

}  // namespace rumbo::codec
