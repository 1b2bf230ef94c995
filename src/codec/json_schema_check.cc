#include "codec/json_schema_check.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "base/strings.h"
#include "codec/json_schema_equal.h"
#include "codec/json_schema_format.h"
#include "codec/json_schema_words.h"
#include "codec/utf8.h"

namespace rumbo::codec {
namespace {

using namespace schema_words;

constexpr int kMaxDepth = 400;
constexpr std::uint64_t kMaxChecks = 2'000'000;  // of one schema over one value
constexpr std::uint64_t kMaxFindings = 100'000;

bool is_whole(const Value& value) {
  if (value.kind() != Value::Kind::real) return true;
  const double number = value.as_double();
  return std::isfinite(number) && std::floor(number) == number;
}

}  // namespace

void Evaluated::merge(const Evaluated& other) {
  members.insert(other.members.begin(), other.members.end());
  items.insert(other.items.begin(), other.items.end());
  all_members = all_members || other.all_members;
  all_items = all_items || other.all_items;
}

std::vector<SchemaFinding> SchemaCheck::run(const Value& value) {
  return check(index_.root(), value, nullptr);
}

void SchemaCheck::add(Frame& frame, std::string message) {
  // Beyond a number, only that there is something counts.
  if (++findings_ > kMaxFindings && !frame.findings.empty()) return;
  frame.findings.push_back({pointer_, std::move(message), {}});
}

void SchemaCheck::add(Frame& frame, Findings found) const {
  for (SchemaFinding& one : found) frame.findings.push_back(std::move(one));
}

bool SchemaCheck::fits(const SchemaPlace& place, const Value& value, Evaluated* evaluated) {
  return check(place, value, evaluated).empty();
}

std::optional<SchemaFinding> SchemaCheck::as_cause(const SchemaPlace& place, const Value& value,
                                                   Evaluated* evaluated) {
  Findings found = check(place, value, evaluated);
  if (found.empty()) return std::nullopt;
  if (found.size() == 1) return std::move(found.front());
  return SchemaFinding{pointer_, "validation failed", std::move(found), true};
}

/// True if this very schema is being checked against this very value already.
bool SchemaCheck::runs_in_circles(const Frame& frame) const {
  for (std::size_t i = scope_.size(); i > 0 && values_[i - 1] == &frame.value; --i) {
    if (scope_[i - 1].schema == frame.place.schema) return true;
  }
  return false;
}

SchemaCheck::Findings SchemaCheck::check(const SchemaPlace& place, const Value& value,
                                         Evaluated* evaluated) {
  Findings findings;
  Frame frame{place, value, findings};
  if (place.schema == nullptr) return findings;
  if (depth_ >= kMaxDepth || runs_in_circles(frame)) {
    add(frame, "the schema leads into itself without end");
    return findings;
  }
  if (++checks_ > kMaxChecks) {
    add(frame, "the schema asks for more than " + count(kMaxChecks) + " checks");
    return findings;
  }
  if (place.schema->is_bool()) {
    if (!place.schema->as_bool()) add(frame, "false schema");
    return findings;
  }
  ++depth_;
  scope_.push_back(place);
  values_.push_back(&value);
  if (check_scalar_keywords(frame) && check_references(frame)) {
    check_object(frame);
    check_array(frame);
    check_string(frame);
    check_number(frame);
    check_combined(frame);
    check_condition(frame);
    check_unevaluated(frame);
  }
  values_.pop_back();
  scope_.pop_back();
  --depth_;
  if (evaluated != nullptr && findings.empty()) evaluated->merge(frame.evaluated);
  return findings;
}

/// type, const, enum and format; false ends the check of this schema, as it does in the library.
bool SchemaCheck::check_scalar_keywords(Frame& frame) {
  if (frame.place.draft < Draft::v2019 && frame.place.schema->contains("$ref")) return true;
  if (!frame.place.asserts) return true;
  if (!check_type(frame)) return false;
  const Value* constant = frame.place.schema->find("const");
  if (constant != nullptr && frame.place.draft > Draft::v4 && !same_value(*constant, frame.value)) {
    add(frame, is_scalar(*constant) ? "value must be " + display(*constant) : "const failed");
    return false;
  }
  return check_enum(frame) && check_format(frame);
}

bool SchemaCheck::check_type(Frame& frame) {
  const Value* type = frame.place.schema->find("type");
  if (type == nullptr) return true;
  std::vector<std::string> wanted;
  if (type->is_string()) wanted.push_back(type->str());
  for (const Value& one : type->items()) wanted.push_back(one.str());
  const std::string_view got = type_name(frame.value);
  for (const std::string& one : wanted) {
    if (one == got) return true;
    if (one == "integer" && got == "number" && is_whole(frame.value)) return true;
  }
  // The library keeps the types as a set, in an order of its own.
  constexpr std::string_view kOrder[] = {"null",   "boolean", "number", "integer",
                                         "string", "array",   "object"};
  std::vector<std::string> sorted;
  for (const std::string_view name : kOrder) {
    if (std::find(wanted.begin(), wanted.end(), name) != wanted.end()) sorted.emplace_back(name);
  }
  if (sorted.empty()) return true;
  add(frame, fmt::format("got {}, want {}", got, join(sorted, " or ")));
  return false;
}

bool SchemaCheck::check_enum(Frame& frame) {
  const Value& options = (*frame.place.schema)["enum"];
  if (!options.is_array()) return true;
  std::vector<std::string> shown;
  bool scalars = true;
  for (const Value& option : options.items()) {
    if (same_value(option, frame.value)) return true;
    scalars = scalars && is_scalar(option);
    shown.push_back(display(option));
  }
  if (!scalars) {
    add(frame, "enum failed");
  } else if (shown.size() == 1) {
    add(frame, "value must be " + shown[0]);
  } else {
    add(frame, "value must be one of " + join(shown, ", "));
  }
  return false;
}

bool SchemaCheck::check_format(Frame& frame) {
  const std::string_view format = (*frame.place.schema)["format"].as_string();
  // From 2019-09 on a format is a remark, not a check.
  if (format.empty() || !frame.value.is_string() || frame.place.draft >= Draft::v2019) return true;
  const std::string why = format_complaint(format, frame.value.as_string());
  if (why.empty()) return true;
  add(frame, fmt::format("{} is not valid {}: {}", display(frame.value), format, why));
  return false;
}

SchemaPlace SchemaCheck::dynamic_target(const SchemaPlace& from, std::string_view reference) const {
  const SchemaPlace target = index_.resolve(from, reference);
  if (target.schema == nullptr) return target;
  const std::string_view name = (*target.schema)["$dynamicAnchor"].as_string();
  // Only a reference by that very name is dynamic, one by a pointer is not.
  if (name.empty() || !reference.ends_with(std::string("#").append(name))) return target;
  for (const SchemaPlace& outer : scope_) {
    const SchemaPlace found = index_.dynamic_anchor(outer.base, name);
    if (found.schema != nullptr) return found;
  }
  return target;
}

/// False if nothing beside the reference counts.
bool SchemaCheck::check_references(Frame& frame) {
  const Value& schema = *frame.place.schema;
  const auto follow = [&](const SchemaPlace& target) {
    // A reference stands for what it names, so that its findings are this schema's own.
    add(frame, check(target, frame.value, &frame.evaluated));
  };
  if (const Value* reference = schema.find("$ref"); reference && reference->is_string()) {
    follow(index_.resolve(frame.place, reference->as_string()));
    if (frame.place.draft < Draft::v2019) return false;
  }
  if (frame.place.draft < Draft::v2019) return true;
  if (const Value* reference = schema.find("$dynamicRef"); reference && reference->is_string()) {
    follow(dynamic_target(frame.place, reference->as_string()));
  }
  if (const Value* reference = schema.find("$recursiveRef"); reference && reference->is_string()) {
    SchemaPlace target = index_.resolve(frame.place, reference->as_string());
    if (target.schema != nullptr && (*target.schema)["$recursiveAnchor"].as_bool()) {
      for (const SchemaPlace& outer : scope_) {
        const SchemaPlace resource = index_.resource(outer.base);
        if (resource.schema != nullptr && (*resource.schema)["$recursiveAnchor"].as_bool()) {
          target = resource;
          break;
        }
      }
    }
    follow(target);
  }
  return true;
}

void SchemaCheck::check_string(Frame& frame) {
  if (!frame.value.is_string() || !frame.place.asserts) return;
  const Value& schema = *frame.place.schema;
  const std::string_view text = frame.value.as_string();
  const std::size_t length = count_runes(text);
  const Value &least = schema["minLength"], &most = schema["maxLength"];
  if (least.is_number() && static_cast<double>(length) < least.as_double()) {
    add(frame, fmt::format("minLength: got {}, want {}", count(length), number(least.as_double())));
  }
  if (most.is_number() && static_cast<double>(length) > most.as_double()) {
    add(frame, fmt::format("maxLength: got {}, want {}", count(length), number(most.as_double())));
  }
  const Value& form = schema["pattern"];
  if (!form.is_string()) return;
  const Regex* pattern = index_.pattern(form.as_string());
  if (pattern != nullptr && !pattern->found_in(text)) {
    add(frame, fmt::format("{} does not match pattern {}", quote(text), quote(form.as_string())));
  }
}

void SchemaCheck::check_number(Frame& frame) {
  if (!frame.value.is_number() || !frame.place.asserts) return;
  const Value& schema = *frame.place.schema;
  const double got = frame.value.as_double();
  const auto bound = [&](std::string_view keyword, double limit, bool broken) {
    if (broken) {
      add(frame, fmt::format("{}: got {}, want {}", keyword, number(got), number(limit)));
    }
  };
  const Value &least = schema["minimum"], &most = schema["maximum"];
  const Value &above = schema["exclusiveMinimum"], &under = schema["exclusiveMaximum"];
  if (least.is_number()) {
    const bool open = above.as_bool();  // draft 4
    const double limit = least.as_double();
    bound(open ? "exclusiveMinimum" : "minimum", limit, open ? got <= limit : got < limit);
  }
  if (most.is_number()) {
    const bool open = under.as_bool();
    const double limit = most.as_double();
    bound(open ? "exclusiveMaximum" : "maximum", limit, open ? got >= limit : got > limit);
  }
  if (above.is_number()) bound("exclusiveMinimum", above.as_double(), got <= above.as_double());
  if (under.is_number()) bound("exclusiveMaximum", under.as_double(), got >= under.as_double());
  const Value& step = schema["multipleOf"];
  if (step.is_number() && step.as_double() > 0) {
    bound("multipleOf", step.as_double(), !is_multiple(frame.value, step));
  }
}

void SchemaCheck::check_combined(Frame& frame) {
  const Value& schema = *frame.place.schema;
  if (const Value* refused = schema.find("not")) {
    if (fits(child(frame, *refused), frame.value, nullptr)) add(frame, "'not' failed");
  }
  Findings causes;
  for (const Value& one : schema["allOf"].items()) {
    if (auto cause = as_cause(child(frame, one), frame.value, &frame.evaluated)) {
      causes.push_back(*std::move(cause));
    }
  }
  if (!causes.empty()) frame.findings.push_back({pointer_, "'allOf' failed", std::move(causes)});
  if (const Value& options = schema["anyOf"]; options.is_array() && !options.empty()) {
    causes.clear();
    bool matched = false;
    for (const Value& one : options.items()) {
      if (auto cause = as_cause(child(frame, one), frame.value, &frame.evaluated)) {
        causes.push_back(*std::move(cause));
        continue;
      }
      matched = true;
      if (!index_.tracks_evaluated()) break;
    }
    if (!matched) frame.findings.push_back({pointer_, "'anyOf' failed", std::move(causes)});
  }
  if (const Value& options = schema["oneOf"]; options.is_array() && !options.empty()) {
    check_one_of(frame, options);
  }
}

void SchemaCheck::check_one_of(Frame& frame, const Value& options) {
  Findings causes;
  std::optional<std::size_t> matched;
  for (std::size_t i = 0; i < options.size(); ++i) {
    auto cause = as_cause(child(frame, options.items()[i]), frame.value, &frame.evaluated);
    if (cause) {
      causes.push_back(*std::move(cause));
    } else if (matched) {
      add(frame, fmt::format("'oneOf' failed, subschemas {}, {} matched", *matched, i));
      return;
    } else {
      matched = i;
    }
  }
  if (!matched) {
    frame.findings.push_back({pointer_, "'oneOf' failed, none matched", std::move(causes)});
  }
}

void SchemaCheck::check_condition(Frame& frame) {
  if (frame.place.draft < Draft::v7) return;
  const Value& schema = *frame.place.schema;
  const Value* condition = schema.find("if");
  if (condition == nullptr) return;
  const bool holds = fits(child(frame, *condition), frame.value, &frame.evaluated);
  if (const Value* branch = schema.find(holds ? "then" : "else")) {
    add(frame, check(child(frame, *branch), frame.value, &frame.evaluated));
  }
}

}  // namespace rumbo::codec
