#include "render/helm/json_path.h"

#include <algorithm>

#include "base/strings.h"
#include "codec/go_json.h"
#include "codec/numbers.h"
#include "render/helm/json_path_parser.h"

namespace rumbo::render::helm {
namespace {

using Node = JsonPathNode;
using Kind = Node::Kind;
using Values = std::vector<Value>;

constexpr std::size_t kMostValues = 1'000'000;

tl::unexpected<Error> wrong(std::string message) {
  return fail(Code::not_found, std::move(message));
}

/// What is in a list or map.
Values inside(const Value& value) {
  Values out(value.items().begin(), value.items().end());
  for (const Member& member : value.members()) out.push_back(member.value);
  return out;
}

/// -1, 0, 1, or nullopt if they cannot be compared.
std::optional<int> compare(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    const double x = a.as_double(), y = b.as_double();
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a.is_string() && b.is_string()) {
    return std::clamp(a.as_string().compare(b.as_string()), -1, 1);
  }
  if (a.is_bool() && b.is_bool()) return a.as_bool() == b.as_bool() ? 0 : 1;
  return std::nullopt;
}

Result<bool> holds(const Value& a, const std::string& word, const Value& b) {
  const auto order = compare(a, b);
  if (!order) return wrong("incompatible types for comparison");
  if (word == "==") return *order == 0;
  if (word == "!=") return *order != 0;
  if (word == "<") return *order < 0;
  if (word == "<=") return *order <= 0;
  if (word == ">") return *order > 0;
  if (word == ">=") return *order >= 0;
  return wrong("unrecognized filter operator " + word);
}

/// Evaluates expressions. Bounded by the number of values it makes.
class Walk {
 public:
  Result<Values> list(Values values, const Node& list) {
    for (const Node& node : list.children) {
      values = TRY(one(values, node));
      made_ += values.size();
      if (made_ > kMostValues) return fail(Code::too_large, "more than 1000000 values");
    }
    return values;
  }

 private:
  Result<Values> one(const Values& in, const Node& node) {
    switch (node.kind) {
      case Kind::list:
        return list(in, node);
      case Kind::text:
        return Values{Value(node.text)};
      case Kind::field:
        return field(in, node);
      case Kind::slice:
        return slice(in, node);
      case Kind::filter:
        return filter(in, node);
      case Kind::integer:
      case Kind::real:
        return Values(in.size(), Value(node.number));
      case Kind::boolean:
        return Values(in.size(), Value(node.text == "true"));
      case Kind::wildcard: {
        Values out;
        for (const Value& value : in) {
          for (Value& part : inside(value)) out.push_back(std::move(part));
        }
        return out;
      }
      case Kind::recursive: {
        Values out;
        TRY(descend(in, out));
        return out;
      }
      case Kind::join: {
        Values out;
        for (const Node& part : node.children) {
          for (Value& value : TRY(list(in, part))) out.push_back(std::move(value));
        }
        return out;
      }
      case Kind::identifier:
        if (node.text == "range") return in;
        return wrong("unrecognized identifier " + node.text);
    }
    return in;
  }

  static Result<Values> field(const Values& in, const Node& node) {
    Values out;
    for (const Value& value : in) {
      // "{.}" and "[''].": the value itself.
      if (node.text.empty()) {
        out.push_back(value);
      } else if (const Value* found = value.find(node.text)) {
        out.push_back(*found);
      }
    }
    if (out.empty() && !in.empty()) return wrong(node.text + " is not found");
    return out;
  }

  static Result<Values> slice(const Values& in, const Node& node) {
    Values out;
    for (const Value& value : in) {
      if (value.is_null()) continue;
      if (!value.is_array()) return wrong("what is indexed is not array or slice");
      const auto size = static_cast<std::int64_t>(value.size());
      std::int64_t from = node.slice[0].value_or(0);
      std::int64_t to = node.single ? from + 1 : node.slice[1].value_or(size);
      if (from < 0) from += size;
      if (to < 0 || (to == 0 && node.single)) to += size;
      const std::int64_t step = node.slice[2].value_or(1);
      if (from == to) continue;
      if (from < 0 || from >= size || to < 0 || to > size || from > to || step <= 0) {
        return wrong("array index out of bounds");
      }
      for (std::int64_t i = from; i < to; i += std::min(step, size)) {
        out.push_back(value[static_cast<std::size_t>(i)]);
      }
    }
    return out;
  }

  Result<Values> filter(const Values& in, const Node& node) {
    Values out;
    for (const Value& value : in) {
      if (!value.is_array()) return wrong("not array or slice and cannot be filtered");
      for (const Value& item : value.items()) {
        const auto left = list({item}, node.children[0]);
        if (node.text == "exists") {
          if (left && !left->empty()) out.push_back(item);
          continue;
        }
        if (!left) return fail(left.error());
        const Values right = TRY(list({item}, node.children[1]));
        if (left->empty() || right.empty()) continue;
        if (left->size() > 1 || right.size() > 1) {
          return wrong("can only compare one element at a time");
        }
        if (TRY(holds((*left)[0], node.text, right[0]))) out.push_back(item);
      }
    }
    return out;
  }

  /// What holds something, each before what is in it.
  Result<> descend(const Values& in, Values& out) {
    for (const Value& value : in) {
      const Values parts = inside(value);
      if (parts.empty()) continue;
      out.push_back(value);
      made_ += parts.size();
      if (made_ > kMostValues) return fail(Code::too_large, "more than 1000000 values");
      TRY(descend(parts, out));
    }
    return {};
  }

  std::size_t made_ = 0;
};

bool begins_with(const Node& node, std::string_view identifier) {
  return node.kind == Kind::list && !node.children.empty() &&
         node.children[0].kind == Kind::identifier && node.children[0].text == identifier;
}

std::string text_of(const Value& value) {
  if (value.is_string()) return value.str();
  if (value.is_number()) return codec::format_go_g(value.as_double());
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  return value.is_null() ? "null" : codec::to_go_json(value);
}

/// Appends what the nodes from `at` on print for a value, until the range they are in ends; returns
/// the place of that end.
Result<std::size_t> run(Walk& walk, const std::vector<Node>& nodes, std::size_t at, bool in_range,
                        const Value* value, std::string& out) {
  for (; at < nodes.size(); ++at) {
    const Node& node = nodes[at];
    if (begins_with(node, "end")) {
      if (!in_range) return wrong("not in range, nothing to end");
      return at;
    }
    if (begins_with(node, "range")) {
      std::size_t end = nodes.size();
      const Values all = value == nullptr ? Values() : TRY(walk.list({*value}, node));
      for (const Value& one : all) end = TRY(run(walk, nodes, at + 1, true, &one, out));
      // Without a value it is only passed over.
      if (all.empty()) end = TRY(run(walk, nodes, at + 1, true, nullptr, out));
      at = end;
      continue;
    }
    if (value == nullptr) continue;
    if (node.kind == Kind::text) {
      out += node.text;
      continue;
    }
    const Values found = TRY(walk.list({*value}, node));
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (i > 0) out += ' ';
      out += text_of(found[i]);
    }
  }
  return at;
}

}  // namespace

Result<std::string> print_json_path(std::string_view text, const Value& value) {
  const auto nodes = parse_json_path(text);
  if (!nodes) {
    return fail(
        Error(nodes.error()).with_context("error parsing jsonpath " + printable(text, 256)));
  }
  Walk walk;
  std::string out;
  const auto ran = run(walk, *nodes, 0, false, &value, out);
  if (!ran && ran.error().code() == Code::too_large) return fail(ran.error());
  return ran ? out : std::string();
}

}  // namespace rumbo::render::helm
