#include "engine/field_path.h"

#include <algorithm>

#include "codec/json.h"
#include "codec/pointer.h"

namespace rumbo::engine {
namespace {

using Part = FieldPath::Part;
using Parts = std::vector<Part>;
using Kind = Part::Kind;

constexpr int kDeepest = 64;  // of a fieldsV1 set
constexpr std::size_t kMostPaths = 10'000;

bool holds(const Part& part, const Value& at) {
  return part.condition && part.condition->holds(at);
}

bool contains_all(const Value& element, const Value& members) {
  return std::all_of(members.members().begin(), members.members().end(), [&](const Member& one) {
    const Value* found = element.find(one.key());
    return found != nullptr && *found == one.value;
  });
}

Value with_element(const Value& list, std::size_t index, std::optional<Value> element) {
  std::vector<Value> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (i != index) {
      out.push_back(list[i]);
    } else if (element) {
      out.push_back(*element);
    }
  }
  return Value::array(std::move(out));
}

/// Indexes of the elements a part means.
std::vector<std::size_t> elements(const Part& part, const Value& list) {
  std::vector<std::size_t> out;
  if (part.kind == Kind::token) {
    const auto index = codec::pointer_index(part.token);
    if (index && *index < list.size()) out.push_back(*index);
    return out;
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool fits =
        part.kind == Kind::each ||
        (part.value.is_object() ? contains_all(list[i], part.value) : list[i] == part.value);
    if (fits) out.push_back(i);
  }
  return out;
}

// ---- Removing

std::optional<Value> removed(const Value& at, const Parts& parts, std::size_t next);

Value removed_below(const Value& at, const Parts& parts, std::size_t next) {
  const Part& part = parts[next];
  Value out = at;
  if (at.is_array()) {
    const auto indexes = elements(part, at);
    // From behind, so that what is taken out moves nothing that is still to come.
    for (auto it = indexes.rbegin(); it != indexes.rend(); ++it) {
      out = with_element(out, *it, removed(at[*it], parts, next + 1));
    }
    return out;
  }
  for (const Member& member : at.members()) {
    const bool meant =
        part.kind == Kind::each || (part.kind == Kind::token && member.key() == part.token);
    if (!meant) continue;
    const auto below = removed(member.value, parts, next + 1);
    out = below ? out.with(member.key(), *below) : out.without(member.key());
  }
  return out;
}

/// nullopt: the path ends here.
std::optional<Value> removed(const Value& at, const Parts& parts, std::size_t next) {
  while (next < parts.size() && parts[next].kind == Kind::select) {
    if (!holds(parts[next], at)) return at;
    ++next;
  }
  if (next == parts.size()) return std::nullopt;
  return removed_below(at, parts, next);
}

// ---- Adopting

using Maybe = std::optional<Value>;

Maybe adopted_at(const Maybe& want, const Maybe& live, const Parts& parts, std::size_t next);

/// The element of `live` that is the same as want's: by name, or by index without names.
Maybe partner(const Value& live, const Value& element, std::size_t index) {
  if (element["name"].is_string()) {
    for (const Value& one : live.items()) {
      if (one["name"] == element["name"]) return one;
    }
    return std::nullopt;
  }
  return index < live.size() ? Maybe(live[index]) : std::nullopt;
}

Value adopted_list(const Value& want, const Value& live, const Parts& parts, std::size_t next) {
  Value out = want;
  const auto indexes = elements(parts[next], want);
  for (auto it = indexes.rbegin(); it != indexes.rend(); ++it) {
    const Maybe other = partner(live, want[*it], *it);
    if (!other) continue;  // only one side has it
    out = with_element(out, *it, adopted_at(want[*it], other, parts, next + 1));
  }
  return out;
}

Maybe adopted_below(const Maybe& want, const Value& live, const Parts& parts, std::size_t next) {
  const Part& part = parts[next];
  if (want && want->is_array()) {
    return live.is_array() ? adopted_list(*want, live, parts, next) : *want;
  }
  if (want && !want->is_object()) return want;
  if (!live.is_object()) return want;  // also lists that only live has
  std::vector<std::string> keys;
  if (part.kind == Kind::token) {
    keys.push_back(part.token);
  } else if (part.kind == Kind::each) {
    for (const Member& member : live.members()) keys.emplace_back(member.key());
    if (want) {
      for (const Member& member : want->members()) keys.emplace_back(member.key());
    }
  }
  Maybe out = want;
  for (const std::string& key : keys) {
    const Value* mine = want ? want->find(key) : nullptr;
    const Value* theirs = live.find(key);
    if (mine == nullptr && theirs == nullptr) continue;
    const Maybe below =
        adopted_at(mine != nullptr ? Maybe(*mine) : std::nullopt,
                   theirs != nullptr ? Maybe(*theirs) : std::nullopt, parts, next + 1);
    if (below) {
      out = (out ? *out : Value::object()).with(key, *below);
    } else if (out) {
      out = out->without(key);
    }
  }
  return out;
}

Maybe adopted_at(const Maybe& want, const Maybe& live, const Parts& parts, std::size_t next) {
  while (next < parts.size() && parts[next].kind == Kind::select) {
    const Maybe& judged = want ? want : live;
    if (!judged || !holds(parts[next], *judged)) return want;
    ++next;
  }
  if (next == parts.size()) return live;
  if (!live) {
    // Live has nothing there: neither has what is written.
    return want ? removed(*want, parts, next) : want;
  }
  return adopted_below(want, *live, parts, next);
}

// ---- fieldsV1

void collect(const Value& fields, Parts& parts, int depth, std::vector<FieldPath>& out) {
  if (depth > kDeepest || out.size() >= kMostPaths) return;
  bool leaf = true;
  for (const Member& member : fields.members()) {
    const std::string_view key = member.key();
    if (key == ".") continue;
    Part part;
    if (key.starts_with("f:")) {
      part.token = key.substr(2);
    } else if (key.starts_with("k:") || key.starts_with("v:")) {
      const auto value = codec::parse_json(key.substr(2));
      if (!value) continue;
      part.kind = Kind::keyed;
      part.value = *value;
    } else if (key.starts_with("i:")) {
      part.token = key.substr(2);
    } else {
      continue;
    }
    leaf = false;
    parts.push_back(std::move(part));
    collect(member.value, parts, depth + 1, out);
    parts.pop_back();
  }
  if (leaf && !parts.empty()) out.emplace_back(parts);
}

}  // namespace

Result<FieldPath> FieldPath::from_pointer(std::string_view text) {
  const codec::Pointer pointer = TRY(codec::Pointer::parse(text));
  if (pointer.is_root()) return fail(Code::invalid, "it names the whole object");
  Parts parts;
  for (const std::string& token : pointer.parts()) {
    Part part;
    part.token = token;
    parts.push_back(std::move(part));
  }
  return FieldPath(std::move(parts));
}

Value FieldPath::removed_from(const Value& object) const {
  return removed(object, parts_, 0).value_or(object);
}

Value FieldPath::adopted(const Value& want, const Value& live) const {
  return adopted_at(want, live, parts_, 0).value_or(want);
}

std::vector<FieldPath> managed_paths(const Value& live, const std::vector<std::string>& managers) {
  std::vector<FieldPath> out;
  for (const Value& entry : live["metadata"]["managedFields"].items()) {
    const bool meant =
        std::find(managers.begin(), managers.end(), entry["manager"].str()) != managers.end();
    if (!meant || entry["subresource"].as_string() == "status") continue;
    Parts parts;
    collect(entry["fieldsV1"], parts, 0, out);
  }
  return out;
}

}  // namespace rumbo::engine
