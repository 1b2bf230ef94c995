// Whether an object fits its type, and what decoding leaves of it.
#include <algorithm>
#include <set>

#include "base/strings.h"
#include "structured_merge.h"

namespace rumbo::fake_api {
namespace {

/// As the server's library names what it got.
std::string got(const Value& value) {
  return std::string(to_string(value.kind()));
}

std::string wrong_scalar(const Type& type, const Value& value) {
  if (value.is_null()) return {};
  switch (type.kind) {
    case Type::Kind::text:
      return value.is_string() ? "" : "expected string, got " + got(value);
    case Type::Kind::number:
      return value.is_number() ? "" : "expected numeric (int or float), got " + got(value);
    case Type::Kind::boolean:
      return value.is_bool() ? "" : "expected boolean, got " + got(value);
    case Type::Kind::scalar:
      return value.is_object() || value.is_array() ? "expected scalar, got " + got(value) : "";
    default:
      return {};
  }
}

std::string misfit_at(const Value& value, const Type& type, bool allow_duplicates,
                      const std::string& path);

std::string misfit_in_list(const Value& value, const Type& type, bool allow_duplicates,
                           const std::string& path) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < value.size(); ++i) {
    std::string element = "i:" + std::to_string(i);
    if (!type.atomic && type.keys.empty()) {
      element = FieldSet::item(value[i]);
    } else if (!type.atomic) {
      std::vector<Member> fields;
      for (const std::string& key : type.keys) {
        const auto preset = type.element->defaults.find(key);
        if (const Value* given = value[i].find(key)) {
          fields.emplace_back(key, *given);
        } else if (preset != type.element->defaults.end()) {
          fields.emplace_back(key, preset->second);
        }
      }
      if (fields.empty()) {
        return path + ": element " + std::to_string(i) +
               ": associative list with keys has an element that omits all key fields [\"" +
               join(type.keys, "\" \"") +
               "\"] (and doesn't have default values for any key fields)";
      }
      element = FieldSet::key(Value::object(std::move(fields)));
    }
    if (!seen.insert(element).second && !allow_duplicates) {
      return path + ": duplicate entries for key " + FieldSet::printed(element);
    }
    std::string wrong =
        misfit_at(value[i], *type.element, allow_duplicates, path + FieldSet::printed(element));
    if (!wrong.empty()) return wrong;
  }
  return {};
}

std::string misfit_at(const Value& value, const Type& type, bool allow_duplicates,
                      const std::string& path) {
  if (value.is_null()) return {};
  if (type.kind == Type::Kind::list) {
    if (!value.is_array()) return path + ": expected list, got " + got(value);
    return misfit_in_list(value, type, allow_duplicates, path);
  }
  if (type.kind == Type::Kind::map) {
    if (!value.is_object()) return path + ": expected map, got " + got(value);
    for (const Member& member : value.members()) {
      const Type* field = type.field(member.key());
      const std::string below = path + "." + std::string(member.key());
      if (field == nullptr) return below + ": field not declared in schema";
      std::string wrong = misfit_at(member.value, *field, allow_duplicates, below);
      if (!wrong.empty()) return wrong;
    }
    return {};
  }
  const std::string wrong = wrong_scalar(type, value);
  return wrong.empty() ? "" : path + ": " + wrong;
}

}  // namespace

std::string misfit(const Value& object, const Type& type, bool allow_duplicates) {
  return misfit_at(object, type, allow_duplicates, "");
}

Value without_nulls(const Value& object, const Type& type) {
  if (type.kind == Type::Kind::map && object.is_object()) {
    std::vector<Member> members;
    for (const Member& member : object.members()) {
      if (member.value.is_null()) continue;
      const Type* field = type.field(member.key());
      Value value = field == nullptr ? member.value : without_nulls(member.value, *field);
      members.emplace_back(member.key(), std::move(value));
    }
    return Value::object(std::move(members));
  }
  if (type.kind == Type::Kind::list && object.is_array()) {
    std::vector<Value> items;
    for (const Value& item : object.items()) items.push_back(without_nulls(item, *type.element));
    return Value::array(std::move(items));
  }
  return object;
}

Value pruned(const Value& object, const Type& type, const std::string& path,
             std::vector<std::string>& unknown) {
  if (type.kind == Type::Kind::map && object.is_object()) {
    std::vector<Member> members;
    for (const Member& member : object.members()) {
      const Type* field = type.field(member.key());
      const std::string below =
          path.empty() ? std::string(member.key()) : path + "." + std::string(member.key());
      if (field == nullptr) {
        unknown.push_back(below);
      } else {
        members.emplace_back(member.key(), pruned(member.value, *field, below, unknown));
      }
    }
    return Value::object(std::move(members));
  }
  if (type.kind == Type::Kind::list && object.is_array()) {
    std::vector<Value> items;
    for (std::size_t i = 0; i < object.size(); ++i) {
      items.push_back(
          pruned(object[i], *type.element, path + "[" + std::to_string(i) + "]", unknown));
    }
    return Value::array(std::move(items));
  }
  return object;
}

}  // namespace rumbo::fake_api
