// `helm template` against the tables made with the real programs: values, capabilities, sorting and
// errors, each for Helm 4 and Helm 3.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "helm_case.h"
#include "table.h"

namespace rumbo::conformance {
namespace {

using render::helm::Profile;

/// A check over every case, with the profile's own expectation.
void run_table(const std::string& table_name, Profile profile,
               const std::function<void(const Value& table, const Value& test,
                                        const Value& expected, Check& check)>& one) {
  const auto table = read_table(table_name);
  if (!table) GTEST_SKIP() << "RUMBO_CORPUS is not set: the table " << table_name << " is not here";
  Check check(table_name + (profile == Profile::helm3 ? "_helm3" : ""));
  for (const Value& test : (*table)["cases"].items()) {
    const Value* other = test.find("helm3");
    const bool use_other = profile == Profile::helm3 && other != nullptr;
    one(*table, test, use_other ? *other : test["expected"], check);
  }
  check.finish();
}

void command_case(const Value& test, const Value& expected, Profile profile, Check& check) {
  std::string detail;
  const HelmOutcome actual = run_helm(files_of(test), arguments_of(test), profile);
  const bool same = agrees(actual, expected, test["unordered_lines"].as_bool(), detail);
  check.record(test["id"].str(), same, detail);
}

void run_commands(const std::string& table_name, Profile profile) {
  run_table(table_name, profile,
            [&](const Value&, const Value& test, const Value& expected, Check& check) {
              command_case(test, expected, profile, check);
            });
}

TEST(HelmTables, ManifestSort) {
  run_commands("manifest_sort", Profile::helm4);
}
TEST(HelmTables, ManifestSortHelm3) {
  run_commands("manifest_sort", Profile::helm3);
}
TEST(HelmTables, ChartErrors) {
  run_commands("chart_errors", Profile::helm4);
}
TEST(HelmTables, ChartErrorsHelm3) {
  run_commands("chart_errors", Profile::helm3);
}

void run_capabilities(Profile profile) {
  run_table("capabilities", profile,
            [&](const Value& table, const Value& test, const Value& expected, Check& check) {
              auto files = files_of(Value::object({{"files", table["chart_files"]}}));
              files["c/templates/a.yaml"] = test["template"].str();
              std::string detail;
              const bool same =
                  agrees(run_helm(files, arguments_of(test), profile), expected, false, detail);
              check.record(test["id"].str(), same,
                           "  template: " + test["template"].str() + "\n" + detail);
            });
}
TEST(HelmTables, Capabilities) {
  run_capabilities(Profile::helm4);
}
TEST(HelmTables, CapabilitiesHelm3) {
  run_capabilities(Profile::helm3);
}

/// Chart path → the values that its dump template printed.
Value dumped_values(const std::string& out) {
  std::vector<Member> members;
  const auto documents = codec::parse_yaml(out).value_or(std::vector<codec::YamlNode>{});
  std::size_t at = 0;
  for (const codec::YamlNode& document : documents) {
    const std::string mark = "# Source: ";
    at = out.find(mark, at) + mark.size();
    std::string path = out.substr(at, out.find('\n', at) - at);
    path.resize(path.rfind("/templates/"));
    members.emplace_back(path, document.value["values"]);
  }
  return Value::object(std::move(members));
}

void run_values(Profile profile) {
  run_table("values_coalesce", profile,
            [&](const Value& table, const Value& test, const Value& expected, Check& check) {
              auto files = files_of(test);
              std::vector<std::string> charts;
              for (const auto& [path, text] : files) {
                if (path.ends_with("Chart.yaml"))
                  charts.push_back(path.substr(0, path.size() - 10));
              }
              for (const std::string& chart : charts) {
                files[chart + "templates/dump.yaml"] = table["dump_template"].str();
              }
              const HelmOutcome actual = run_helm(files, arguments_of(test), profile);
              const Value values = actual.status == 0 ? dumped_values(actual.out) : Value();
              std::string want = expected["stderr"].str();
              const bool same = actual.status == expected["rc"].as_int() && actual.err == want &&
                                values == expected["values"];
              check.record(test["id"].str(), same,
                           "  expected: " + codec::to_json(expected["values"]) +
                               printable(want, 800) + "\n  actual:   " + codec::to_json(values) +
                               printable(actual.err, 800));
            });
}
TEST(HelmTables, Values) {
  run_values(Profile::helm4);
}
TEST(HelmTables, ValuesHelm3) {
  run_values(Profile::helm3);
}

}  // namespace
}  // namespace rumbo::conformance
