#include "control/field_query.h"

#include <algorithm>

#include "base/strings.h"

namespace rumbo::control {
namespace {

bool ends_name(std::string_view rest) {
  return rest.empty() || rest.front() == '.' || rest.front() == '[';
}

/// How much of the query names this object; 0 if it does not.
std::size_t named(const Object& object, std::string_view query) {
  const std::string kind = to_lower(object.key.kind) + "/" + object.key.name;
  const std::string whole = object.key.ns + "/" + kind;
  const std::string lower = to_lower(query);
  std::size_t most = 0;
  for (const std::string& name : {whole, kind, object.key.name}) {
    const std::string wanted = to_lower(name);
    if (lower.starts_with(wanted) && ends_name(query.substr(wanted.size()))) {
      most = std::max(most, wanted.size());
    }
  }
  return most;
}

tl::unexpected<Error> no_field(const Object& object, const codec::Pointer& at,
                               std::string_view rest, const Value& value) {
  std::vector<std::string_view> names;
  std::string listed;
  for (const Member& member : value.members()) {
    names.push_back(member.key());
    if (names.size() <= 20) listed += (listed.empty() ? "" : ", ") + std::string(member.key());
  }
  const std::string_view word = rest.substr(0, rest.find_first_of(".["));
  const std::string_view near = closest(word, names);
  std::string hint = "there are: " + printable(listed, 512);
  if (value.is_array()) hint = std::to_string(value.items().size()) + " elements: [0], [name=…]";
  if (listed.empty() && !value.is_array()) hint = "it is a plain value";
  if (!near.empty()) hint = "did you mean `" + std::string(near) + "`?";
  return fail(Error(Code::not_found, object.key.to_string() + " has no field `" +
                                         printable(rest, 256) + "` at `" +
                                         printable(at.to_string(), 256) + "`")
                  .with_hint(std::move(hint)));
}

/// The longest key that the rest begins with.
const Member* member_of(const Value& map, std::string_view rest) {
  const Member* best = nullptr;
  for (const Member& member : map.members()) {
    const std::string_view key = member.key();
    const bool fits = rest.starts_with(key) && ends_name(rest.substr(key.size()));
    if (fits && (best == nullptr || best->key().size() < key.size())) best = &member;
  }
  return best;
}

/// The element that "0" or "name=web" (or "web" for a name) means.
std::optional<std::size_t> element_of(const Value& list, std::string_view word) {
  if (const auto index = codec::pointer_index(std::string(word))) {
    return *index < list.items().size() ? index : std::nullopt;
  }
  const std::size_t equals = word.find('=');
  const std::string_view key = equals == word.npos ? "name" : word.substr(0, equals);
  const std::string_view wanted = equals == word.npos ? word : word.substr(equals + 1);
  for (std::size_t at = 0; at < list.items().size(); ++at) {
    if (list.items()[at][key].as_string() == wanted) return at;
  }
  return std::nullopt;
}

Result<FieldQuery> walk(const Object& object, std::string_view rest) {
  FieldQuery found{&object, codec::Pointer(), &object.value};
  while (!rest.empty()) {
    const Value& value = *found.value;
    if (rest.front() == '.') rest.remove_prefix(1);
    if (rest.empty()) break;
    if (value.is_array()) {
      const bool bracket = rest.front() == '[';
      const std::size_t end = bracket ? rest.find(']') : std::min(rest.size(), rest.find('.'));
      const std::string_view word =
          rest.substr(bracket ? 1 : 0, end == rest.npos ? rest.npos : end - (bracket ? 1 : 0));
      const auto index = element_of(value, word);
      if (!index || end == rest.npos) return no_field(object, found.pointer, rest, value);
      found.value = &value.items()[*index];
      found.pointer = found.pointer.child(*index);
      rest.remove_prefix(end + (bracket ? 1 : 0));
      continue;
    }
    const Member* member = member_of(value, rest);
    if (member == nullptr) return no_field(object, found.pointer, rest, value);
    found.value = &member->value;
    found.pointer = found.pointer.child(member->key());
    rest.remove_prefix(member->key().size());
  }
  return found;
}

}  // namespace

Result<FieldQuery> find_field(const std::vector<Object>& objects, std::string_view query) {
  std::size_t longest = 0;
  std::vector<const Object*> meant;
  for (const Object& object : objects) {
    const std::size_t length = named(object, query);
    if (length == 0 || length < longest) continue;
    if (length > longest) meant.clear();
    longest = length;
    meant.push_back(&object);
  }
  std::string listed;
  std::size_t count = 0;
  for (const Object& object : objects) {
    if (++count > 20) break;
    listed += (listed.empty() ? "" : ", ") + object.key.kind + "/" + object.key.name;
  }
  if (meant.empty()) {
    return fail(Error(Code::not_found, "no object `" + printable(query, 256) + "`")
                    .with_hint(listed.empty() ? "there are none" : "there are: " + listed));
  }
  if (meant.size() > 1) {
    return fail(Error(Code::conflict, "`" + printable(query.substr(0, longest), 256) +
                                          "` names more than one object")
                    .with_hint("write NAMESPACE/KIND/NAME: " + meant[0]->key.to_string() + " or " +
                               meant[1]->key.to_string()));
  }
  return walk(*meant.front(), query.substr(longest));
}

Value layer_value(const Layer& layer) {
  Value value = Value::object({{"what", layer.what}});
  if (!layer.place.file.empty()) value = value.with("file", layer.place.file);
  if (layer.place.line > 0) value = value.with("line", layer.place.line);
  if (layer.place.column > 0) value = value.with("column", layer.place.column);
  return value;
}

}  // namespace rumbo::control
