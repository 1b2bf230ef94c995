// SchemaCheck: the keywords of objects and arrays.
#include <fmt/format.h>
#include <unordered_map>

#include "base/strings.h"
#include "codec/json_schema_check.h"
#include "codec/json_schema_equal.h"
#include "codec/json_schema_words.h"

namespace rumbo::codec {
namespace {

using namespace schema_words;

std::string escaped(std::string_view token) {
  return replace_all(replace_all(token, "~", "~0"), "/", "~1");
}

std::vector<std::string> missing_of(const Value& object, const Value& names) {
  std::vector<std::string> missing;
  for (const Value& name : names.items()) {
    if (name.is_string() && !object.contains(name.as_string())) missing.push_back(name.str());
  }
  return missing;
}

}  // namespace

void SchemaCheck::check_below(Frame& frame, const Value& schema, const Value& value,
                              std::string_view token) {
  const std::size_t size = pointer_.size();
  pointer_ += '/';
  pointer_ += escaped(token);
  add(frame, check(child(frame, schema), value, nullptr));
  pointer_.resize(size);
}

void SchemaCheck::check_object(Frame& frame) {
  if (!frame.value.is_object()) return;
  if (frame.place.asserts) check_object_size(frame);
  check_dependencies(frame);
  check_members(frame);
  check_property_names(frame);
}

void SchemaCheck::check_object_size(Frame& frame) {
  const Value& schema = *frame.place.schema;
  const auto size = static_cast<double>(frame.value.size());
  const Value &least = schema["minProperties"], &most = schema["maxProperties"];
  if (least.is_number() && size < least.as_double()) {
    add(frame,
        fmt::format("minProperties: got {}, want {}", number(size), number(least.as_double())));
  }
  if (most.is_number() && size > most.as_double()) {
    add(frame,
        fmt::format("maxProperties: got {}, want {}", number(size), number(most.as_double())));
  }
  const auto missing = missing_of(frame.value, schema["required"]);
  if (!missing.empty()) {
    add(frame, fmt::format("missing {} {}", missing.size() == 1 ? "property" : "properties",
                           quote_all(missing)));
  }
}

void SchemaCheck::check_dependencies(Frame& frame) {
  const Value& schema = *frame.place.schema;
  for (const std::string_view keyword : {"dependencies", "dependentRequired", "dependentSchemas"}) {
    if (keyword != "dependencies" && frame.place.draft < Draft::v2019) continue;
    for (const Member& member : schema[keyword].members()) {
      if (!frame.value.contains(member.key())) continue;
      if (member.value.is_array()) {
        const auto missing = missing_of(frame.value, member.value);
        if (!missing.empty()) {
          add(frame, fmt::format("properties {} required, if {} exists", quote_all(missing),
                                 quote(member.key())));
        }
      } else {
        add(frame, check(child(frame, member.value), frame.value, &frame.evaluated));
      }
    }
  }
}

void SchemaCheck::check_member(Frame& frame, const Member& member,
                               std::vector<std::string>& additional) {
  const Value& schema = *frame.place.schema;
  bool evaluated = false;
  if (const Value* own = schema["properties"].find(member.key())) {
    evaluated = true;
    check_below(frame, *own, member.value, member.key());
  }
  for (const Member& pattern : schema["patternProperties"].members()) {
    const Regex* compiled = index_.pattern(pattern.key());
    if (compiled == nullptr || !compiled->found_in(member.key())) continue;
    evaluated = true;
    check_below(frame, pattern.value, member.value, member.key());
  }
  const Value* others = schema.find("additionalProperties");
  if (!evaluated && others != nullptr) {
    evaluated = true;
    if (!others->is_bool()) {
      check_below(frame, *others, member.value, member.key());
    } else if (!others->as_bool()) {
      additional.emplace_back(member.key());
    }
  }
  if (evaluated && index_.tracks_evaluated()) frame.evaluated.members.emplace(member.key());
}

void SchemaCheck::check_members(Frame& frame) {
  const Value& schema = *frame.place.schema;
  if (!schema.contains("properties") && !schema.contains("patternProperties") &&
      !schema.contains("additionalProperties")) {
    return;
  }
  std::vector<std::string> additional;
  for (const Member& member : frame.value.members()) check_member(frame, member, additional);
  if (!additional.empty()) {
    add(frame, fmt::format("additional properties {} not allowed", quote_all(additional)));
  }
}

void SchemaCheck::check_property_names(Frame& frame) {
  if (frame.place.draft == Draft::v4) return;
  const Value* names = frame.place.schema->find("propertyNames");
  if (names == nullptr) return;
  for (const Member& member : frame.value.members()) {
    Findings found = check(child(frame, *names), member.name, nullptr);
    if (found.empty()) continue;
    SchemaFinding finding{pointer_, "invalid propertyName " + quote(member.key()), {}};
    if (found.size() > 1) finding.causes = std::move(found);
    frame.findings.push_back(std::move(finding));
  }
}

void SchemaCheck::check_array(Frame& frame) {
  if (!frame.value.is_array()) return;
  if (frame.place.asserts) check_array_size(frame);
  check_items(frame);
  check_contains(frame);
}

void SchemaCheck::check_array_size(Frame& frame) {
  const Value& schema = *frame.place.schema;
  const auto size = static_cast<double>(frame.value.size());
  const Value &least = schema["minItems"], &most = schema["maxItems"];
  if (least.is_number() && size < least.as_double()) {
    add(frame, fmt::format("minItems: got {}, want {}", number(size), number(least.as_double())));
  }
  if (most.is_number() && size > most.as_double()) {
    add(frame, fmt::format("maxItems: got {}, want {}", number(size), number(most.as_double())));
  }
  if (schema["uniqueItems"].as_bool()) check_unique(frame);
}

void SchemaCheck::check_unique(Frame& frame) {
  std::unordered_map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < frame.value.size(); ++i) {
    const auto [earlier, added] = seen.emplace(identity(frame.value.items()[i]), i);
    if (added) continue;
    add(frame, fmt::format("items at {} and {} are equal", earlier->second, i));
    return;
  }
}

void SchemaCheck::check_items(Frame& frame) {
  const Value& schema = *frame.place.schema;
  const bool tuples = frame.place.draft >= Draft::v2020;
  const Value* items = schema.find("items");
  const Value* first = tuples ? schema.find("prefixItems") : items;
  const Value* rest = tuples ? items : nullptr;
  if (!tuples && items != nullptr) {
    rest = items->is_array() ? schema.find("additionalItems") : items;
    if (!items->is_array()) first = nullptr;
  }
  const std::size_t prefix = first == nullptr ? 0 : first->size();
  std::size_t refused = 0;
  for (std::size_t i = 0; i < frame.value.size(); ++i) {
    const Value& value = frame.value.items()[i];
    if (i < prefix) {
      check_below(frame, first->items()[i], value, std::to_string(i));
    } else if (rest == nullptr) {
      break;
    } else if (rest->is_bool() && prefix > 0) {
      refused += rest->as_bool() ? 0 : 1;
    } else {
      check_below(frame, *rest, value, std::to_string(i));
    }
    if (index_.tracks_evaluated()) frame.evaluated.items.insert(i);
  }
  if (refused > 0) {
    add(frame, fmt::format("last {} additionalItem(s) not allowed", count(refused)));
  }
}

void SchemaCheck::check_contains(Frame& frame) {
  if (frame.place.draft == Draft::v4) return;
  const Value& schema = *frame.place.schema;
  const Value* wanted = schema.find("contains");
  if (wanted == nullptr) return;
  std::vector<std::size_t> matched;
  for (std::size_t i = 0; i < frame.value.size(); ++i) {
    if (!fits(child(frame, *wanted), frame.value.items()[i], nullptr)) continue;
    matched.push_back(i);
    if (frame.place.draft >= Draft::v2020) frame.evaluated.items.insert(i);
  }
  const bool counts = frame.place.draft >= Draft::v2019;
  const Value &least = schema["minContains"], &most = schema["maxContains"];
  const double found = static_cast<double>(matched.size());
  if (counts && least.is_number()) {
    if (found < least.as_double()) {
      add(frame,
          fmt::format(
              "min {} items required to match contains schema, but {}", number(least.as_double()),
              matched.empty() ? "none matched" : "matched " + count(matched.size()) + " items"));
    }
  } else if (matched.empty()) {
    add(frame, "no items match contains schema");
  }
  if (counts && most.is_number() && found > most.as_double()) {
    add(frame, fmt::format("max {} items required to match contains schema, but matched {} items",
                           number(most.as_double()), count(matched.size())));
  }
}

void SchemaCheck::check_unevaluated(Frame& frame) {
  if (frame.place.draft < Draft::v2019 || !index_.tracks_evaluated()) return;
  const Value& schema = *frame.place.schema;
  if (const Value* others = schema.find("unevaluatedProperties")) {
    for (const Member& member : frame.value.members()) {
      if (frame.evaluated.all_members || frame.evaluated.members.contains(member.key())) continue;
      check_below(frame, *others, member.value, member.key());
    }
    frame.evaluated.all_members = true;
  }
  if (const Value* others = schema.find("unevaluatedItems")) {
    for (std::size_t i = 0; i < frame.value.size() && frame.value.is_array(); ++i) {
      if (frame.evaluated.all_items || frame.evaluated.items.contains(i)) continue;
      check_below(frame, *others, frame.value.items()[i], std::to_string(i));
    }
    frame.evaluated.all_items = true;
  }
}

}  // namespace rumbo::codec
