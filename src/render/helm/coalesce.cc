#include "render/helm/coalesce.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "render/helm/go_value.h"

namespace rumbo::render::helm {
namespace {

constexpr std::string_view kGlobal = "global";

std::string joined(std::string_view prefix, std::string_view name) {
  return prefix.empty() ? std::string(name) : std::string(prefix) + "." + std::string(name);
}

/// The map without its null members, also in maps below.
Value without_nulls(const Value& value) {
  if (!value.is_object()) return value;
  bool changed = false;
  std::vector<Member> members;
  members.reserve(value.size());
  for (const Member& member : value.members()) {
    if (member.value.is_null()) {
      changed = true;
      continue;
    }
    Value below = without_nulls(member.value);
    changed = changed || !below.same(member.value);
    members.emplace_back(member.key(), std::move(below));
  }
  return changed ? Value::object(std::move(members)) : value;
}

class Coalescer {
 public:
  Coalescer(Nulls nulls, Warnings& warnings) : nulls_(nulls), warnings_(warnings) {}

  Result<Value> chart(const Chart& chart, const Value& values, std::string_view prefix) {
    Value own = defaults(chart, values, joined(prefix, chart.name()));
    return below(chart, std::move(own), joined(prefix, chart.name()));
  }

  Value tables(const Value& over, const Value& under, std::string_view prefix, Nulls nulls) {
    std::vector<Member> members(over.members().begin(), over.members().end());
    std::vector<Member> out;
    out.reserve(over.size() + under.size());
    for (const Member& member : under.members()) {
      if (!over.contains(member.key())) out.push_back(member);
    }
    for (Member& member : members) {
      const Value* other = under.find(member.key());
      if (other == nullptr) {
        out.push_back(std::move(member));
        continue;
      }
      const bool was_set = !other->is_null();
      if (member.value.is_null()) {
        if (nulls == Nulls::keep || !was_set) out.push_back(std::move(member));
        continue;
      }
      const std::string name = joined(prefix, member.key());
      if (other->is_object() && member.value.is_object()) {
        member.value = tables(member.value, *other, name, nulls);
      } else if (other->is_object()) {
        warnings_.log("coalesce.go:316",
                      fmt::format("warning: cannot overwrite table with non table for {} ({})",
                                  name, go_print(*other)));
      } else if (member.value.is_object() && was_set) {
        warnings_.log("coalesce.go:319",
                      fmt::format("warning: destination for {} is a table. Ignoring non-table "
                                  "value ({})",
                                  name, go_print(*other)));
      }
      out.push_back(std::move(member));
    }
    return Value::object(std::move(out));
  }

 private:
  static bool is_subchart(const Chart& chart, std::string_view name) {
    for (const Chart& below : chart.dependencies) {
      if (below.name() == name) return true;
    }
    return false;
  }

  /// Helm 4 takes nulls among a chart's own values for nothing, unless they are to be kept.
  Value effective(const Value& own, Nulls nulls) const {
    const bool strips = warnings_.profile() == Profile::helm4 && nulls == Nulls::remove;
    return strips ? without_nulls(own) : own;
  }

  /// The chart's own values below those given.
  Value defaults(const Chart& chart, const Value& given, const std::string& prefix) {
    const Value unset = effective(chart.values, nulls_);
    std::vector<Member> out;
    out.reserve(unset.size() + given.size());
    for (const Member& member : unset.members()) {
      if (!given.contains(member.key())) out.push_back(member);
    }
    for (const Member& member : given.members()) {
      const Value* other = chart.values.find(member.key());
      if (member.value.is_null() && nulls_ == Nulls::remove && other != nullptr) continue;
      if (other == nullptr || !member.value.is_object()) {
        out.push_back(member);
        continue;
      }
      const std::string name = joined(prefix, member.key());
      if (!other->is_object()) {
        if (!other->is_null()) {
          warnings_.log("coalesce.go:237",
                        fmt::format("warning: skipped value for {}: Not a table.", name));
        }
        out.push_back(member);
        continue;
      }
      // Nulls meant for a subchart must live until its own values are met.
      const Nulls nulls = is_subchart(chart, member.key()) ? Nulls::keep : nulls_;
      out.emplace_back(member.key(), tables(member.value, effective(*other, nulls), name, nulls));
    }
    return Value::object(std::move(out));
  }

  Result<Value> below(const Chart& chart, Value values, const std::string& prefix) {
    for (const Chart& sub : chart.dependencies) {
      Value its = Value::object();
      if (const Value* given = values.find(sub.name())) {
        if (!given->is_object()) {
          return fail(Code::invalid,
                      fmt::format("type mismatch on {}: {}", sub.name(), go_print_bool(*given)));
        }
        its = *given;
      }
      its = with_globals(its, values, prefix);
      values = values.with(sub.name(), TRY(this->chart(sub, its, prefix)));
    }
    return values;
  }

  /// The subchart's values with the parent's `global` laid over its own.
  Value with_globals(const Value& its, const Value& parent, const std::string& prefix) {
    const Value* own = its.find(kGlobal);
    if (own != nullptr && !own->is_object()) {
      warnings_.log("coalesce.go:138",
                    "warning: skipping globals because destination global is not a table.");
      return its;
    }
    const Value* from = parent.find(kGlobal);
    if (from != nullptr && !from->is_object()) {
      warnings_.log("coalesce.go:145",
                    "warning: skipping globals because source global is not a table.");
      return its;
    }
    Value globals = own != nullptr ? *own : Value::object();
    if (from == nullptr || from->empty()) return its.with(kGlobal, std::move(globals));
    if (globals.empty()) return its.with(kGlobal, *from);
    for (const Member& member : from->members()) {
      const Value* there = globals.find(member.key());
      if (member.value.is_object()) {
        if (there == nullptr) {
          globals = globals.with(member.key(), member.value);
        } else if (!there->is_object()) {
          warnings_.log("coalesce.go:164",
                        fmt::format("Conflict: cannot merge map onto non-map for {}. Skipping.",
                                    go_quote(member.key())));
        } else {
          globals = globals.with(member.key(), tables(member.value, *there,
                                                      joined(prefix, member.key()), Nulls::keep));
        }
      } else if (there != nullptr && there->is_object()) {
        warnings_.log("coalesce.go:178", fmt::format("key {} is table. Skipping", member.key()));
      } else {
        globals = globals.with(member.key(), member.value);
      }
    }
    return its.with(kGlobal, std::move(globals));
  }

  const Nulls nulls_;
  Warnings& warnings_;
};

}  // namespace

Result<Value> coalesce_values(const Chart& chart, const Value& values, Nulls nulls,
                              Warnings& warnings) {
  return Coalescer(nulls, warnings).chart(chart, values, "");
}

Value coalesce_tables(const Value& over, const Value& under, Nulls nulls, Warnings& warnings) {
  return Coalescer(nulls, warnings).tables(over, under, "", nulls);
}

const Value* find_table(const Value& values, std::string_view path, std::string& missing) {
  const Value* table = &values;
  for (const auto name : split(path, '.')) {
    const Value* next = table->find(name);
    if (next == nullptr || !next->is_object()) {
      missing = name;
      return nullptr;
    }
    table = next;
  }
  return table;
}

const Value* find_scalar(const Value& values, std::string_view path) {
  const std::size_t dot = path.rfind('.');
  std::string missing;
  const Value* table = &values;
  if (dot != path.npos) table = find_table(values, path.substr(0, dot), missing);
  if (table == nullptr) return nullptr;
  const Value* found = table->find(path.substr(dot == path.npos ? 0 : dot + 1));
  return found == nullptr || found->is_object() ? nullptr : found;
}

}  // namespace rumbo::render::helm
