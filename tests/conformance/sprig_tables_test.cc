// Sprig's and Helm's functions against Sprig 3.3.0 inside Helm 4.2.4, case by case.
#include "template_table.h"

namespace rumbo::conformance {
namespace {

TEST(SprigTables, Helm) {
  const auto table = read_table("sprig");
  if (!table) GTEST_SKIP() << "RUMBO_CORPUS is not set: the table sprig is not here";
  Check check("sprig");
  for (const Value& test : (*table)["cases"].items()) {
    run_case(check, *table, test, script::MissingKey::zero);
  }
  check.finish();
}

}  // namespace
}  // namespace rumbo::conformance
