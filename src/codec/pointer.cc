#include "codec/pointer.h"

#include <fmt/format.h>

#include "base/strings.h"

namespace rumbo::codec {
namespace {

Result<std::string> unescape(std::string_view token) {
  std::string out;
  for (std::size_t at = 0; at < token.size(); ++at) {
    if (token[at] != '~') {
      out += token[at];
      continue;
    }
    const char code = at + 1 < token.size() ? token[at + 1] : '\0';
    if (code != '0' && code != '1') {
      return fail(Error(Code::invalid, "`~` in a JSON pointer must be followed by 0 or 1")
                      .with_hint("write `~0` for `~` and `~1` for `/`"));
    }
    out += code == '0' ? '~' : '/';
    ++at;
  }
  return out;
}

tl::unexpected<Error> nothing_there(std::span<const std::string> parts, std::size_t depth) {
  const auto end = parts.begin() + static_cast<std::ptrdiff_t>(depth) + 1;
  const Pointer place(std::vector<std::string>(parts.begin(), end));
  return fail(Code::not_found, fmt::format("nothing at {}", printable(place.to_string(), 256)));
}

const Value* step(const Value& value, const std::string& token) {
  if (value.is_object()) return value.find(token);
  const auto index = pointer_index(token);
  if (!value.is_array() || !index || *index >= value.size()) return nullptr;
  return &value.items()[*index];
}

/// A copy of `value` with element `index` replaced, or appended when index is the length.
Value with_item(const Value& value, std::size_t index, Value item) {
  std::vector<Value> items(value.items().begin(), value.items().end());
  if (index == items.size()) {
    items.push_back(std::move(item));
  } else {
    items[index] = std::move(item);
  }
  return Value::array(std::move(items));
}

/// Applies `change` to the parent of the last token, and copies the way back up.
template <class Change>
Result<Value> rebuild(const Value& value, std::span<const std::string> parts, std::size_t depth,
                      const Change& change) {
  const std::string& token = parts[depth];
  if (depth + 1 == parts.size()) return change(value, token);
  const Value* next = step(value, token);
  if (next == nullptr) return nothing_there(parts, depth);
  Value below = TRY(rebuild(*next, parts, depth + 1, change));
  if (value.is_object()) return value.with(token, std::move(below));
  return with_item(value, *pointer_index(token), std::move(below));
}

}  // namespace

Result<Pointer> Pointer::parse(std::string_view text) {
  if (text.empty()) return Pointer();
  if (text.front() != '/') {
    return fail(Code::invalid,
                fmt::format("JSON pointer `{}` does not begin with `/`", printable(text, 256)));
  }
  std::vector<std::string> parts;
  for (const std::string_view token : split(text.substr(1), '/')) {
    parts.push_back(TRY(unescape(token)));
  }
  return Pointer(std::move(parts));
}

Pointer Pointer::child(std::string_view key) const {
  Pointer out = *this;
  out.parts_.emplace_back(key);
  return out;
}

Pointer Pointer::child(std::size_t index) const {
  return child(std::to_string(index));
}

Pointer Pointer::parent() const {
  Pointer out = *this;
  if (!out.parts_.empty()) out.parts_.pop_back();
  return out;
}

std::string Pointer::to_string() const {
  std::string out;
  for (const std::string& part : parts_) out += '/' + escape_pointer_token(part);
  return out;
}

std::string escape_pointer_token(std::string_view token) {
  std::string out;
  for (const char c : token) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::optional<std::size_t> pointer_index(std::string_view token) {
  if (token.empty() || token.size() > 18 || (token.size() > 1 && token[0] == '0')) return {};
  std::size_t index = 0;
  for (const char c : token) {
    if (c < '0' || c > '9') return {};
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return index;
}

const Value* resolve(const Value& root, const Pointer& pointer) {
  const Value* at = &root;
  for (const std::string& token : pointer.parts()) {
    at = step(*at, token);
    if (at == nullptr) return nullptr;
  }
  return at;
}

Result<Value> with(const Value& root, const Pointer& pointer, Value value) {
  const auto parts = pointer.parts();
  if (parts.empty()) return value;
  return rebuild(root, parts, 0,
                 [&](const Value& parent, const std::string& token) -> Result<Value> {
                   if (parent.is_object()) return parent.with(token, value);
                   const auto index = token == "-" ? parent.size() : pointer_index(token);
                   if (!parent.is_array() || !index || *index > parent.size()) {
                     return nothing_there(parts, parts.size() - 1);
                   }
                   return with_item(parent, *index, value);
                 });
}

Result<Value> without(const Value& root, const Pointer& pointer) {
  const auto parts = pointer.parts();
  if (parts.empty()) return fail(Code::invalid, "the whole document cannot be removed");
  return rebuild(root, parts, 0,
                 [&](const Value& parent, const std::string& token) -> Result<Value> {
                   if (step(parent, token) == nullptr) {
                     return nothing_there(parts, parts.size() - 1);
                   }
                   if (parent.is_object()) return parent.without(token);
                   std::vector<Value> items(parent.items().begin(), parent.items().end());
                   items.erase(items.begin() + static_cast<std::ptrdiff_t>(*pointer_index(token)));
                   return Value::array(std::move(items));
                 });
}

}  // namespace rumbo::codec
