// The language of --set against the table made with Helm's own parser.
#include <gtest/gtest.h>

#include "codec/json.h"
#include "crypto/digest.h"
#include "render/helm/strvals.h"
#include "table.h"

namespace rumbo::conformance {
namespace {

using render::helm::SetKind;

SetKind kind_of(std::string_view word) {
  if (word == "set-string") return SetKind::string;
  if (word == "set-json") return SetKind::json;
  if (word == "set-literal") return SetKind::literal;
  return SetKind::typed;
}

TEST(StrvalsTables, All) {
  const auto table = read_table("strvals");
  if (!table) GTEST_SKIP() << "RUMBO_CORPUS is not set: the table strvals is not here";
  Check check("strvals"), partial("strvals_partial");
  for (const Value& test : (*table)["cases"].items()) {
    const std::string id = test["id"].str();
    Value into = untype(test["base"]);
    const auto done =
        render::helm::set_values(kind_of(test["kind"].as_string()), test["text"].as_string(), into);
    if (const Value* error = test.find("error")) {
      const std::string actual = done ? "success" : done.error().message();
      check.record(id, actual == error->as_string(),
                   "  text:     " + test["text"].str() + "\n  expected: " + error->str() +
                       "\n  actual:   " + actual);
      partial.record(id, into == untype(test["partial"]),
                     "  expected: " + codec::to_json(untype(test["partial"])) +
                         "\n  actual:   " + codec::to_json(into));
      continue;
    }
    if (const Value* digest = test.find("expected_long")) {
      check.record(id,
                   done && crypto::sha256(codec::to_json(into)) ==
                               "sha256:" + (*digest)["sha256_of_compact_json"].str(),
                   "  text: " + test["text"].str());
      continue;
    }
    const Value expected = untype(test["expected"]);
    check.record(id, done && into == expected,
                 "  text:     " + test["text"].str() + "\n  expected: " + codec::to_json(expected) +
                     "\n  actual:   " + (done ? codec::to_json(into) : done.error().message()));
  }
  check.finish();
  partial.finish();
}

}  // namespace
}  // namespace rumbo::conformance
