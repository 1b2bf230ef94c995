// Running a table of templates against Rumbo's engine, case by case.
#pragma once

#include <gtest/gtest.h>

#include "base/strings.h"
#include "chart_fixture.h"
#include "codec/base64.h"
#include "crypto/digest.h"
#include "table.h"

namespace rumbo::conformance {

/// What a case expects under `key` or its forms: text, base64, or digest and length of a long one.
inline bool is_expected(const Value& test, const std::string& key, const std::string& actual) {
  if (const Value* text = test.find(key)) return actual == text->as_string();
  if (const Value* packed = test.find(key + "_b64")) {
    return actual == codec::base64_decode(packed->as_string()).value();
  }
  const Value& large = test[key + "_long"];
  return static_cast<std::int64_t>(actual.size()) == large["len"].as_int() &&
         crypto::sha256(actual) == "sha256:" + large["sha256"].str();
}

inline std::string expectation(const Value& test) {
  for (const char* key : {"expected", "expected_b64", "error"}) {
    if (test.contains(key)) return std::string(key) + " " + test[key].str();
  }
  return "a long text";
}

inline bool expects_success(const Value& test) {
  return test.contains("expected") || test.contains("expected_b64") ||
         test.contains("expected_long");
}

inline void run_case(Check& check, const Value& table, const Value& test,
                     script::MissingKey missing_key) {
  const Value values = test["values"].is_null() || test["values"].as_string() == "std"
                           ? table["values_std"]
                           : test["values"];
  const Value files = test["files"].as_string() == "lib" ? table["files_lib"] : Value();
  const Rendered actual = render_case(test["template"].str(), values, files, missing_key);
  const bool success = expects_success(test);
  const bool agrees =
      actual.ok == success && is_expected(test, success ? "expected" : "error", actual.text);
  check.record(test["id"].str(), agrees,
               "  template: " + printable(test["template"].as_string(), 400) +
                   "\n  expected: " + printable(expectation(test), 600) + "\n  actual:   " +
                   (actual.ok ? "expected " : "error ") + printable(actual.text, 600));
}

}  // namespace rumbo::conformance
