// Secrets in diffs: which keys, never which values.
#include <algorithm>
#include <array>

#include "codec/base64.h"
#include "codec/diff.h"

namespace rumbo::codec {
namespace {

constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

bool is_secret(const Value& object) {
  return object["kind"].as_string() == "Secret";
}

const Value& last_applied(const Value& object) {
  return object["metadata"]["annotations"][kLastApplied];
}

/// The place with `change` applied to each of its values; to the whole if it is no object.
template <class Change>
Value each_value(const Value& values, const Change& change) {
  if (!values.is_object()) return change(std::string_view(), values);
  std::vector<Member> members;
  for (const Member& member : values.members()) {
    members.emplace_back(member.key(), change(member.key(), member.value));
  }
  return Value::object(std::move(members));
}

Value mask_one(const Value& object) {
  Value out = object;
  for (const char* field : {"data", "stringData"}) {
    if (!out.contains(field) || out[field].is_null()) continue;
    out = out.with(field, each_value(out[field], [](std::string_view, const Value&) {
                     return Value(kMasked);
                   }));
  }
  if (!last_applied(out).is_null()) {
    out = out.with_path({"metadata", "annotations", kLastApplied}, kMasked);
  }
  return out;
}

/// `stringData` folded into `data`, as the API server does on writing.
Value with_encoded_data(const Value& secret) {
  const Value& plain = secret["stringData"];
  if (!plain.is_object()) return secret;
  Value out = secret.without("stringData");
  Value data = secret["data"];
  if (!data.is_object()) data = Value::object();
  for (const Member& member : plain.members()) {
    data = data.with(member.key(), member.value.is_string()
                                       ? Value(base64_encode(member.value.as_string()))
                                       : member.value);
  }
  return out.with("data", data);
}

/// What stands for a value of `after`: only whether it equals that of `before` may show.
Value compared(const Value* before, const Value& after) {
  return before == nullptr || *before == after ? Value(kMasked) : Value(kChanged);
}

Value mask_against(const Value& before, const Value& after) {
  Value out = after;
  for (const char* field : {"data", "stringData"}) {
    if (!after.contains(field) || after[field].is_null()) continue;
    const Value& old = before[field];
    const auto masked = each_value(after[field], [&](std::string_view key, const Value& value) {
      return compared(after[field].is_object() ? old.find(key) : &old, value);
    });
    out = out.with(field, masked);
  }
  if (!last_applied(after).is_null()) {
    const Value& old = last_applied(before);
    out = out.with_path({"metadata", "annotations", kLastApplied},
                        compared(old.is_null() ? nullptr : &old, last_applied(after)));
  }
  return out;
}

}  // namespace

Value mask_secret(const Value& object) {
  if (is_secret(object)) return mask_one(object);
  const auto kind = object["kind"].as_string();
  if ((kind != "List" && kind != "SecretList") || !object["items"].is_array()) return object;
  std::vector<Value> items;
  for (const Value& item : object["items"].items()) {
    items.push_back(kind == "SecretList" ? mask_one(item) : mask_secret(item));
  }
  return object.with("items", Value::array(std::move(items)));
}

std::vector<Change> diff_objects(const Value& before, const Value& after,
                                 const DiffOptions& options) {
  if (!is_secret(before) && !is_secret(after)) {
    return diff(mask_secret(before), mask_secret(after), options);
  }
  // One side may be of another kind, even a list of Secrets: both are masked in every way.
  const Value old = with_encoded_data(before), now = with_encoded_data(after);
  const Value shown_old = old.is_null() ? old : mask_secret(mask_one(old));
  Value shown_now = now.is_null() ? now : mask_against(old, now);
  if (!is_secret(now)) shown_now = mask_secret(shown_now);
  return diff(shown_old, shown_now, options);
}

}  // namespace rumbo::codec
