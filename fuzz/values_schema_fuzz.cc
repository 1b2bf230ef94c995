// A chart's schema and values from outside: never crash, never without end. The first line break
// parts the schema from the value.
#include <cstdint>
#include <string_view>

#include "codec/json.h"
#include "codec/json_schema.h"
#include "render/helm/metadata.h"

using namespace rumbo;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto metadata = render::helm::read_metadata(text, render::helm::Profile::helm4);
  if (metadata) static_cast<void>(render::helm::validate(*metadata));
  const std::size_t line = text.find('\n');
  const auto schema = codec::parse_json(text.substr(0, line), {.max_depth = 64});
  if (!schema) return 0;
  const auto value =
      codec::parse_json(line == text.npos ? "null" : text.substr(line + 1), {.max_depth = 64});
  const auto compiled = codec::JsonSchema::compile(*schema, "file:///values.schema.json");
  if (compiled && value) static_cast<void>(codec::print_findings(compiled->check(*value)));
  return 0;
}
