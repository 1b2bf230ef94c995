// jq paths of ignore rules: never a crash, nor anything that takes long.
#include <cstdint>
#include <string_view>

#include "codec/json.h"
#include "engine/field_path.h"

using namespace rumbo;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Value kObject =
      codec::parse_json(
          R"({"a":[{"b":1,"v":null,"w":1.5}],"c":[{"name":"x","n":"ab","image":"i"},"s",3]})")
          .value_or(Value());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto path = engine::FieldPath::from_jq(text)) {
    path->removed_from(kObject);
    path->adopted(kObject, kObject);
  }
  return 0;
}
