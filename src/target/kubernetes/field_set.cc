#include "target/kubernetes/field_set.h"

#include <algorithm>
#include <iterator>

#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr int kMaxDepth = 64;
constexpr codec::JsonLimits kElementLimits{.max_bytes = 1 << 16, .max_depth = 16};

tl::unexpected<Error> malformed(std::string_view element, std::string_view why) {
  return fail(Code::invalid,
              "managed fields: element `" + printable(element, 200) + "`: " + std::string(why));
}

/// One writing for each element, so that elements can be compared as texts.
Result<std::string> canonical(std::string_view element) {
  if (element.size() < 2 || element[1] != ':') {
    return malformed(element, "want f:, k:, v: or i: at its beginning");
  }
  const std::string_view rest = element.substr(2);
  switch (element[0]) {
    case 'f':
      return std::string(element);
    case 'k': {
      const auto fields = codec::parse_json(rest, kElementLimits);
      if (!fields || !fields->is_object() || fields->empty()) {
        return malformed(element, "want an object of key fields behind k:");
      }
      return FieldSet::key(*fields);
    }
    case 'v': {
      const auto value = codec::parse_json(rest, kElementLimits);
      if (!value) return malformed(element, "want a JSON value behind v:");
      return FieldSet::item(*value);
    }
    case 'i': {
      const auto index = parse_int(rest);
      if (!index || *index < 0) return malformed(element, "want an index behind i:");
      return "i:" + std::to_string(*index);
    }
    default:
      return malformed(element, "want f:, k:, v: or i: at its beginning");
  }
}

Result<> parse_below(const Value& fields, int depth, FieldSet& into) {
  if (depth > kMaxDepth) {
    return fail(Code::too_large,
                "managed fields: deeper than " + std::to_string(kMaxDepth) + " levels");
  }
  for (const Member& member : fields.members()) {
    if (!member.value.is_object()) return malformed(member.key(), "want an object behind it");
    if (member.key() == ".") {
      if (depth > 1) into.insert();  // the root itself is never in a set
      continue;
    }
    FieldSet& child = into.at(TRY(canonical(member.key())));
    if (member.value.empty()) {
      child.insert();
    } else {
      TRY(parse_below(member.value, depth + 1, child));
    }
  }
  return {};
}

Value print_below(const FieldSet& set, bool with_self) {
  std::vector<Member> members;
  members.reserve(set.children().size() + 1);
  if (with_self && set.member()) members.emplace_back(".", Value::object());
  for (const auto& [element, child] : set.children()) {
    members.emplace_back(element,
                         child.children().empty() ? Value::object() : print_below(child, true));
  }
  return Value::object(std::move(members));
}

}  // namespace

Result<FieldSet> FieldSet::parse(const Value& fields_v1) {
  FieldSet set;
  if (fields_v1.is_null()) return set;
  if (!fields_v1.is_object()) {
    return fail(Code::invalid,
                "managed fields: want an object, not " + std::string(to_string(fields_v1.kind())));
  }
  TRY(parse_below(fields_v1, 1, set));
  set.prune();
  return set;
}

Value FieldSet::to_value() const {
  return print_below(*this, false);
}

std::string FieldSet::field(std::string_view name) {
  return "f:" + std::string(name);
}
std::string FieldSet::key(const Value& key_fields) {
  return "k:" + codec::to_json(key_fields);
}
std::string FieldSet::item(const Value& element) {
  return "v:" + codec::to_json(element);
}

bool FieldSet::names(std::string_view element, const Value& item) {
  const auto name = codec::parse_json(element.substr(std::min<std::size_t>(2, element.size())));
  if (!name) return false;
  if (element.starts_with("v:")) return item == *name;
  const auto keys = name->members();
  return std::all_of(keys.begin(), keys.end(),
                     [&](const Member& key) { return item[key.key()] == key.value; });
}

const FieldSet* FieldSet::below(std::string_view element) const {
  const auto found = children_.find(element);
  return found == children_.end() ? nullptr : &found->second;
}

FieldSet& FieldSet::at(std::string_view element) {
  const auto found = children_.find(element);
  return found != children_.end() ? found->second : children_[std::string(element)];
}

void FieldSet::prune() {
  for (auto entry = children_.begin(); entry != children_.end();) {
    entry->second.prune();
    entry = entry->second.empty() ? children_.erase(entry) : std::next(entry);
  }
}

FieldSet FieldSet::union_with(const FieldSet& other) const {
  FieldSet result = *this;
  result.member_ = member_ || other.member_;
  for (const auto& [element, child] : other.children_) {
    const auto found = result.children_.find(element);
    if (found == result.children_.end()) {
      result.children_.emplace(element, child);
    } else {
      found->second = found->second.union_with(child);
    }
  }
  return result;
}

FieldSet FieldSet::intersection(const FieldSet& other) const {
  FieldSet result;
  result.member_ = member_ && other.member_;
  for (const auto& [element, child] : children_) {
    const FieldSet* theirs = other.below(element);
    if (theirs == nullptr) continue;
    FieldSet common = child.intersection(*theirs);
    if (!common.empty()) result.children_.emplace(element, std::move(common));
  }
  return result;
}

FieldSet FieldSet::difference(const FieldSet& other) const {
  FieldSet result;
  result.member_ = member_ && !other.member_;
  for (const auto& [element, child] : children_) {
    const FieldSet* theirs = other.below(element);
    FieldSet rest = theirs == nullptr ? child : child.difference(*theirs);
    if (!rest.empty()) result.children_.emplace(element, std::move(rest));
  }
  return result;
}

}  // namespace rumbo::target::kubernetes
