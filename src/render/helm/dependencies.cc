#include "render/helm/dependencies.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/semver.h"
#include "base/strings.h"
#include "render/helm/coalesce.h"
#include "render/helm/go_value.h"

namespace rumbo::render::helm {
namespace {

constexpr std::size_t kMaxCharts = 1000;  // of a chart, at all depths
constexpr std::size_t kMaxNames = 100;    // of a path in import-values

bool in_range(const std::string& range, const std::string& version) {
  const auto parsed = Version::parse(version);
  const auto constraint = VersionRange::parse(range);
  return parsed && constraint && constraint->contains(*parsed);
}

bool is_for(const Dependency& wanted, const Chart& chart) {
  return chart.name() == wanted.name && in_range(wanted.version, chart.metadata.version);
}

/// The subcharts under the names that Chart.yaml gives them; those it does not mention stay.
void apply_aliases(Chart& chart, Profile profile) {
  std::vector<Chart> out;
  for (const Chart& existing : chart.dependencies) {
    const bool named =
        std::any_of(chart.metadata.dependencies->begin(), chart.metadata.dependencies->end(),
                    [&](const Dependency& wanted) { return is_for(wanted, existing); });
    if (!named) out.push_back(existing);
  }
  for (Dependency& wanted : *chart.metadata.dependencies) {
    for (const Chart& existing : chart.dependencies) {
      if (!is_for(wanted, existing)) continue;
      out.push_back(existing);
      if (!wanted.alias.empty()) {
        // Helm 3 leaves the subcharts below with the chart that was copied, unless they are chosen.
        const bool stays = profile == Profile::helm3 && !existing.metadata.dependencies;
        if (stays) out.back().name_for_subcharts = existing.name();
        out.back().metadata.name = wanted.alias;
      }
      break;
    }
    if (!wanted.alias.empty()) wanted.name = wanted.alias;
  }
  chart.dependencies = std::move(out);
}

void apply_tags(std::vector<Dependency>& wanted, const Value& values, Warnings& warnings) {
  const Value* tags = values.find("tags");
  if (tags == nullptr || !tags->is_object()) return;
  for (Dependency& one : wanted) {
    bool any_true = false, any_false = false;
    for (const std::string& tag : one.tags) {
      const Value* set = tags->find(tag);
      if (set == nullptr) continue;
      if (set->is_bool()) {
        (set->as_bool() ? any_true : any_false) = true;
        continue;
      }
      warnings.line(fmt::format("level=WARN msg=\"returned non-bool value\" tag={} chart={}",
                                log_value(tag), log_value(one.name)),
                    fmt::format("dependencies.go:95: Warning: Tag '{}' for chart {} returned "
                                "non-bool value",
                                tag, one.name));
    }
    one.enabled = any_true || !any_false;
  }
}

void apply_conditions(std::vector<Dependency>& wanted, const Value& values,
                      const std::string& prefix, Warnings& warnings) {
  for (Dependency& one : wanted) {
    for (const auto written : split(trim(one.condition), ',')) {
      if (written.empty()) continue;
      const Value* found = find_scalar(values, prefix + std::string(written));
      if (found == nullptr) continue;
      if (found->is_bool()) {
        one.enabled = found->as_bool();
        break;
      }
      warnings.line(fmt::format("level=WARN msg=\"returned non-bool value\" path={} chart={}",
                                log_value(written), log_value(one.name)),
                    fmt::format("dependencies.go:64: Warning: Condition path '{}' for chart {} "
                                "returned non-bool value",
                                written, one.name));
    }
  }
}

/// `charts` counts all that were met: with aliases, few files can ask for very many.
Result<> enable(Chart& chart, const Value& values, const std::string& prefix, std::size_t& charts,
                Warnings& warnings) {
  if (!chart.metadata.dependencies) return {};
  charts += chart.metadata.dependencies->size();
  if (charts > kMaxCharts) {
    return fail(Code::too_large, fmt::format("chart {}: there are more than {} dependencies",
                                             go_quote(chart.name()), kMaxCharts));
  }
  apply_aliases(chart, warnings.profile());
  std::vector<Dependency>& wanted = *chart.metadata.dependencies;
  for (Dependency& one : wanted) one.enabled = true;
  const Value all = TRY(coalesce_values(chart, values, Nulls::remove, warnings));
  apply_tags(wanted, all, warnings);
  apply_conditions(wanted, all, prefix, warnings);

  std::set<std::string, std::less<>> disabled;
  for (const Dependency& one : wanted) {
    if (!one.enabled) disabled.insert(one.name);
  }
  std::erase_if(chart.dependencies, [&](const Chart& c) { return disabled.contains(c.name()); });
  std::erase_if(wanted, [&](const Dependency& d) { return disabled.contains(d.name); });
  for (Chart& below : chart.dependencies) {
    TRY(enable(below, all, prefix + below.name() + ".", charts, warnings));
  }
  return {};
}

/// {a: {b: data}} for "a.b"; the data itself for ".".
Result<Value> nested(std::string_view path, Value data) {
  if (path == ".") return data;
  auto names = split(path, '.');
  if (names.size() > kMaxNames) {
    return fail(Code::too_large, "import-values: `" + printable(path, 64) + "` nests too deeply");
  }
  std::reverse(names.begin(), names.end());
  for (const auto name : names) data = Value::object({{name, std::move(data)}});
  return data;
}

void missing_table(Warnings& warnings, const std::string& chart, const std::string& name,
                   bool named) {
  const std::string error = go_quote(name) + " is not a table";
  const std::string who = named ? " from chart\" chart=" + log_value(chart) : "\"";
  warnings.line(
      "level=WARN msg=\"ImportValues missing table" + who + " error=" + log_value(error),
      named ? fmt::format("dependencies.go:270: Warning: ImportValues missing table from "
                          "chart {}: {}",
                          chart, error)
            : fmt::format("dependencies.go:287: Warning: ImportValues missing table: {}", error));
}

Result<> import_values(Chart& chart, Warnings& warnings) {
  for (Chart& below : chart.dependencies) TRY(import_values(below, warnings));
  if (!chart.metadata.dependencies) return {};
  const Value all = TRY(coalesce_values(chart, Value::object(), Nulls::keep, warnings));
  Value imported = Value::object();
  for (Dependency& one : *chart.metadata.dependencies) {
    std::vector<Value> written;
    for (const Value& entry : one.import_values.items()) {
      std::string child, parent = ".";
      if (entry.is_object()) {
        child = go_print(entry["child"]);
        parent = go_print(entry["parent"]);
      } else if (entry.is_string()) {
        child = "exports." + entry.str();
      } else {
        continue;
      }
      written.push_back(Value::object({{"child", child}, {"parent", parent}}));
      std::string missing;
      const Value* table = find_table(all, one.name + "." + child, missing);
      if (table == nullptr) {
        missing_table(warnings, one.name, missing, entry.is_object());
        continue;
      }
      imported = coalesce_tables(imported, TRY(nested(parent, *table)), Nulls::keep, warnings);
    }
    if (!written.empty()) one.import_values = Value::array(std::move(written));
  }
  chart.values = coalesce_tables(all, imported, Nulls::keep, warnings);
  return {};
}

}  // namespace

Result<> check_dependencies(const Chart& chart, Profile profile) {
  if (!chart.metadata.dependencies) return {};
  std::vector<std::string> missing;
  for (const Dependency& wanted : *chart.metadata.dependencies) {
    const bool found = std::any_of(chart.dependencies.begin(), chart.dependencies.end(),
                                   [&](const Chart& below) { return below.name() == wanted.name; });
    if (!found) missing.push_back(wanted.name);
  }
  if (missing.empty()) return {};
  const bool helm4 = profile == Profile::helm4;
  return fail(
      Code::invalid,
      fmt::format("{}n error occurred while checking for chart dependencies. You may need "
                  "to run {}helm dependency build{} to fetch missing dependencies: found in "
                  "Chart.yaml, but missing in charts/ directory: {}",
                  helm4 ? 'a' : 'A', helm4 ? '\'' : '`', helm4 ? '\'' : '`', join(missing, ", ")));
}

Result<> process_dependencies(Chart& chart, const Value& values, Warnings& warnings) {
  std::size_t charts = 0;
  TRY(enable(chart, values, "", charts, warnings));
  set_paths(chart, "");
  return import_values(chart, warnings);
}

}  // namespace rumbo::render::helm
