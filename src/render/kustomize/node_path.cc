#include "render/kustomize/node_path.h"

#include <fmt/format.h>
#include <optional>

#include "base/regex.h"
#include "base/strings.h"
#include "render/kustomize/node_print.h"
#include "render/kustomize/node_reader.h"

namespace rumbo::render::kustomize {
namespace {

std::optional<std::int64_t> as_number(std::string_view part) {
  if (part.starts_with('+')) part.remove_prefix(1);
  return parse_int(part);
}

Kind kind_before(std::string_view next, Kind last) {
  if (is_list_index(next)) return Kind::sequence;
  const auto index = as_number(next);
  if (index && *index >= 0) return Kind::sequence;
  return next.empty() ? last : Kind::mapping;
}

struct Condition {
  std::string_view name, value;
};

Result<Condition> condition_of(std::string_view part) {
  part.remove_prefix(1);
  part.remove_suffix(1);
  const std::size_t equals = part.find('=');
  if (equals == part.npos) {
    return fail(Code::invalid,
                "list path element must contain fieldName=fieldValue for element to match");
  }
  return Condition{part.substr(0, equals), part.substr(equals + 1)};
}

Node* find_element(const Node& list, const Condition& wanted) {
  for (Node* element : list.content) {
    if (wanted.name.empty()) {
      if (element->value == wanted.value) return element;
      continue;
    }
    const Node* found = field(element, wanted.name);
    if (found != nullptr && found->value == wanted.value) return element;
  }
  return nullptr;
}

Node* make_element(Arena& arena, const Condition& wanted) {
  Node* value = arena.scalar(wanted.value);
  if (wanted.name.empty()) return value;
  Node* element = arena.make(Kind::mapping);
  element->content = {arena.scalar(wanted.name), value};
  return element;
}

/// One step of a lookup; nullptr if there is nothing.
class Step {
 public:
  Step(Arena* arena, Kind create) : arena_(arena), create_(create) {}

  Result<Node*> go(Node* node, std::string_view part, std::string_view next) const {
    if (const auto index = as_number(part)) {
      if (*index < 0) {
        return fail(Code::invalid, fmt::format("array index {} cannot be negative", *index));
      }
      TRY(expect(node, Kind::sequence));
      const auto at = static_cast<std::size_t>(*index);
      return at < node->content.size() ? node->content[at] : nullptr;
    }
    if (part == "-") {
      TRY(expect(node, Kind::sequence));
      if (node->content.empty()) return fail(Code::invalid, "a list without elements has no last");
      return node->content.back();
    }
    if (part == "*") return fail(Code::invalid, "wildcard is not supported in PathGetter");
    if (is_list_index(part)) return element(node, part);
    if (is_missing(node)) return nullptr;
    TRY(expect(node, Kind::mapping));
    if (arena_ == nullptr) return field(node, part);
    return field_or_create(*arena_, *node, part, kind_before(next, create_));
  }

 private:
  Result<Node*> element(Node* node, std::string_view part) const {
    const Condition wanted = TRY(condition_of(part));
    TRY(expect(node, Kind::sequence));
    if (is_missing(node)) return nullptr;
    Node* found = find_element(*node, wanted);
    if (found != nullptr || arena_ == nullptr) return found;
    node->content.push_back(make_element(*arena_, wanted));
    return node->content.back();
  }

  Arena* arena_;
  Kind create_;
};

Result<Node*> follow(const Step& step, Node* node, std::span<const std::string> path) {
  std::vector<std::string_view> parts;
  for (const std::string& part : path) {
    if (const auto trimmed = trim(part); !trimmed.empty()) parts.push_back(trimmed);
  }
  for (std::size_t at = 0; at < parts.size() && node != nullptr; ++at) {
    node = TRY(step.go(node, parts[at], at + 1 < parts.size() ? parts[at + 1] : ""));
  }
  return node;
}

/// Collects the places that a path names.
class Matcher {
 public:
  Matcher(Arena& arena, Kind create) : arena_(arena), create_(create) {}

  Result<> match(Node* node, std::span<const std::string> path) {
    if (path.empty()) {
      if (node != nullptr) found_.push_back(node);
      return {};
    }
    const std::string& part = path.front();
    const auto index = as_number(part);
    if (index && *index >= 0) return by_index(node, static_cast<std::size_t>(*index), path);
    if (is_list_index(part)) return by_condition(node, path);
    if (part == "*") {
      TRY(expect(node, Kind::sequence));
      if (node == nullptr) return {};
      const auto elements = node->content;
      for (Node* element : elements) TRY(match(element, path.subspan(1)));
      return {};
    }
    return by_field(node, path);
  }

  std::vector<Node*> take() { return std::move(found_); }

 private:
  bool creates() const { return create_ != Kind::none; }

  Result<> by_field(Node* node, std::span<const std::string> path) {
    if (is_missing(node)) {
      if (!creates() || node == nullptr) return {};
      return fail(Code::invalid, "cannot create a field in null");
    }
    TRY(expect(node, Kind::mapping));
    Node* found = field(node, path.front());
    if (found == nullptr) {
      if (!creates()) return {};
      const std::string_view next = path.size() > 1 ? std::string_view(path[1]) : "";
      found = arena_.make(kind_before(next, create_));
      TRY(set_field(arena_, *node, path.front(), found));
    }
    if (found->is(Kind::scalar) && path.size() > 1) {
      // YAML or JSON inside a text.
      Node* inner = TRY(read_node(arena_, found->value, ""));
      return match(inner, path.subspan(1));
    }
    return match(found, path.subspan(1));
  }

  Result<> by_index(Node* node, std::size_t index, std::span<const std::string> path) {
    TRY(expect(node, Kind::sequence));
    const std::size_t count = node == nullptr ? 0 : node->content.size();
    if (node != nullptr && count == index && creates()) {
      const std::string_view next = path.size() > 1 ? std::string_view(path[1]) : "";
      node->content.push_back(arena_.make(kind_before(next, create_)));
    }
    if (node == nullptr || node->content.size() < index + 1) {
      return fail(Code::invalid,
                  fmt::format("index {} specified but only {} elements found", index, count));
    }
    return match(node->content[index], path.subspan(1));
  }

  Result<> by_condition(Node* node, std::span<const std::string> path) {
    const Condition wanted = TRY(condition_of(path.front()));
    TRY(expect(node, Kind::sequence));
    if (node == nullptr) return {};
    const Regex regex = TRY(Regex::compile(wanted.value));
    for (int attempt = 0; attempt < 2; ++attempt) {
      const std::size_t before = found_.size();
      const auto elements = node->content;
      for (Node* element : elements) TRY(by_element(element, wanted.name, regex, path));
      if (found_.size() > before || !creates()) return {};
      if (attempt == 0) node->content.push_back(make_element(arena_, wanted));
    }
    return fail(Code::invalid,
                fmt::format("`{}` does not match what it creates", printable(path.front(), 128)));
  }

  Result<> by_element(Node* element, std::string_view name, const Regex& regex,
                      std::span<const std::string> path) {
    if (name.empty()) {
      if (regex.found_in(trim(print_node(*element)))) found_.push_back(element);
      return {};
    }
    const Node* value = field(element, name);
    if (value == nullptr || !regex.found_in(trim(print_node(*value)))) return {};
    return match(element, path.subspan(1));
  }

  Arena& arena_;
  Kind create_;
  std::vector<Node*> found_;
};

}  // namespace

bool is_list_index(std::string_view part) {
  return part.size() >= 2 && part.front() == '[' && part.back() == ']';
}

std::vector<std::string> split_path(std::string_view path, char delimiter) {
  auto pieces = split(path, delimiter);
  if (pieces.size() > 1 && pieces.front().empty()) pieces.erase(pieces.begin());
  std::vector<std::string> parts{std::string(pieces.front())};
  for (std::size_t at = 1; at < pieces.size(); ++at) {
    if (parts.back().ends_with('\\')) {
      parts.back().back() = delimiter;
      parts.back() += pieces[at];
    } else {
      parts.emplace_back(pieces[at]);
    }
  }
  return parts;
}

std::vector<std::string> split_smart(std::string_view path, char delimiter) {
  std::vector<std::string> parts;
  const auto pieces = split_path(path, delimiter);
  for (std::size_t at = 0; at < pieces.size(); ++at) {
    std::string part = pieces[at];
    if (part.starts_with('[') && !part.ends_with(']')) {
      while (at + 1 < pieces.size()) {
        part += delimiter + pieces[++at];
        if (part.ends_with(']')) break;
      }
      if (part.find('=') == part.npos) {
        const std::size_t first = part.find_first_not_of("[]");
        const std::size_t last = part.find_last_not_of("[]");
        part = first == part.npos ? "" : part.substr(first, last - first + 1);
      }
    }
    parts.push_back(std::move(part));
  }
  return parts;
}

Result<Node*> lookup(Node* node, std::span<const std::string> path) {
  return follow(Step(nullptr, Kind::none), node, path);
}

Result<Node*> lookup_create(Arena& arena, Node* node, std::span<const std::string> path,
                            Kind kind) {
  return follow(Step(&arena, kind), node, path);
}

Result<std::vector<Node*>> match_path(Arena& arena, Node* node, std::span<const std::string> path,
                                      Kind create) {
  Matcher matcher(arena, create);
  TRY(matcher.match(node, path));
  return matcher.take();
}

}  // namespace rumbo::render::kustomize
