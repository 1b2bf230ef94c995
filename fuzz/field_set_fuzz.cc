// Managed fields and paths of conflicts from an API server: never a crash, and one writing each.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/json.h"
#include "target/kubernetes/field_set.h"

using namespace rumbo;
using target::kubernetes::FieldSet;

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

/// The input is a JSON array [fieldsV1, object], or else a path.
void look_at(const Value& input) {
  const auto set = FieldSet::parse(input[0]);
  if (!set) return;
  const auto again = FieldSet::parse(set->to_value());
  must(again && *again == *set);
  must(set->difference(*set).empty());
  must(set->union_with(*set) == *set);
  must(set->named(set->paths()).paths() == set->paths());
  const Value inside = set->project(input[1]);
  const Value outside = set->without(input[1]);
  must(!set->empty() || outside == input[1] || !input[1].is_object());
  // An index names another element once others are gone.
  if (codec::to_json(set->to_value()).find("\"i:") != std::string::npos) return;
  must(set->project(inside) == inside);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto path = FieldSet::of_path(text)) must(path->paths().size() == 1);
  if (const auto value = codec::parse_json(text); value && value->is_array()) look_at(*value);
  return 0;
}
