// Versions and version ranges against the table of the real Go library.
#include <gtest/gtest.h>

#include "base/semver.h"
#include "base/strings.h"
#include "table.h"

namespace rumbo::conformance {
namespace {

std::string matrix(const VersionRange& range, const Value& versions) {
  std::string out;
  for (const Value& version : versions.items()) {
    out += range.contains(*Version::parse(version.as_string())) ? '1' : '0';
  }
  return out;
}

TEST(SemverTables, Versions) {
  const auto table = read_table("semver");
  if (!table) GTEST_SKIP() << "RUMBO_CORPUS is not set: the table semver.json is not here";
  Check check("semver/parse");
  for (const Value& test : (*table)["cases"].items()) {
    if (test["op"].as_string() != "parse") continue;
    const auto version = Version::parse(test["input"].as_string());
    const std::string expected = test["expected"]["string"].str("error");
    const std::string actual = version ? version->to_string() : "error";
    check.record(test["id"].str(), expected == actual,
                 printable(test["input"].as_string()) + ": " + actual + " for " + expected);
  }
  check.finish();
}

TEST(SemverTables, Ranges) {
  const auto table = read_table("semver");
  if (!table) GTEST_SKIP() << "RUMBO_CORPUS is not set: the table semver.json is not here";
  Check check("semver/constraint");
  for (const Value& test : (*table)["cases"].items()) {
    if (test["op"].as_string() != "constraint") continue;
    const Value& text = test["constraint"];
    const auto range = VersionRange::parse(text.as_string());
    const std::string expected = test["matrix"].str("error");
    const std::string actual = range ? matrix(*range, (*table)["versions"]) : "error";
    check.record(test["id"].str(), expected == actual,
                 printable(text.as_string()) + "\n" + actual + "\n" + expected);
  }
  check.finish();
}

}  // namespace
}  // namespace rumbo::conformance
