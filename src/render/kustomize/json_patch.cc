#include "render/kustomize/json_patch.h"

#include <fmt/format.h>
#include <optional>
#include <span>

#include "base/strings.h"
#include "codec/json.h"
#include "codec/yaml.h"

namespace rumbo::render::kustomize {
namespace {

constexpr std::size_t kMostOperations = 10'000;
constexpr std::size_t kMostCopied = 1'000'000;

struct Place {
  std::vector<std::string> parents;
  std::string key;
};

std::string unescape(std::string_view token) {
  return replace_all(replace_all(token, "~1", "/"), "~0", "~");
}

std::optional<Place> parse_place(std::string_view path) {
  const auto tokens = split(path, '/');
  if (tokens.size() < 2) return std::nullopt;
  Place place;
  for (std::size_t at = 1; at + 1 < tokens.size(); ++at)
    place.parents.push_back(unescape(tokens[at]));
  place.key = unescape(tokens.back());
  return place;
}

tl::unexpected<Error> missing(std::string_view operation, std::string_view path) {
  return fail(Code::not_found, fmt::format("{} operation does not apply: doc is missing path: {}",
                                           operation, printable(path, 256)));
}

tl::unexpected<Error> bad_index(std::string_view key) {
  return fail(Code::invalid, fmt::format("Unable to access invalid index: {}", printable(key, 64)));
}

/// The index that a token means in a list of that length; negative ones count from the end.
Result<std::size_t> index_of(std::string_view key, std::size_t length) {
  const auto index = parse_int(key);
  if (!index) return bad_index(key);
  const auto size = static_cast<std::int64_t>(length);
  const std::int64_t at = *index < 0 ? *index + size : *index;
  if (at < 0 || at >= size) return bad_index(key);
  return static_cast<std::size_t>(at);
}

/// The member or element; nullopt if a map has no such member.
Result<std::optional<Value>> get(const Value& container, std::string_view key) {
  if (container.is_array()) return container[TRY(index_of(key, container.size()))];
  const Value* found = container.find(key);
  if (found == nullptr) return std::nullopt;
  return *found;
}

using Edit = Result<Value> (*)(const Value& container, const std::string& key, const Value* value);

Result<Value> add_to(const Value& container, const std::string& key, const Value* value) {
  if (container.is_object()) return container.with(key, *value);
  std::vector<Value> items(container.items().begin(), container.items().end());
  if (key == "-") {
    items.push_back(*value);
  } else {
    const std::size_t at = TRY(index_of(key, items.size() + 1));
    items.insert(items.begin() + static_cast<std::ptrdiff_t>(at), *value);
  }
  return Value::array(std::move(items));
}

Result<Value> set_in(const Value& container, const std::string& key, const Value* value) {
  if (container.is_object()) return container.with(key, *value);
  std::vector<Value> items(container.items().begin(), container.items().end());
  items[TRY(index_of(key, items.size()))] = *value;
  return Value::array(std::move(items));
}

Result<Value> remove_from(const Value& container, const std::string& key, const Value*) {
  if (container.is_object()) {
    if (container.contains(key)) return container.without(key);
    return fail(Code::not_found,
                fmt::format("Unable to remove nonexistent key: {}", printable(key, 128)));
  }
  std::vector<Value> items(container.items().begin(), container.items().end());
  const std::size_t at = TRY(index_of(key, items.size()));
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
  return Value::array(std::move(items));
}

const Value* find_parent(const Value& document, const Place& place) {
  const Value* at = &document;
  for (const std::string& part : place.parents) {
    if (at->is_array()) {
      const auto index = index_of(part, at->size());
      if (!index) return nullptr;
      at = &(*at)[*index];
    } else {
      at = at->find(part);
    }
    if (at == nullptr) return nullptr;
  }
  return at->is_array() || at->is_object() ? at : nullptr;
}

Result<Value> edit(const Value& node, std::span<const std::string> parents, const Place& place,
                   const Value* value, Edit change) {
  if (parents.empty()) return change(node, place.key, value);
  const std::string& part = parents.front();
  if (node.is_array()) {
    std::vector<Value> items(node.items().begin(), node.items().end());
    const std::size_t at = TRY(index_of(part, items.size()));
    items[at] = TRY(edit(items[at], parents.subspan(1), place, value, change));
    return Value::array(std::move(items));
  }
  return node.with(part, TRY(edit(node[part], parents.subspan(1), place, value, change)));
}

/// Takes what the value holds from the number; false once there is nothing left.
bool take(const Value& value, std::size_t& left) {
  if (left == 0) return false;
  --left;
  if (value.is_array()) {
    for (const Value& item : value.items()) {
      if (!take(item, left)) return false;
    }
  } else if (value.is_object()) {
    for (const Member& member : value.members()) {
      if (!take(member.value, left)) return false;
    }
  }
  return true;
}

/// One operation on a document. What it copies is taken from `left`: copies share their parts, and
/// a few that copy each other would be endless once they are printed.
class Operation {
 public:
  Operation(const Value& operation, Value document, std::size_t& left)
      : operation_(operation),
        left_(left),
        name_(operation["op"].as_string()),
        path_(operation["path"].as_string()),
        document_(std::move(document)) {}

  Result<Value> run() {
    if (!operation_["path"].is_string()) {
      return fail(Code::invalid, "operation missing path field");
    }
    if (name_ == "add") return change("add", operation_["value"], add_to);
    if (name_ == "remove") return change("remove", Value(), remove_from);
    if (name_ == "replace") return replace();
    if (name_ == "test") return test();
    if (name_ == "copy" || name_ == "move") return transfer();
    return fail(Code::invalid, fmt::format("Unexpected kind: {}", printable(name_, 64)));
  }

 private:
  Result<Value> change(std::string_view name, const Value& value, Edit how) {
    const auto place = parse_place(path_);
    if (!place || find_parent(document_, *place) == nullptr) return missing(name, path_);
    return edit(document_, place->parents, *place, &value, how);
  }

  Result<Value> replace() {
    if (path_.empty()) {
      const Value& whole = operation_["value"];
      if (whole.is_object() || whole.is_array()) return whole;
      return fail(Code::invalid, "replace operation hit var type");
    }
    const auto place = parse_place(path_);
    const Value* parent = place ? find_parent(document_, *place) : nullptr;
    if (parent == nullptr) return missing("replace", path_);
    if (!get(*parent, place->key)) return missing("replace", path_);
    return edit(document_, place->parents, *place, &operation_["value"], set_in);
  }

  Result<std::optional<Value>> read(std::string_view path) const {
    const auto place = parse_place(path);
    const Value* parent = place ? find_parent(document_, *place) : nullptr;
    if (parent == nullptr) return missing(name_, path);
    return get(*parent, place->key);
  }

  Result<Value> test() {
    const Value& wanted = operation_["value"];
    if (path_.empty()) {
      if (document_ == wanted) return std::move(document_);
    } else {
      const auto found = TRY(read(path_));
      if (found.value_or(Value()) == wanted) return std::move(document_);
    }
    return fail(Code::invalid, fmt::format("testing value {} failed", printable(path_, 256)));
  }

  Result<Value> transfer() {
    if (!operation_["from"].is_string()) {
      return fail(Code::invalid, "operation missing from field");
    }
    const std::string from = operation_["from"].str();
    const Value moved = TRY(read(from)).value_or(Value());
    if (name_ == "copy" && !take(moved, left_)) {
      return fail(Code::too_large, "a patch that copies more than 1000000 values");
    }
    if (name_ == "move") {
      const auto place = *parse_place(from);
      document_ = TRY(edit(document_, place.parents, place, nullptr, remove_from));
    }
    return change(name_, moved, add_to);
  }

  const Value& operation_;
  std::size_t& left_;
  std::string_view name_, path_;
  Value document_;
};

}  // namespace

Result<JsonPatch> JsonPatch::parse(std::string_view text) {
  if (text.empty()) return fail(Code::invalid, "empty json patch operations");
  Value value;
  if (text.front() == '[') {
    value = TRY(codec::parse_json(text));
  } else {
    codec::YamlOptions options;
    options.strict = false;
    value = TRY(codec::parse_yaml_value(text, "", options));
  }
  JsonPatch patch;
  if (value.is_null()) return patch;
  if (!value.is_array()) {
    return fail(Code::invalid, "json: cannot unmarshal a patch that is not a list");
  }
  if (value.size() > kMostOperations) {
    return fail(Code::too_large, "a patch of more than 10000 operations");
  }
  for (const Value& operation : value.items()) {
    if (!operation.is_object() && !operation.is_null()) {
      return fail(Code::invalid, "json: cannot unmarshal a patch operation that is no object");
    }
    patch.operations_.push_back(operation);
  }
  return patch;
}

Result<Value> JsonPatch::apply(Value document) const {
  std::size_t left = kMostCopied;
  for (const Value& operation : operations_) {
    document = TRY(Operation(operation, std::move(document), left).run());
  }
  return document;
}

}  // namespace rumbo::render::kustomize
