// The verb `why`: what made a field what it is.
#include "app/handlers.h"
#include "app/traced_objects.h"
#include "base/strings.h"
#include "codec/diff.h"
#include "codec/json.h"
#include "control/field_query.h"

namespace rumbo::app {
namespace {

/// A value on one line: scalars as they are, collections by their size.
std::string shown(const Value& value) {
  if (value.is_object()) return "(" + std::to_string(value.members().size()) + " fields)";
  if (value.is_array()) return "(" + std::to_string(value.items().size()) + " elements)";
  return printable(codec::to_json(value), 256);
}

void print_layers(const Session& session, const Value& answer) {
  const Value& value = answer["value"];
  std::string out =
      session.paint().bold(answer["object"].str() + " " + printable(answer["field"].as_string())) +
      " = " + (value.is_null() ? "(masked)" : shown(value)) + "\n";
  std::vector<std::string> places;
  std::size_t width = 0;
  for (const Value& layer : answer["layers"].items()) {
    std::string place = layer[layer["file"].is_string() ? "file" : "what"].str();
    for (const char* number : {"line", "column"}) {
      if (!layer[number].is_null()) place += ":" + std::to_string(layer[number].as_int());
    }
    width = std::max(width, place.size());
    places.push_back(std::move(place));
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Value& layer = answer["layers"].items()[i];
    std::string place = printable(places[i]);
    if (place.size() < width) place.append(width - place.size(), ' ');
    out += "  " + place + "  " +
           (layer["file"].is_string() ? printable(layer["what"].as_string()) : "") + "\n";
  }
  session.print(out);
}

/// What is deployed, by the files it was made from.
Result<int> why_deployed(Session& session, const std::string& application) {
  const std::size_t at = application.find('@');
  control::WhyOptions options{application.substr(0, at), session.invocation().value("environment"),
                              session.invocation().arguments[0]};
  if (at != std::string::npos) options.environment = application.substr(at + 1);
  auto* operations = TRY(session.operations(Need::look));
  const Value answer = TRY(operations->why(options));
  if (session.machine()) {
    session.print_value(answer);
    return kOk;
  }
  session.note(options.application + "@" + answer["environment"].str() + " at " +
               answer["revision"]["name"].str() + ", deployed by " + answer["transaction"].str() +
               "\n");
  print_layers(session, answer);
  if (const std::string note = answer["note"].str(); !note.empty()) session.note(note + "\n");
  return kOk;
}

}  // namespace

Result<int> run_why(Session& session) {
  const auto& arguments = session.invocation().arguments;
  if (const std::string application = session.invocation().value("app"); !application.empty()) {
    if (arguments.size() > 1) {
      return fail(Code::invalid, "--app answers for what is deployed, PATH for files: not both");
    }
    return why_deployed(session, application);
  }
  const std::string path = arguments.size() > 1 ? arguments[1] : ".";
  const TracedObjects traced = TRY(trace_objects(session, path));
  const control::FieldQuery found = TRY(control::find_field(traced.objects, arguments[0]));
  const std::string pointer = found.pointer.to_string();
  std::vector<Value> layers;
  for (const Layer& layer : traced.layers(*found.object, pointer)) {
    layers.push_back(control::layer_value(layer));
  }
  const Value masked = session.invocation().has("show-secrets")
                           ? found.object->value
                           : codec::mask_secret(found.object->value);
  const Value* value = codec::resolve(masked, found.pointer);
  const Value answer = Value::object({{"object", found.object->key.to_string()},
                                      {"field", pointer},
                                      {"value", value == nullptr ? Value() : *value},
                                      {"layers", Value::array(std::move(layers))}});
  if (session.machine()) {
    session.print_value(answer);
  } else {
    print_layers(session, answer);
  }
  return kOk;
}

}  // namespace rumbo::app
