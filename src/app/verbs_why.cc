// The verb `why`: what made a field what it is.
#include "app/field_query.h"
#include "app/handlers.h"
#include "app/traced_objects.h"
#include "base/strings.h"
#include "codec/diff.h"
#include "codec/json.h"

namespace rumbo::app {
namespace {

/// A value on one line: scalars as they are, collections by their size.
std::string shown(const Value& value) {
  if (value.is_object()) return "(" + std::to_string(value.members().size()) + " fields)";
  if (value.is_array()) return "(" + std::to_string(value.items().size()) + " elements)";
  return printable(codec::to_json(value), 256);
}

}  // namespace

Result<int> run_why(Session& session) {
  const auto& arguments = session.invocation().arguments;
  const std::string path = arguments.size() > 1 ? arguments[1] : ".";
  const TracedObjects traced = TRY(trace_objects(session, path));
  const FieldQuery found = TRY(find_field(traced.objects, arguments[0]));
  const std::string pointer = found.pointer.to_string();
  const auto layers = traced.layers(*found.object, pointer);
  const Value masked = session.invocation().has("show-secrets")
                           ? found.object->value
                           : codec::mask_secret(found.object->value);
  const Value* value = codec::resolve(masked, found.pointer);
  if (session.machine()) {
    std::vector<Value> all;
    for (const Layer& layer : layers) all.push_back(to_value(layer));
    session.print_value(Value::object({{"object", found.object->key.to_string()},
                                       {"field", pointer},
                                       {"value", value == nullptr ? Value() : *value},
                                       {"layers", Value::array(std::move(all))}}));
    return kOk;
  }
  std::string out = session.paint().bold(found.object->key.to_string() + " " + printable(pointer)) +
                    " = " + (value == nullptr ? "(masked)" : shown(*value)) + "\n";
  std::size_t width = 0;
  for (const Layer& layer : layers) width = std::max(width, place_of(layer).size());
  for (const Layer& layer : layers) {
    std::string place = printable(place_of(layer));
    if (place.size() < width) place.append(width - place.size(), ' ');
    out += "  " + place + "  " + (layer.place.file.empty() ? "" : printable(layer.what)) + "\n";
  }
  session.print(out);
  return kOk;
}

}  // namespace rumbo::app
